// Which rows a node has: entries of 8 bytes, row number and then `info`: how often the row counts, and for classes << 16 above it the class.

import { mixed, mixed4 } from "../mixed.assembly";
import { rounded, rounded2 } from "./rounding.assembly";

/**
 * Bins of one byte (two where `wide`) from rows to columns: those of feature f begin f · rows bins behind `out`. Of rows
 * from … to, all rows being `rows`.
 */
export function columns(wide: i32, table: usize, stride: usize, many: i32, from: usize, to: usize, rows: usize, out: usize): void {
  for (let first = from; first < to; first += 256) {
    const last = min(first + 256, to);
    for (let f: usize = 0; f < (many as usize); f++) {
      if (wide != 0) {
        let p = table + first * stride + (f << 1);
        for (let row = first; row < last; row++, p += stride) store<u16>(out + ((f * rows + row) << 1), load<u16>(p));
      } else {
        let p = table + first * stride + f;
        for (let row = first; row < last; row++, p += stride) store<u8>(out + f * rows + row, load<u8>(p));
      }
    }
  }
}

/**
 * Writes entries that go left (goes[bin] is 1) from `left` on, upwards, the others from `right` on, downwards; where they meet. Rows that
 * rose or fell from entry to entry do either on both sides. A row's bin is `stride` bytes behind that of the row before.
 */
export function split(
  wide: i32,
  entries: usize,
  end: usize,
  column: usize,
  stride: usize,
  goes: usize,
  left: usize,
  right: usize,
): usize {
  right -= 8;
  for (let e = entries; e < end; e += 8) {
    const entry = load<u64>(e);
    const at = column + ((entry as u32) as usize) * stride;
    const bin = (wide != 0 ? load<u16>(at) as usize : load<u8>(at) as usize);
    const bytes = (load<u8>(goes + bin) as usize) << 3;
    store<u64>(select(left, right, bytes != 0), entry);
    left += bytes;
    right -= 8 - bytes;
  }
  return left;
}

/** Rows belong to parts in runs of so many, in turn: parts of rows in any order are alike. */
const RUN: u32 = 4096;

/**
 * Entries of the rows of a part that a sample takes. The count of a row is the number of `limits` that a hash of (key, seed) reaches;
 * labels are classes (u16), or 0 for none. Where the entries end.
 */
export function sample(
  part: u32,
  parts: u32,
  rows: u32,
  keys: usize,
  seed: u32,
  limits: usize,
  many: i32,
  labels: usize,
  entries: usize,
): usize {
  const end = limits + ((many as usize) << 2);
  const seeds = i32x4.splat(seed);
  const four = i32x4.splat(4);
  for (let first = part * RUN; first < rows; first += parts * RUN) {
    const last = min(first + RUN, rows);
    let row = first;
    let numbers = i32x4(row, row + 1, row + 2, row + 3);
    for (; row + 4 <= last; row += 4) {
      const u = mixed4(v128.xor(v128.load(keys + ((row as usize) << 2)), seeds));
      let counts = i32x4.splat(0);
      for (let p = limits; p < end; p += 4) counts = i32x4.sub(counts, i32x4.ge_u(u, v128.load32_splat(p)));
      const chosen = i32x4.bitmask(i32x4.gt_s(counts, i32x4.splat(0)));
      const kinds = labels != 0 ? v128.load16x4_u(labels + ((row as usize) << 1)) : i32x4.splat(0);
      const infos = v128.or(counts, i32x4.shl(kinds, 16));
      const low = v128.shuffle<i32>(numbers, infos, 0, 4, 1, 5);
      const high = v128.shuffle<i32>(numbers, infos, 2, 6, 3, 7);
      v128.store64_lane(entries, low, 0);
      entries += ((chosen & 1) << 3) as usize;
      v128.store64_lane(entries, low, 1);
      entries += ((chosen & 2) << 2) as usize;
      v128.store64_lane(entries, high, 0);
      entries += ((chosen & 4) << 1) as usize;
      v128.store64_lane(entries, high, 1);
      entries += (chosen & 8) as usize;
      numbers = i32x4.add(numbers, four);
    }
    for (; row < last; row++) {
      const u = mixed(load<u32>(keys + ((row as usize) << 2)) ^ seed);
      let count: u32 = 0;
      for (let p = limits; p < end; p += 4) count += (u >= load<u32>(p)) as u32;
      const label: u32 = labels != 0 ? (load<u16>(labels + ((row as usize) << 1)) as u32) : 0;
      store<u32>(entries, row);
      store<u32>(entries, count | (label << 16), 4);
      entries += (count != 0 ? 8 : 0) as usize;
    }
  }
  return entries;
}

/** Entries of all rows of a part, each once. */
export function all(part: u32, parts: u32, rows: u32, labels: usize, entries: usize): usize {
  for (let first = part * RUN; first < rows; first += parts * RUN) {
    const last = min(first + RUN, rows);
    for (let row = first; row < last; row++, entries += 8) {
      const label: u32 = labels != 0 ? (load<u16>(labels + ((row as usize) << 1)) as u32) : 0;
      store<u32>(entries, row);
      store<u32>(entries, 1 | (label << 16), 4);
    }
  }
  return entries;
}

/** As `all`, with the whole numbers of `quantize` instead of counts. */
export function allQuantized(part: u32, parts: u32, rows: u32, targets: usize, value: f64, center: f64, entries: usize): usize {
  const v = f64x2.splat(value);
  const c = f64x2.splat(center);
  const two = i32x4.splat(2);
  for (let first = part * RUN; first < rows; first += parts * RUN) {
    const last = min(first + RUN, rows);
    let row = first;
    let numbers = i32x4(row, 0, row + 1, 0);
    for (; row + 2 <= last; row += 2, entries += 16) {
      const y = v128.load(targets + ((row as usize) << 3));
      const whole = i32x4.trunc_sat_f64x2_s_zero(rounded2(f64x2.mul(f64x2.sub(y, c), v)));
      v128.store(entries, v128.shuffle<i32>(numbers, whole, 0, 4, 2, 5));
      numbers = i32x4.add(numbers, two);
    }
    if (row < last) {
      store<u32>(entries, row);
      store<i32>(entries, rounded((load<f64>(targets + ((row as usize) << 3)) - center) * value) as i32, 4);
      entries += 8;
    }
  }
  return entries;
}
