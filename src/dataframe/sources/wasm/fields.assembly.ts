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

/** Plain decimal numbers whose digits and power of ten are both exact doubles, so that their quotient is rounded once. */
export function doubleFields(src: usize, starts: usize, ends: usize, count: i32, dst: usize, odd: usize): void {
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
    if (digits == 0 || digits > 15) good = false;
    let result: f64 = 0;
    if (good) {
      result = (value as f64) / load<f64>(POWERS + 8 * (max(behind, 0) as usize));
      if (negative) result = -result;
    } else store<u8>(odd + i, ODD);
    store<f64>(dst + 8 * i, result);
  }
}

// @ts-ignore: decorator
@inline
function twoDigits(p: usize): i32 {
  const a = (load<u8>(p) as i32) - 48;
  const b = (load<u8>(p, 1) as i32) - 48;
  return (a as u32) > 9 || (b as u32) > 9 ? -1 : a * 10 + b;
}

/** Days since 1970 of yyyy-MM-dd at p, or i32.MIN_VALUE. */
// @ts-ignore: decorator
@inline
function daysAt(p: usize): i32 {
  const century = twoDigits(p);
  const years = twoDigits(p + 2);
  const month = twoDigits(p + 5);
  const day = twoDigits(p + 8);
  if (century < 0 || years < 0 || month < 1 || month > 12 || day < 1 || load<u8>(p, 4) != 45 || load<u8>(p, 7) != 45) return i32.MIN_VALUE;
  const year = century * 100 + years;
  const leap = (year & 3) == 0 && (year % 100 != 0 || year % 400 == 0);
  const length = month == 2 ? (leap ? 29 : 28) : month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
  if (day > length) return i32.MIN_VALUE;
  // Years begin in March.
  const y = month <= 2 ? year - 1 : year;
  const era = (y >= 0 ? y : y - 399) / 400;
  const ofEra = y - era * 400;
  const ofYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + ofEra * 365 + ofEra / 4 - ofEra / 100 + ofYear - 719468;
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

/** yyyy-MM-dd, T or a space, HH:mm:ss, up to six digits of a fraction; `zoned`: then Z or ±HH:mm, which may be left out where `zoned` is 2. Microseconds. */
export function timestampFields(src: usize, starts: usize, ends: usize, count: i32, zoned: i32, dst: usize, odd: usize): void {
  for (let i: usize = 0; i < (count as usize); i++) {
    const start = load<i32>(starts + 4 * i);
    const length = load<i32>(ends + 4 * i) - start;
    if (length == 0) {
      store<f64>(dst + 8 * i, 0);
      continue;
    }
    let p = src + start;
    const end = p + length;
    let good = length >= 19;
    let micros: i64 = 0;
    if (good) {
      const days = daysAt(p);
      const between = load<u8>(p, 10);
      const hour = twoDigits(p + 11);
      const minute = twoDigits(p + 14);
      const second = twoDigits(p + 17);
      good =
        days != i32.MIN_VALUE &&
        (between == 84 || between == 32) &&
        hour >= 0 && hour < 24 && load<u8>(p, 13) == 58 &&
        minute >= 0 && minute < 60 && load<u8>(p, 16) == 58 &&
        second >= 0 && second < 60;
      micros = ((days as i64) * 86400 + hour * 3600 + minute * 60 + second) * 1000000;
      p += 19;
      if (good && p < end && load<u8>(p) == 46) {
        p++;
        let unit: i64 = 100000;
        while (p < end && (load<u8>(p) as u32) - 48 <= 9) {
          if (unit == 0) good = false;
          micros += unit * ((load<u8>(p) as i64) - 48);
          unit /= 10;
          p++;
        }
      }
      if (good && p < end && zoned != 0) {
        const x = load<u8>(p);
        if (x == 90 && p + 1 == end) p = end;
        else if ((x == 43 || x == 45) && p + 6 == end && load<u8>(p, 3) == 58) {
          const hours = twoDigits(p + 1);
          const minutes = twoDigits(p + 4);
          if (hours < 0 || hours > 18 || minutes < 0 || minutes > 59) good = false;
          const offset: i64 = ((hours * 60 + minutes) as i64) * 60000000;
          micros += x == 43 ? -offset : offset;
          p = end;
        }
      } else if (zoned == 1) good = false;
      if (p != end) good = false;
    }
    if (!good) {
      store<u8>(odd + i, ODD);
      micros = 0;
    }
    store<f64>(dst + 8 * i, micros as f64);
  }
}

/** true and false, in any case. */
export function booleanFields(src: usize, starts: usize, ends: usize, count: i32, dst: usize, odd: usize): void {
  for (let i: usize = 0; i < (count as usize); i++) {
    const start = load<i32>(starts + 4 * i);
    const length = load<i32>(ends + 4 * i) - start;
    const p = src + start;
    let value: u8 = 0;
    if (length == 4 && (load<u32>(p) | 0x20202020) == 0x65757274) value = 1;
    else if (length != 0 && !(length == 5 && (load<u32>(p) | 0x20202020) == 0x736c6166 && (load<u8>(p, 4) | 32) == 101))
      store<u8>(odd + i, ODD);
    store<u8>(dst + i, value);
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
