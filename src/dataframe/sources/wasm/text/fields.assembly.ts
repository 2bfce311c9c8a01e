import { nearestDouble } from "./doubles.assembly";
import { booleanAt, daysAt, timestampAt } from "./values.assembly";

// Fields of lines to values: ranges relative to `src`, where those that are empty are no value. Rows with anything that is not simple are
// marked, and left to the reader of single records.

/** Of a row. */
const ODD: u8 = 1;

/** Whole numbers between `low` and `high` as doubles; rows with anything else are marked. */
export function wholeFields(src: usize, starts: usize, ends: usize, count: i32, low: f64, high: f64, dst: usize, odd: usize): void {
  for (let i: usize = 0; i < (count as usize); i++) {
    let p = src + load<i32>(starts + 4 * i);
    const end = src + load<i32>(ends + 4 * i);
    if (p == end) {
      store<f64>(dst + 8 * i, 0);
      continue;
    }
    const sign = load<u8>(p);
    const negative = sign == 45;
    if (negative || sign == 43) p++;
    let value: i64 = 0;
    let good = end > p && end - p <= 15;
    for (; p < end; p++) {
      const digit = (load<u8>(p) as u32) - 48;
      if (digit > 9) good = false;
      value = value * 10 + (digit as i64);
    }
    const result = (negative ? -value : value) as f64;
    if (!good || result < low || result > high) store<u8>(odd + i, ODD);
    store<f64>(dst + 8 * i, result);
  }
}

/** Decimals of `scale` as unscaled doubles: at most 15 digits, and no more behind the point than the scale has. */
export function decimalFields(src: usize, starts: usize, ends: usize, count: i32, scale: i32, limit: f64, dst: usize, odd: usize): void {
  for (let i: usize = 0; i < (count as usize); i++) {
    let p = src + load<i32>(starts + 4 * i);
    const end = src + load<i32>(ends + 4 * i);
    if (p == end) {
      store<f64>(dst + 8 * i, 0);
      continue;
    }
    const sign = load<u8>(p);
    const negative = sign == 45;
    if (negative || sign == 43) p++;
    let value: i64 = 0;
    let digits: i32 = 0;
    let behind: i32 = -1;
    let good = true;
    for (; p < end; p++) {
      const x = load<u8>(p) as u32;
      if (x == 46 && behind < 0) {
        behind = 0;
        continue;
      }
      if (x - 48 > 9) {
        good = false;
        break;
      }
      value = value * 10 + ((x - 48) as i64);
      digits++;
      if (behind >= 0) behind++;
    }
    const missing = scale - max(behind, 0);
    if (digits == 0 || missing < 0 || digits + missing > 15) good = false;
    if (good) for (let k = 0; k < missing; k++) value *= 10;
    const result = (negative ? -value : value) as f64;
    if (!good || result >= limit || result <= -limit) store<u8>(odd + i, ODD);
    store<f64>(dst + 8 * i, good ? result : 0);
  }
}

const POWERS: usize = memory.data<f64>([
  1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
]);

/**
 * The double from p to `end`: digits with a point and an exponent or without, at most 19 digits. NaN for anything else, and for what
 * nearestDouble does not know, which needs `fives`.
 */
// @ts-ignore: decorator
@inline
export function doubleAt(from: usize, end: usize, fives: usize): f64 {
  let p = from;
  const sign = p < end ? load<u8>(p) : 0;
  const negative = sign == 45;
  if (negative || sign == 43) p++;
  const begin = p;
  let value: u64 = 0;
  let digits: i32 = 0;
  let behind: i32 = -1;
  let x: u32 = 0;
  for (; p < end; p++) {
    x = load<u8>(p) as u32;
    if (x == 46 && behind < 0) {
      behind = 0;
      continue;
    }
    if (x - 48 > 9) break;
    value = value * 10 + ((x - 48) as u64);
    // Zeros in front are no digits that count.
    if (value != 0) digits++;
    if (behind >= 0) behind++;
  }
  let good = digits <= 19 && p - begin > (behind >= 0 ? 1 : 0);
  let power = -max(behind, 0);
  if (p < end) {
    const more = (x | 32) == 101 ? exponentAt(p + 1, end) : i32.MIN_VALUE;
    if (more == i32.MIN_VALUE) good = false;
    else power += more;
  }
  let result: f64 = NaN;
  if (good) {
    // Of exact doubles quotient and product are rounded once.
    if (digits <= 15 && power >= -22 && power <= 22) {
      const exact = load<f64>(POWERS + 8 * (abs(power) as usize));
      result = power < 0 ? (value as f64) / exact : (value as f64) * exact;
    } else result = nearestDouble(value, power, fives);
    if (negative) result = -result;
  }
  return result;
}

