// Negative gradients of the losses of boosting.

import { both } from "./rounding.assembly";

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
