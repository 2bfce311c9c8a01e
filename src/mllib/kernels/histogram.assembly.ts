// Histograms and routing of decision trees. A table holds one row of bins after another, `stride` bytes apart, each bin one or
// two bytes (`wide`). The rows of a node are entries of 8 bytes: row number, then `info`: how often the row counts, and for
// classes << 16 above it the class. Compiled by tools/wasm.mjs into histogram.ts.

import { mixed, mixed4 } from "./mixed.assembly";

// @ts-ignore: decorator
@inline
function binAt<T>(at: usize): usize {
  return sizeof<T>() == 1 ? (load<u8>(at) as usize) : (load<u16>(at) as usize);
}

// @ts-ignore: decorator
@inline
function addCount(at: usize, count: u32): void {
  store<u32>(at, load<u32>(at) + count);
}

// @ts-ignore: decorator
@inline
function addPair(at: usize, pair: v128): void {
  v128.store(at, f64x2.add(v128.load(at), pair));
}

/**
 * Counts by bin and class. `features` are byte offsets within a row, `places` the addresses of their histograms of
 * (bin · classes + class) · 4 bytes.
 */
// @ts-ignore: decorator
@inline
function countClasses<T>(
  entries: usize,
  end: usize,
  table: usize,
  stride: usize,
  features: usize,
  places: usize,
  many: i32,
  classes: usize,
): void {
  let k = 0;
  for (; k + 4 <= many; k += 4) {
    const f = features + ((k as usize) << 2);
    const p = places + ((k as usize) << 2);
    const f0 = load<u32>(f) as usize;
    const f1 = load<u32>(f, 4) as usize;
    const f2 = load<u32>(f, 8) as usize;
    const f3 = load<u32>(f, 12) as usize;
    const p0 = load<u32>(p) as usize;
    const p1 = load<u32>(p, 4) as usize;
    const p2 = load<u32>(p, 8) as usize;
    const p3 = load<u32>(p, 12) as usize;
    for (let e = entries; e < end; e += 8) {
      const row = table + (load<u32>(e) as usize) * stride;
      const info = load<u32>(e, 4);
      const count = info & 0xffff;
      const label = (info >> 16) as usize;
      addCount(p0 + ((binAt<T>(row + f0) * classes + label) << 2), count);
      addCount(p1 + ((binAt<T>(row + f1) * classes + label) << 2), count);
      addCount(p2 + ((binAt<T>(row + f2) * classes + label) << 2), count);
      addCount(p3 + ((binAt<T>(row + f3) * classes + label) << 2), count);
    }
  }
  for (; k < many; k++) {
    const f0 = load<u32>(features + ((k as usize) << 2)) as usize;
    const p0 = load<u32>(places + ((k as usize) << 2)) as usize;
    for (let e = entries; e < end; e += 8) {
      const info = load<u32>(e, 4);
      const row = table + (load<u32>(e) as usize) * stride;
      addCount(p0 + ((binAt<T>(row + f0) * classes + ((info >> 16) as usize)) << 2), info & 0xffff);
    }
  }
}

/** Rows that are brought together before they are worked on. */
const NEAR: usize = 128;

/**
 * Copies 16 bytes of each entry's row to `near`. Rows of a node lie far apart; a loop that does nothing else waits for many of them
 * at the same time.
 */
// @ts-ignore: decorator
@inline
function gather(entries: usize, end: usize, cells: usize, stride: usize, near: usize): void {
  let e = entries;
  for (; e + 32 <= end; e += 32, near += 64) {
    const a = v128.load(cells + (load<u32>(e) as usize) * stride);
    const b = v128.load(cells + (load<u32>(e, 8) as usize) * stride);
    const c = v128.load(cells + (load<u32>(e, 16) as usize) * stride);
    const d = v128.load(cells + (load<u32>(e, 24) as usize) * stride);
    v128.store(near, a);
    v128.store(near, b, 16);
    v128.store(near, c, 32);
    v128.store(near, d, 48);
  }
  for (; e < end; e += 8, near += 16) v128.store(near, v128.load(cells + (load<u32>(e) as usize) * stride));
}

