// Numbers of Parquet files in the forms of columns. Wide integers are two 64-bit words, the low one first. Up to 32 bytes behind
// inputs may be read and 16 behind outputs be written.

// @ts-ignore: decorator
@inline const SAFE: i64 = 9007199254740991;

/** 64-bit integers as doubles, in place if need be; 0 where one is not a safe integer. */
export function longs(src: usize, count: i32, dst: usize): i32 {
  let bad: u64 = 0;
  const top: u64 = (2 * SAFE) as u64;
  for (let i: usize = 0; i < (count as usize); i++) {
    const x = load<i64>(src + 8 * i);
    bad |= ((x + SAFE) as u64) > top ? 1 : 0;
    store<f64>(dst + 8 * i, x as f64);
  }
  return bad == 0 ? 1 : 0;
}

/** 64-bit integers times `factor` (positive); 0 where a result is no safe integer, 2 where one is beyond 64 bits. Wide results go to dst as integers when `wide`. */
export function longsTimes(src: usize, count: i32, factor: i64, dst: usize, wide: i32): i32 {
  const most = i64.MAX_VALUE / factor;
  let state = 1;
  for (let i: usize = 0; i < (count as usize); i++) {
    const x = load<i64>(src + 8 * i);
    if (x > most || x < -most) return 2;
    const y = x * factor;
    if (y > SAFE || y < -SAFE) state = 0;
    if (wide) store<i64>(dst + 8 * i, y);
    else store<f64>(dst + 8 * i, y as f64);
  }
  return state;
}

/** 64-bit integers divided, towards minus infinity: nanoseconds to microseconds. Results are 64-bit integers. */
export function longsOver(src: usize, count: i32, divisor: i64, dst: usize): void {
  for (let i: usize = 0; i < (count as usize); i++) {
    const x = load<i64>(src + 8 * i);
    let q = x / divisor;
    if (x % divisor < 0) q--;
    store<i64>(dst + 8 * i, q);
  }
}

export function intsAsLongs(src: usize, count: i32, dst: usize): void {
  for (let i: usize = count as usize; i > 0; i--) store<i64>(dst + 8 * (i - 1), load<i32>(src + 4 * (i - 1)) as i64);
}

export function unsignedAsLongs(src: usize, count: i32, dst: usize): void {
  for (let i: usize = count as usize; i > 0; i--) store<i64>(dst + 8 * (i - 1), load<u32>(src + 4 * (i - 1)) as i64);
}

export function intsAsDoubles(src: usize, count: i32, dst: usize): void {
  for (let i: usize = count as usize; i > 0; i--) store<f64>(dst + 8 * (i - 1), load<i32>(src + 4 * (i - 1)) as f64);
}

export function floatsAsDoubles(src: usize, count: i32, dst: usize): void {
  for (let i: usize = count as usize; i > 0; i--) store<f64>(dst + 8 * (i - 1), load<f32>(src + 4 * (i - 1)) as f64);
}

export function intsAsBytes(src: usize, count: i32, dst: usize): void {
  for (let i: usize = 0; i < (count as usize); i++) store<i8>(dst + i, load<i32>(src + 4 * i) as i8);
}

export function intsAsShorts(src: usize, count: i32, dst: usize): void {
  for (let i: usize = 0; i < (count as usize); i++) store<i16>(dst + 2 * i, load<i32>(src + 4 * i) as i16);
}

/** IEEE half precision to single. */
export function halves(src: usize, count: i32, dst: usize): void {
  for (let i: usize = 0; i < (count as usize); i++) {
    const h = load<u16>(src + 2 * i) as u32;
    const sign = (h & 0x8000) << 16;
    const exponent = (h >> 10) & 31;
    const fraction = h & 1023;
    let bits: u32;
    if (exponent == 31) bits = sign | 0x7f800000 | (fraction << 13);
    else if (exponent != 0) bits = sign | ((exponent + 112) << 23) | (fraction << 13);
    else {
      const value = (fraction as f32) * (5.9604644775390625e-8 as f32);
      bits = sign | reinterpret<u32>(value);
    }
    store<u32>(dst + 4 * i, bits);
  }
}

/** INT96 timestamps (nanoseconds of the day, Julian day) as microseconds since 1970. */
export function int96(src: usize, count: i32, dst: usize): void {
  for (let i: usize = 0; i < (count as usize); i++) {
    const nanos = load<i64>(src + 12 * i);
    const day = load<i32>(src + 12 * i + 8) as i64;
    store<i64>(dst + 8 * i, (day - 2440588) * 86400000000 + nanos / 1000);
  }
}

/** The `length` bytes at `from`, big-endian two's complement, 1 to 8 of them. Reads eight bytes from `from`. */
// @ts-ignore: decorator
@inline
function bigEndian(from: usize, length: u32): i64 {
  return (bswap(load<u64>(from)) as i64) >> ((8 - length) * 8);
}

/**
 * Big-endian integers of `length` bytes each, back to back, as doubles. 0 where one is no safe integer.
 * Only the last 8 bytes count once those before are seen to be the sign.
 */
