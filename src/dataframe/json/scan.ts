/**
 * Plain JSON in UTF-8 bytes, without strings being made of it: what every set of options reads the same. All functions give ODD for
 * anything else, which is left to JsonReader.
 */

export const ODD = -1;

const QUOTE = 34;
const BACKSLASH = 92;
/** Deeper values are odd. */
const MOST_DEPTH = 200;

/** What a byte may be within a string: 0 itself, 1 the string's end, 2 an escape, 3 odd. */
const IN_STRING = new Uint8Array(256);
IN_STRING.fill(3, 0, 32);
IN_STRING[QUOTE] = 1;
IN_STRING[BACKSLASH] = 2;

/** Behind spaces. */
export function skipSpace(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end) {
    const byte = bytes[at]!;
    if (byte !== 32 && byte !== 10 && byte !== 13 && byte !== 9) break;
    at++;
  }
  return at;
}

/** The place of the quote that ends the string whose first byte is at `from`. */
export function stringEnd(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end) {
    const kind = IN_STRING[bytes[at]!]!;
    if (kind === 0) at++;
    else if (kind === 1) return at;
    else if (kind === 3) return ODD;
    else {
      at = escapeEnd(bytes, at, end);
      if (at === ODD) return ODD;
    }
  }
  return ODD;
}

/** Behind the escape whose backslash is at `at`. */
function escapeEnd(bytes: Uint8Array, at: number, end: number): number {
  if (at + 1 >= end) return ODD;
  switch (bytes[at + 1]) {
    case 34:
    case 47:
    case 92:
    case 98:
    case 102:
    case 110:
    case 114:
    case 116:
      return at + 2;
    case 117:
      if (at + 6 > end) return ODD;
      for (let i = at + 2; i < at + 6; i++) if (!isHex(bytes[i]!)) return ODD;
      return at + 6;
    default:
      return ODD;
  }
}

function isHex(byte: number): boolean {
  const letter = byte | 32;
  return (byte >= 48 && byte <= 57) || (letter >= 97 && letter <= 102);
}

function digitsEnd(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (at < end && bytes[at]! >= 48 && bytes[at]! <= 57) at++;
  return at;
}

/** Behind the number at `from`. What follows is the caller's to look at. */
function numberEnd(bytes: Uint8Array, from: number, end: number): number {
  const first = bytes[from] === 45 ? from + 1 : from;
  let at = digitsEnd(bytes, first, end);
  if (at === first || (at - first > 1 && bytes[first] === 48)) return ODD;
  if (at < end && bytes[at] === 46) {
    const fraction = at + 1;
    at = digitsEnd(bytes, fraction, end);
    if (at === fraction) return ODD;
  }
  if (at < end && (bytes[at]! | 32) === 101) {
    at++;
    if (at < end && (bytes[at] === 43 || bytes[at] === 45)) at++;
    const exponent = at;
    at = digitsEnd(bytes, exponent, end);
    if (at === exponent) return ODD;
  }
  return at;
}

const TRUE = Buffer.from("true");
const FALSE = Buffer.from("false");
const NULL = Buffer.from("null");

function wordEnd(bytes: Uint8Array, from: number, end: number, word: Uint8Array): number {
  if (from + word.length > end) return ODD;
  for (let i = 1; i < word.length; i++) if (bytes[from + i] !== word[i]) return ODD;
  return from + word.length;
}

/** Behind the value at `from`, all of which is plain. The caller sees that a separator follows numbers and words. */
export function valueEnd(bytes: Uint8Array, from: number, end: number, depth = 0): number {
  if (from >= end) return ODD;
  switch (bytes[from]) {
    case QUOTE: {
      const close = stringEnd(bytes, from + 1, end);
      return close === ODD ? ODD : close + 1;
    }
    case 123:
    case 91:
      return depth === MOST_DEPTH ? ODD : structureEnd(bytes, from, end, depth + 1);
    case 116:
      return wordEnd(bytes, from, end, TRUE);
    case 102:
      return wordEnd(bytes, from, end, FALSE);
    case 110:
      return wordEnd(bytes, from, end, NULL);
    default:
      return numberEnd(bytes, from, end);
  }
}

/** Behind the object or array at `from`. */
function structureEnd(bytes: Uint8Array, from: number, end: number, depth: number): number {
  const inObject = bytes[from] === 123;
  const close = inObject ? 125 : 93;
  let at = skipSpace(bytes, from + 1, end);
  if (at < end && bytes[at] === close) return at + 1;
  while (at < end) {
    if (inObject) {
      at = valuePlace(bytes, at, end);
      if (at === ODD) return ODD;
    }
    at = valueEnd(bytes, at, end, depth);
    if (at === ODD) return ODD;
    at = skipSpace(bytes, at, end);
    if (at === end) return ODD;
    if (bytes[at] === close) return at + 1;
    if (bytes[at] !== 44) return ODD;
    at = skipSpace(bytes, at + 1, end);
  }
  return ODD;
}

/** The place of the value whose name's quote is at `at`. */
function valuePlace(bytes: Uint8Array, at: number, end: number): number {
  if (bytes[at] !== QUOTE) return ODD;
  const close = stringEnd(bytes, at + 1, end);
  return close === ODD ? ODD : behindColon(bytes, close + 1, end);
}

/** The place of the value behind the colon that follows. */
export function behindColon(bytes: Uint8Array, from: number, end: number): number {
  const at = skipSpace(bytes, from, end);
  return at < end && bytes[at] === 58 ? skipSpace(bytes, at + 1, end) : ODD;
}

/** Whether the bytes of a name are these; a name with escapes is none. */
export function isName(bytes: Uint8Array, start: number, end: number, name: Uint8Array): boolean {
  const { length } = name;
  if (end - start !== length) return false;
  for (let i = 0; i < length; i++) if (bytes[start + i] !== name[i]) return false;
  return true;
}

/** The bytes of a name that no other bytes in JSON stand for, but for escapes; null where there are such. */
export function nameBytes(name: string): Uint8Array | null {
  return /[\u0000-\u001f"\\\ufffd]|\p{Surrogate}/u.test(name) ? null : new Uint8Array(Buffer.from(name));
}

/** Whether there is an escape; bytes of a name must be looked at for that before they are compared. */
export function hasEscape(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if (bytes[i] === BACKSLASH) return true;
  return false;
}