/** As `countClasses`, of rows of up to 16 bytes that were brought together. */
// @ts-ignore: decorator
@inline
function countNear(entries: usize, end: usize, near: usize, features: usize, places: usize, many: i32, classes: usize): void {
  let k = 0;
  for (; k + 4 <= many; k += 4) {
    const f = features + ((k as usize) << 2);
    const p = places + ((k as usize) << 2);
    const f0 = load<u32>(f) as usize;
    const f1 = load<u32>(f, 4) as usize;
    const f2 = load<u32>(f, 8) as usize;
    const f3 = load<u32>(f, 12) as usize;
    const p0 = load<u32>(p) as usize;
    const p1 = load<u32>(p, 4) as usize;
    const p2 = load<u32>(p, 8) as usize;
    const p3 = load<u32>(p, 12) as usize;
    for (let e = entries, row = near; e < end; e += 8, row += 16) {
      const info = load<u32>(e, 4);
      const count = info & 0xffff;
      const label = (info >> 16) as usize;
      addCount(p0 + ((binAt<u8>(row + f0) * classes + label) << 2), count);
      addCount(p1 + ((binAt<u8>(row + f1) * classes + label) << 2), count);
      addCount(p2 + ((binAt<u8>(row + f2) * classes + label) << 2), count);
      addCount(p3 + ((binAt<u8>(row + f3) * classes + label) << 2), count);
    }
  }
  for (; k < many; k++) {
    const f0 = load<u32>(features + ((k as usize) << 2)) as usize;
    const p0 = load<u32>(places + ((k as usize) << 2)) as usize;
    for (let e = entries, row = near; e < end; e += 8, row += 16) {
      const info = load<u32>(e, 4);
      addCount(p0 + ((binAt<u8>(row + f0) * classes + ((info >> 16) as usize)) << 2), info & 0xffff);
    }
  }
}

/** `near` has room for NEAR rows of 16 bytes. */
export function classes(
  wide: i32,
  entries: usize,
  end: usize,
  table: usize,
  stride: usize,
  features: usize,
  places: usize,
  many: i32,
  kinds: usize,
  near: usize,
): void {
  if (wide == 0 && stride <= 16) {
    for (let e = entries; e < end; e += NEAR << 3) {
      const last = min(e + (NEAR << 3), end);
      gather(e, last, table, stride, near);
      if (kinds == 2) countNear(e, last, near, features, places, many, 2);
      else countNear(e, last, near, features, places, many, kinds);
    }
  } else if (wide != 0) countClasses<u16>(entries, end, table, stride, features, places, many, kinds);
  else countClasses<u8>(entries, end, table, stride, features, places, many, kinds);
}

