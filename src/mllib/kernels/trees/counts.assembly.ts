// Histograms by bin: of classes, and of weights with labels. A table holds one row of bins after another, `stride` bytes apart, each bin one
// or two bytes (`wide`); the rows of a node are entries (rows.assembly.ts).

import { gather, NEAR } from "./near.assembly";

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
