// What the writer of Parquet does with values: packing away nulls, dictionaries, runs and bit-packed groups, bounds, snappy and
// LZ4. Outputs may be written 16 bytes beyond their ends.

// @ts-ignore: decorator
@inline
function pack<T extends number>(src: usize, valid: usize, count: i32, dst: usize): i32 {
  let to = dst;
  for (let i: usize = 0; i < (count as usize); i++) {
    store<T>(to, load<T>(src + i * sizeof<T>()));
    to += (load<u8>(valid + i) as usize) * sizeof<T>();
  }
  return ((to - dst) / sizeof<T>()) as i32;
}

/** The values that are valid, one behind the other; how many. In place if need be. */
export function pack8(src: usize, valid: usize, count: i32, dst: usize): i32 {
  return pack<u8>(src, valid, count, dst);
}

export function pack16(src: usize, valid: usize, count: i32, dst: usize): i32 {
  return pack<u16>(src, valid, count, dst);
}

export function pack32(src: usize, valid: usize, count: i32, dst: usize): i32 {
  return pack<u32>(src, valid, count, dst);
}

export function pack64(src: usize, valid: usize, count: i32, dst: usize): i32 {
  return pack<u64>(src, valid, count, dst);
}

export function pack128(src: usize, valid: usize, count: i32, dst: usize): i32 {
  let to = dst;
  for (let i: usize = 0; i < (count as usize); i++) {
    v128.store(to, v128.load(src + i * 16));
    to += (load<u8>(valid + i) as usize) * 16;
  }
  return ((to - dst) / 16) as i32;
}

export function sumOfBytes(src: usize, count: i32): i32 {
  let sum: i32 = 0;
  for (let i: usize = 0; i < (count as usize); i++) sum += load<u8>(src + i) as i32;
  return sum;
}

export function bytesAsInts(src: usize, count: i32, dst: usize): void {
  for (let i: usize = 0; i < (count as usize); i++) store<i32>(dst + 4 * i, load<i8>(src + i) as i32);
}

export function shortsAsInts(src: usize, count: i32, dst: usize): void {
  for (let i: usize = 0; i < (count as usize); i++) store<i32>(dst + 4 * i, load<i16>(src + 2 * i) as i32);
}

/** Doubles that are integers. In place if need be. */
export function doublesAsLongs(src: usize, count: i32, dst: usize): void {
  for (let i: usize = 0; i < (count as usize); i++) store<i64>(dst + 8 * i, load<f64>(src + 8 * i) as i64);
}

export function doublesAsInts(src: usize, count: i32, dst: usize): void {
  for (let i: usize = 0; i < (count as usize); i++) store<i32>(dst + 4 * i, load<f64>(src + 8 * i) as i32);
}

/** Two-word integers as big-endian ones of `length` bytes, which are enough for them. */
export function wordsAsFixed(src: usize, length: u32, count: i32, dst: usize): void {
  for (let i: usize = 0; i < (count as usize); i++) {
    let low = load<u64>(src + 16 * i);
    let high = load<u64>(src + 16 * i + 8);
    for (let b: u32 = length; b > 0; b--) {
      store<u8>(dst + b - 1, low as u8);
      low = (low >> 8) | (high << 56);
      high = ((high as i64) >> 8) as u64;
    }
    dst += length;
  }
}

/** Bits, least significant first; the bytes written. `count` bytes of 0 and 1, with seven zeros behind them. */
export function packBits(src: usize, count: i32, dst: usize): i32 {
  const bytes = ((count as usize) + 7) >> 3;
  for (let i: usize = 0; i < bytes; i++) {
    const x = load<u64>(src + 8 * i);
    store<u8>(dst + i, ((x * 0x0102040810204080) >> 56) as u8);
  }
  return bytes as i32;
}

// Dictionaries: open addressing over codes, which are places in the list of entries.

let entries: i32 = 0;

/** How many entries the last of the calls below has left. */
export function dictionarySize(): i32 {
  return entries;
}