/** Adds `count` times the row's pair of doubles to each of its bins of 16 bytes. */
// @ts-ignore: decorator
@inline
function addPairs<T>(
  entries: usize,
  end: usize,
  table: usize,
  stride: usize,
  features: usize,
  places: usize,
  many: i32,
  pairs: usize,
): void {
  let k = 0;
  // Each run over the entries reads them and their pairs anew: few runs, of as many features as there are registers for.
  while (k + 6 <= many) {
    const f = features + ((k as usize) << 2);
    const p = places + ((k as usize) << 2);
    const f0 = load<u32>(f) as usize;
    const f1 = load<u32>(f, 4) as usize;
    const f2 = load<u32>(f, 8) as usize;
    const f3 = load<u32>(f, 12) as usize;
    const f4 = load<u32>(f, 16) as usize;
    const f5 = load<u32>(f, 20) as usize;
    const p0 = load<u32>(p) as usize;
    const p1 = load<u32>(p, 4) as usize;
    const p2 = load<u32>(p, 8) as usize;
    const p3 = load<u32>(p, 12) as usize;
    const p4 = load<u32>(p, 16) as usize;
    const p5 = load<u32>(p, 20) as usize;
    for (let e = entries; e < end; e += 8) {
      const at = load<u32>(e) as usize;
      const row = table + at * stride;
      const pair = f64x2.mul(v128.load(pairs + (at << 4)), f64x2.splat(load<u32>(e, 4) as f64));
      addPair(p0 + (binAt<T>(row + f0) << 4), pair);
      addPair(p1 + (binAt<T>(row + f1) << 4), pair);
      addPair(p2 + (binAt<T>(row + f2) << 4), pair);
      addPair(p3 + (binAt<T>(row + f3) << 4), pair);
      addPair(p4 + (binAt<T>(row + f4) << 4), pair);
      addPair(p5 + (binAt<T>(row + f5) << 4), pair);
    }
    k += 6;
  }
  if (k + 5 <= many) {
    const f = features + ((k as usize) << 2);
    const p = places + ((k as usize) << 2);
    const f0 = load<u32>(f) as usize;
    const f1 = load<u32>(f, 4) as usize;
    const f2 = load<u32>(f, 8) as usize;
    const f3 = load<u32>(f, 12) as usize;
    const f4 = load<u32>(f, 16) as usize;
    const p0 = load<u32>(p) as usize;
    const p1 = load<u32>(p, 4) as usize;
    const p2 = load<u32>(p, 8) as usize;
    const p3 = load<u32>(p, 12) as usize;
    const p4 = load<u32>(p, 16) as usize;
    for (let e = entries; e < end; e += 8) {
      const at = load<u32>(e) as usize;
      const row = table + at * stride;
      const pair = f64x2.mul(v128.load(pairs + (at << 4)), f64x2.splat(load<u32>(e, 4) as f64));
      addPair(p0 + (binAt<T>(row + f0) << 4), pair);
      addPair(p1 + (binAt<T>(row + f1) << 4), pair);
      addPair(p2 + (binAt<T>(row + f2) << 4), pair);
      addPair(p3 + (binAt<T>(row + f3) << 4), pair);
      addPair(p4 + (binAt<T>(row + f4) << 4), pair);
    }
    k += 5;
  }
  for (; k + 4 <= many; k += 4) {
    const f = features + ((k as usize) << 2);
    const p = places + ((k as usize) << 2);
    const f0 = load<u32>(f) as usize;
    const f1 = load<u32>(f, 4) as usize;
    const f2 = load<u32>(f, 8) as usize;
    const f3 = load<u32>(f, 12) as usize;
    const p0 = load<u32>(p) as usize;
    const p1 = load<u32>(p, 4) as usize;
    const p2 = load<u32>(p, 8) as usize;
    const p3 = load<u32>(p, 12) as usize;
    for (let e = entries; e < end; e += 8) {
      const at = load<u32>(e) as usize;
      const row = table + at * stride;
      const pair = f64x2.mul(v128.load(pairs + (at << 4)), f64x2.splat(load<u32>(e, 4) as f64));
      addPair(p0 + (binAt<T>(row + f0) << 4), pair);
      addPair(p1 + (binAt<T>(row + f1) << 4), pair);
      addPair(p2 + (binAt<T>(row + f2) << 4), pair);
      addPair(p3 + (binAt<T>(row + f3) << 4), pair);
    }
  }
  for (; k + 2 <= many; k += 2) {
    const f0 = load<u32>(features + ((k as usize) << 2)) as usize;
    const f1 = load<u32>(features + ((k as usize) << 2), 4) as usize;
    const p0 = load<u32>(places + ((k as usize) << 2)) as usize;
    const p1 = load<u32>(places + ((k as usize) << 2), 4) as usize;
    for (let e = entries; e < end; e += 8) {
      const at = load<u32>(e) as usize;
      const row = table + at * stride;
      const pair = f64x2.mul(v128.load(pairs + (at << 4)), f64x2.splat(load<u32>(e, 4) as f64));
      addPair(p0 + (binAt<T>(row + f0) << 4), pair);
      addPair(p1 + (binAt<T>(row + f1) << 4), pair);
    }
  }
  for (; k < many; k++) {
    const f0 = load<u32>(features + ((k as usize) << 2)) as usize;
    const p0 = load<u32>(places + ((k as usize) << 2)) as usize;
    for (let e = entries; e < end; e += 8) {
      const at = load<u32>(e) as usize;
      const pair = f64x2.mul(v128.load(pairs + (at << 4)), f64x2.splat(load<u32>(e, 4) as f64));
      addPair(p0 + (binAt<T>(table + at * stride + f0) << 4), pair);
    }
  }
}

export function pairs(
  wide: i32,
  entries: usize,
  end: usize,
  table: usize,
  stride: usize,
  features: usize,
  places: usize,
  many: i32,
  values: usize,
): void {
  if (wide != 0) addPairs<u16>(entries, end, table, stride, features, places, many, values);
  else addPairs<u8>(entries, end, table, stride, features, places, many, values);
}

/** Adds `count` times the row's pair to its bin's first, and `count` alone to the third of its bin's four doubles. */
export function weighted(
  wide: i32,
  entries: usize,
  end: usize,
  table: usize,
  stride: usize,
  features: usize,
  places: usize,
  many: i32,
  values: usize,
): void {
  for (let k = 0; k < many; k++) {
    const f0 = load<u32>(features + ((k as usize) << 2)) as usize;
    const p0 = load<u32>(places + ((k as usize) << 2)) as usize;
    for (let e = entries; e < end; e += 8) {
      const at = load<u32>(e) as usize;
      const count = load<u32>(e, 4) as f64;
      const cell = table + at * stride + f0;
      const bin = wide != 0 ? binAt<u16>(cell) : binAt<u8>(cell);
      const to = p0 + (bin << 5);
      addPair(to, f64x2.mul(v128.load(values + (at << 4)), f64x2.splat(count)));
      store<f64>(to, load<f64>(to, 16) + count, 16);
    }
  }
}