/** As `doubleAt` reads them. */
export function doubleFields(src: usize, starts: usize, ends: usize, count: i32, fives: usize, dst: usize, odd: usize): void {
  for (let i: usize = 0; i < (count as usize); i++) {
    const start = src + load<i32>(starts + 4 * i);
    const end = src + load<i32>(ends + 4 * i);
    const result = start == end ? 0 : doubleAt(start, end, fives);
    const good = result == result;
    if (!good) store<u8>(odd + i, ODD);
    store<f64>(dst + 8 * i, good ? result : 0);
  }
}

/** The number at p, of at most four digits; i32.MIN_VALUE for anything else up to `end`. */
function exponentAt(p: usize, end: usize): i32 {
  const negative = p < end && load<u8>(p) == 45;
  if (negative || (p < end && load<u8>(p) == 43)) p++;
  if (p == end || end - p > 4) return i32.MIN_VALUE;
  let value: i32 = 0;
  for (; p < end; p++) {
    const digit = (load<u8>(p) as u32) - 48;
    if (digit > 9) return i32.MIN_VALUE;
    value = value * 10 + (digit as i32);
  }
  return negative ? -value : value;
}

export function dateFields(src: usize, starts: usize, ends: usize, count: i32, dst: usize, odd: usize): void {
  for (let i: usize = 0; i < (count as usize); i++) {
    const start = load<i32>(starts + 4 * i);
    const length = load<i32>(ends + 4 * i) - start;
    let days: i32 = 0;
    if (length != 0) {
      days = length == 10 ? daysAt(src + start) : i32.MIN_VALUE;
      if (days == i32.MIN_VALUE) {
        store<u8>(odd + i, ODD);
        days = 0;
      }
    }
    store<i32>(dst + 4 * i, days);
  }
}

/** As `timestampAt` reads them, in microseconds. */
export function timestampFields(src: usize, starts: usize, ends: usize, count: i32, zoned: i32, dst: usize, odd: usize): void {
  for (let i: usize = 0; i < (count as usize); i++) {
    const start = load<i32>(starts + 4 * i);
    const length = load<i32>(ends + 4 * i) - start;
    let micros: i64 = 0;
    if (length != 0) {
      micros = timestampAt(src + start, length, zoned);
      if (micros == i64.MIN_VALUE) {
        store<u8>(odd + i, ODD);
        micros = 0;
      }
    }
    store<f64>(dst + 8 * i, micros as f64);
  }
}

/** true and false, in any case. */
export function booleanFields(src: usize, starts: usize, ends: usize, count: i32, dst: usize, odd: usize): void {
  for (let i: usize = 0; i < (count as usize); i++) {
    const start = load<i32>(starts + 4 * i);
    const length = load<i32>(ends + 4 * i) - start;
    const value = length == 0 ? 0 : booleanAt(src + start, length);
    if (value < 0) store<u8>(odd + i, ODD);
    store<u8>(dst + i, value == 1 ? 1 : 0);
  }
}

export function doublesAsShorts(src: usize, count: i32, dst: usize): void {
  for (let i: usize = 0; i < (count as usize); i++) store<i16>(dst + 2 * i, load<f64>(src + 8 * i) as i16);
}

export function doublesAsBytes(src: usize, count: i32, dst: usize): void {
  for (let i: usize = 0; i < (count as usize); i++) store<i8>(dst + i, load<f64>(src + 8 * i) as i8);
}

export function doublesAsFloats(src: usize, count: i32, dst: usize): void {
  for (let i: usize = 0; i < (count as usize); i++) store<f32>(dst + 4 * i, load<f64>(src + 8 * i) as f32);
}