// @ts-ignore: decorator
@inline
function hash32(x: u32): u32 {
  x *= 0x9e3779b1;
  return x ^ (x >> 15);
}

// @ts-ignore: decorator
@inline
function hash64(x: u64): u32 {
  x *= 0x9e3779b97f4a7c15;
  return (x >> 32) as u32;
}

/**
 * Codes (32 bits) of values[from..count) to codes[from..]; new values are added to the dictionary while it has fewer than `most`
 * entries. Slots hold code + 1. Where it stopped: at `count`, or at the value that there was no room for.
 */
export function encode32(values: usize, from: i32, count: i32, dictionary: usize, size: i32, most: i32, slots: usize, mask: u32, codes: usize): i32 {
  entries = size;
  for (let i = from; i < count; i++) {
    const x = load<u32>(values + 4 * (i as usize));
    let h = hash32(x) & mask;
    let code: i32;
    for (;;) {
      code = load<i32>(slots + 4 * (h as usize)) - 1;
      if (code < 0) {
        if (entries >= most) return i;
        code = entries++;
        store<i32>(slots + 4 * (h as usize), code + 1);
        store<u32>(dictionary + 4 * (code as usize), x);
        break;
      }
      if (load<u32>(dictionary + 4 * (code as usize)) == x) break;
      h = (h + 1) & mask;
    }
    store<i32>(codes + 4 * (i as usize), code);
  }
  return count;
}

export function encode64(values: usize, from: i32, count: i32, dictionary: usize, size: i32, most: i32, slots: usize, mask: u32, codes: usize): i32 {
  entries = size;
  for (let i = from; i < count; i++) {
    const x = load<u64>(values + 8 * (i as usize));
    let h = hash64(x) & mask;
    let code: i32;
    for (;;) {
      code = load<i32>(slots + 4 * (h as usize)) - 1;
      if (code < 0) {
        if (entries >= most) return i;
        code = entries++;
        store<i32>(slots + 4 * (h as usize), code + 1);
        store<u64>(dictionary + 8 * (code as usize), x);
        break;
      }
      if (load<u64>(dictionary + 8 * (code as usize)) == x) break;
      h = (h + 1) & mask;
    }
    store<i32>(codes + 4 * (i as usize), code);
  }
  return count;
}

export function reslot32(dictionary: usize, size: i32, slots: usize, mask: u32): void {
  for (let code: i32 = 0; code < size; code++) {
    let h = hash32(load<u32>(dictionary + 4 * (code as usize))) & mask;
    while (load<i32>(slots + 4 * (h as usize)) != 0) h = (h + 1) & mask;
    store<i32>(slots + 4 * (h as usize), code + 1);
  }
}

export function reslot64(dictionary: usize, size: i32, slots: usize, mask: u32): void {
  for (let code: i32 = 0; code < size; code++) {
    let h = hash64(load<u64>(dictionary + 8 * (code as usize))) & mask;
    while (load<i32>(slots + 4 * (h as usize)) != 0) h = (h + 1) & mask;
    store<i32>(slots + 4 * (h as usize), code + 1);
  }
}

// @ts-ignore: decorator
@inline
function hashBytes(p: usize, length: usize): u32 {
  let h: u64 = (length as u64) * 0x9e3779b97f4a7c15;
  let i: usize = 0;
  for (; i + 8 <= length; i += 8) {
    h = (h ^ load<u64>(p + i)) * 0x9fb21c651e98df25;
    h ^= h >> 32;
  }
  if (i < length) {
    const tail = load<u64>(p + i) & (u64.MAX_VALUE >> ((64 - ((length - i) << 3)) as u64));
    h = (h ^ tail) * 0x9fb21c651e98df25;
    h ^= h >> 32;
  }
  return (h ^ (h >> 15)) as u32;
}

// @ts-ignore: decorator
@inline
function sameBytes(a: usize, b: usize, length: usize): bool {
  let i: usize = 0;
  for (; i + 8 <= length; i += 8) if (load<u64>(a + i) != load<u64>(b + i)) return false;
  if (i == length) return true;
  return ((load<u64>(a + i) ^ load<u64>(b + i)) << ((64 - ((length - i) << 3)) as u64)) == 0;
}

