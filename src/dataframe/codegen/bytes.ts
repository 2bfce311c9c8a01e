/** Strings and binaries as ranges of bytes: what generated code calls for them. */
import type { TextBuffer } from "../../columnar/bytes";

export const EMPTY: Uint8Array = new Uint8Array(0);

const decoder = new TextDecoder("utf-8");

export function textOf(bytes: Uint8Array, start: number, end: number): string {
  const length = end - start;
  if (length === 0) return "";
  if (length < 24) {
    let text = "";
    for (let i = start; i < end; i++) {
      const byte = bytes[i]!;
      if (byte > 0x7f) return decoder.decode(bytes.subarray(start, end));
      text += String.fromCharCode(byte);
    }
    return text;
  }
  return (Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length) as TextBuffer).utf8Slice(start, end);
}

export function utf8(text: string): Uint8Array {
  return Buffer.from(text, "utf8");
}

export function equalBytes(a: Uint8Array, aStart: number, aEnd: number, b: Uint8Array, bStart: number, bEnd: number): boolean {
  if (aEnd - aStart !== bEnd - bStart) return false;
  for (let i = aStart, k = bStart; i < aEnd; i++, k++) if (a[i] !== b[k]) return false;
  return true;
}

/** The longest bytes that have a number of their own. */
export const LONGEST_NUMBERED = 3;

/** The number of up to LONGEST_NUMBERED bytes: their length and they themselves, so that no others have it. -1 for longer ones. */
export function numberOfBytes(a: Uint8Array, start: number, end: number): number {
  switch (end - start) {
    case 0:
      return 0;
    case 1:
      return (1 << 24) | a[start]!;
    case 2:
      return (2 << 24) | (a[start]! << 8) | a[start + 1]!;
    case 3:
      return (3 << 24) | (a[start]! << 16) | (a[start + 1]! << 8) | a[start + 2]!;
    default:
      return -1;
  }
}

/** Negative, 0 or positive: unsigned, a prefix before what it begins. */
export function compareBytes(a: Uint8Array, aStart: number, aEnd: number, b: Uint8Array, bStart: number, bEnd: number): number {
  const length = Math.min(aEnd - aStart, bEnd - bStart);
  for (let i = 0; i < length; i++) {
    const difference = a[aStart + i]! - b[bStart + i]!;
    if (difference !== 0) return difference;
  }
  return aEnd - aStart - (bEnd - bStart);
}

/** Of tables in memory only; any good hash will do. */
export function hashBytes(bytes: Uint8Array, start: number, end: number): number {
  let hash = (end - start) | 0;
  let at = start;
  for (const last = end - 3; at < last; at += 4) {
    const word = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    hash = Math.imul(hash ^ word, 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  let rest = 0;
  for (; at < end; at++) rest = (rest << 8) | bytes[at]!;
  hash = Math.imul(hash ^ rest, 0x85ebca6b);
  return hash ^ (hash >>> 13);
}

export function hashText(text: string): number {
  let hash = text.length;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x9e3779b1);
  return hash ^ (hash >>> 15);
}

/** Unicode code points. */
export function characterLength(bytes: Uint8Array, start: number, end: number): number {
  let count = 0;
  for (let i = start; i < end; i++) if ((bytes[i]! & 0xc0) !== 0x80) count++;
  return count;
}

/** The place after `count` characters from `start`, at most `end`. */
export function skipCharacters(bytes: Uint8Array, start: number, end: number, count: number): number {
  let at = start;
  for (let left = count; left > 0 && at < end; left--) {
    at++;
    while (at < end && (bytes[at]! & 0xc0) === 0x80) at++;
  }
  return at;
}

/** The place before the last `count` characters, at least `start`. */
export function skipBack(bytes: Uint8Array, start: number, end: number, count: number): number {
  let at = end;
  for (let left = count; left > 0 && at > start; left--) {
    at--;
    while (at > start && (bytes[at]! & 0xc0) === 0x80) at--;
  }
  return at;
}

export function startsWith(a: Uint8Array, start: number, end: number, b: Uint8Array, bStart: number, bEnd: number): boolean {
  const length = bEnd - bStart;
  if (end - start < length) return false;
  for (let i = 0; i < length; i++) if (a[start + i] !== b[bStart + i]) return false;
  return true;
}

export function endsWith(a: Uint8Array, start: number, end: number, b: Uint8Array, bStart: number, bEnd: number): boolean {
  const length = bEnd - bStart;
  return end - start >= length && startsWith(a, end - length, end, b, bStart, bEnd);
}

/** Where the bytes of b first stand in a, or -1. */
export function indexOf(a: Uint8Array, start: number, end: number, b: Uint8Array, bStart: number, bEnd: number): number {
  const length = bEnd - bStart;
  if (length === 0) return start;
  const first = b[bStart]!;
  const last = end - length;
  for (let at = start; at <= last; at++) {
    if (a[at] !== first) continue;
    let k = 1;
    while (k < length && a[at + k] === b[bStart + k]) k++;
    if (k === length) return at;
  }
  return -1;
}

/** Up to here a loop is faster than a call into the runtime. */
const SHORT_TEXT = 40;

/** A growing run of bytes that values are copied into. */
export class ByteSink {
  #buffer: TextBuffer;
  bytes: Uint8Array;
  used = 0;

  constructor(capacity = 1024) {
    this.#buffer = Buffer.allocUnsafeSlow(capacity) as TextBuffer;
    this.bytes = new Uint8Array(this.#buffer.buffer);
  }

  /** Copies bytes to the end; gives where they stand. */
  append(from: Uint8Array, start: number, end: number): number {
    const at = this.used;
    const length = end - start;
    if (at + length > this.bytes.length) this.#grow(length);
    const { bytes } = this;
    if (length < 64) for (let i = 0; i < length; i++) bytes[at + i] = from[start + i]!;
    else bytes.set(from.subarray(start, end), at);
    this.used = at + length;
    return at;
  }

  appendText(text: string): number {
    const at = this.used;
    const { length } = text;
    if (at + length * 3 > this.bytes.length) this.#grow(length * 3);
    if (length <= SHORT_TEXT) {
      const { bytes } = this;
      let i = 0;
      for (; i < length; i++) {
        const unit = text.charCodeAt(i);
        if (unit > 0x7f) break;
        bytes[at + i] = unit;
      }
      if (i === length) {
        this.used = at + length;
        return at;
      }
    }
    this.used = at + this.#buffer.utf8Write(text, at);
    return at;
  }

  #grow(more: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(this.bytes.length * 2, this.used + more)) as TextBuffer;
    larger.set(this.bytes.subarray(0, this.used));
    this.#buffer = larger;
    this.bytes = new Uint8Array(larger.buffer);
  }
}
