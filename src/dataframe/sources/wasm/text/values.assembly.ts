// Texts of single values.

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
export function daysAt(p: usize): i32 {
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

/**
 * Microseconds of yyyy-MM-dd, T or a space, HH:mm:ss, up to six digits of a fraction; `zoned`: then Z or ±HH:mm, which may be left out where
 * `zoned` is 2. i64.MIN_VALUE for anything else.
 */
export function timestampAt(p: usize, length: i32, zoned: i32): i64 {
  if (length < 19) return i64.MIN_VALUE;
  const end = p + length;
  const days = daysAt(p);
  const between = load<u8>(p, 10);
  const hour = twoDigits(p + 11);
  const minute = twoDigits(p + 14);
  const second = twoDigits(p + 17);
  let good =
    days != i32.MIN_VALUE &&
    (between == 84 || between == 32) &&
    hour >= 0 && hour < 24 && load<u8>(p, 13) == 58 &&
    minute >= 0 && minute < 60 && load<u8>(p, 16) == 58 &&
    second >= 0 && second < 60;
  let micros: i64 = ((days as i64) * 86400 + hour * 3600 + minute * 60 + second) * 1000000;
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
      // No zone is more than 18 hours away.
      if (hours < 0 || minutes < 0 || minutes > 59 || hours * 60 + minutes > 1080) good = false;
      const offset: i64 = ((hours * 60 + minutes) as i64) * 60000000;
      micros += x == 43 ? -offset : offset;
      p = end;
    }
  } else if (zoned == 1) good = false;
  return good && p == end ? micros : i64.MIN_VALUE;
}

/** 1 for true and 0 for false, in any case; -1 for anything else. */
export function booleanAt(p: usize, length: i32): i32 {
  if (length == 4 && (load<u32>(p) | 0x20202020) == 0x65757274) return 1;
  return length == 5 && (load<u32>(p) | 0x20202020) == 0x736c6166 && (load<u8>(p, 4) | 32) == 101 ? 0 : -1;
}
