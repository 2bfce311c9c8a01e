// Parquet's encodings. As in decompress: results below 0 mean damaged input, and up to 32 bytes behind inputs may be read
// and 16 behind outputs be written.

/** Where the run that `hybrid` is in begins; a run-length header is a varint. */
let at: usize = 0;

// @ts-ignore: decorator
@inline
function varint(end: usize): u32 {
  let result: u32 = 0;
  let shift: u32 = 0;
  while (at < end && shift < 35) {
    const byte = load<u8>(at++) as u32;
    result |= (byte & 127) << shift;
    if (byte < 128) return result;
    shift += 7;
  }
  return 0;
}

// @ts-ignore: decorator
@inline
function put<T extends number>(to: usize, index: usize, value: u32): void {
  store<T>(to + index * sizeof<T>(), value as T);
}

/**
 * How packed values are laid into lanes, by their width: which bytes each lane takes, and by what it is multiplied so that its value ends with the lane;
 * then all lanes are shifted alike. Eight lanes of 16 bits for widths up to 8; for those up to 25 twice four of 32 bits, the second four from the
 * byte on in which their first value begins.
 */
const NARROW: usize = memory.data(9 * 32, 16);
const WIDE: usize = memory.data(26 * 64, 16);
const WIDEST: u32 = 25;

for (let width: u32 = 0; width <= 8; width++) {
  const table = NARROW + 32 * width;
  for (let lane: u32 = 0; lane < 8; lane++) {
    const bit = lane * width;
    store<u8>(table + 2 * lane, (bit >> 3) as u8);
    store<u8>(table + 2 * lane + 1, ((bit >> 3) + 1) as u8);
    store<u16>(table + 16 + 2 * lane, width == 0 ? 0 : ((1 as u32) << (16 - width - (bit & 7))) as u16);
  }
}

for (let width: u32 = 1; width <= WIDEST; width++) {
  for (let half: u32 = 0; half < 2; half++) {
    const table = WIDE + 64 * width + 32 * half;
    for (let lane: u32 = 0; lane < 4; lane++) {
      const bit = half * ((4 * width) & 7) + lane * width;
      for (let b: u32 = 0; b < 4; b++) store<u8>(table + 4 * lane + b, ((bit >> 3) + b) as u8);
      store<u32>(table + 16 + 4 * lane, (1 as u32) << (32 - width - (bit & 7)));
    }
  }
}

/** `groups` times 8 values of `width` bits. */
// @ts-ignore: decorator
@inline
function unpack<T extends number>(from: usize, width: u32, groups: usize, to: usize): void {
  if (sizeof<T>() == 1) {
    const bytes = v128.load(NARROW + 32 * width);
    const factors = v128.load(NARROW + 32 * width, 16);
    const shift = (16 - width) as i32;
    const pairs = groups >> 1;
    for (let g: usize = 0; g < pairs; g++) {
      const low = i16x8.shr_u(i16x8.mul(i8x16.swizzle(v128.load(from), bytes), factors), shift);
      const high = i16x8.shr_u(i16x8.mul(i8x16.swizzle(v128.load(from + width), bytes), factors), shift);
      v128.store(to, i8x16.narrow_i16x8_u(low, high));
      from += 2 * width;
      to += 16;
    }
    if (groups & 1) {
      const last = i16x8.shr_u(i16x8.mul(i8x16.swizzle(v128.load(from), bytes), factors), shift);
      store<u64>(to, i64x2.extract_lane(i8x16.narrow_i16x8_u(last, last), 0));
    }
  } else if (width <= WIDEST) {
    const table = WIDE + 64 * width;
    const bytes = v128.load(table);
    const factors = v128.load(table, 16);
    const bytes2 = v128.load(table, 32);
    const factors2 = v128.load(table, 48);
    const half = (4 * width) >> 3;
    const shift = (32 - width) as i32;
    for (let g: usize = 0; g < groups; g++) {
      const low = i32x4.shr_u(i32x4.mul(i8x16.swizzle(v128.load(from), bytes), factors), shift);
      const high = i32x4.shr_u(i32x4.mul(i8x16.swizzle(v128.load(from + half), bytes2), factors2), shift);
      if (sizeof<T>() == 2) v128.store(to, i16x8.narrow_i32x4_u(low, high));
      else {
        v128.store(to, low);
        v128.store(to, high, 16);
      }
      from += width;
      to += 8 * sizeof<T>();
    }
  } else {
    const mask: u64 = ((1 as u64) << (width as u64)) - 1;
    let bit: usize = 0;
    for (let i: usize = 0; i < groups * 8; i++) {
      store<T>(to, ((load<u64>(from + (bit >> 3)) >> ((bit & 7) as u64)) & mask) as T);
      bit += width;
      to += sizeof<T>();
    }
  }
}

