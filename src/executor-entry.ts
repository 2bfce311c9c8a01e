/** The file that executor processes start with: loads the rest with the code that V8 compiled for it the last time. */
import { setFlagsFromString } from "node:v8";
import { join } from "node:path";
import { requireCached } from "./common/cached-load";

/**
 * Of each task thread. It allocates arrays outside of its heap and holds little in it: an old generation that begins small is marked again
 * and again while it grows. But until it is marked, arrays stay that nobody needs any more: where memory is little, it begins small.
 */
const LARGEST_INITIAL_HEAP_MB = 96;
const PART_OF_MEMORY = 1 / 16;

/** The number that a launcher gives with an option; memory is in bytes. */
function given(option: string): number {
  return Number.parseInt(process.argv[process.argv.indexOf(option) + 1] ?? "", 10);
}

const part = (given("--memory") / given("--cores") / 2 ** 20) * PART_OF_MEMORY;
const initial = part >= 1 ? Math.min(LARGEST_INITIAL_HEAP_MB, Math.floor(part)) : 1;
// The main thread has its own by now. Compiled code counts as of other flags when they change: this comes before any is loaded.
setFlagsFromString(`--initial-old-space-size=${initial}`);
requireCached(join(__dirname, "executor-process.js"));
