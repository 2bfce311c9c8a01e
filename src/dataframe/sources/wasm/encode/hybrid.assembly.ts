import { putVarint } from "./varint.assembly";

// Parquet's hybrid runs, written: runs of one value and bit-packed groups of eight. Outputs may be written 16 bytes beyond their ends.

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

