// Losses of linear models over tiles of rows. A tile holds its features by columns, `stride` doubles apart; stride is a
// multiple of 8 of at most 1,000, and rows beyond the tile's own are zeros with weight 0. Compiled by tools/wasm.mjs into
// gradient.ts.

/** out = offset + tile · coefficients. */
export function margins(tile: usize, stride: i32, width: i32, coefficients: usize, offset: f64, out: usize): void {
  const column = (stride as usize) << 3;
  const end = coefficients + ((width as usize) << 3);
  for (let r: usize = 0; r < column; r += 64) {
    let a = f64x2.splat(offset);
    let b = a;
    let c = a;
    let d = a;
    let p = tile + r;
    for (let q = coefficients; q < end; q += 8, p += column) {
      const w = v128.load64_splat(q);
      a = f64x2.add(a, f64x2.mul(w, v128.load(p)));
      b = f64x2.add(b, f64x2.mul(w, v128.load(p, 16)));
      c = f64x2.add(c, f64x2.mul(w, v128.load(p, 32)));
      d = f64x2.add(d, f64x2.mul(w, v128.load(p, 48)));
    }
    v128.store(out + r, a);
    v128.store(out + r, b, 16);
    v128.store(out + r, c, 32);
    v128.store(out + r, d, 48);
  }
}

// @ts-ignore: decorator
@inline
function wide(at: usize): v128 {
  return f64x2.promote_low_f32x4(v128.load64_zero(at));
}

/** As `margins`, of a tile of 32-bit floats. */
export function margins32(tile: usize, stride: i32, width: i32, coefficients: usize, offset: f64, out: usize): void {
  const column = (stride as usize) << 2;
  const end = coefficients + ((width as usize) << 3);
  for (let r: usize = 0; r < column; r += 32) {
    let a = f64x2.splat(offset);
    let b = a;
    let c = a;
    let d = a;
    let p = tile + r;
    for (let q = coefficients; q < end; q += 8, p += column) {
      const w = v128.load64_splat(q);
      a = f64x2.add(a, f64x2.mul(w, wide(p)));
      b = f64x2.add(b, f64x2.mul(w, wide(p + 8)));
      c = f64x2.add(c, f64x2.mul(w, wide(p + 16)));
      d = f64x2.add(d, f64x2.mul(w, wide(p + 24)));
    }
    const to = out + (r << 1);
    v128.store(to, a);
    v128.store(to, b, 16);
    v128.store(to, c, 32);
    v128.store(to, d, 48);
  }
}

// @ts-ignore: decorator
@inline
function sumOf(a: v128, b: v128, c: v128, d: v128): f64 {
  const s = f64x2.add(f64x2.add(a, b), f64x2.add(c, d));
  return f64x2.extract_lane(s, 0) + f64x2.extract_lane(s, 1);
}

/** Σ x·y over `column` bytes. */
// @ts-ignore: decorator
@inline
function product(x: usize, y: usize, column: usize): f64 {
  let a = f64x2.splat(0);
  let b = a;
  let c = a;
  let d = a;
  for (let r: usize = 0; r < column; r += 64) {
    a = f64x2.add(a, f64x2.mul(v128.load(x + r), v128.load(y + r)));
    b = f64x2.add(b, f64x2.mul(v128.load(x + r, 16), v128.load(y + r, 16)));
    c = f64x2.add(c, f64x2.mul(v128.load(x + r, 32), v128.load(y + r, 32)));
    d = f64x2.add(d, f64x2.mul(v128.load(x + r, 48), v128.load(y + r, 48)));
  }
  return sumOf(a, b, c, d);
}

/** gradient[j · step] += Σ multiplier · column j. */
export function accumulate(tile: usize, stride: i32, width: i32, multipliers: usize, gradient: usize, step: i32): void {
  const column = (stride as usize) << 3;
  for (let j = 0; j < width; j++) {
    const g = gradient + (((j * step) as usize) << 3);
    store<f64>(g, load<f64>(g) + product(tile + (j as usize) * column, multipliers, column));
  }
}

