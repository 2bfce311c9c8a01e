/**
 * Memory that calls in one thread use one after the other. What is made anew for each and dropped lies outside of the heap: it has to be
 * zeroed, and is collected late and at length.
 */

/** In bytes: longer memory, and more of it, is not kept for the next call. */
const MOST_KEPT = 8 << 20;
const MOST_KEPT_TOGETHER = 32 << 20;

export class ReusedDoubles {
  readonly #kept: Float64Array[] = [];
  #bytes = 0;

  /** At least so many numbers, whatever is in them; the same memory as the last call with this `place` got, where that was long enough. */
  of(place: number, length: number): Float64Array {
    const kept = this.#kept[place];
    if (kept !== undefined && kept.length >= length) return kept;
    const memory = new Float64Array(length);
    const bytes = this.#bytes + memory.byteLength - (kept?.byteLength ?? 0);
    if (memory.byteLength > MOST_KEPT || bytes > MOST_KEPT_TOGETHER) return memory;
    this.#kept[place] = memory;
    this.#bytes = bytes;
    return memory;
  }
}