/** As encode32, for byte arrays. Entry c is dictionary[offsets[c]..offsets[c + 1]); it may have `room` bytes in all. */
export function encodeBytes(
  bytes: usize,
  starts: usize,
  ends: usize,
  from: i32,
  count: i32,
  dictionary: usize,
  room: i32,
  offsets: usize,
  size: i32,
  most: i32,
  slots: usize,
  mask: u32,
  codes: usize,
): i32 {
  entries = size;
  for (let i = from; i < count; i++) {
    const start = load<i32>(starts + 4 * (i as usize));
    const length = (load<i32>(ends + 4 * (i as usize)) - start) as usize;
    const p = bytes + start;
    let h = hashBytes(p, length) & mask;
    let code: i32;
    for (;;) {
      code = load<i32>(slots + 4 * (h as usize)) - 1;
      if (code < 0) {
        const at = load<i32>(offsets + 4 * (entries as usize));
        if (entries >= most || (at as i64) + (length as i64) > (room as i64)) return i;
        code = entries++;
        store<i32>(slots + 4 * (h as usize), code + 1);
        memory.copy(dictionary + at, p, length);
        store<i32>(offsets + 4 * (entries as usize), at + (length as i32));
        break;
      }
      const at = load<i32>(offsets + 4 * (code as usize));
      if ((load<i32>(offsets + 4 * (code as usize) + 4) - at) as usize == length && sameBytes(dictionary + at, p, length)) break;
      h = (h + 1) & mask;
    }
    store<i32>(codes + 4 * (i as usize), code);
  }
  return count;
}

export function reslotBytes(dictionary: usize, offsets: usize, size: i32, slots: usize, mask: u32): void {
  for (let code: i32 = 0; code < size; code++) {
    const at = load<i32>(offsets + 4 * (code as usize));
    let h = hashBytes(dictionary + at, (load<i32>(offsets + 4 * (code as usize) + 4) - at) as usize) & mask;
    while (load<i32>(slots + 4 * (h as usize)) != 0) h = (h + 1) & mask;
    store<i32>(slots + 4 * (h as usize), code + 1);
  }
}

// @ts-ignore: decorator
@inline
function putVarint(to: usize, value: u32): usize {
  while (value >= 128) {
    store<u8>(to++, (value | 128) as u8);
    value >>= 7;
  }
  store<u8>(to++, value as u8);
  return to;
}

/** How many values from i on are the same. */
// @ts-ignore: decorator
@inline
function runFrom<T extends number>(values: usize, i: usize, count: usize): usize {
  const x = load<T>(values + i * sizeof<T>());
  let j = i + 1;
  while (j < count && load<T>(values + j * sizeof<T>()) == x) j++;
  return j - i;
}

// @ts-ignore: decorator
@inline
function packGroups<T extends number>(values: usize, width: u32, groups: usize, to: usize): void {
  for (let g: usize = 0; g < groups; g++) {
    let bits: u64 = 0;
    let filled: u64 = 0;
    for (let k: usize = 0; k < 8; k++) {
      bits |= (load<T>(values + k * sizeof<T>()) as u64) << filled;
      filled += width;
      while (filled >= 8) {
        store<u8>(to++, bits as u8);
        bits >>= 8;
        filled -= 8;
      }
    }
    values += 8 * sizeof<T>();
  }
}

