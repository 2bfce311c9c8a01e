/** JSON text made in bytes: what generated code calls for to_json. All give the place behind what they have written. */
import { isUtf8 } from "node:buffer";
import { quotedJson } from "../json/text";
import { textOf } from "./bytes";

/** Most bytes that a whole number takes. */
export const INTEGER_BYTES = 17;
/** Most bytes that one byte of a string takes. */
export const ESCAPED_BYTES = 6;

export function putBytes(to: Uint8Array, at: number, from: Uint8Array, start: number, end: number): number {
  for (let i = start; i < end; i++) to[at + i - start] = from[i]!;
  return at + end - start;
}

const scratch = new Uint8Array(INTEGER_BYTES);

/** The digits of a safe integer. */
export function putInteger(to: Uint8Array, from: number, value: number): number {
  let at = from;
  let left = value;
  if (left < 0) {
    to[at++] = 45;
    left = -left;
  }
  let first = INTEGER_BYTES;
  while (left >= 2147483648) {
    const next = Math.floor(left / 10);
    scratch[--first] = 48 + (left - next * 10);
    left = next;
  }
  let small = left | 0;
  do {
    const next = (small / 10) | 0;
    scratch[--first] = 48 + (small - next * 10);
    small = next;
  } while (small > 0);
  while (first < INTEGER_BYTES) to[at++] = scratch[first++]!;
  return at;
}

/** A string in quotes, with the escapes of JSON. What is no UTF-8 is replaced. */
export function putQuoted(to: Uint8Array, from: number, bytes: Uint8Array, start: number, end: number): number {
  let at = from;
  let all = 0;
  to[at++] = 34;
  for (let i = start; i < end; i++) {
    const byte = bytes[i]!;
    if (byte < 32 || byte === 34 || byte === 92) return putText(to, from, quotedJson(textOf(bytes, start, end)));
    all |= byte;
    to[at++] = byte;
  }
  if (all >= 0x80 && !isUtf8(bytes.subarray(start, end))) return putText(to, from, quotedJson(textOf(bytes, start, end)));
  to[at++] = 34;
  return at;
}

function putText(to: Uint8Array, at: number, text: string): number {
  return at + Buffer.from(to.buffer, to.byteOffset, to.length).write(text, at);
}
