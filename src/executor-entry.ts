/** The file that executor processes start with: loads the rest with the code that V8 compiled for it the last time. */
import { setFlagsFromString } from "node:v8";
import { join } from "node:path";
import { requireCached } from "./common/cached-load";

/**
 * Of each task thread. It allocates arrays outside of its heap and holds little in it: an old generation that begins small is marked again
 * and again while it grows. Where the limit is below twice as much, V8 takes half of the limit. The main thread has its own by now.
 * Compiled code counts as of other flags when they change: this comes before any is loaded.
 */
const INITIAL_HEAP_MB = 96;

setFlagsFromString(`--initial-old-space-size=${INITIAL_HEAP_MB}`);
requireCached(join(__dirname, "executor-process.js"));