// @ts-ignore: decorator
@inline
function packGroupsWide(values: usize, width: u32, groups: usize, to: usize): void {
  // Four codes of 16 bits at most fill a word; the two halves meet at a byte or in the middle of one.
  const w = width as u64;
  const half = (4 * width) as u64;
  for (let g: usize = 0; g < groups; g++) {
    const a =
      (load<u32>(values) as u64) |
      ((load<u32>(values, 4) as u64) << w) |
      ((load<u32>(values, 8) as u64) << (2 * w)) |
      ((load<u32>(values, 12) as u64) << (3 * w));
    const b =
      (load<u32>(values, 16) as u64) |
      ((load<u32>(values, 20) as u64) << w) |
      ((load<u32>(values, 24) as u64) << (2 * w)) |
      ((load<u32>(values, 28) as u64) << (3 * w));
    if (half < 64) {
      store<u64>(to, a | (b << half));
      store<u64>(to, b >> (64 - half), 8);
    } else {
      store<u64>(to, a);
      store<u64>(to, b, 8);
    }
    to += width;
    values += 32;
  }
}

// @ts-ignore: decorator
@inline
function hybrid<T extends number>(values: usize, count: i32, width: u32, dst: usize): i32 {
  const all = count as usize;
  const bytes = (width + 7) >> 3;
  let to = dst;
  let i: usize = 0;
  while (i < all) {
    const run = runFrom<T>(values, i, all);
    if (run >= 16 || run == all - i) {
      to = putVarint(to, (run as u32) << 1);
      let value = load<T>(values + i * sizeof<T>()) as u32;
      for (let b: u32 = 0; b < bytes; b++) {
        store<u8>(to++, value as u8);
        value >>= 8;
      }
      i += run;
      continue;
    }
    // Groups of eight up to where a run is worth its own header; it begins behind a whole group.
    let end = i;
    while (end < all && end - i < 4096) {
      end += 8;
      if (end < all && runFrom<T>(values, end, min(all, end + 24)) >= 24) break;
    }
    const groups = (min(end, all + 7) - i) >> 3;
    to = putVarint(to, ((groups as u32) << 1) | 1);
    // Behind the last value there are zeros.
    if (sizeof<T>() == 4 && width <= 16) packGroupsWide(values + i * 4, width, groups, to);
    else packGroups<T>(values + i * sizeof<T>(), width, groups, to);
    to += groups * width;
    i += groups * 8;
  }
  return (to - dst) as i32;
}

/** Runs and bit-packed groups; the bytes written. Seven zeros must lie behind the values. */
export function encodeHybrid8(values: usize, count: i32, width: u32, dst: usize): i32 {
  return hybrid<u8>(values, count, width, dst);
}

export function encodeHybrid32(values: usize, count: i32, width: u32, dst: usize): i32 {
  return hybrid<u32>(values, count, width, dst);
}

/** PLAIN byte arrays: length, bytes, …; the bytes written. */
export function layBytes(bytes: usize, starts: usize, ends: usize, count: i32, dst: usize): i32 {
  let to = dst;
  for (let i: usize = 0; i < (count as usize); i++) {
    const start = load<i32>(starts + 4 * i);
    const length = (load<i32>(ends + 4 * i) - start) as usize;
    store<u32>(to, length as u32);
    to += 4;
    const from = bytes + start;
    if (length <= 32) {
      v128.store(to, v128.load(from));
      v128.store(to, v128.load(from, 16), 16);
    } else memory.copy(to, from, length);
    to += length;
  }
  return (to - dst) as i32;
}

/** Places of the least and the greatest byte array, as low and high 32 bits. There is one at least. */
export function boundsOfBytes(bytes: usize, starts: usize, ends: usize, count: i32): u64 {
  let low: usize = 0;
  let high: usize = 0;
  for (let i: usize = 1; i < (count as usize); i++) {
    if (compareBytes(bytes, starts, ends, i, low) < 0) low = i;
    else if (compareBytes(bytes, starts, ends, i, high) > 0) high = i;
  }
  return (low as u64) | ((high as u64) << 32);
}

