// Packed sums: where every row counts once, an entry has a whole number instead of its count, and a bin is one number of 64
// bits, value · 2^shift + rows. A feature has room for 32 bins, or for 256; features are added four at a time, so that rows of the
// table and histograms have room for a multiple of four.

import { gather, NEAR } from "./near.assembly";
import { both, rounded, rounded2 } from "./rounding.assembly";
import { split } from "./rows.assembly";

/** Bytes from the bins of a feature to those of the next one: 256 bins where B is wide (u16), else 32. A constant, part of instructions. */
// @ts-ignore: decorator
@inline
function room<B>(): usize {
  return sizeof<B>() == 1 ? 256 : 2048;
}

// @ts-ignore: decorator
@inline
function addTwelve<B>(entries: usize, end: usize, row: usize, shift: i64, to: usize): void {
  for (let e = entries; e < end; e += 8, row += 16) {
    const value = ((load<i32>(e, 4) as i64) << shift) + 1;
    const b0 = to + ((load<u8>(row, 0) as usize) << 3);
    store<i64>(b0, load<i64>(b0, 0) + value, 0);
    const b1 = to + ((load<u8>(row, 1) as usize) << 3);
    store<i64>(b1, load<i64>(b1, room<B>()) + value, room<B>());
    const b2 = to + ((load<u8>(row, 2) as usize) << 3);
    store<i64>(b2, load<i64>(b2, 2 * room<B>()) + value, 2 * room<B>());
    const b3 = to + ((load<u8>(row, 3) as usize) << 3);
    store<i64>(b3, load<i64>(b3, 3 * room<B>()) + value, 3 * room<B>());
    const b4 = to + ((load<u8>(row, 4) as usize) << 3);
    store<i64>(b4, load<i64>(b4, 4 * room<B>()) + value, 4 * room<B>());
    const b5 = to + ((load<u8>(row, 5) as usize) << 3);
    store<i64>(b5, load<i64>(b5, 5 * room<B>()) + value, 5 * room<B>());
    const b6 = to + ((load<u8>(row, 6) as usize) << 3);
    store<i64>(b6, load<i64>(b6, 6 * room<B>()) + value, 6 * room<B>());
    const b7 = to + ((load<u8>(row, 7) as usize) << 3);
    store<i64>(b7, load<i64>(b7, 7 * room<B>()) + value, 7 * room<B>());
    const b8 = to + ((load<u8>(row, 8) as usize) << 3);
    store<i64>(b8, load<i64>(b8, 8 * room<B>()) + value, 8 * room<B>());
    const b9 = to + ((load<u8>(row, 9) as usize) << 3);
    store<i64>(b9, load<i64>(b9, 9 * room<B>()) + value, 9 * room<B>());
    const b10 = to + ((load<u8>(row, 10) as usize) << 3);
    store<i64>(b10, load<i64>(b10, 10 * room<B>()) + value, 10 * room<B>());
    const b11 = to + ((load<u8>(row, 11) as usize) << 3);
    store<i64>(b11, load<i64>(b11, 11 * room<B>()) + value, 11 * room<B>());
  }
}

// @ts-ignore: decorator
@inline
function addFour<B>(entries: usize, end: usize, row: usize, shift: i64, to: usize): void {
  for (let e = entries; e < end; e += 8, row += 16) {
    const value = ((load<i32>(e, 4) as i64) << shift) + 1;
    const b0 = to + ((load<u8>(row, 0) as usize) << 3);
    store<i64>(b0, load<i64>(b0, 0) + value, 0);
    const b1 = to + ((load<u8>(row, 1) as usize) << 3);
    store<i64>(b1, load<i64>(b1, room<B>()) + value, room<B>());
    const b2 = to + ((load<u8>(row, 2) as usize) << 3);
    store<i64>(b2, load<i64>(b2, 2 * room<B>()) + value, 2 * room<B>());
    const b3 = to + ((load<u8>(row, 3) as usize) << 3);
    store<i64>(b3, load<i64>(b3, 3 * room<B>()) + value, 3 * room<B>());
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
        if (wide != 0) addTwelve<u16>(e, last, near, by, place);
        else addTwelve<u8>(e, last, near, by, place);
        k += 12;
      } else {
        if (wide != 0) addFour<u16>(e, last, near, by, place);
        else addFour<u8>(e, last, near, by, place);
        k += 4;
      }
    }
  }
}

/**
 * Both in one go: `split` by bins of a byte in a `column`, and `packed` of the entries that went left (`side` 0) or right (1), which are near by
 * then. Where the entries on both sides meet.
 */
export function splitPacked(
  entries: usize,
  end: usize,
  column: usize,
  goes: usize,
  left: usize,
  right: usize,
  side: i32,
  wide: i32,
  table: usize,
  stride: usize,
  many: i32,
  shift: i32,
  to: usize,
  near: usize,
): usize {
  const middle = split(0, entries, end, column, 1, goes, left, right);
  if (side == 0) packed(wide, left, middle, table, stride, many, shift, to, near);
  else packed(wide, middle, right, table, stride, many, shift, to, near);
  return middle;
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
