/** What a path of fields and items finds in the bytes of a JSON text, as a range of them where that is its text. */
import { isUtf8 } from "node:buffer";
import { textOf } from "./bytes";
import { slab } from "./text-slab";
import { jsonAtPath, type PathStep } from "../json/path";
import { behindColon, hasEscape, isName, nameBytes, ODD, skipSpace, stringEnd, valueEnd } from "../json/scan";

const QUOTE = 34;

export class JsonPathFinder {
  /** Where the text that was found last is, and where it ends. */
  bytes: Uint8Array = new Uint8Array(0);
  end = 0;
  readonly #names: readonly (Uint8Array | null)[];
  readonly #plain: boolean;
  /** What was found in the value looked at last: no place, and the place where its text is. */
  #start = ODD;
  #stop = ODD;

  constructor(readonly path: readonly PathStep[]) {
    this.#names = path.map((step) => (step.kind === "field" ? nameBytes(step.name) : null));
    this.#plain = path.every((step, i) => (step.kind === "field" ? this.#names[i] !== null : step.kind === "item"));
  }

  /** Where the text begins that the path finds in the JSON of these bytes; -1 where it finds nothing. */
  find(bytes: Uint8Array, from: number, end: number): number {
    if (from === end) return -1;
    this.#start = ODD;
    if (this.#plain) {
      const at = this.#look(bytes, skipSpace(bytes, from, end), end, 0);
      // A number or word at the top may go on behind what was read of it.
      if (at !== ODD && (at === end || bytes[at - 1] === 125 || bytes[at - 1] === 93)) {
        return this.#start === ODD ? -1 : this.#text(bytes, this.#start, this.#stop);
      }
    }
    const text = jsonAtPath(textOf(bytes, from, end), this.path);
    return text === null ? -1 : this.#made(text);
  }

  /** Behind the value at `at`; what the steps from `depth` on find in it is noted. */
  #look(bytes: Uint8Array, at: number, end: number, depth: number): number {
    const step = this.path[depth];
    if (step === undefined) {
      const stop = valueEnd(bytes, at, end);
      if (stop !== ODD && bytes[at] !== 110) {
        this.#start = at;
        this.#stop = stop;
      }
      return stop;
    }
    if (step.kind === "field" && bytes[at] === 123) return this.#lookInObject(bytes, at, end, depth);
    if (step.kind === "item" && bytes[at] === 91) return this.#lookInArray(bytes, at, end, depth, step.index);
    return valueEnd(bytes, at, end);
  }

  #lookInObject(bytes: Uint8Array, from: number, end: number, depth: number): number {
    const name = this.#names[depth]!;
    let at = skipSpace(bytes, from + 1, end);
    if (at < end && bytes[at] === 125) return at + 1;
    while (at < end) {
      if (bytes[at] !== QUOTE) return ODD;
      const close = stringEnd(bytes, at + 1, end);
      if (close === ODD || hasEscape(bytes, at + 1, close)) return ODD;
      const wanted = this.#start === ODD && isName(bytes, at + 1, close, name);
      at = behindColon(bytes, close + 1, end);
      if (at === ODD) return ODD;
      at = wanted ? this.#look(bytes, at, end, depth + 1) : valueEnd(bytes, at, end);
      if (at === ODD) return ODD;
      at = skipSpace(bytes, at, end);
      if (at === end) return ODD;
      if (bytes[at] === 125) return at + 1;
      if (bytes[at] !== 44) return ODD;
      at = skipSpace(bytes, at + 1, end);
    }
    return ODD;
  }

  #lookInArray(bytes: Uint8Array, from: number, end: number, depth: number, index: number): number {
    let at = skipSpace(bytes, from + 1, end);
    if (at < end && bytes[at] === 93) return at + 1;
    for (let i = 0; at < end; i++) {
      at = i === index ? this.#look(bytes, at, end, depth + 1) : valueEnd(bytes, at, end);
      if (at === ODD) return ODD;
      at = skipSpace(bytes, at, end);
      if (at === end) return ODD;
      if (bytes[at] === 93) return at + 1;
      if (bytes[at] !== 44) return ODD;
      at = skipSpace(bytes, at + 1, end);
    }
    return ODD;
  }

  /** The text of the value in this range, as the path finds it. */
  #text(bytes: Uint8Array, start: number, stop: number): number {
    if (bytes[start] === QUOTE) {
      if (isVerbatim(bytes, start + 1, stop - 1)) return this.#range(bytes, start + 1, stop - 1);
    } else if (isWholeOrWord(bytes, start, stop)) return this.#range(bytes, start, stop);
    return this.#made(jsonAtPath(textOf(bytes, start, stop), [])!);
  }

  #range(bytes: Uint8Array, start: number, end: number): number {
    this.bytes = bytes;
    this.end = end;
    return start;
  }

  #made(text: string): number {
    const start = slab.put(text);
    this.bytes = slab.bytes;
    this.end = slab.end;
    return start;
  }
}

/** A string without escapes, of valid UTF-8. */
export function isVerbatim(bytes: Uint8Array, start: number, end: number): boolean {
  let all = 0;
  for (let i = start; i < end; i++) {
    const byte = bytes[i]!;
    if (byte === 92) return false;
    all |= byte;
  }
  return all < 0x80 || isUtf8(bytes.subarray(start, end));
}

/** Whole numbers but for -0, true and false: the same text when they are written again. */
function isWholeOrWord(bytes: Uint8Array, start: number, end: number): boolean {
  const first = bytes[start]!;
  if (first === 116 || first === 102) return true;
  if (first === 45 && bytes[start + 1] === 48) return false;
  for (let i = first === 45 ? start + 1 : start; i < end; i++) if (bytes[i]! < 48 || bytes[i]! > 57) return false;
  return true;
}