/** Class weights: `count` times the row's weight to its class, and `count` to the place after the classes; doubles. */
export function weightedClasses(
  wide: i32,
  entries: usize,
  end: usize,
  table: usize,
  stride: usize,
  features: usize,
  places: usize,
  many: i32,
  weights: usize,
  kinds: usize,
): void {
  const bytes = (kinds + 1) << 3;
  for (let k = 0; k < many; k++) {
    const f0 = load<u32>(features + ((k as usize) << 2)) as usize;
    const p0 = load<u32>(places + ((k as usize) << 2)) as usize;
    for (let e = entries; e < end; e += 8) {
      const at = load<u32>(e) as usize;
      const info = load<u32>(e, 4);
      const count = (info & 0xffff) as f64;
      const cell = table + at * stride + f0;
      const bin = wide != 0 ? binAt<u16>(cell) : binAt<u8>(cell);
      const to = p0 + bin * bytes;
      const slot = to + (((info >> 16) as usize) << 3);
      store<f64>(slot, load<f64>(slot) + count * load<f64>(weights + (at << 3)));
      const raw = to + (kinds << 3);
      store<f64>(raw, load<f64>(raw) + count);
    }
  }
}

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

/** a -= b, `bytes` a multiple of 16, of numbers of a kind: 0 counts (u32), 1 doubles, 2 packed sums (i64). */
export function subtract(a: usize, b: usize, bytes: usize, kind: i32): void {
  const end = a + bytes;
  if (kind == 1) for (; a < end; a += 16, b += 16) v128.store(a, f64x2.sub(v128.load(a), v128.load(b)));
  else if (kind == 2) for (; a < end; a += 16, b += 16) v128.store(a, i64x2.sub(v128.load(a), v128.load(b)));
  else for (; a < end; a += 16, b += 16) v128.store(a, i32x4.sub(v128.load(a), v128.load(b)));
}

/** a += b, as `subtract`. */
export function add(a: usize, b: usize, bytes: usize, kind: i32): void {
  const end = a + bytes;
  if (kind == 1) for (; a < end; a += 16, b += 16) v128.store(a, f64x2.add(v128.load(a), v128.load(b)));
  else if (kind == 2) for (; a < end; a += 16, b += 16) v128.store(a, i64x2.add(v128.load(a), v128.load(b)));
  else for (; a < end; a += 16, b += 16) v128.store(a, i32x4.add(v128.load(a), v128.load(b)));
}

// Packed sums: where every row counts once, an entry has a whole number instead of its count, and a bin is one number of 64
// bits, value · 2^shift + rows. A feature has room for 32 bins, or for 256; features are added four at a time, so that rows of the
// table and histograms have room for a multiple of four.

// @ts-ignore: decorator
@inline
function narrow12(entries: usize, end: usize, row: usize, shift: i64, to: usize): void {
  for (let e = entries; e < end; e += 8, row += 16) {
    const value = ((load<i32>(e, 4) as i64) << shift) + 1;
    const b0 = to + ((load<u8>(row, 0) as usize) << 3);
    store<i64>(b0, load<i64>(b0, 0) + value, 0);
    const b1 = to + ((load<u8>(row, 1) as usize) << 3);
    store<i64>(b1, load<i64>(b1, 256) + value, 256);
    const b2 = to + ((load<u8>(row, 2) as usize) << 3);
    store<i64>(b2, load<i64>(b2, 512) + value, 512);
    const b3 = to + ((load<u8>(row, 3) as usize) << 3);
    store<i64>(b3, load<i64>(b3, 768) + value, 768);
    const b4 = to + ((load<u8>(row, 4) as usize) << 3);
    store<i64>(b4, load<i64>(b4, 1024) + value, 1024);
    const b5 = to + ((load<u8>(row, 5) as usize) << 3);
    store<i64>(b5, load<i64>(b5, 1280) + value, 1280);
    const b6 = to + ((load<u8>(row, 6) as usize) << 3);
    store<i64>(b6, load<i64>(b6, 1536) + value, 1536);
    const b7 = to + ((load<u8>(row, 7) as usize) << 3);
    store<i64>(b7, load<i64>(b7, 1792) + value, 1792);
    const b8 = to + ((load<u8>(row, 8) as usize) << 3);
    store<i64>(b8, load<i64>(b8, 2048) + value, 2048);
    const b9 = to + ((load<u8>(row, 9) as usize) << 3);
    store<i64>(b9, load<i64>(b9, 2304) + value, 2304);
    const b10 = to + ((load<u8>(row, 10) as usize) << 3);
    store<i64>(b10, load<i64>(b10, 2560) + value, 2560);
    const b11 = to + ((load<u8>(row, 11) as usize) << 3);
    store<i64>(b11, load<i64>(b11, 2816) + value, 2816);
  }
}

