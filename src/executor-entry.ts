/** The file that executor processes start with: loads the rest with the code that V8 compiled for it the last time. */
import { join } from "node:path";
import { requireCached } from "./common/cached-load";

requireCached(join(__dirname, "executor-process.js"));
