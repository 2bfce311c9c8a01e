// Split-block bloom filters over XXH64, as Parquet has them.

const P1: u64 = 0x9e3779b185ebca87;
const P2: u64 = 0xc2b2ae3d27d4eb4f;
const P3: u64 = 0x165667b19e3779f9;
const P4: u64 = 0x85ebca77c2b2ae63;
const P5: u64 = 0x27d4eb2f165667c5;

// @ts-ignore: decorator
@inline
function round(acc: u64, input: u64): u64 {
  return rotl(acc + input * P2, 31) * P1;
}

// @ts-ignore: decorator
@inline
function merge(acc: u64, value: u64): u64 {
  return (acc ^ round(0, value)) * P1 + P4;
}

/** XXH64 with seed 0. */
export function xxhash64(p: usize, length: i32): u64 {
  const end = p + (length as usize);
  let h: u64;
  if (length >= 32) {
    let a: u64 = P1 + P2;
    let b: u64 = P2;
    let c: u64 = 0;
    let d: u64 = 0 - P1;
    for (; p + 32 <= end; p += 32) {
      a = round(a, load<u64>(p));
      b = round(b, load<u64>(p, 8));
      c = round(c, load<u64>(p, 16));
      d = round(d, load<u64>(p, 24));
    }
    h = rotl(a, 1) + rotl(b, 7) + rotl(c, 12) + rotl(d, 18);
    h = merge(h, a);
    h = merge(h, b);
    h = merge(h, c);
    h = merge(h, d);
  } else h = P5;
  h += length as u64;
  for (; p + 8 <= end; p += 8) h = rotl(h ^ round(0, load<u64>(p)), 27) * P1 + P4;
  if (p + 4 <= end) {
    h = rotl(h ^ ((load<u32>(p) as u64) * P1), 23) * P2 + P3;
    p += 4;
  }
  for (; p < end; p++) h = rotl(h ^ ((load<u8>(p) as u64) * P5), 11) * P1;
  h = (h ^ (h >> 33)) * P2;
  h = (h ^ (h >> 29)) * P3;
  return h ^ (h >> 32);
}

export function hashFixed(values: usize, width: i32, count: i32, hashes: usize): void {
  for (let i: usize = 0; i < (count as usize); i++) store<u64>(hashes + 8 * i, xxhash64(values + (width as usize) * i, width));
}

export function hashRanges(bytes: usize, starts: usize, ends: usize, count: i32, hashes: usize): void {
  for (let i: usize = 0; i < (count as usize); i++) {
    const start = load<i32>(starts + 4 * i);
    store<u64>(hashes + 8 * i, xxhash64(bytes + start, load<i32>(ends + 4 * i) - start));
  }
}

const SALT: usize = memory.data<u32>([
  0x47b6137b, 0x44974d91, 0x8824ad5b, 0xa2b7289d, 0x705495c7, 0x2df1424b, 0x9efc4947, 0x5c6bfb31,
]);

/** Adds hashes to a filter of `blocks` times 32 bytes. */
export function bloomAdd(filter: usize, blocks: u32, hashes: usize, count: i32): void {
  for (let i: usize = 0; i < (count as usize); i++) {
    const hash = load<u64>(hashes + 8 * i);
    const block = filter + ((((hash >> 32) * blocks) >> 32) as usize) * 32;
    const key = hash as u32;
    for (let w: usize = 0; w < 32; w += 4) {
      const bit: u32 = 1 << ((key * load<u32>(SALT + w)) >> 27);
      store<u32>(block + w, load<u32>(block + w) | bit);
    }
  }
}

export function bloomHas(filter: usize, blocks: u32, hash: u64): i32 {
  const block = filter + ((((hash >> 32) * blocks) >> 32) as usize) * 32;
  const key = hash as u32;
  for (let w: usize = 0; w < 32; w += 4) {
    const bit: u32 = 1 << ((key * load<u32>(SALT + w)) >> 27);
    if ((load<u32>(block + w) & bit) == 0) return 0;
  }
  return 1;
}