// @ts-ignore: decorator
@inline
function hybrid<T extends number>(src: usize, end: usize, width: u32, count: i32, dst: usize): i32 {
  at = src;
  let done: usize = 0;
  const all = count as usize;
  const bytes = ((width + 7) >> 3) as usize;
  while (done < all) {
    if (at >= end) return -1;
    const header = varint(end);
    if (header & 1) {
      const groups = (header >> 1) as usize;
      if (groups == 0) return -1;
      const there = width == 0 ? groups : (end - at) / width;
      const left = (all - done + 7) >> 3;
      // Writers may leave out the padding of the last run.
      const whole = min(groups, min(there, left));
      unpack<T>(at, width, whole, dst + done * sizeof<T>());
      done += whole * 8;
      if (done < all && whole < groups) {
        const tail = min(((end - at - whole * width) * 8) / width, all - done);
        if (done + tail < all) return -1;
        unpack<T>(at + whole * width, width, 1, dst + done * sizeof<T>());
        done += tail;
      }
      at = min(at + groups * width, end);
    } else {
      const run = (header >> 1) as usize;
      if (run == 0 || bytes > end - at) return -1;
      let value: u32 = 0;
      for (let b: usize = 0; b < bytes; b++) value |= (load<u8>(at + b) as u32) << ((b as u32) * 8);
      at += bytes;
      const stop = min(all, done + run);
      if (sizeof<T>() == 1) memory.fill(dst + done, value as u8, stop - done);
      else {
        const x = sizeof<T>() == 2 ? i16x8.splat(value as i16) : i32x4.splat(value as i32);
        let to = dst + done * sizeof<T>();
        const last = dst + stop * sizeof<T>();
        for (; to < last; to += 16) v128.store(to, x);
      }
      done = stop;
    }
  }
  return (at - src) as i32;
}

/** Runs and bit-packed groups as bytes; the result is how many bytes of input they took. */
export function hybrid8(src: usize, end: usize, width: u32, count: i32, dst: usize): i32 {
  return hybrid<u8>(src, end, width, count, dst);
}

export function hybrid16(src: usize, end: usize, width: u32, count: i32, dst: usize): i32 {
  return hybrid<u16>(src, end, width, count, dst);
}

export function hybrid32(src: usize, end: usize, width: u32, count: i32, dst: usize): i32 {
  return hybrid<u32>(src, end, width, count, dst);
}

/** The deprecated BIT_PACKED encoding of levels: most significant bits first. */
export function bitPackedLevels(src: usize, end: usize, width: u32, count: i32, dst: usize): i32 {
  const bytes = ((count as u64) * width + 7) >> 3;
  if (bytes > (end - src) as u64) return -1;
  let bit: usize = 0;
  for (let i = 0; i < count; i++) {
    let value: u32 = 0;
    for (let b: u32 = 0; b < width; b++) {
      value = (value << 1) | (((load<u8>(src + (bit >> 3)) as u32) >> (7 - (bit & 7))) & 1);
      bit++;
    }
    store<u8>(dst + i, value as u8);
  }
  return bytes as i32;
}

export function maxOf8(src: usize, count: i32): i32 {
  let x = i8x16.splat(0);
  const whole = (count as usize) & ~15;
  for (let i: usize = 0; i < whole; i += 16) x = i8x16.max_u(x, v128.load(src + i));
  let result: i32 = 0;
  store<v128>(8, x);
  for (let i: usize = 0; i < 16; i++) result = max(result, load<u8>(8 + i) as i32);
  for (let i = whole; i < (count as usize); i++) result = max(result, load<u8>(src + i) as i32);
  return result;
}