// @ts-ignore: decorator
@inline
function compareBytes(bytes: usize, starts: usize, ends: usize, a: usize, b: usize): i32 {
  const startA = load<i32>(starts + 4 * a);
  const startB = load<i32>(starts + 4 * b);
  const lengthA = load<i32>(ends + 4 * a) - startA;
  const lengthB = load<i32>(ends + 4 * b) - startB;
  const shared = min(lengthA, lengthB) as usize;
  const p = bytes + startA;
  const q = bytes + startB;
  let i: usize = 0;
  for (; i + 8 <= shared; i += 8) {
    const x = load<u64>(p + i);
    const y = load<u64>(q + i);
    if (x != y) return bswap(x) < bswap(y) ? -1 : 1;
  }
  for (; i < shared; i++) {
    const x = load<u8>(p + i) as i32;
    const y = load<u8>(q + i) as i32;
    if (x != y) return x - y;
  }
  return lengthA - lengthB;
}

/** Least and greatest to dst and behind. There is one value at least. */
export function bounds32(src: usize, count: i32, dst: usize): void {
  let low = load<i32>(src);
  let high = low;
  for (let i: usize = 1; i < (count as usize); i++) {
    const x = load<i32>(src + 4 * i);
    low = min(low, x);
    high = max(high, x);
  }
  store<i32>(dst, low);
  store<i32>(dst, high, 4);
}

export function bounds64(src: usize, count: i32, dst: usize): void {
  let low = load<i64>(src);
  let high = low;
  for (let i: usize = 1; i < (count as usize); i++) {
    const x = load<i64>(src + 8 * i);
    low = x < low ? x : low;
    high = x > high ? x : high;
  }
  store<i64>(dst, low);
  store<i64>(dst, high, 8);
}

/** NaN is in no bounds; 0 where there is one, or nothing else. */
export function boundsDoubles(src: usize, count: i32, dst: usize): i32 {
  let low: f64 = Infinity;
  let high: f64 = -Infinity;
  for (let i: usize = 0; i < (count as usize); i++) {
    const x = load<f64>(src + 8 * i);
    if (x != x) return 0;
    low = x < low ? x : low;
    high = x > high ? x : high;
  }
  // Of the two zeros the one that is further out.
  store<f64>(dst, low == 0 ? -0.0 : low);
  store<f64>(dst, high == 0 ? 0.0 : high, 8);
  return 1;
}

export function boundsFloats(src: usize, count: i32, dst: usize): i32 {
  let low: f32 = Infinity;
  let high: f32 = -Infinity;
  for (let i: usize = 0; i < (count as usize); i++) {
    const x = load<f32>(src + 4 * i);
    if (x != x) return 0;
    low = x < low ? x : low;
    high = x > high ? x : high;
  }
  store<f32>(dst, low == 0 ? (-0.0 as f32) : low);
  store<f32>(dst, high == 0 ? (0.0 as f32) : high, 4);
  return 1;
}

export function maxOfLongs(src: usize, count: i32): i64 {
  let high: i64 = i64.MIN_VALUE;
  for (let i: usize = 0; i < (count as usize); i++) high = max(high, load<i64>(src + 8 * i));
  return high;
}

// Compression

const BLOCK: usize = 65536;

// @ts-ignore: decorator
@inline
function hashAt(p: usize, shift: u32): usize {
  return ((load<u32>(p) * 0x1e35a7bd) >> shift) as usize;
}

// @ts-ignore: decorator
@inline
function matchLength(a: usize, b: usize, end: usize): usize {
  let n: usize = 0;
  while (b + n + 8 <= end) {
    const x = load<u64>(a + n) ^ load<u64>(b + n);
    if (x != 0) return n + ((ctz(x) >> 3) as usize);
    n += 8;
  }
  while (b + n < end && load<u8>(a + n) == load<u8>(b + n)) n++;
  return n;
}

// @ts-ignore: decorator
@inline
function putLiteral(to: usize, from: usize, length: usize): usize {
  const n = length - 1;
  if (n < 60) {
    store<u8>(to++, (n << 2) as u8);
    if (n < 16) {
      v128.store(to, v128.load(from));
      return to + length;
    }
  } else if (n < 256) {
    store<u8>(to++, 60 << 2);
    store<u8>(to++, n as u8);
  } else if (n < 65536) {
    store<u8>(to++, 61 << 2);
    store<u16>(to, n as u16);
    to += 2;
  } else {
    store<u8>(to++, 63 << 2);
    store<u32>(to, n as u32);
    to += 4;
  }
  memory.copy(to, from, length);
  return to + length;
}

