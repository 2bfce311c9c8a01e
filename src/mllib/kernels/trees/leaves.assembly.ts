// What leaves predict: sums of labels by leaf, whole numbers first and then what rounding took. Leaves are lists of ranges of entries, 20 bytes
// each: from, to (addresses), place among the leaves that are listed; then, where the rows are those of two leaves, the bins of the feature that
// they are told apart by, and which of them go left (goes[bin] is 1): the others have the next place.

import { both, rounded, rounded2 } from "./rounding.assembly";

/** Bytes of a leaf, or a pair of them, in a list. */
const LISTED: usize = 20;

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
  for (const last = leaves + many * LISTED; leaves < last; leaves += LISTED) {
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

/** As `addPackedLeafSums` of two leaves: those that go right have the number after `number`, and their sums stand behind those of the left. */
// @ts-ignore: decorator
@inline
function addPackedPairSums(
  entries: usize,
  end: usize,
  column: usize,
  goes: usize,
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
  let leftRests2 = rests2;
  let leftSquares2 = rests2;
  let e = entries;
  for (; e + 16 <= end; e += 16) {
    const a = load<u32>(e) as usize;
    const b = load<u32>(e, 8) as usize;
    const leftA = load<u8>(goes + (load<u8>(column + a) as usize));
    const leftB = load<u8>(goes + (load<u8>(column + b) as usize));
    store<u32>(leafOf + (a << 2), number + 1 - (leftA as u32));
    store<u32>(leafOf + (b << 2), number + 1 - (leftB as u32));
    const left = i64x2.neg(i64x2.replace_lane(i64x2.splat(leftA as i64), 1, leftB as i64));
    const y = f64x2.sub(both(targets + (a << 3), targets + (b << 3)), c);
    const whole = f64x2.convert_low_i32x4_s(v128.load32_lane(e, v128.load32_zero(e, 4), 1, 12));
    const lost = rounded2(f64x2.mul(f64x2.sub(f64x2.mul(y, v), whole), r));
    const squared = rounded2(f64x2.mul(f64x2.mul(y, y), s));
    rests2 = f64x2.add(rests2, lost);
    squares2 = f64x2.add(squares2, squared);
    leftRests2 = f64x2.add(leftRests2, v128.and(lost, left));
    leftSquares2 = f64x2.add(leftSquares2, v128.and(squared, left));
  }
  let rests = f64x2.extract_lane(rests2, 0) + f64x2.extract_lane(rests2, 1);
  let squares = f64x2.extract_lane(squares2, 0) + f64x2.extract_lane(squares2, 1);
  let leftRests = f64x2.extract_lane(leftRests2, 0) + f64x2.extract_lane(leftRests2, 1);
  let leftSquares = f64x2.extract_lane(leftSquares2, 0) + f64x2.extract_lane(leftSquares2, 1);
  if (e < end) {
    const row = load<u32>(e) as usize;
    const left = load<u8>(goes + (load<u8>(column + row) as usize));
    const y = load<f64>(targets + (row << 3)) - center;
    store<u32>(leafOf + (row << 2), number + 1 - (left as u32));
    const lost = rounded((y * value - (load<i32>(e, 4) as f64)) * rest);
    const squared = rounded(y * y * square);
    rests += lost;
    squares += squared;
    leftRests += left != 0 ? lost : 0;
    leftSquares += left != 0 ? squared : 0;
  }
  // Whole numbers that doubles hold: what is not of the left leaf is exactly what the right one has.
  store<f64>(out, load<f64>(out) + leftRests);
  store<f64>(out, load<f64>(out, 8) + leftSquares, 8);
  store<f64>(out, load<f64>(out, 16) + (rests - leftRests), 16);
  store<f64>(out, load<f64>(out, 24) + (squares - leftSquares), 24);
}

/** As `leafSums`, of entries with whole numbers, in rows that weigh 1 and have bins of a byte; also of pairs. `leafOf` is not 0. */
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
  for (const last = leaves + many * LISTED; leaves < last; leaves += LISTED) {
    const from = load<u32>(leaves) as usize;
    const to = load<u32>(leaves, 4) as usize;
    const place = load<u32>(leaves, 8);
    const column = load<u32>(leaves, 12) as usize;
    const goes = load<u32>(leaves, 16) as usize;
    const out = sums + ((place as usize) << 4);
    if (goes != 0) addPackedPairSums(from, to, column, goes, leafOf, first + place, targets, value, center, rest, square, out);
    else addPackedLeafSums(from, to, leafOf, first + place, targets, value, center, rest, square, out);
  }
}
