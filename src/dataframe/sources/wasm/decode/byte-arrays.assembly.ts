// Byte arrays of Parquet files: value i is at starts[i]..ends[i], 32-bit offsets into the bytes. As in decompress: results below
// 0 mean damaged input, and up to 32 bytes behind inputs may be read and 16 behind outputs be written.

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

