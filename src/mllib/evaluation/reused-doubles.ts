/**
 * Memory that calls in one thread use one after the other. What is made anew for each and dropped lies outside of the heap: it has to be
 * zeroed, and is collected late and at length.
 */

/** In bytes: longer memory is not kept for the next call. */
const MOST_KEPT = 8 << 20;

export class ReusedDoubles {
  readonly #kept: Float64Array[] = [];

  /** At least so many numbers, whatever is in them; the same memory as the last call with this `place` got, where that was long enough. */
  of(place: number, length: number): Float64Array {
    const kept = this.#kept[place];
    if (kept !== undefined && kept.length >= length) return kept;
    const memory = new Float64Array(length);
    if (memory.byteLength <= MOST_KEPT) this.#kept[place] = memory;
    return memory;
  }
}
