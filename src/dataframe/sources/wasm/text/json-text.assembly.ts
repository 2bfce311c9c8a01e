// Tokens of JSON in bytes, by its rules alone: 0 in the place of an address where something is not plain JSON. Every line ends with a line feed
// or a carriage return, which no token holds.

/** Where a line stopped being plain: not behind the line's end. */
export let failedAt: usize = 0;

// @ts-ignore: decorator
@inline
export function failed(p: usize): usize {
  failedAt = p;
  return 0;
}

// @ts-ignore: decorator
@inline
export function spaces(p: usize): usize {
  return load<u8>(p) > 32 ? p : behindSpaces(p);
}

function behindSpaces(p: usize): usize {
  while (load<u8>(p) == 32 || load<u8>(p) == 9) p++;
  return p;
}

// @ts-ignore: decorator
@inline
function specials(p: usize): i32 {
  const x = v128.load(p);
  const marks = v128.or(i8x16.eq(x, i8x16.splat(34)), i8x16.eq(x, i8x16.splat(92)));
  return i8x16.bitmask(v128.or(marks, i8x16.lt_u(x, i8x16.splat(32))));
}

/** The first quote, backslash or control character at or behind p; every line ends with one. */
// @ts-ignore: decorator
@inline
export function special(p: usize): usize {
  let mask = specials(p);
  while (mask == 0) {
    p += 16;
    mask = specials(p);
  }
  return p + (ctz(mask) as usize);
}

/** The first line feed or carriage return at or behind p. */
export function lineEnd(p: usize): usize {
  let mask: i32 = 0;
  for (; mask == 0; p += 16) {
    const x = v128.load(p);
    mask = i8x16.bitmask(v128.or(i8x16.eq(x, i8x16.splat(10)), i8x16.eq(x, i8x16.splat(13))));
  }
  return p - 16 + (ctz(mask) as usize);
}

/** How many of the bytes at p are digits. */
// @ts-ignore: decorator
@inline
export function digits(p: usize): usize {
  const mask = i8x16.bitmask(i8x16.gt_u(i8x16.sub(v128.load(p), i8x16.splat(48)), i8x16.splat(9)));
  return mask != 0 ? (ctz(mask) as usize) : 16 + moreDigits(p + 16);
}

function moreDigits(p: usize): usize {
  const begin = p;
  while ((load<u8>(p) as u32) - 48 <= 9) p++;
  return p - begin;
}

// @ts-ignore: decorator
@inline
function isHex(p: usize): bool {
  const x = load<u8>(p) as u32;
  return x - 48 <= 9 || (x | 32) - 97 <= 5;
}

/** Behind the number at p. */
// @ts-ignore: decorator
@inline
export function number(p: usize): usize {
  if (load<u8>(p) == 45) p++;
  let count = digits(p);
  if (count == 0 || (count > 1 && load<u8>(p) == 48)) return failed(p);
  p += count;
  if (load<u8>(p) == 46) {
    count = digits(p + 1);
    if (count == 0) return failed(p);
    p += count + 1;
  }
  return (load<u8>(p) | 32) == 101 ? behindExponent(p) : p;
}

function behindExponent(p: usize): usize {
  p++;
  if (load<u8>(p) == 43 || load<u8>(p) == 45) p++;
  const count = digits(p);
  return count == 0 ? failed(p) : p + count;
}

/** Behind null, true or false. */
export function word(p: usize): usize {
  const four = load<u32>(p);
  if (four == 0x6c6c756e || four == 0x65757274) return p + 4;
  if (four == 0x736c6166 && load<u8>(p, 4) == 101) return p + 5;
  return failed(p);
}

/** Behind the escape at p. */
function escape(p: usize): usize {
  switch (load<u8>(p, 1) as u32) {
    case 34:
    case 47:
    case 92:
    case 98:
    case 102:
    case 110:
    case 114:
    case 116:
      return p + 2;
    case 117:
      return isHex(p + 2) && isHex(p + 3) && isHex(p + 4) && isHex(p + 5) ? p + 6 : failed(p);
    default:
      return failed(p);
  }
}

/** Behind the string whose first character is at p. */
export function string(p: usize): usize {
  p = special(p);
  while (load<u8>(p) == 92) {
    p = escape(p);
    if (p == 0) return 0;
    p = special(p);
  }
  return load<u8>(p) == 34 ? p + 1 : failed(p);
}

/** At the value behind the key at p. */
function behindKey(p: usize): usize {
  if (load<u8>(p) != 34) return failed(p);
  p = string(p + 1);
  if (p == 0) return 0;
  p = spaces(p);
  return load<u8>(p) == 58 ? spaces(p + 1) : failed(p);
}

/** Behind the value at p, whatever it is. */
export function skipped(p: usize): usize {
  let depth = 0;
  /** A bit for each open bracket, the innermost the lowest: 1 for objects. */
  let open: u64 = 0;
  do {
    const first = load<u8>(p);
    if (first == 34) p = string(p + 1);
    else if (first == 123 || first == 91) {
      if (depth == 64) return failed(p);
      const object = first == 123;
      depth++;
      open = (open << 1) | (object ? 1 : 0);
      p = spaces(p + 1);
      if (load<u8>(p) != (object ? 125 : 93)) {
        if (object) {
          p = behindKey(p);
          if (p == 0) return 0;
        }
        continue;
      }
      depth--;
      open >>= 1;
      p++;
    } else p = first == 45 || (first as u32) - 48 <= 9 ? number(p) : word(p);
    if (p == 0) return 0;
    while (depth > 0) {
      const object = (open & 1) == 1;
      p = spaces(p);
      const x = load<u8>(p);
      if (x == 44) {
        p = spaces(p + 1);
        if (object) {
          p = behindKey(p);
          if (p == 0) return 0;
        }
        break;
      }
      if (x != (object ? 125 : 93)) return failed(p);
      depth--;
      open >>= 1;
      p++;
    }
  } while (depth > 0);
  return p;
}

// @ts-ignore: decorator
@inline
export function same(a: usize, b: usize, length: i32): bool {
  for (; length >= 16; length -= 16, a += 16, b += 16) {
    if (i8x16.bitmask(i8x16.eq(v128.load(a), v128.load(b))) != 0xffff) return false;
  }
  const rest = (1 << length) - 1;
  return (i8x16.bitmask(i8x16.eq(v128.load(a), v128.load(b))) & rest) == rest;
}
