/** Bytes as digits, and digits as bytes: what generated code calls for them. */
import { slab } from "./text-slab";

const HEX = new Uint8Array(Buffer.from("0123456789ABCDEF"));

/** Hexadecimal digits, in the slab; gives where they begin. */
export function hexDigits(bytes: Uint8Array, start: number, end: number): number {
  const first = slab.reserve((end - start) * 2);
  const to = slab.bytes;
  let at = first;
  for (let i = start; i < end; i++) {
    const byte = bytes[i]!;
    to[at++] = HEX[byte >> 4]!;
    to[at++] = HEX[byte & 15]!;
  }
  slab.close(at);
  return first;
}

const BASE64_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const BASE64 = new Uint8Array(Buffer.from(BASE64_DIGITS));
const PAD = 61;

/** Base 64, in lines of 76 characters where that is asked for; in the slab, gives where it begins. */
export function base64(bytes: Uint8Array, start: number, end: number, lines: boolean): number {
  const count = end - start;
  const first = slab.reserve(Math.ceil(count / 3) * 4 + (lines ? Math.floor(count / LINE) * 2 : 0));
  const to = slab.bytes;
  let at = first;
  for (let i = start; i < end; i += 3) {
    if (lines && i > start && (i - start) % LINE === 0) {
      to[at++] = 13;
      to[at++] = 10;
    }
    const left = end - i;
    const group = (bytes[i]! << 16) | (left > 1 ? bytes[i + 1]! << 8 : 0) | (left > 2 ? bytes[i + 2]! : 0);
    to[at++] = BASE64[group >> 18]!;
    to[at++] = BASE64[(group >> 12) & 63]!;
    to[at++] = left > 1 ? BASE64[(group >> 6) & 63]! : PAD;
    to[at++] = left > 2 ? BASE64[group & 63]! : PAD;
  }
  slab.close(at);
  return first;
}

/** Bytes of a line. */
const LINE = 57;

/** What characters stand for among digits, by their bytes; 255 where they are none. */
function valuesOf(digits: string): Uint8Array {
  const values = new Uint8Array(256).fill(255);
  for (let i = 0; i < digits.length; i++) values[digits.charCodeAt(i)] = i;
  return values;
}

const HEX_VALUES = valuesOf("0123456789abcdef");
for (let i = 10; i < 16; i++) HEX_VALUES[55 + i] = i;

/** The bytes of hexadecimal digits, in the slab; -1 where something else is among them. */
export function unhexed(bytes: Uint8Array, start: number, end: number): number {
  const first = slab.reserve((end - start + 1) >> 1);
  const to = slab.bytes;
  let at = first;
  // An odd number has a zero before it.
  let high = (end - start) % 2 === 1 ? 0 : -1;
  for (let i = start; i < end; i++) {
    const digit = HEX_VALUES[bytes[i]!]!;
    if (digit === 255) {
      slab.close(first);
      return -1;
    }
    if (high < 0) high = digit;
    else {
      to[at++] = (high << 4) | digit;
      high = -1;
    }
  }
  slab.close(at);
  return first;
}

const BASE64_VALUES = valuesOf(BASE64_DIGITS);

/** The bytes of whole groups of base 64 with nothing between them, in the slab; -1 for other text. */
export function unbase64(bytes: Uint8Array, start: number, end: number): number {
  if ((end - start) % 4 !== 0) return -1;
  let last = end;
  if (last > start && bytes[last - 1] === PAD) last--;
  if (last > start && bytes[last - 1] === PAD) last--;
  const first = slab.reserve(((end - start) / 4) * 3);
  const to = slab.bytes;
  let at = first;
  let group = 0;
  for (let i = start; i < last; i++) {
    const digit = BASE64_VALUES[bytes[i]!]!;
    if (digit === 255) return -1;
    group = (group << 6) | digit;
    if (((i - start) & 3) !== 3) continue;
    to[at] = group >> 16;
    to[at + 1] = group >> 8;
    to[at + 2] = group;
    at += 3;
    group = 0;
  }
  if (end - last === 1) {
    to[at++] = group >> 10;
    to[at++] = group >> 2;
  } else if (end - last === 2) to[at++] = group >> 4;
  slab.close(at);
  return first;
}
