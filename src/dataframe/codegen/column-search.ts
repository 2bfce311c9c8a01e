/** Searches for parts of text in a column, by a kernel that looks at sixteen bytes at a time. */
import type { Vector } from "../../columnar/vector";
import { type Heap, heap, Region } from "../sources/wasm/heap";
import { likeMatcher, type Matcher } from "./byte-search";

type Texts = Extract<Vector, { form: "bytes" }>;

/** Rows that are searched together: their text stays in the processor's cache. */
const ROWS = 2048;
/** Longer texts, or texts that lie as far apart, are not copied to the kernel. */
const MOST_BYTES = ROWS * 512;

interface Scratch {
  readonly text: Region;
  readonly starts: Region;
  readonly ends: Region;
  readonly parts: Region;
  readonly found: Region;
}

let scratchOfThread: Scratch | undefined;

function scratch(of: Heap): Scratch {
  return (scratchOfThread ??= {
    text: new Region(of),
    starts: new Region(of),
    ends: new Region(of),
    parts: new Region(of),
    found: new Region(of),
  });
}

/**
 * Which texts begin with the first of two or more parts, end with the last and have the others between them, one behind the
 * other. What `rows` gives lasts until it is called again.
 */
export class ColumnSearch {
  readonly #parts: readonly Uint8Array[];
  readonly #one: Matcher;
  readonly #least: number;
  #found = new Uint8Array(0);

  constructor(parts: readonly Uint8Array[]) {
    this.#parts = parts.filter((part, i) => i === 0 || i === parts.length - 1 || part.length > 0);
    this.#one = likeMatcher(parts);
    this.#least = parts.reduce((sum, part) => sum + part.length, 0);
  }

  /** 1 or 0 for each of the rows [from, to); of missing values either. */
  rows(texts: Texts, from: number, to: number): Uint8Array {
    if (this.#found.length < to - from) this.#found = new Uint8Array(to - from);
    const found = this.#found;
    for (let at = from; at < to; at += ROWS) this.#some(texts, at, Math.min(to, at + ROWS), found, at - from);
    return found;
  }

  #some({ bytes, starts, ends }: Texts, from: number, to: number, found: Uint8Array, place: number): void {
    const least = this.#least;
    let first = from;
    while (first < to && ends[first]! - starts[first]! < least) first++;
    let last = to;
    while (last > first && ends[last - 1]! - starts[last - 1]! < least) last--;
    if (first < last) {
      const low = starts[first]!;
      const length = ends[last - 1]! - low;
      if (length >= 0 && length <= MOST_BYTES && this.#together(bytes, starts, ends, from, to, low, length, found, place)) return;
    }
    for (let i = from; i < to; i++) found[place + i - from] = this.#one(bytes, starts[i]!, ends[i]!) ? 1 : 0;
  }

  /** Whether the texts lie one behind the other in the `length` bytes from `low` on. */
  #together(
    bytes: Uint8Array,
    starts: Int32Array,
    ends: Int32Array,
    from: number,
    to: number,
    low: number,
    length: number,
    found: Uint8Array,
    place: number,
  ): boolean {
    const memory = heap();
    const count = to - from;
    const used = scratch(memory);
    const textAt = used.text.need(length);
    const startsAt = used.starts.need(4 * count);
    const endsAt = used.ends.need(4 * count);
    const foundAt = used.found.need(count);
    const parts = this.#parts;
    const partsAt = used.parts.need(8 * parts.length + this.#least);
    // Nothing that is asked of the heap from here on makes it larger.
    memory.bytes.set(bytes.subarray(low, low + length), textAt);
    new Int32Array(memory.buffer, startsAt, count).set(starts.subarray(from, to));
    new Int32Array(memory.buffer, endsAt, count).set(ends.subarray(from, to));
    const table = new Int32Array(memory.buffer, partsAt, 2 * parts.length);
    let partAt = partsAt + 8 * parts.length;
    parts.forEach((part, i) => {
      table[2 * i] = partAt;
      table[2 * i + 1] = part.length;
      memory.bytes.set(part, partAt);
      partAt += part.length;
    });
    const end = textAt + length;
    const { kernels } = memory;
    if (kernels.matchParts(textAt - low, startsAt, endsAt, count, textAt, end, partsAt, parts.length, foundAt) !== 0)
      return false;
    found.set(memory.bytes.subarray(foundAt, foundAt + count), place);
    return true;
  }
}
