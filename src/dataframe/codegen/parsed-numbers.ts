/** Parses numbers in their usual forms. NaN stands for any other text, which is left to the cast itself. */
import { valueMemory } from "../functions/kernels/host";
import { textOf } from "./bytes";

/** No number that the kernel knows has more bytes, but for zeros in front. */
const MOST_BYTES = 32;

/** So many digits are a safe integer. */
const SAFE_DIGITS = 15;
const [PLUS, MINUS, POINT, ZERO] = [43, 45, 46, 48];

/** A sign perhaps, and 1 to 15 digits. */
export function integerOfText(text: string): number {
  const { length } = text;
  const first = length === 0 ? 0 : text.charCodeAt(0);
  const from = first === MINUS || first === PLUS ? 1 : 0;
  if (length === from || length - from > SAFE_DIGITS) return NaN;
  let value = 0;
  for (let i = from; i < length; i++) {
    const digit = text.charCodeAt(i) - ZERO;
    if (!(digit >= 0 && digit <= 9)) return NaN;
    value = value * 10 + digit;
  }
  return first === MINUS ? 0 - value : value;
}

/** As `integerOfText`, of bytes[start, end). */
export function integerOfBytes(bytes: Uint8Array, start: number, end: number): number {
  const first = start < end ? bytes[start]! : 0;
  const from = first === MINUS || first === PLUS ? start + 1 : start;
  if (end <= from || end - from > SAFE_DIGITS) return NaN;
  let value = 0;
  for (let i = from; i < end; i++) {
    const digit = bytes[i]! - ZERO;
    if (!(digit >= 0 && digit <= 9)) return NaN;
    value = value * 10 + digit;
  }
  return first === MINUS ? 0 - value : value;
}

/** What is written with digits, a point and an exponent alone: in those `Number` and Java have the same forms and the same doubles. */
export function doubleOfText(text: string): number {
  let digits = false;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= ZERO && unit <= 57) digits = true;
    else if (unit !== POINT && unit !== MINUS && unit !== PLUS && unit !== 69 && unit !== 101) return NaN;
  }
  return digits ? Number(text) : NaN;
}

/** As `doubleOfText`, of bytes[start, end). */
export function doubleOfBytes(bytes: Uint8Array, start: number, end: number): number {
  if (end - start > MOST_BYTES) return doubleOfText(textOf(bytes, start, end));
  const memory = valueMemory();
  const value = memory.kernels.doubleOf(memory.put(bytes, start, end));
  return value === value ? value : doubleOfText(textOf(bytes, start, end));
}
