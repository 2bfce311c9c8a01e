/** Entry of a task thread of an executor. */
import { join } from "node:path";
import { requireCached, storeCompiled } from "./common/cached-load";
import type * as Engine from "./engine-bundle";

(requireCached(join(__dirname, "engine.js")) as typeof Engine).taskThreadMain(storeCompiled);