// @ts-ignore: decorator
@inline
function narrow4(entries: usize, end: usize, row: usize, shift: i64, to: usize): void {
  for (let e = entries; e < end; e += 8, row += 16) {
    const value = ((load<i32>(e, 4) as i64) << shift) + 1;
    const b0 = to + ((load<u8>(row, 0) as usize) << 3);
    store<i64>(b0, load<i64>(b0, 0) + value, 0);
    const b1 = to + ((load<u8>(row, 1) as usize) << 3);
    store<i64>(b1, load<i64>(b1, 256) + value, 256);
    const b2 = to + ((load<u8>(row, 2) as usize) << 3);
    store<i64>(b2, load<i64>(b2, 512) + value, 512);
    const b3 = to + ((load<u8>(row, 3) as usize) << 3);
    store<i64>(b3, load<i64>(b3, 768) + value, 768);
  }
}

// @ts-ignore: decorator
@inline
function full12(entries: usize, end: usize, row: usize, shift: i64, to: usize): void {
  for (let e = entries; e < end; e += 8, row += 16) {
    const value = ((load<i32>(e, 4) as i64) << shift) + 1;
    const b0 = to + ((load<u8>(row, 0) as usize) << 3);
    store<i64>(b0, load<i64>(b0, 0) + value, 0);
    const b1 = to + ((load<u8>(row, 1) as usize) << 3);
    store<i64>(b1, load<i64>(b1, 2048) + value, 2048);
    const b2 = to + ((load<u8>(row, 2) as usize) << 3);
    store<i64>(b2, load<i64>(b2, 4096) + value, 4096);
    const b3 = to + ((load<u8>(row, 3) as usize) << 3);
    store<i64>(b3, load<i64>(b3, 6144) + value, 6144);
    const b4 = to + ((load<u8>(row, 4) as usize) << 3);
    store<i64>(b4, load<i64>(b4, 8192) + value, 8192);
    const b5 = to + ((load<u8>(row, 5) as usize) << 3);
    store<i64>(b5, load<i64>(b5, 10240) + value, 10240);
    const b6 = to + ((load<u8>(row, 6) as usize) << 3);
    store<i64>(b6, load<i64>(b6, 12288) + value, 12288);
    const b7 = to + ((load<u8>(row, 7) as usize) << 3);
    store<i64>(b7, load<i64>(b7, 14336) + value, 14336);
    const b8 = to + ((load<u8>(row, 8) as usize) << 3);
    store<i64>(b8, load<i64>(b8, 16384) + value, 16384);
    const b9 = to + ((load<u8>(row, 9) as usize) << 3);
    store<i64>(b9, load<i64>(b9, 18432) + value, 18432);
    const b10 = to + ((load<u8>(row, 10) as usize) << 3);
    store<i64>(b10, load<i64>(b10, 20480) + value, 20480);
    const b11 = to + ((load<u8>(row, 11) as usize) << 3);
    store<i64>(b11, load<i64>(b11, 22528) + value, 22528);
  }
}

// @ts-ignore: decorator
@inline
function full4(entries: usize, end: usize, row: usize, shift: i64, to: usize): void {
  for (let e = entries; e < end; e += 8, row += 16) {
    const value = ((load<i32>(e, 4) as i64) << shift) + 1;
    const b0 = to + ((load<u8>(row, 0) as usize) << 3);
    store<i64>(b0, load<i64>(b0, 0) + value, 0);
    const b1 = to + ((load<u8>(row, 1) as usize) << 3);
    store<i64>(b1, load<i64>(b1, 2048) + value, 2048);
    const b2 = to + ((load<u8>(row, 2) as usize) << 3);
    store<i64>(b2, load<i64>(b2, 4096) + value, 4096);
    const b3 = to + ((load<u8>(row, 3) as usize) << 3);
    store<i64>(b3, load<i64>(b3, 6144) + value, 6144);
  }
}

/**
 * Adds entries to the packed sums of features 0 … many - 1, a multiple of 4. `wide`: room for 256 bins each. `near` has room for
 * NEAR rows of 16 bytes.
 */
export function packed(
  wide: i32,
  entries: usize,
  end: usize,
  table: usize,
  stride: usize,
  many: i32,
  shift: i32,
  to: usize,
  near: usize,
): void {
  const by = shift as i64;
  for (let e = entries; e < end; e += NEAR << 3) {
    const last = min(e + (NEAR << 3), end);
    for (let k = 0; k < many; ) {
      gather(e, last, table + k, stride, near);
      const place = to + ((k as usize) << (wide != 0 ? 11 : 8));
      if (k + 12 <= many) {
        if (wide != 0) full12(e, last, near, by, place);
        else narrow12(e, last, near, by, place);
        k += 12;
      } else {
        if (wide != 0) full4(e, last, near, by, place);
        else narrow4(e, last, near, by, place);
        k += 4;
      }
    }
  }
}