/** As `accumulate`, of a tile of 32-bit floats. */
export function accumulate32(tile: usize, stride: i32, width: i32, multipliers: usize, gradient: usize, step: i32): void {
  const column = (stride as usize) << 2;
  for (let j = 0; j < width; j++) {
    const x = tile + (j as usize) * column;
    let a = f64x2.splat(0);
    let b = a;
    let c = a;
    let d = a;
    for (let r: usize = 0; r < column; r += 32) {
      const y = multipliers + (r << 1);
      a = f64x2.add(a, f64x2.mul(wide(x + r), v128.load(y)));
      b = f64x2.add(b, f64x2.mul(wide(x + r + 8), v128.load(y, 16)));
      c = f64x2.add(c, f64x2.mul(wide(x + r + 16), v128.load(y, 32)));
      d = f64x2.add(d, f64x2.mul(wide(x + r + 24), v128.load(y, 48)));
    }
    const g = gradient + (((j * step) as usize) << 3);
    store<f64>(g, load<f64>(g) + sumOf(a, b, c, d));
  }
}

export function total(values: usize, stride: i32): f64 {
  const column = (stride as usize) << 3;
  let a = f64x2.splat(0);
  let b = a;
  let c = a;
  let d = a;
  for (let r: usize = 0; r < column; r += 64) {
    a = f64x2.add(a, v128.load(values + r));
    b = f64x2.add(b, v128.load(values + r, 16));
    c = f64x2.add(c, v128.load(values + r, 32));
    d = f64x2.add(d, v128.load(values + r, 48));
  }
  return sumOf(a, b, c, d);
}

// @ts-ignore: decorator
@inline
function term(sum: v128, r: v128, coefficient: f64): v128 {
  return f64x2.add(f64x2.mul(sum, r), f64x2.splat(coefficient));
}

/** eˣ for x ≤ 0, to about one unit in the last place: x = n·ln 2 + r, a polynomial of degree 13 in r, n into the exponent. */
// @ts-ignore: decorator
@inline
function exp(x: v128): v128 {
  x = f64x2.max(x, f64x2.splat(-708));
  const magic = f64x2.splat(6755399441055744);
  const shifted = f64x2.add(f64x2.mul(x, f64x2.splat(1.4426950408889634)), magic);
  const n = f64x2.sub(shifted, magic);
  const r = f64x2.sub(f64x2.sub(x, f64x2.mul(n, f64x2.splat(6.93147180369123816490e-1))), f64x2.mul(n, f64x2.splat(1.90821492927058770002e-10)));
  let p = f64x2.splat(1.6059043836821613e-10);
  p = term(p, r, 2.08767569878681e-9);
  p = term(p, r, 2.505210838544172e-8);
  p = term(p, r, 2.755731922398589e-7);
  p = term(p, r, 2.7557319223985893e-6);
  p = term(p, r, 2.48015873015873e-5);
  p = term(p, r, 1.984126984126984e-4);
  p = term(p, r, 1.3888888888888889e-3);
  p = term(p, r, 8.333333333333333e-3);
  p = term(p, r, 4.1666666666666664e-2);
  p = term(p, r, 1.6666666666666666e-1);
  p = term(p, r, 0.5);
  p = term(p, r, 1);
  p = term(p, r, 1);
  const power = i64x2.shl(i64x2.add(shifted, i64x2.splat(1023)), 52);
  return f64x2.mul(p, power);
}

/**
 * Logistic loss: margins become weight · (P(1) - label), the sum of losses is returned. Labels are 0 or 1. With
 * `weights` = 0 all of the first `rows` weigh 1.
 */
