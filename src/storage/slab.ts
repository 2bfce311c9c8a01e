/**
 * The book-keeping of one slab: a run of granules cut into extents. Two-level segregated fit (Masmano et al. 2004):
 * free extents hang in lists by size class, four classes per power of two, and join their free neighbours when they
 * come back. It knows numbers only; which memory they stand for is the arena's affair. For one thread.
 */
import { InternalError } from "../common/errors";

const CLASSES = 31 * 4;
/** How far a list is searched for the best fit. */
const SEARCH = 16;
const NONE = -1;

export class Slab {
  /**
   * At the first and the last granule of every extent: its length, positive while free, negative while used. Elsewhere
   * whatever was there before, which nobody looks at.
   */
  readonly #length: Int32Array;
  readonly #next: Int32Array;
  readonly #previous: Int32Array;
  readonly #heads = new Int32Array(CLASSES).fill(NONE);
  #used = 0;
  #touched = 0;

  constructor(readonly granules: number) {
    this.#length = new Int32Array(granules);
    this.#next = new Int32Array(granules);
    this.#previous = new Int32Array(granules);
    this.#insert(0, granules);
  }

  /** Granules handed out. */
  get used(): number {
    return this.#used;
  }

  /** One past the highest granule ever handed out. */
  get touched(): number {
    return this.#touched;
  }

  /** First granule of a run of `length`, or -1 when no free run is that long. */
  allocate(length: number): number {
    const start = this.#find(length);
    if (start === NONE) return NONE;
    const found = this.#length[start]!;
    this.#remove(start, found);
    if (found > length) this.#insert(start + length, found - length);
    this.#mark(start, -length);
    this.#used += length;
    if (start + length > this.#touched) this.#touched = start + length;
    return start;
  }

  free(start: number): void {
    const length = this.#lengthOfUsed(start);
    this.#used -= length;
    this.#release(start, length);
  }

  /** Gives the end of an extent back: it keeps its first `length` granules, at least one. */
  shrink(start: number, length: number): void {
    const before = this.#lengthOfUsed(start);
    if (length < 1 || length > before) throw new InternalError(`An extent of ${before} granules cannot shrink to ${length}.`);
    if (length === before) return;
    this.#mark(start, -length);
    this.#used -= before - length;
    this.#release(start + length, before - length);
  }

  /** Granules of the used extent that starts at `start`. */
  lengthOf(start: number): number {
    return this.#lengthOfUsed(start);
  }

  /** The longest free run. */
  largestFree(): number {
    for (let c = CLASSES - 1; c >= 0; c--) {
      let best = 0;
      for (let at = this.#heads[c]!; at !== NONE; at = this.#next[at]!) best = Math.max(best, this.#length[at]!);
      if (best > 0) return best;
    }
    return 0;
  }

  /** Throws unless extents tile the slab, neighbours that are free are joined, and every free one is in its list. */
  check(): void {
    const listed = new Set<number>();
    for (let c = 0; c < CLASSES; c++) {
      for (let at = this.#heads[c]!; at !== NONE; at = this.#next[at]!) {
        if (classOf(this.#length[at]!) !== c || listed.has(at))
          throw new InternalError(`Free extent ${at} is in the wrong list.`);
        listed.add(at);
      }
    }
    let used = 0;
    let wasFree = false;
    for (let at = 0; at < this.granules;) {
      const length = this.#length[at]!;
      const size = Math.abs(length);
      if (length === 0 || at + size > this.granules || this.#length[at + size - 1] !== length)
        throw new InternalError(`Extent ${at} is torn.`);
      if (length > 0 && (wasFree || !listed.delete(at)))
        throw new InternalError(`Free extent ${at} is not joined or not listed.`);
      if (length < 0) used += size;
      wasFree = length > 0;
      at += size;
    }
    if (listed.size > 0 || used !== this.#used)
      throw new InternalError("The slab's lists and its count disagree with its extents.");
  }

  #find(length: number): number {
    const own = classOf(length);
    let best = NONE;
    let bestLength = 0;
    let seen = 0;
    for (let at = this.#heads[own]!; at !== NONE && (best === NONE || seen < SEARCH); at = this.#next[at]!, seen++) {
      const candidate = this.#length[at]!;
      if (candidate < length || (best !== NONE && candidate >= bestLength)) continue;
      best = at;
      bestLength = candidate;
      if (candidate === length) break;
    }
    for (let c = own + 1; best === NONE && c < CLASSES; c++) best = this.#heads[c]!;
    return best;
  }

  #release(start: number, length: number): void {
    let from = start;
    let to = start + length;
    const before = from > 0 ? this.#length[from - 1]! : 0;
    if (before > 0) {
      from -= before;
      this.#remove(from, before);
    }
    const after = to < this.granules ? this.#length[to]! : 0;
    if (after > 0) {
      this.#remove(to, after);
      to += after;
    }
    // A stale mark inside the joined run must not pass for a used extent when it is freed twice.
    this.#length[start] = 0;
    this.#insert(from, to - from);
  }

  #mark(start: number, length: number): void {
    this.#length[start] = length;
    this.#length[start + Math.abs(length) - 1] = length;
  }

  #lengthOfUsed(start: number): number {
    const length = this.#length[start] ?? 0;
    if (length >= 0) throw new InternalError(`Granule ${start} is not the start of an extent in use.`);
    return -length;
  }

  #insert(start: number, length: number): void {
    this.#mark(start, length);
    const c = classOf(length);
    const head = this.#heads[c]!;
    this.#next[start] = head;
    this.#previous[start] = NONE;
    if (head !== NONE) this.#previous[head] = start;
    this.#heads[c] = start;
  }

  #remove(start: number, length: number): void {
    const next = this.#next[start]!;
    const previous = this.#previous[start]!;
    if (next !== NONE) this.#previous[next] = previous;
    if (previous !== NONE) this.#next[previous] = next;
    else this.#heads[classOf(length)] = next;
  }
}

/** Lengths of one class lie between 2^e + q 2^(e-2) and the next quarter. */
function classOf(length: number): number {
  const exponent = 31 - Math.clz32(length);
  const quarter = exponent >= 2 ? (length >>> (exponent - 2)) & 3 : 0;
  return exponent * 4 + quarter;
}