export function maxOf16(src: usize, count: i32): i32 {
  let x = i16x8.splat(0);
  const whole = (count as usize) & ~7;
  for (let i: usize = 0; i < whole; i += 8) x = i16x8.max_u(x, v128.load(src + 2 * i));
  let result: i32 = 0;
  store<v128>(8, x);
  for (let i: usize = 0; i < 8; i++) result = max(result, load<u16>(8 + 2 * i) as i32);
  for (let i = whole; i < (count as usize); i++) result = max(result, load<u16>(src + 2 * i) as i32);
  return result;
}

export function maxOf32(src: usize, count: i32): u32 {
  let x = i32x4.splat(0);
  const whole = (count as usize) & ~3;
  for (let i: usize = 0; i < whole; i += 4) x = i32x4.max_u(x, v128.load(src + 4 * i));
  let result: u32 = 0;
  store<v128>(8, x);
  for (let i: usize = 0; i < 4; i++) result = max(result, load<u32>(8 + 4 * i));
  for (let i = whole; i < (count as usize); i++) result = max(result, load<u32>(src + 4 * i));
  return result;
}

/** Bytes that equal `level` become 1, others 0; the result is how many are 1. */
export function markLevel(levels: usize, count: i32, level: i32, dst: usize): i32 {
  const splat = i8x16.splat(level as i8);
  const one = i8x16.splat(1);
  let total: i32 = 0;
  let i: usize = 0;
  const whole = (count as usize) & ~15;
  for (; i < whole; i += 16) {
    const equal = i8x16.eq(v128.load(levels + i), splat);
    total += popcnt<i32>(i8x16.bitmask(equal));
    v128.store(dst + i, v128.and(equal, one));
  }
  for (; i < (count as usize); i++) {
    const equal: i32 = load<u8>(levels + i) == (level as u8) ? 1 : 0;
    total += equal;
    store<u8>(dst + i, equal as u8);
  }
  return total;
}

/** Bytes that are at least `level` become 1. */
export function markFrom(levels: usize, count: i32, level: i32, dst: usize): i32 {
  let total: i32 = 0;
  for (let i: usize = 0; i < (count as usize); i++) {
    const present: i32 = load<u8>(levels + i) >= (level as u8) ? 1 : 0;
    total += present;
    store<u8>(dst + i, present as u8);
  }
  return total;
}

/** Spreads the packed values at `src` over the places that are valid, zero elsewhere. Regions must not overlap. */
// @ts-ignore: decorator
@inline
function spread<T extends number>(src: usize, valid: usize, count: i32, dst: usize): void {
  let from = src;
  for (let i: usize = 0; i < (count as usize); i++) {
    const v = load<u8>(valid + i) as usize;
    store<T>(dst + i * sizeof<T>(), v != 0 ? load<T>(from) : (0 as T));
    from += v * sizeof<T>();
  }
}

export function spread8(src: usize, valid: usize, count: i32, dst: usize): void {
  spread<u8>(src, valid, count, dst);
}

export function spread16(src: usize, valid: usize, count: i32, dst: usize): void {
  spread<u16>(src, valid, count, dst);
}

export function spread32(src: usize, valid: usize, count: i32, dst: usize): void {
  spread<u32>(src, valid, count, dst);
}

export function spread64(src: usize, valid: usize, count: i32, dst: usize): void {
  spread<u64>(src, valid, count, dst);
}

export function spread128(src: usize, valid: usize, count: i32, dst: usize): void {
  let from = src;
  for (let i: usize = 0; i < (count as usize); i++) {
    const v = load<u8>(valid + i) as usize;
    v128.store(dst + i * 16, v != 0 ? v128.load(from) : i64x2.splat(0));
    from += v * 16;
  }
}

/** PLAIN booleans: bits, least significant first. */
export function booleans(src: usize, count: i32, dst: usize): void {
  unpack<u8>(src, 1, ((count as usize) + 7) >> 3, dst);
}

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