// @ts-ignore: decorator
@inline
function putCopy(to: usize, offset: usize, length: usize): usize {
  while (length >= 68) {
    store<u8>(to, (63 << 2) | 2);
    store<u16>(to, offset as u16, 1);
    to += 3;
    length -= 64;
  }
  if (length > 64) {
    store<u8>(to, (59 << 2) | 2);
    store<u16>(to, offset as u16, 1);
    to += 3;
    length -= 60;
  }
  if (length < 12 && offset < 2048) {
    store<u8>(to, (1 | ((length - 4) << 2) | ((offset >> 8) << 5)) as u8);
    store<u8>(to, offset as u8, 1);
    return to + 2;
  }
  store<u8>(to, (((length - 1) << 2) | 2) as u8);
  store<u16>(to, offset as u16, 1);
  return to + 3;
}

/** The most bytes that snappy needs for `length`. */
export function snappyBound(length: i32): i32 {
  return 32 + length + length / 6;
}

/** A snappy block; `table` has 32 KiB. The bytes written. */
export function snappyCompress(src: usize, length: i32, dst: usize, table: usize): i32 {
  let to = dst;
  to = putVarint(to, length as u32);
  const all = src + (length as usize);
  let block = src;
  while (block < all) {
    const end = min(all, block + BLOCK);
    // Small blocks need no large table, which would have to be cleared.
    let bits: u32 = 8;
    while (bits < 14 && ((1 as usize) << bits) < end - block) bits++;
    memory.fill(table, 0, (2 as usize) << bits);
    const shift = 32 - bits;
    let literal = block;
    let p = block + 1;
    if (end - block >= 16) {
      const last = end - 15;
      let misses: usize = 32;
      while (p < last) {
        const slot = table + (hashAt(p, shift) << 1);
        const candidate = block + (load<u16>(slot) as usize);
        store<u16>(slot, (p - block) as u16);
        if (load<u32>(candidate) != load<u32>(p) || candidate >= p) {
          p += misses++ >> 5;
          continue;
        }
        misses = 32;
        if (p > literal) to = putLiteral(to, literal, p - literal);
        const n: usize = 4 + matchLength(candidate + 4, p + 4, end);
        to = putCopy(to, p - candidate, n);
        p += n;
        literal = p;
        if (p < last) {
          store<u16>(table + (hashAt(p - 1, shift) << 1), (p - 1 - block) as u16);
        }
      }
    }
    if (literal < end) to = putLiteral(to, literal, end - literal);
    block = end;
  }
  return (to - dst) as i32;
}

// @ts-ignore: decorator
@inline
function putLz4Length(to: usize, rest: usize): usize {
  while (rest >= 255) {
    store<u8>(to++, 255);
    rest -= 255;
  }
  store<u8>(to++, rest as u8);
  return to;
}

/** An LZ4 block; `table` has 64 KiB. The bytes written: at most length + length / 255 + 16. */
export function lz4Compress(src: usize, length: i32, dst: usize, table: usize): i32 {
  const end = src + (length as usize);
  memory.fill(table, 0, 65536);
  let to = dst;
  let literal = src;
  let p = src + 1;
  if (length >= 16) {
    // The last match begins twelve bytes before the end, and leaves five for the last literals.
    const last = end - 12;
    let misses: usize = 64;
    while (p < last) {
      const slot = table + (hashAt(p, 18) << 2);
      const candidate = src + (load<u32>(slot) as usize);
      store<u32>(slot, (p - src) as u32);
      if (candidate >= p || p - candidate > 65535 || load<u32>(candidate) != load<u32>(p)) {
        p += misses++ >> 6;
        continue;
      }
      misses = 64;
      const n: usize = 4 + matchLength(candidate + 4, p + 4, end - 5);
      const literals = p - literal;
      const token = to++;
      store<u8>(token, ((min(literals, 15) << 4) | min(n - 4, 15)) as u8);
      if (literals >= 15) to = putLz4Length(to, literals - 15);
      memory.copy(to, literal, literals);
      to += literals;
      store<u16>(to, (p - candidate) as u16);
      to += 2;
      if (n - 4 >= 15) to = putLz4Length(to, n - 4 - 15);
      p += n;
      literal = p;
    }
  }
  const literals = end - literal;
  store<u8>(to++, (min(literals, 15) << 4) as u8);
  if (literals >= 15) to = putLz4Length(to, literals - 15);
  memory.copy(to, literal, literals);
  to += literals;
  return (to - dst) as i32;
}

