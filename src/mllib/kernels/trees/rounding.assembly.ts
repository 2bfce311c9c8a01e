// Rounding, and pairs of doubles from two places. Part of other kernels.

/** To the nearest whole number, halves upwards: JavaScript's Math.round. */
// @ts-ignore: decorator
@inline
export function rounded(x: f64): f64 {
  const up = ceil(x);
  return up - 0.5 > x ? up - 1 : up;
}

// @ts-ignore: decorator
@inline
export function rounded2(x: v128): v128 {
  const up = f64x2.ceil(x);
  const over = f64x2.gt(f64x2.sub(up, f64x2.splat(0.5)), x);
  return f64x2.sub(up, v128.and(over, f64x2.splat(1)));
}

// @ts-ignore: decorator
@inline
export function both(a: usize, b: usize): v128 {
  return f64x2.replace_lane(v128.load64_splat(a), 1, load<f64>(b));
}