/** dictionary[codes[i]]; codes have been checked. */
// @ts-ignore: decorator
@inline
function pick<C extends number, T extends number>(codes: usize, count: i32, dictionary: usize, dst: usize): void {
  for (let i: usize = 0; i < (count as usize); i++) {
    store<T>(dst + i * sizeof<T>(), load<T>(dictionary + (load<C>(codes + i * sizeof<C>()) as usize) * sizeof<T>()));
  }
}

export function pick32by8(codes: usize, count: i32, dictionary: usize, dst: usize): void {
  pick<u8, u32>(codes, count, dictionary, dst);
}

export function pick32by16(codes: usize, count: i32, dictionary: usize, dst: usize): void {
  pick<u16, u32>(codes, count, dictionary, dst);
}

export function pick32by32(codes: usize, count: i32, dictionary: usize, dst: usize): void {
  pick<u32, u32>(codes, count, dictionary, dst);
}

export function pick64by8(codes: usize, count: i32, dictionary: usize, dst: usize): void {
  pick<u8, u64>(codes, count, dictionary, dst);
}

export function pick64by16(codes: usize, count: i32, dictionary: usize, dst: usize): void {
  pick<u16, u64>(codes, count, dictionary, dst);
}

export function pick64by32(codes: usize, count: i32, dictionary: usize, dst: usize): void {
  pick<u32, u64>(codes, count, dictionary, dst);
}

/** PLAIN byte arrays: where each begins and ends, from `src` on; the bytes they take, or -1. */
export function byteArrays(src: usize, end: usize, count: i32, starts: usize, ends: usize): i32 {
  let p = src;
  for (let i: usize = 0; i < (count as usize); i++) {
    if (p + 4 > end) return -1;
    const length = load<u32>(p) as usize;
    p += 4;
    if (length > end - p) return -1;
    store<i32>(starts + 4 * i, (p - src) as i32);
    p += length;
    store<i32>(ends + 4 * i, (p - src) as i32);
  }
  return (p - src) as i32;
}

/** Whether all bytes are below 128. */
export function isAscii(src: usize, length: i32): i32 {
  const whole = (length as usize) & ~15;
  let x = i64x2.splat(0);
  for (let i: usize = 0; i < whole; i += 16) x = v128.or(x, v128.load(src + i));
  if (i8x16.bitmask(x) != 0) return 0;
  for (let i = whole; i < (length as usize); i++) if (load<u8>(src + i) >= 128) return 0;
  return 1;
}

/** Whether all bytes of the values are below 128; what lies between them does not count. */
export function areAscii(bytes: usize, starts: usize, ends: usize, count: i32): i32 {
  for (let i: usize = 0; i < (count as usize); i++) {
    const start = load<i32>(starts + 4 * i);
    if (!isAscii(bytes + start, load<i32>(ends + 4 * i) - start)) return 0;
  }
  return 1;
}

/** As the spread functions, for the two arrays of ranges. */
export function spreadRanges(starts: usize, ends: usize, valid: usize, count: i32, toStarts: usize, toEnds: usize): void {
  let k: usize = 0;
  for (let i: usize = 0; i < (count as usize); i++) {
    const v = load<u8>(valid + i) as usize;
    store<i32>(toStarts + 4 * i, v != 0 ? load<i32>(starts + 4 * k) : 0);
    store<i32>(toEnds + 4 * i, v != 0 ? load<i32>(ends + 4 * k) : 0);
    k += v;
  }
}

// DELTA_BINARY_PACKED

// @ts-ignore: decorator
@inline
function varint64(end: usize): u64 {
  let result: u64 = 0;
  let shift: u64 = 0;
  while (at < end && shift < 70) {
    const byte = load<u8>(at++) as u64;
    if (shift < 64) result |= (byte & 127) << shift;
    if (byte < 128) return result;
    shift += 7;
  }
  at = usize.MAX_VALUE;
  return 0;
}

// @ts-ignore: decorator
@inline
function zigzag(end: usize): i64 {
  const x = varint64(end);
  return ((x >> 1) as i64) ^ -((x & 1) as i64);
}