/** `count` packed sums as pairs of doubles: rows, value. */
export function unpack(from: usize, count: i32, shift: i32, to: usize): void {
  const mask = ((1 as i64) << (shift as i64)) - 1;
  const end = from + ((count as usize) << 3);
  for (; from < end; from += 8, to += 16) {
    const sum = load<i64>(from);
    store<f64>(to, (sum & mask) as f64);
    store<f64>(to, (sum >> (shift as i64)) as f64, 8);
  }
}

/** Entries that count once get the whole number next to (label - center) · value instead of their count. */
export function quantize(entries: usize, end: usize, targets: usize, value: f64, center: f64): void {
  const v = f64x2.splat(value);
  const c = f64x2.splat(center);
  let e = entries;
  for (; e + 16 <= end; e += 16) {
    const y = both(targets + ((load<u32>(e) as usize) << 3), targets + ((load<u32>(e, 8) as usize) << 3));
    const whole = i32x4.trunc_sat_f64x2_s_zero(rounded2(f64x2.mul(f64x2.sub(y, c), v)));
    v128.store32_lane(e, whole, 0, 4);
    v128.store32_lane(e, whole, 1, 12);
  }
  if (e < end) {
    const y = load<f64>(targets + ((load<u32>(e) as usize) << 3)) - center;
    store<i32>(e, rounded(y * value) as i32, 4);
  }
}

/** a + b·r */
// @ts-ignore: decorator
@inline
function line(a: f64, b: f64, r: v128): v128 {
  return f64x2.add(f64x2.splat(a), f64x2.mul(f64x2.splat(b), r));
}

// @ts-ignore: decorator
@inline
function plus(a: v128, b: v128, r: v128): v128 {
  return f64x2.add(a, f64x2.mul(b, r));
}

/**
 * eˣ for x ≤ 0, to about one unit in the last place: x = n·ln 2 + r, a polynomial of degree 13 in r, n into the exponent. Terms of the
 * polynomial in pairs (G. Estrin, Organization of Computer Systems, 1960), so that few of them wait for others.
 */
// @ts-ignore: decorator
@inline
function exp(x: v128): v128 {
  x = f64x2.max(x, f64x2.splat(-708));
  const magic = f64x2.splat(6755399441055744);
  const shifted = f64x2.add(f64x2.mul(x, f64x2.splat(1.4426950408889634)), magic);
  const n = f64x2.sub(shifted, magic);
  const r = f64x2.sub(f64x2.sub(x, f64x2.mul(n, f64x2.splat(6.93147180369123816490e-1))), f64x2.mul(n, f64x2.splat(1.90821492927058770002e-10)));
  const r2 = f64x2.mul(r, r);
  const r4 = f64x2.mul(r2, r2);
  const low = plus(line(1, 1, r), line(0.5, 1.6666666666666666e-1, r), r2);
  const middle = plus(line(4.1666666666666664e-2, 8.333333333333333e-3, r), line(1.3888888888888889e-3, 1.984126984126984e-4, r), r2);
  const high = plus(line(2.48015873015873e-5, 2.7557319223985893e-6, r), line(2.755731922398589e-7, 2.505210838544172e-8, r), r2);
  const highest = line(2.08767569878681e-9, 1.6059043836821613e-10, r);
  const p = plus(plus(low, middle, r4), plus(high, highest, r4), f64x2.mul(r4, r4));
  const power = i64x2.shl(i64x2.add(shifted, i64x2.splat(1023)), 52);
  return f64x2.mul(p, power);
}

// @ts-ignore: decorator
@inline
function gradient(loss: i32, y: v128, f: v128): v128 {
  if (loss == 0) {
    // 4y / (1 + e^z), z = 2yf, with the exponent of what is not positive.
    const one = f64x2.splat(1);
    const z = f64x2.mul(f64x2.mul(f64x2.splat(2), y), f);
    const e = exp(f64x2.neg(f64x2.abs(z)));
    const upper = v128.bitselect(e, one, f64x2.gt(z, f64x2.splat(0)));
    return f64x2.div(f64x2.mul(f64x2.mul(f64x2.splat(4), y), upper), f64x2.add(one, e));
  }
  const d = f64x2.sub(y, f);
  if (loss == 1) return f64x2.mul(f64x2.splat(2), d);
  return v128.bitselect(f64x2.splat(-1), f64x2.splat(1), f64x2.lt(d, f64x2.splat(0)));
}

