/** The file behind `firesteel`: loads the command line with the code that V8 compiled for it the last time. */
import { join } from "node:path";
import { requireCached } from "../common/cached-load";
import type * as Main from "./main";

(requireCached(join(__dirname, "main.js")) as typeof Main).main((url) => import(url));