/** Least and greatest of two-word integers. There is one value at least. */
export function bounds128(src: usize, count: i32, dst: usize): void {
  let low: usize = 0;
  let high: usize = 0;
  for (let i: usize = 1; i < (count as usize); i++) {
    if (isLess(src, i, low)) low = i;
    else if (isLess(src, high, i)) high = i;
  }
  v128.store(dst, v128.load(src + 16 * low));
  v128.store(dst, v128.load(src + 16 * high), 16);
}

// @ts-ignore: decorator
@inline
function isLess(src: usize, a: usize, b: usize): bool {
  const x = load<i64>(src + 16 * a + 8);
  const y = load<i64>(src + 16 * b + 8);
  return x < y || (x == y && load<u64>(src + 16 * a) < load<u64>(src + 16 * b));
}

/** Microseconds since 1970 as INT96. */
export function microsAsInt96(src: usize, count: i32, dst: usize): void {
  for (let i: usize = 0; i < (count as usize); i++) {
    const micros = load<i64>(src + 8 * i);
    let day = micros / 86400000000;
    let rest = micros % 86400000000;
    if (rest < 0) {
      day--;
      rest += 86400000000;
    }
    store<i64>(dst, rest * 1000);
    store<i32>(dst, (day + 2440588) as i32, 8);
    dst += 12;
  }
}

/** from[i] + by; empty values, which may lie anywhere, come to 0. */
export function shifted(from: usize, count: i32, by: i32, dst: usize): void {
  for (let i: usize = 0; i < (count as usize); i++) store<i32>(dst + 4 * i, max(0, load<i32>(from + 4 * i) + by));
}

/** codes[i] becomes map[codes[i]], for codes of one, two or four bytes. */
export function remap8(codes: usize, count: i32, map: usize, dst: usize): void {
  for (let i: usize = 0; i < (count as usize); i++) store<i32>(dst + 4 * i, load<i32>(map + 4 * (load<u8>(codes + i) as usize)));
}

export function remap16(codes: usize, count: i32, map: usize, dst: usize): void {
  for (let i: usize = 0; i < (count as usize); i++) store<i32>(dst + 4 * i, load<i32>(map + 4 * (load<u16>(codes + 2 * i) as usize)));
}

export function remap32(codes: usize, count: i32, map: usize, dst: usize): void {
  for (let i: usize = 0; i < (count as usize); i++) store<i32>(dst + 4 * i, load<i32>(map + 4 * (load<u32>(codes + 4 * i) as usize)));
}

/** Marks the codes that are used: used[code] = 1. */
export function mark32(codes: usize, count: i32, used: usize): void {
  for (let i: usize = 0; i < (count as usize); i++) store<u8>(used + (load<u32>(codes + 4 * i) as usize), 1);
}

/** Ranges of the entries that are marked, from offsets as encodeBytes makes them; how many. */
export function markedRanges(used: usize, size: i32, offsets: usize, starts: usize, ends: usize): i32 {
  let n: usize = 0;
  for (let code: usize = 0; code < (size as usize); code++) {
    if (load<u8>(used + code) == 0) continue;
    store<i32>(starts + 4 * n, load<i32>(offsets + 4 * code));
    store<i32>(ends + 4 * n, load<i32>(offsets + 4 * code + 4));
    n++;
  }
  return n as i32;
}