export function fixedAsDoubles(src: usize, length: u32, count: i32, dst: usize): i32 {
  let good = true;
  if (length <= 8) {
    for (let i: usize = 0; i < (count as usize); i++) {
      const x = bigEndian(src, length);
      good = good && x <= SAFE && x >= -SAFE;
      store<f64>(dst + 8 * i, x as f64);
      src += length;
    }
  } else {
    for (let i: usize = 0; i < (count as usize); i++) {
      const x = bswap(load<u64>(src + length - 8)) as i64;
      const sign = (x >> 63) as u8;
      good = good && x <= SAFE && x >= -SAFE;
      for (let b: usize = 0; b < length - 8; b++) good = good && load<u8>(src + b) == sign;
      store<f64>(dst + 8 * i, x as f64);
      src += length;
    }
  }
  return good ? 1 : 0;
}

/** The same as two words each, low one first. 0 where one is beyond 128 bits. */
export function fixedAsWords(src: usize, length: u32, count: i32, dst: usize): i32 {
  for (let i: usize = 0; i < (count as usize); i++) {
    if (!words(src, length, dst + 16 * i)) return 0;
    src += length;
  }
  return 1;
}

// @ts-ignore: decorator
@inline
function words(from: usize, length: u32, to: usize): bool {
  if (length == 0) {
    store<i64>(to, 0);
    store<i64>(to, 0, 8);
    return true;
  }
  const sign: i64 = (load<i8>(from) as i64) >> 7;
  const extra: usize = length > 16 ? length - 16 : 0;
  for (let b: usize = 0; b < extra; b++) if (load<u8>(from + b) != (sign as u8)) return false;
  let low: u64 = sign as u64;
  let high: u64 = sign as u64;
  for (let b = extra; b < (length as usize); b++) {
    high = (high << 8) | (low >> 56);
    low = (low << 8) | (load<u8>(from + b) as u64);
  }
  store<u64>(to, low);
  store<u64>(to, high, 8);
  return true;
}

/** Integers of varying lengths at starts[i]..ends[i] of `bytes`, as two words each. */
export function bytesAsWords(bytes: usize, starts: usize, ends: usize, count: i32, dst: usize): i32 {
  for (let i: usize = 0; i < (count as usize); i++) {
    const start = load<i32>(starts + 4 * i);
    if (!words(bytes + start, (load<i32>(ends + 4 * i) - start) as u32, dst + 16 * i)) return 0;
  }
  return 1;
}

/** Two-word integers as doubles; 0 where one is no safe integer. */
export function wordsAsDoubles(src: usize, count: i32, dst: usize): i32 {
  let good = true;
  for (let i: usize = 0; i < (count as usize); i++) {
    const low = load<i64>(src + 16 * i);
    good = good && low <= SAFE && low >= -SAFE && load<i64>(src + 16 * i + 8) == low >> 63;
    store<f64>(dst + 8 * i, low as f64);
  }
  return good ? 1 : 0;
}

/** The low words; 0 where the high one says more than the sign. */
export function wordsAsLongs(src: usize, count: i32, dst: usize): i32 {
  for (let i: usize = 0; i < (count as usize); i++) if (load<i64>(src + 16 * i + 8) != load<i64>(src + 16 * i) >> 63) return 0;
  for (let i: usize = 0; i < (count as usize); i++) store<i64>(dst + 8 * i, load<i64>(src + 16 * i));
  return 1;
}

export function longsAsWords(src: usize, count: i32, dst: usize): void {
  for (let i: usize = count as usize; i > 0; i--) {
    const x = load<i64>(src + 8 * (i - 1));
    store<i64>(dst + 16 * (i - 1), x);
    store<i64>(dst + 16 * (i - 1), x >> 63, 8);
  }
}

/** The low halves of 64-bit integers. */
export function longsAsInts(src: usize, count: i32, dst: usize): void {
  for (let i: usize = 0; i < (count as usize); i++) store<i32>(dst + 4 * i, load<i64>(src + 8 * i) as i32);
}

/** BYTE_STREAM_SPLIT: byte b of value i is at src + b * count + i. */
export function byteStreams(src: usize, width: u32, count: i32, dst: usize): void {
  const n = count as usize;
  if (width == 4) {
    for (let i: usize = 0; i < n; i++) {
      store<u32>(
        dst + 4 * i,
        (load<u8>(src + i) as u32) |
          ((load<u8>(src + n + i) as u32) << 8) |
          ((load<u8>(src + 2 * n + i) as u32) << 16) |
          ((load<u8>(src + 3 * n + i) as u32) << 24),
      );
    }
    return;
  }
  for (let b: usize = 0; b < (width as usize); b++) {
    const from = src + b * n;
    for (let i: usize = 0; i < n; i++) store<u8>(dst + i * width + b, load<u8>(from + i));
  }
}

/** Whether all 64-bit integers are safe ones. */
export function areSafe(src: usize, count: i32): i32 {
  let bad: u64 = 0;
  const top: u64 = (2 * SAFE) as u64;
  for (let i: usize = 0; i < (count as usize); i++) bad |= ((load<i64>(src + 8 * i) + SAFE) as u64) > top ? 1 : 0;
  return bad == 0 ? 1 : 0;
}

export function areSafeWords(src: usize, count: i32): i32 {
  for (let i: usize = 0; i < (count as usize); i++) {
    const low = load<i64>(src + 16 * i);
    if (low > SAFE || low < -SAFE || load<i64>(src + 16 * i + 8) != low >> 63) return 0;
  }
  return 1;
}

export function unsignedAsWords(src: usize, count: i32, dst: usize): void {
  for (let i: usize = count as usize; i > 0; i--) {
    const x = load<i64>(src + 8 * (i - 1));
    store<i64>(dst + 16 * (i - 1), x);
    store<i64>(dst + 16 * (i - 1), 0, 8);
  }
}

