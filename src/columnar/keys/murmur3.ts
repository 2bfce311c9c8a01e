/**
 * Murmur3 x86_32 as Spark has it (org.apache.spark.unsafe.hash.Murmur3_x86_32.hashUnsafeBytes): the bytes after the last
 * whole word are mixed in one by one, as signed numbers. All results are int32.
 */
const C1 = 0xcc9e2d51 | 0;
const C2 = 0x1b873593;

export const SEED = 42;

function mixWord(hash: number, word: number): number {
  let k = Math.imul(word, C1);
  k = (k << 15) | (k >>> 17);
  const mixed = hash ^ Math.imul(k, C2);
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0;
}

function finish(hash: number, bytes: number): number {
  let mixed = hash ^ bytes;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}

export function hashInt(value: number, seed: number): number {
  return finish(mixWord(seed, value), 4);
}

export function hashLong(low: number, high: number, seed: number): number {
  return finish(mixWord(mixWord(seed, low), high), 8);
}

export function hashBytes(bytes: Uint8Array, start: number, end: number, seed: number): number {
  let hash = seed;
  const words = start + ((end - start) & ~3);
  let at = start;
  for (; at < words; at += 4) {
    hash = mixWord(hash, bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24));
  }
  for (; at < end; at++) hash = mixWord(hash, (bytes[at]! << 24) >> 24);
  return finish(hash, end - start);
}

/** The hash of text[start … end) in UTF-8; a lone surrogate counts as the three bytes that UTF-8 would give its code. */
export function hashText(text: string, start: number, end: number, seed: number): number {
  let hash = seed;
  const words = start + ((end - start) & ~3);
  let at = start;
  for (; at < words; at += 4) {
    const a = text.charCodeAt(at);
    const b = text.charCodeAt(at + 1);
    const c = text.charCodeAt(at + 2);
    const d = text.charCodeAt(at + 3);
    if ((a | b | c | d) > 0x7f) return hashNonAscii(text, start, end, seed);
    hash = mixWord(hash, a | (b << 8) | (c << 16) | (d << 24));
  }
  for (; at < end; at++) {
    const unit = text.charCodeAt(at);
    if (unit > 0x7f) return hashNonAscii(text, start, end, seed);
    hash = mixWord(hash, unit);
  }
  return finish(hash, end - start);
}

let utf8 = new Uint8Array(1024);

function hashNonAscii(text: string, start: number, end: number, seed: number): number {
  if (3 * (end - start) > utf8.length) utf8 = new Uint8Array(3 * (end - start));
  let length = 0;
  for (let at = start; at < end; at++) {
    let code = text.charCodeAt(at);
    if (code >= 0xd800 && code < 0xdc00 && at + 1 < end) {
      const low = text.charCodeAt(at + 1);
      if (low >= 0xdc00 && low < 0xe000) {
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
        at++;
      }
    }
    if (code < 0x80) utf8[length++] = code;
    else if (code < 0x800) {
      utf8[length++] = 0xc0 | (code >> 6);
      utf8[length++] = 0x80 | (code & 0x3f);
    } else if (code < 0x10000) {
      utf8[length++] = 0xe0 | (code >> 12);
      utf8[length++] = 0x80 | ((code >> 6) & 0x3f);
      utf8[length++] = 0x80 | (code & 0x3f);
    } else {
      utf8[length++] = 0xf0 | (code >> 18);
      utf8[length++] = 0x80 | ((code >> 12) & 0x3f);
      utf8[length++] = 0x80 | ((code >> 6) & 0x3f);
      utf8[length++] = 0x80 | (code & 0x3f);
    }
  }
  return hashBytes(utf8, 0, length, seed);
}
