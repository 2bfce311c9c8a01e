/** Generated source as functions, once a thread for each text. */
import { getHeapStatistics } from "node:v8";
import { RecentlyUsed } from "../../closure/recently-used";
import { compile } from "../../columnar/compile";
import { runtime } from "./runtime";

const MOST = 2000;
/** Characters of all texts together. */
const MOST_TEXT = 4 * 2 ** 20;
/** Bytes of the heap for a character of the text, with byte code, feedback and what is compiled in the end: 6.5 were measured. */
const BYTES_PER_CHARACTER = 8;
/** A task's objects have the rest of the heap. */
const PART_OF_HEAP = 1 / 8;

/**
 * What was compiled and not used for the longest time is forgotten: statements with other numbers in them are other texts, and a thread that
 * has seen thousands would have a heap full of functions that nobody calls again.
 */
export class CompiledFunctions {
  readonly #kept: RecentlyUsed<unknown>;

  /** @param heapBytes of the thread's heap at its largest */
  constructor(heapBytes: number) {
    this.#kept = new RecentlyUsed(MOST, Math.min(MOST_TEXT, (heapBytes * PART_OF_HEAP) / BYTES_PER_CHARACTER));
  }

  /** The function that `source` is an expression of; it may use `R`. */
  get<T>(source: string): T {
    let made = this.#kept.get(source);
    if (made === undefined) {
      made = compile<unknown>(`return (${source});`, { R: runtime });
      this.#kept.set(source, made, source.length);
    }
    return made as T;
  }
}

let functions: CompiledFunctions | undefined;

/** `source` is an expression of a function; it may use `R`. */
export function compileFunction<T>(source: string): T {
  functions ??= new CompiledFunctions(getHeapStatistics().heap_size_limit);
  return functions.get<T>(source);
}