/** How many values the block at `src` says it has; -1 where it is damaged. */
export function deltaCount(src: usize, end: usize): i32 {
  at = src;
  varint64(end);
  if (at >= end) return -1;
  varint64(end);
  if (at >= end) return -1;
  const total = varint64(end);
  return at > end || total > 0x7fffffff ? -1 : (total as i32);
}

/**
 * DELTA_BINARY_PACKED as 64-bit integers; `count` must be what deltaCount said or less. The sums wrap at 32 bits where `narrow`,
 * as those of 32-bit columns do. The bytes taken, or -1.
 */
export function deltas(src: usize, end: usize, count: i32, dst: usize, narrow: i32): i32 {
  at = src;
  const blockSize = varint64(end);
  const miniBlocks = varint64(end);
  const total = varint64(end);
  let value = zigzag(end);
  if (at > end || miniBlocks == 0 || miniBlocks > 512 || blockSize == 0 || blockSize > (1 as u64) << 24 || blockSize % miniBlocks != 0) return -1;
  const perMini = (blockSize / miniBlocks) as usize;
  if (perMini % 32 != 0 || total < (count as u64)) return -1;
  const all = count as usize;
  if (total == 0) return (at - src) as i32;
  if (narrow) value = (value as i32) as i64;
  if (all > 0) store<i64>(dst, value);
  let done: usize = 1;
  const there = total as usize;
  while (done < there) {
    if (at >= end) return -1;
    const least = zigzag(end);
    if (at > end || miniBlocks > ((end - at) as u64)) return -1;
    const widths = at;
    at += miniBlocks as usize;
    for (let m: usize = 0; m < (miniBlocks as usize) && done < there; m++) {
      const width = load<u8>(widths + m) as u32;
      if (width > 64) return -1;
      const bytes = (perMini * width) >> 3;
      const wanted = min(perMini, there - done);
      // The last mini block may be cut short.
      if ((wanted * width + 7) >> 3 > end - at) return -1;
      const kept = done < all ? min(wanted, all - done) : 0;
      let to = dst + 8 * done;
      if (width == 0) {
        for (let i: usize = 0; i < kept; i++) {
          value += least;
          if (narrow) value = (value as i32) as i64;
          store<i64>(to, value);
          to += 8;
        }
      } else if (width <= 56) {
        const mask: u64 = ((1 as u64) << (width as u64)) - 1;
        let bit: usize = 0;
        for (let i: usize = 0; i < kept; i++) {
          const x = (load<u64>(at + (bit >> 3)) >> ((bit & 7) as u64)) & mask;
          bit += width;
          value += least + (x as i64);
          if (narrow) value = (value as i32) as i64;
          store<i64>(to, value);
          to += 8;
        }
      } else {
        const mask: u64 = width == 64 ? u64.MAX_VALUE : ((1 as u64) << (width as u64)) - 1;
        let bit: usize = 0;
        for (let i: usize = 0; i < kept; i++) {
          const shift = (bit & 7) as u64;
          let x = load<u64>(at + (bit >> 3)) >> shift;
          if (shift != 0) x |= (load<u8>(at + (bit >> 3) + 8) as u64) << (64 - shift);
          bit += width;
          value += least + ((x & mask) as i64);
          if (narrow) value = (value as i32) as i64;
          store<i64>(to, value);
          to += 8;
        }
      }
      done += wanted;
      at = min(at + bytes, end);
    }
  }
  return (at - src) as i32;
}

/** The low halves of 64-bit integers. */
export function longsAsInts(src: usize, count: i32, dst: usize): void {
  for (let i: usize = 0; i < (count as usize); i++) store<i32>(dst + 4 * i, load<i64>(src + 8 * i) as i32);
}

/** Lengths (64-bit integers) to ranges that follow each other; the sum of all, or -1 where it is beyond `limit` or a length is negative. */
export function lengthsToRanges(lengths: usize, count: i32, limit: i32, starts: usize, ends: usize): i32 {
  let p: i64 = 0;
  for (let i: usize = 0; i < (count as usize); i++) {
    const length = load<i64>(lengths + 8 * i);
    store<i32>(starts + 4 * i, p as i32);
    if (length < 0 || length > (limit as i64)) return -1;
    p += length;
    if (p > (limit as i64)) return -1;
    store<i32>(ends + 4 * i, p as i32);
  }
  return p as i32;
}

