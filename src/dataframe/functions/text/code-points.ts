/** Characters of SQL strings are code points; JavaScript counts UTF-16 units. Strings without surrogates take the short way. */
const SURROGATES = /[\ud800-\udfff]/;

export function isBmp(text: string): boolean {
  return !SURROGATES.test(text);
}

export function countCodePoints(text: string): number {
  if (isBmp(text)) return text.length;
  let count = 0;
  for (const _ of text) count++;
  return count;
}

/** From code point `start` to before `end`; both may lie outside of the text. */
export function sliceCodePoints(text: string, start: number, end: number): string {
  const from = Math.max(0, start);
  if (end <= from) return "";
  if (isBmp(text)) return text.slice(from, end);
  return Array.from(text).slice(from, end).join("");
}

/** The index in UTF-16 units of a code point; the length where there are fewer. */
export function unitIndex(text: string, codePoints: number): number {
  if (isBmp(text)) return Math.min(codePoints, text.length);
  let units = 0;
  for (let n = 0; n < codePoints && units < text.length; n++) units += (text.codePointAt(units) as number) > 0xffff ? 2 : 1;
  return units;
}

/** 0-based place of the first occurrence at or after code point `start`, -1 where there is none. */
export function indexOfCodePoints(text: string, search: string, start: number): number {
  if (search === "") return 0;
  const found = text.indexOf(search, unitIndex(text, start));
  return found <= 0 || isBmp(text) ? found : countCodePoints(text.slice(0, found));
}

/** SQL's substring: 1-based, negative positions from the end, 0 as 1. */
export function substringSql(text: string, position: number, length: number): string {
  const total = countCodePoints(text);
  const start = position > 0 ? position - 1 : position < 0 ? total + position : 0;
  return sliceCodePoints(text, start, Math.min(Math.max(start + length, -2147483648), 2147483647));
}

export function sliceBytesSql(bytes: Uint8Array, position: number, length: number): Uint8Array {
  const start = position > 0 ? position - 1 : position < 0 ? bytes.length + position : 0;
  const end = start + length;
  const from = Math.max(0, start);
  return end <= from ? new Uint8Array(0) : bytes.slice(from, end);
}
