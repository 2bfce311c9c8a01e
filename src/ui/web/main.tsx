/** The dashboard: one application for drivers, the history server, masters and workers. */
import { render } from "preact";
import { App } from "./app";

render(<App />, document.getElementById("app")!);