/**
 * DELTA_BYTE_ARRAY: `prefixes` (64-bit) bytes of the value before, then the suffix at starts[i]..ends[i] of `suffixes`. Writes
 * the values one behind the other to dst, and their ranges over starts and ends. The bytes written, or -1.
 */
export function joinPrefixes(
  prefixes: usize,
  suffixes: usize,
  starts: usize,
  ends: usize,
  count: i32,
  dst: usize,
  limit: usize,
): i32 {
  let p = dst;
  let before = dst;
  let lengthBefore: i64 = 0;
  for (let i: usize = 0; i < (count as usize); i++) {
    const prefix = load<i64>(prefixes + 8 * i);
    const start = load<i32>(starts + 4 * i) as usize;
    const suffix = (load<i32>(ends + 4 * i) as usize) - start;
    if (prefix < 0 || prefix > lengthBefore) return -1;
    const length = (prefix as usize) + suffix;
    if (length > limit - p) return -1;
    memory.copy(p, before, prefix as usize);
    memory.copy(p + (prefix as usize), suffixes + start, suffix);
    store<i32>(starts + 4 * i, (p - dst) as i32);
    before = p;
    p += length;
    store<i32>(ends + 4 * i, (p - dst) as i32);
    lengthBefore = length as i64;
  }
  return (p - dst) as i32;
}