/** into[row] = the negative gradient of loss 0 (logistic), 1 (squared), 2 (absolute) at prediction f of label y; the largest size. */
export function gradients(loss: i32, y: usize, f: usize, from: usize, to: usize, into: usize): f64 {
  let most = f64x2.splat(0);
  let at = from << 3;
  const end = to << 3;
  for (; at + 16 <= end; at += 16) {
    const g = gradient(loss, v128.load(y + at), v128.load(f + at));
    v128.store(into + at, g);
    most = f64x2.max(most, f64x2.abs(g));
  }
  if (at < end) {
    const g = gradient(loss, v128.load64_splat(y + at), v128.load64_splat(f + at));
    store<f64>(into + at, f64x2.extract_lane(g, 0));
    most = f64x2.max(most, f64x2.abs(g));
  }
  return max(f64x2.extract_lane(most, 0), f64x2.extract_lane(most, 1));
}

/** As `gradients`, after f[row] += values[leafOf[row]]. */
export function advance(loss: i32, leafOf: usize, values: usize, y: usize, f: usize, from: usize, to: usize, into: usize): f64 {
  let most = f64x2.splat(0);
  let row = from;
  for (; row + 2 <= to; row += 2) {
    const at = row << 3;
    const leaves = load<u64>(leafOf + (row << 2));
    const by = both(values + (((leaves as u32) as usize) << 3), values + (((leaves >> 32) as usize) << 3));
    const p = f64x2.add(v128.load(f + at), by);
    v128.store(f + at, p);
    const g = gradient(loss, v128.load(y + at), p);
    v128.store(into + at, g);
    most = f64x2.max(most, f64x2.abs(g));
  }
  if (row < to) {
    const at = row << 3;
    const p = f64x2.add(v128.load64_splat(f + at), v128.load64_splat(values + ((load<u32>(leafOf + (row << 2)) as usize) << 3)));
    const g = gradient(loss, v128.load64_splat(y + at), p);
    v128.store64_lane(f + at, p, 0);
    v128.store64_lane(into + at, g, 0);
    most = f64x2.max(most, f64x2.abs(g));
  }
  return max(f64x2.extract_lane(most, 0), f64x2.extract_lane(most, 1));
}

/** To the nearest whole number, halves upwards: JavaScript's Math.round. */
// @ts-ignore: decorator
@inline
function rounded(x: f64): f64 {
  const up = ceil(x);
  return up - 0.5 > x ? up - 1 : up;
}

// @ts-ignore: decorator
@inline
function rounded2(x: v128): v128 {
  const up = f64x2.ceil(x);
  const over = f64x2.gt(f64x2.sub(up, f64x2.splat(0.5)), x);
  return f64x2.sub(up, v128.and(over, f64x2.splat(1)));
}

// @ts-ignore: decorator
@inline
function both(a: usize, b: usize): v128 {
  return f64x2.replace_lane(v128.load64_splat(a), 1, load<f64>(b));
}

/** Pairs (weight, label · weight) of rows as whole numbers; `weights` = 0: all weigh 1. */
export function scaled(targets: usize, weights: usize, from: usize, to: usize, weight: f64, value: f64, center: f64, pairs: usize): void {
  for (let row = from; row < to; row++) {
    const y = load<f64>(targets + (row << 3)) - center;
    const w = weights != 0 ? load<f64>(weights + (row << 3)) : 1;
    const at = pairs + (row << 4);
    store<f64>(at, weights != 0 ? rounded(w * weight) : 1);
    store<f64>(at, rounded(w * y * value), 8);
  }
}

// @ts-ignore: decorator
@inline
function addLeafSums(
  entries: usize,
  end: usize,
  targets: usize,
  weights: usize,
  value: f64,
  center: f64,
  rest: f64,
  square: f64,
  out: usize,
): void {
  let rests2 = f64x2.splat(0);
  let squares2 = rests2;
  let e = entries;
  for (; e + 16 <= end; e += 16) {
    const a = (load<u32>(e) as usize) << 3;
    const b = (load<u32>(e, 8) as usize) << 3;
    const count = f64x2.replace_lane(f64x2.splat(load<u32>(e, 4) as f64), 1, load<u32>(e, 12) as f64);
    const y = f64x2.sub(both(targets + a, targets + b), f64x2.splat(center));
    const wy = weights != 0 ? f64x2.mul(both(weights + a, weights + b), y) : y;
    const exact = f64x2.mul(wy, f64x2.splat(value));
    const lost = f64x2.mul(f64x2.sub(exact, rounded2(exact)), f64x2.splat(rest));
    rests2 = f64x2.add(rests2, f64x2.mul(count, rounded2(lost)));
    squares2 = f64x2.add(squares2, f64x2.mul(count, rounded2(f64x2.mul(f64x2.mul(wy, y), f64x2.splat(square)))));
  }
  // Whole numbers that doubles hold: in any order their sum is the same.
  let rests = f64x2.extract_lane(rests2, 0) + f64x2.extract_lane(rests2, 1);
  let squares = f64x2.extract_lane(squares2, 0) + f64x2.extract_lane(squares2, 1);
  for (; e < end; e += 8) {
    const at = (load<u32>(e) as usize) << 3;
    const count = load<u32>(e, 4) as f64;
    const y = load<f64>(targets + at) - center;
    const w = weights != 0 ? load<f64>(weights + at) : 1;
    const exact = w * y * value;
    rests += count * rounded((exact - rounded(exact)) * rest);
    squares += count * rounded(w * y * y * square);
  }
  store<f64>(out, load<f64>(out) + rests);
  store<f64>(out, load<f64>(out, 8) + squares, 8);
}

