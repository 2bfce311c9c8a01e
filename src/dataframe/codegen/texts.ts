/** Strings as JavaScript has them, and strings made of bytes: what generated code calls for them. */
import { countCodePoints, isBmp, sliceCodePoints } from "../functions/text/code-points";
import { skipBack, textOf } from "./bytes";
import { slab } from "./text-slab";

/** Shorter texts are looked at unit by unit. */
const SHORT = 40;
const SPACE = 32;

function isPlain(text: string): boolean {
  if (text.length > SHORT) return isBmp(text);
  for (let i = 0; i < text.length; i++) if ((text.charCodeAt(i) & 0xf800) === 0xd800) return false;
  return true;
}

/** Characters of a text. */
export function textLength(text: string): number {
  return isPlain(text) ? text.length : countCodePoints(text);
}

/** Bytes of a text. */
export function textBytes(text: string): number {
  const { length } = text;
  if (length > SHORT) return Buffer.byteLength(text);
  for (let i = 0; i < length; i++) if (text.charCodeAt(i) > 0x7f) return Buffer.byteLength(text);
  return length;
}

/** substring(text, position, count) of SQL, of a text as long as it may be. */
export function textPart(text: string, position: number, count: number): string {
  const total = textLength(text);
  const start = position > 0 ? position - 1 : position < 0 ? total + position : 0;
  const end = Math.min(start + count, total);
  const from = Math.max(0, start);
  if (end <= from) return "";
  return total === text.length ? text.slice(from, end) : sliceCodePoints(text, from, end);
}

/** The part at a place, from 0, of a text that a delimiter divides; null where there are fewer. */
export function splitPart(text: string, delimiter: string, place: number): string | null {
  let from = 0;
  for (let i = 0; i < place; i++) {
    const at = text.indexOf(delimiter, from);
    if (at < 0) return null;
    from = at + delimiter.length;
  }
  const end = text.indexOf(delimiter, from);
  return end < 0 ? text.slice(from) : text.slice(from, end);
}

/** Where the last `count` characters begin; the end where there are none. */
export function lastCharacters(bytes: Uint8Array, start: number, end: number, count: number): number {
  return count <= 0 ? end : skipBack(bytes, start, end, count);
}

/** The place after the spaces at the start. */
export function skipSpaces(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && bytes[at] === SPACE) at++;
  return at;
}

/** The place before the spaces at the end. */
export function skipSpacesBack(bytes: Uint8Array, start: number, end: number): number {
  let at = end;
  while (at > start && bytes[at - 1] === SPACE) at--;
  return at;
}

/** In upper case, in the slab; gives where it begins. */
export function upper(bytes: Uint8Array, start: number, end: number): number {
  const at = slab.reserve(end - start);
  const to = slab.bytes;
  let next = at;
  for (let i = start; i < end; i++) {
    const byte = bytes[i]!;
    if (byte > 0x7f) return slab.put(textOf(bytes, start, end).toUpperCase());
    to[next++] = byte >= 97 && byte <= 122 ? byte - 32 : byte;
  }
  slab.close(next);
  return at;
}

/** In lower case, in the slab; gives where it begins. */
export function lower(bytes: Uint8Array, start: number, end: number): number {
  const at = slab.reserve(end - start);
  const to = slab.bytes;
  let next = at;
  for (let i = start; i < end; i++) {
    const byte = bytes[i]!;
    if (byte > 0x7f) return slab.put(textOf(bytes, start, end).toLowerCase());
    to[next++] = byte >= 65 && byte <= 90 ? byte + 32 : byte;
  }
  slab.close(next);
  return at;
}

/** Copies from[start, end) to `at` and behind; gives where it ends there. */
export function copied(from: Uint8Array, start: number, end: number, to: Uint8Array, at: number): number {
  const length = end - start;
  if (length > SHORT) to.set(from.subarray(start, end), at);
  else for (let i = 0; i < length; i++) to[at + i] = from[start + i]!;
  return at + length;
}
