// Rows of numbers on their way into tables of bins: what they are known by, and the bins of their values. Compiled by
// tools/wasm.mjs into rows.ts.

import { mixed } from "./mixed.assembly";

/**
 * Two words for each of `rows` rows of `width` doubles, by their numbers, label and weight (`weights` = 0: all weigh 1). 0 and -0 are the
 * same.
 */
export function hashes(values: usize, rows: i32, width: i32, labels: usize, weights: usize, out: usize): void {
  for (let row = 0; row < rows; row++) {
    let a: u32 = 0x2545f491;
    let b: u32 = 0x6c078965;
    for (const end = values + ((width as usize) << 3); values < end; values += 8) {
      const bits = reinterpret<u64>(load<f64>(values) + 0);
      const low = bits as u32;
      const high = (bits >> 32) as u32;
      a = rotl<u32>((a ^ low) * 0xcc9e2d51 + high, 15);
      b = rotl<u32>((b ^ high) * 0x1b873593 + low, 13);
    }
    const label = reinterpret<u64>(load<f64>(labels) + 0);
    a = ((a ^ (label as u32)) * 0xcc9e2d51) ^ (((label >> 32) as u32) * 0x85ebca6b);
    const weight = reinterpret<u64>(weights != 0 ? load<f64>(weights + ((row as usize) << 3)) : 1);
    b = ((b ^ ((weight >> 32) as u32)) * 0x1b873593) ^ (((weight as u32) ^ a) * 0xc2b2ae35);
    const hash = mixed(a ^ (b * 0x9e3779b1));
    store<u32>(out, hash);
    store<u32>(out, mixed(b ^ hash), 4);
    labels += 8;
    out += 8;
  }
}

// @ts-ignore: decorator
@inline
function binsOf<T>(
  values: usize,
  end: usize,
  step: usize,
  low: f64,
  scale: f64,
  most: f64,
  before: usize,
  thresholds: usize,
  many: usize,
  cells: usize,
  stride: usize,
): void {
  for (; values < end; values += step, cells += stride) {
    const value = load<f64>(values);
    const place = (value - low) * scale + 1;
    const cell = select<f64>(min<f64>(place, most), 0, place > 0) as i32 as usize;
    // Of `many` thresholds from the cell's first one on, how many lie below the value: without branches that could be mistaken.
    let at = thresholds + ((load<u32>(before + (cell << 2)) as usize) << 3);
    for (let left = many; left > 1; ) {
      const half = left >> 1;
      at = select(at + (half << 3), at, load<f64>(at + (half << 3) - 8) < value);
      left -= half;
    }
    at = select(at + 8, at, load<f64>(at) < value);
    if (sizeof<T>() == 1) store<u8>(cells, ((at - thresholds) >> 3) as u8);
    else store<u16>(cells, ((at - thresholds) >> 3) as u16);
  }
}

/**
 * Bins of the values values, values + step, … before `end`, to `cells`, `stride` bytes apart: how many of the ascending `thresholds` are below them.
 * An even grid says for each cell, 0 … `most`, how many lie in those before it (u32 at `before`); in a cell are at most `many`. Behind the
 * thresholds are as many infinite ones.
 */
export function bins(
  wide: i32,
  values: usize,
  end: usize,
  step: usize,
  low: f64,
  scale: f64,
  most: f64,
  before: usize,
  thresholds: usize,
  many: usize,
  cells: usize,
  stride: usize,
): void {
  if (wide != 0) binsOf<u16>(values, end, step, low, scale, most, before, thresholds, many, cells, stride);
  else if (many == 1) binsOf<u8>(values, end, step, low, scale, most, before, thresholds, 1, cells, stride);
  else if (many == 2) binsOf<u8>(values, end, step, low, scale, most, before, thresholds, 2, cells, stride);
  else binsOf<u8>(values, end, step, low, scale, most, before, thresholds, many, cells, stride);
}

// @ts-ignore: decorator
@inline
function lookUpAs<T>(values: usize, end: usize, step: usize, bins: usize, cells: usize, stride: usize): void {
  for (; values < end; values += step, cells += stride) {
    if (sizeof<T>() == 1) store<u8>(cells, load<u8>(bins + (load<u16>(values) as usize)));
    else store<u16>(cells, load<u16>(bins + ((load<u16>(values) as usize) << 1)));
  }
}

/** The bins of numbers of 16 bits at values, values + step, … before `end`, to `cells`, `stride` bytes apart; `bins` has those of all such numbers. */
export function lookUp(wide: i32, values: usize, end: usize, step: usize, bins: usize, cells: usize, stride: usize): void {
  if (wide != 0) lookUpAs<u16>(values, end, step, bins, cells, stride);
  else lookUpAs<u8>(values, end, step, bins, cells, stride);
}