// Leaves: lists of ranges of entries, 12 bytes each: from, to (addresses), place among the leaves that are listed.

/** leafOf[row] = number, of entries. */
// @ts-ignore: decorator
@inline
function note(entries: usize, end: usize, leafOf: usize, number: u32): void {
  for (let e = entries; e < end; e += 8) store<u32>(leafOf + ((load<u32>(e) as usize) << 2), number);
}

/**
 * Adds to sums[2 · place] what rounding took from the labels of each leaf's entries, and to the number behind their squares. leafOf[row] is set to
 * first + place, unless `leafOf` is 0.
 */
export function leafSums(
  leaves: usize,
  many: usize,
  leafOf: usize,
  first: u32,
  targets: usize,
  weights: usize,
  value: f64,
  center: f64,
  rest: f64,
  square: f64,
  sums: usize,
): void {
  for (const last = leaves + many * 12; leaves < last; leaves += 12) {
    const out = sums + ((load<u32>(leaves, 8) as usize) << 4);
    if (leafOf != 0) note(load<u32>(leaves) as usize, load<u32>(leaves, 4) as usize, leafOf, first + load<u32>(leaves, 8));
    addLeafSums(load<u32>(leaves) as usize, load<u32>(leaves, 4) as usize, targets, weights, value, center, rest, square, out);
  }
}

// @ts-ignore: decorator
@inline
function addPackedLeafSums(
  entries: usize,
  end: usize,
  leafOf: usize,
  number: u32,
  targets: usize,
  value: f64,
  center: f64,
  rest: f64,
  square: f64,
  out: usize,
): void {
  const c = f64x2.splat(center);
  const v = f64x2.splat(value);
  const r = f64x2.splat(rest);
  const s = f64x2.splat(square);
  let rests2 = f64x2.splat(0);
  let squares2 = rests2;
  let e = entries;
  for (; e + 16 <= end; e += 16) {
    const a = (load<u32>(e) as usize) << 2;
    const b = (load<u32>(e, 8) as usize) << 2;
    store<u32>(leafOf + a, number);
    store<u32>(leafOf + b, number);
    const y = f64x2.sub(both(targets + (a << 1), targets + (b << 1)), c);
    const whole = f64x2.convert_low_i32x4_s(v128.load32_lane(e, v128.load32_zero(e, 4), 1, 12));
    rests2 = f64x2.add(rests2, rounded2(f64x2.mul(f64x2.sub(f64x2.mul(y, v), whole), r)));
    squares2 = f64x2.add(squares2, rounded2(f64x2.mul(f64x2.mul(y, y), s)));
  }
  let rests = f64x2.extract_lane(rests2, 0) + f64x2.extract_lane(rests2, 1);
  let squares = f64x2.extract_lane(squares2, 0) + f64x2.extract_lane(squares2, 1);
  if (e < end) {
    const y = load<f64>(targets + ((load<u32>(e) as usize) << 3)) - center;
    store<u32>(leafOf + ((load<u32>(e) as usize) << 2), number);
    rests += rounded((y * value - (load<i32>(e, 4) as f64)) * rest);
    squares += rounded(y * y * square);
  }
  store<f64>(out, load<f64>(out) + rests);
  store<f64>(out, load<f64>(out, 8) + squares, 8);
}

/** As `leafSums`, of entries with whole numbers, in rows that weigh 1; `leafOf` is not 0. */
export function packedLeafSums(
  leaves: usize,
  many: usize,
  leafOf: usize,
  first: u32,
  targets: usize,
  value: f64,
  center: f64,
  rest: f64,
  square: f64,
  sums: usize,
): void {
  for (const last = leaves + many * 12; leaves < last; leaves += 12) {
    const out = sums + ((load<u32>(leaves, 8) as usize) << 4);
    const number = first + load<u32>(leaves, 8);
    addPackedLeafSums(load<u32>(leaves) as usize, load<u32>(leaves, 4) as usize, leafOf, number, targets, value, center, rest, square, out);
  }
}