export function logistic(margins: usize, labels: usize, weights: usize, rows: i32, stride: i32): f64 {
  const column = (stride as usize) << 3;
  const one = f64x2.splat(1);
  const zero = f64x2.splat(0);
  const sign = f64x2.splat(-0.0);
  let linear = zero;
  let factors = one;
  let loss: f64 = 0;
  for (let r: usize = 0; r < column; r += 16) {
    const m = v128.load(margins + r);
    const positive = f64x2.gt(v128.load(labels + r), zero);
    // The margin in favour of the row's own label.
    const s = v128.xor(m, v128.andnot(sign, positive));
    const t = exp(v128.or(s, sign));
    const denominator = f64x2.add(one, t);
    const miss = f64x2.div(v128.bitselect(t, one, f64x2.ge(s, zero)), denominator);
    let residual = v128.xor(miss, v128.and(sign, positive));
    const excess = f64x2.max(v128.xor(s, sign), zero);
    if (weights) {
      const w = v128.load(weights + r);
      residual = f64x2.mul(residual, w);
      linear = f64x2.add(linear, f64x2.mul(w, excess));
      loss += f64x2.extract_lane(w, 0) * Math.log1p(f64x2.extract_lane(t, 0));
      loss += f64x2.extract_lane(w, 1) * Math.log1p(f64x2.extract_lane(t, 1));
    } else if (((r >> 3) as i32) + 2 <= rows) {
      // Σ log(1 + t) is the logarithm of a product of factors between 1 and 2.
      linear = f64x2.add(linear, excess);
      factors = f64x2.mul(factors, denominator);
    } else {
      const last = ((r >> 3) as i32) + 1 == rows;
      residual = last ? f64x2.replace_lane(residual, 1, 0) : zero;
      if (last) loss += f64x2.extract_lane(excess, 0) + Math.log1p(f64x2.extract_lane(t, 0));
    }
    v128.store(margins + r, residual);
  }
  loss += Math.log(f64x2.extract_lane(factors, 0) * f64x2.extract_lane(factors, 1));
  return loss + f64x2.extract_lane(linear, 0) + f64x2.extract_lane(linear, 1);
}

/**
 * Multinomial loss: `margins` holds one column of `stride` per class, and becomes weight · (P(class) - [label = class]). The
 * sum of losses is returned. `scratch` is one column.
 */
export function softmax(margins: usize, classes: i32, labels: usize, weights: usize, rows: i32, stride: i32, scratch: usize): f64 {
  const column = (stride as usize) << 3;
  const end = margins + (classes as usize) * column;
  let loss: f64 = 0;
  for (let r: usize = 0; r < column; r += 16) {
    let most = v128.load(margins + r);
    for (let p = margins + column; p < end; p += column) most = f64x2.max(most, v128.load(p + r));
    let sum = f64x2.splat(0);
    for (let p = margins; p < end; p += column) {
      const margin = v128.load(p + r);
      const e = exp(f64x2.sub(margin, most));
      sum = f64x2.add(sum, e);
      // The margin of the row's own label is needed for the loss, its column is about to be overwritten.
      v128.store(p + r, e);
      const k = f64x2.splat(((p - margins) / column) as f64);
      const own = f64x2.eq(v128.load(labels + r), k);
      v128.store(scratch + r, v128.bitselect(f64x2.sub(margin, most), v128.load(scratch + r), own));
    }
    let w = f64x2.splat(1);
    if (weights) w = v128.load(weights + r);
    else if (((r >> 3) as i32) + 2 > rows) w = f64x2.replace_lane(f64x2.splat(0), 0, ((r >> 3) as i32) + 1 == rows ? 1 : 0);
    const own = v128.load(scratch + r);
    const w0 = f64x2.extract_lane(w, 0);
    const w1 = f64x2.extract_lane(w, 1);
    if (w0 > 0) loss += w0 * (Math.log(f64x2.extract_lane(sum, 0)) - f64x2.extract_lane(own, 0));
    if (w1 > 0) loss += w1 * (Math.log(f64x2.extract_lane(sum, 1)) - f64x2.extract_lane(own, 1));
    const scale = f64x2.div(f64x2.splat(1), sum);
    for (let p = margins; p < end; p += column) {
      const k = f64x2.splat(((p - margins) / column) as f64);
      const own = v128.and(f64x2.splat(1), f64x2.eq(v128.load(labels + r), k));
      v128.store(p + r, f64x2.mul(w, f64x2.sub(f64x2.mul(v128.load(p + r), scale), own)));
    }
  }
  return loss;
}

// @ts-ignore: decorator
@inline
function weightOf(weights: usize, r: usize, rows: i32): f64 {
  return weights ? load<f64>(weights + (r << 3)) : (r as i32) < rows ? 1 : 0;
}

