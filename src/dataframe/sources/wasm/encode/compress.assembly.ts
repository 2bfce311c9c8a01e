import { putVarint } from "./varint.assembly";

// Snappy and LZ4 blocks, written. Outputs may be written 16 bytes beyond their ends.

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