/** The bytes that DELTA_BYTE_ARRAY's values will take, as a double; -1 where a prefix is longer than what it is of. */
export function joinedLength(prefixes: usize, starts: usize, ends: usize, count: i32): f64 {
  let total: f64 = 0;
  let lengthBefore: i64 = 0;
  for (let i: usize = 0; i < (count as usize); i++) {
    const prefix = load<i64>(prefixes + 8 * i);
    if (prefix < 0 || prefix > lengthBefore) return -1;
    lengthBefore = prefix + ((load<i32>(ends + 4 * i) - load<i32>(starts + 4 * i)) as i64);
    total += lengthBefore as f64;
  }
  return total;
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

/** The values at the given places, one behind the other. */
// @ts-ignore: decorator
@inline
function take<T extends number>(src: usize, places: usize, count: i32, dst: usize): void {
  for (let i: usize = 0; i < (count as usize); i++) {
    store<T>(dst + i * sizeof<T>(), load<T>(src + (load<u32>(places + 4 * i) as usize) * sizeof<T>()));
  }
}

export function take8(src: usize, places: usize, count: i32, dst: usize): void {
  take<u8>(src, places, count, dst);
}

export function take16(src: usize, places: usize, count: i32, dst: usize): void {
  take<u16>(src, places, count, dst);
}

export function take32(src: usize, places: usize, count: i32, dst: usize): void {
  take<u32>(src, places, count, dst);
}

export function take64(src: usize, places: usize, count: i32, dst: usize): void {
  take<u64>(src, places, count, dst);
}

/** Copies the bytes of ranges one behind the other; the ranges become those of the copies. The result is how many bytes there are. */
export function packRanges(bytes: usize, starts: usize, ends: usize, count: i32, dst: usize): i32 {
  let to: usize = 0;
  for (let i: usize = 0; i < (count as usize); i++) {
    const start = load<i32>(starts + 4 * i);
    const length = (load<i32>(ends + 4 * i) - start) as usize;
    const from = bytes + (start as usize);
    if (length <= 32) {
      v128.store(dst + to, v128.load(from));
      v128.store(dst + to, v128.load(from, 16), 16);
    } else memory.copy(dst + to, from, length);
    store<i32>(starts + 4 * i, to as i32);
    to += length;
    store<i32>(ends + 4 * i, to as i32);
  }
  return to as i32;
}

/** 2^52, to which an integer of less is added so that its bits are the low ones of the sum. */
const TWO_52: f64 = 4503599627370496.0;
const TWO_52_BITS: u64 = 0x4330000000000000;

/** How far an integer in a double lies above `base`; what is below, or is no number, gives something beyond all spans. */
// @ts-ignore: decorator
@inline
function above64(values: usize, i: i32, base: f64): u64 {
  return reinterpret<u64>(load<f64>(values + ((i as usize) << 3)) - base + TWO_52) - TWO_52_BITS;
}

// @ts-ignore: decorator
@inline
function above32(values: usize, i: i32, base: i32): u64 {
  return ((load<i32>(values + ((i as usize) << 2)) as i64) - (base as i64)) as u64;
}

/** What a place that is kept adds to where the next one is written. */
// @ts-ignore: decorator
@inline
function bitStep(bits: usize, span: u64, k: u64): usize {
  return k < span ? (((load<u32>(bits + (((k >> 5) as usize) << 2)) >> ((k as u32) & 31)) & 1) as usize) << 2 : 0;
}

/**
 * The places among `count` at `places` (0: all below `count`) whose integers, in doubles, are in a set: base + k for each bit k that is set, of
 * `span`. They go to `out`, which may be `places`; the result is how many there are.
 */
export function placesIn64(values: usize, places: usize, count: i32, base: f64, span: f64, bits: usize, out: usize): i32 {
  const most = span as u64;
  let to = out;
  if (places === 0) {
    for (let i = 0; i < count; i++) {
      store<i32>(to, i);
      to += bitStep(bits, most, above64(values, i, base));
    }
  } else {
    for (let k: usize = 0; k < (count as usize); k++) {
      const i = load<i32>(places + (k << 2));
      store<i32>(to, i);
      to += bitStep(bits, most, above64(values, i, base));
    }
  }
  return ((to - out) >> 2) as i32;
}

/** The same of integers of 32 bits. */
export function placesIn32(values: usize, places: usize, count: i32, base: i32, span: f64, bits: usize, out: usize): i32 {
  const most = span as u64;
  let to = out;
  if (places === 0) {
    for (let i = 0; i < count; i++) {
      store<i32>(to, i);
      to += bitStep(bits, most, above32(values, i, base));
    }
  } else {
    for (let k: usize = 0; k < (count as usize); k++) {
      const i = load<i32>(places + (k << 2));
      store<i32>(to, i);
      to += bitStep(bits, most, above32(values, i, base));
    }
  }
  return ((to - out) >> 2) as i32;
}

/** For each integer 1 where it is in the set, else 0. */
export function marksIn64(values: usize, count: i32, base: f64, span: f64, bits: usize, dst: usize): void {
  const most = span as u64;
  for (let i = 0; i < count; i++) store<u8>(dst + (i as usize), (bitStep(bits, most, above64(values, i, base)) >> 2) as u8);
}

export function marksIn32(values: usize, count: i32, base: i32, span: f64, bits: usize, dst: usize): void {
  const most = span as u64;
  for (let i = 0; i < count; i++) store<u8>(dst + (i as usize), (bitStep(bits, most, above32(values, i, base)) >> 2) as u8);
}

/** As placesIn64: the places whose codes have the mark 1. Codes have been checked. */
// @ts-ignore: decorator
@inline
function placesOf<C extends number>(codes: usize, places: usize, count: i32, marks: usize, out: usize): i32 {
  let to = out;
  if (places === 0) {
    for (let i: usize = 0; i < (count as usize); i++) {
      store<i32>(to, i as i32);
      to += (load<u8>(marks + (load<C>(codes + i * sizeof<C>()) as usize)) as usize) << 2;
    }
  } else {
    for (let k: usize = 0; k < (count as usize); k++) {
      const i = load<i32>(places + (k << 2)) as usize;
      store<i32>(to, i as i32);
      to += (load<u8>(marks + (load<C>(codes + i * sizeof<C>()) as usize)) as usize) << 2;
    }
  }
  return ((to - out) >> 2) as i32;
}

export function placesOf8(codes: usize, places: usize, count: i32, marks: usize, out: usize): i32 {
  return placesOf<u8>(codes, places, count, marks, out);
}

export function placesOf16(codes: usize, places: usize, count: i32, marks: usize, out: usize): i32 {
  return placesOf<u16>(codes, places, count, marks, out);
}

export function placesOf32(codes: usize, places: usize, count: i32, marks: usize, out: usize): i32 {
  return placesOf<u32>(codes, places, count, marks, out);
}