/** Squared loss w/2 · (margin - label/scale)²; margins become w · (margin - label/scale). */
export function squared(margins: usize, labels: usize, weights: usize, rows: i32, stride: i32, scale: f64): f64 {
  let loss: f64 = 0;
  const factor = 1 / scale;
  for (let r: usize = 0; r < (stride as usize); r++) {
    const w = weightOf(weights, r, rows);
    const d = load<f64>(margins + (r << 3)) - load<f64>(labels + (r << 3)) * factor;
    loss += w * d * d;
    store<f64>(margins + (r << 3), w * d);
  }
  return loss / 2;
}

/** Hinge loss with labels 0 and 1; margins become w · (1 - 2·label) where the loss is positive, 0 elsewhere. */
export function hinge(margins: usize, labels: usize, weights: usize, rows: i32, stride: i32): f64 {
  let loss: f64 = 0;
  for (let r: usize = 0; r < (stride as usize); r++) {
    const w = weightOf(weights, r, rows);
    const y = 2 * load<f64>(labels + (r << 3)) - 1;
    const l = (1 - y * load<f64>(margins + (r << 3))) * w;
    const misses = l > 0;
    if (misses) loss += l;
    store<f64>(margins + (r << 3), misses ? -y * w : 0);
  }
  return loss;
}

/**
 * Huber's loss with scale sigma (A. B. Owen, A robust hybrid of lasso and ridge regression, 2007); margins become the
 * derivatives by the margin, the derivative by sigma is added at `sigmaGradient`.
 */
export function huber(
  margins: usize,
  labels: usize,
  weights: usize,
  rows: i32,
  stride: i32,
  sigma: f64,
  epsilon: f64,
  sigmaGradient: usize,
): f64 {
  let loss: f64 = 0;
  let slope: f64 = 0;
  for (let r: usize = 0; r < (stride as usize); r++) {
    const w = weightOf(weights, r, rows);
    const d = load<f64>(labels + (r << 3)) - load<f64>(margins + (r << 3));
    const distance = Math.abs(d);
    if (distance <= sigma * epsilon) {
      const ratio = d / sigma;
      loss += 0.5 * w * (sigma + d * ratio);
      slope += 0.5 * w * (1 - ratio * ratio);
      store<f64>(margins + (r << 3), -w * ratio);
    } else {
      loss += 0.5 * w * (sigma + 2 * epsilon * distance - sigma * epsilon * epsilon);
      slope += 0.5 * w * (1 - epsilon * epsilon);
      store<f64>(margins + (r << 3), d >= 0 ? -w * epsilon : w * epsilon);
    }
  }
  store<f64>(sigmaGradient, load<f64>(sigmaGradient) + slope);
  return loss;
}

/**
 * Products of the tile's columns, each less its mean: products[packed (i, j)] += Σ w·(xᵢ - mᵢ)·(xⱼ - mⱼ). The tile is
 * overwritten with its deviations; `scratch` is one column. Rows beyond `rows` count for nothing.
 */
export function products(tile: usize, stride: i32, width: i32, rows: i32, means: usize, weights: usize, out: usize, scratch: usize): void {
  const column = (stride as usize) << 3;
  for (let j = 0; j < width; j++) {
    const x = tile + (j as usize) * column;
    const mean = f64x2.splat(load<f64>(means + ((j as usize) << 3)));
    for (let r: usize = 0; r < column; r += 16) v128.store(x + r, f64x2.sub(v128.load(x + r), mean));
    for (let r = rows; r < stride; r++) store<f64>(x + ((r as usize) << 3), 0);
  }
  for (let j = 0; j < width; j++) {
    const x = tile + (j as usize) * column;
    let y = x;
    if (weights) {
      y = scratch;
      for (let r: usize = 0; r < column; r += 16) v128.store(y + r, f64x2.mul(v128.load(x + r), v128.load(weights + r)));
    }
    for (let i = 0; i <= j; i++, out += 8)
      store<f64>(out, load<f64>(out) + product(tile + (i as usize) * column, y, column));
  }
}
