import { booleanAt, daysAt, timestampAt } from "./values.assembly";

// What texts of fields are, as far as their characters say it plainly: such a text leaves a column what it has been.

/** Marks of rows, besides 0: read by another; above, passed over. */
const ODD: u8 = 1;

/** What a column has been so far. */
const INT: i32 = 1;
const LONG: i32 = 2;
const DOUBLE: i32 = 3;
const DATE: i32 = 4;
const TIMESTAMP: i32 = 5;
const TIMESTAMP_NTZ: i32 = 6;
const BOOLEAN: i32 = 7;
const DECIMAL: i32 = 8;

/** A bit for each of the 16 bytes at p that is no digit. */
// @ts-ignore: decorator
@inline
function others(p: usize): i32 {
  return i8x16.bitmask(i8x16.gt_u(i8x16.sub(v128.load(p), i8x16.splat(48)), i8x16.splat(9)));
}

/** 1 to `most` digits, at most 18. */
// @ts-ignore: decorator
@inline
function isWhole(p: usize, length: i32, most: i32): bool {
  if (length <= 0 || length > most) return false;
  if (length <= 16) return (others(p) & ((1 << length) - 1)) == 0;
  return (others(p) | (others(p + 2) & ((1 << (length - 2)) - 1))) == 0;
}

/** Digits, with a point between them or without. */
// @ts-ignore: decorator
@inline
function isFloating(p: usize, length: i32): bool {
  if (length > 16) return isLongFloating(p, length);
  const mask = others(p) & ((1 << length) - 1);
  if (mask == 0) return length > 0;
  const point = ctz(mask);
  return (mask & (mask - 1)) == 0 && point > 0 && point < length - 1 && load<u8>(p + point) == 46;
}

function isLongFloating(p: usize, length: i32): bool {
  let point: i32 = -1;
  for (let i: i32 = 0; i < length; i++) {
    const x = load<u8>(p + i) as u32;
    if (x - 48 <= 9) continue;
    if (x != 46 || point >= 0) return false;
    point = i;
  }
  return point != 0 && point != length - 1;
}

// @ts-ignore: decorator
@inline
function isPlain(p: usize, length: i32, kind: i32): bool {
  const signed = kind <= DOUBLE && load<u8>(p) == 45 ? 1 : 0;
  switch (kind) {
    case INT:
      return isWhole(p + signed, length - signed, 9);
    case LONG:
      return isWhole(p + signed, length - signed, 18);
    case DOUBLE:
      return isFloating(p + signed, length - signed);
    case DATE:
      return length == 10 && daysAt(p) != i32.MIN_VALUE;
    case TIMESTAMP:
      return timestampAt(p, length, 2) != i64.MIN_VALUE;
    case TIMESTAMP_NTZ:
      return timestampAt(p, length, 0) != i64.MIN_VALUE;
    case BOOLEAN:
      return booleanAt(p, length) >= 0;
    case DECIMAL:
      return isWhole(p, length, 18);
    default:
      return false;
  }
}

// @ts-ignore: decorator
@inline
function firstOther(src: usize, starts: usize, ends: usize, odd: usize, from: i32, count: i32, kind: i32): i32 {
  for (let i: usize = from; i < (count as usize); i++) {
    const mark = load<u8>(odd + i);
    if (mark == 0) {
      const start = load<i32>(starts + 4 * i);
      const length = load<i32>(ends + 4 * i) - start;
      if (length == 0 || isPlain(src + start, length, kind)) continue;
    } else if (mark != ODD) continue;
    return i as i32;
  }
  return count;
}

/**
 * The first row at or behind `from` that is odd, or whose field is neither empty nor plainly of the kind; `count` where there is none. Rows with other
 * marks are passed over. Kind 0 is that of no text.
 */
export function firstNotPlain(src: usize, starts: usize, ends: usize, odd: usize, from: i32, count: i32, kind: i32): i32 {
  switch (kind) {
    case INT:
      return firstOther(src, starts, ends, odd, from, count, INT);
    case LONG:
      return firstOther(src, starts, ends, odd, from, count, LONG);
    case DOUBLE:
      return firstOther(src, starts, ends, odd, from, count, DOUBLE);
    case DATE:
      return firstOther(src, starts, ends, odd, from, count, DATE);
    default:
      return firstOther(src, starts, ends, odd, from, count, kind);
  }
}
