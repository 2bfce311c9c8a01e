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

/** 2^(j / 64). */
// prettier-ignore
const POWERS = memory.data<f64>([
  1.0, 1.0108892860517005, 1.0218971486541166, 1.0330248790212284,
  1.0442737824274138, 1.0556451783605572, 1.0671404006768237, 1.0787607977571199,
  1.0905077326652577, 1.102382583307841, 1.1143867425958924, 1.1265216186082418,
  1.1387886347566916, 1.1511892299529827, 1.1637248587775775, 1.1763969916502812,
  1.189207115002721, 1.202156731452703, 1.215247359980469, 1.22848053610687,
  1.241857812073484, 1.255380757024691, 1.2690509571917332, 1.2828700160787783,
  1.2968395546510096, 1.3109612115247644, 1.3252366431597413, 1.339667524053303,
  1.3542555469368927, 1.3690024229745905, 1.383909881963832, 1.3989796725383112,
  1.4142135623730951, 1.42961333839197, 1.4451808069770467, 1.460917794180647,
  1.4768261459394993, 1.4929077282912648, 1.5091644275934228, 1.5255981507445384,
  1.5422108254079407, 1.559004400237837, 1.5759808451078865, 1.593142151342267,
  1.6104903319492543, 1.6280274218573478, 1.645755478153965, 1.6636765803267364,
  1.681792830507429, 1.7001063537185235, 1.718619298122478, 1.7373338352737062,
  1.7562521603732995, 1.7753764925265212, 1.7947090750031072, 1.8142521755003989,
  1.8340080864093424, 1.8539791250833855, 1.8741676341103, 1.8945759815869656,
  1.9152065613971474, 1.9360617934922943, 1.9571441241754002, 1.978456026387951,
]);

// @ts-ignore: decorator
@inline
function term(sum: v128, r: v128, coefficient: f64): v128 {
  return f64x2.add(f64x2.mul(sum, r), f64x2.splat(coefficient));
}

/**
 * eˣ for x ≤ 0, to about one unit in the last place: x = k · ln 2 / 64 + r, a table of the powers of 2 by 64ths (P. T. P. Tang,
 * Table-Driven Implementation of the Exponential Function, 1989), a polynomial of degree 5 in r.
 */
// @ts-ignore: decorator
@inline
function exp(x: v128): v128 {
  x = f64x2.max(x, f64x2.splat(-708));
  const magic = f64x2.splat(6755399441055744);
  const shifted = f64x2.add(f64x2.mul(x, f64x2.splat(92.33248261689366)), magic);
  const k = f64x2.sub(shifted, magic);
  const r = f64x2.sub(f64x2.sub(x, f64x2.mul(k, f64x2.splat(0.01083042469326756))), f64x2.mul(k, f64x2.splat(2.9815858269852933e-12)));
  const square = f64x2.mul(r, r);
  const low = term(r, f64x2.splat(1.6666666666666666e-1), 0.5);
  const high = term(r, f64x2.splat(8.333333333333333e-3), 4.1666666666666664e-2);
  const p = f64x2.add(r, f64x2.mul(square, f64x2.add(low, f64x2.mul(square, high))));
  const at0 = ((i64x2.extract_lane(shifted, 0) & 63) as usize) << 3;
  const at1 = ((i64x2.extract_lane(shifted, 1) & 63) as usize) << 3;
  const power = v128.load64_lane(POWERS + at1, v128.load64_zero(POWERS + at0), 1);
  // What is above the 64ths goes into the exponent.
  const exponent = v128.and(i64x2.shl(shifted, 46), i64x2.splat(-(1 << 52)));
  const scaled = i64x2.add(power, exponent);
  return f64x2.add(scaled, f64x2.mul(scaled, p));
}

/** Each of `count` values, a multiple of 2, becomes 1 / (1 + e⁻ˣ). */
export function sigmoid(values: usize, count: i32): void {
  const end = values + ((count as usize) << 3);
  const one = f64x2.splat(1);
  const sign = f64x2.splat(-0.0);
  for (let p = values; p < end; p += 16) {
    const x = v128.load(p);
    const t = exp(v128.or(x, sign));
    const above = v128.bitselect(one, t, f64x2.ge(x, f64x2.splat(0)));
    v128.store(p, f64x2.div(above, f64x2.add(one, t)));
  }
}

/** Each of `count` slopes, a multiple of 2, by an output of `sigmoid` becomes the slope by what went into it: times s · (1 - s). */
export function sigmoidSlopes(slopes: usize, outputs: usize, count: i32): void {
  const column = (count as usize) << 3;
  const one = f64x2.splat(1);
  for (let r: usize = 0; r < column; r += 16) {
    const s = v128.load(outputs + r);
    v128.store(slopes + r, f64x2.mul(v128.load(slopes + r), f64x2.mul(s, f64x2.sub(one, s))));
  }
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

// @ts-ignore: decorator
@inline
function two(at: usize, next: usize): v128 {
  return v128.load64_lane(next, v128.load64_zero(at), 1);
}

/**
 * A tile of `count` rows that lie one after the other, `width` doubles each, as 32-bit floats: 1, or 0 where that would change a
 * value. Rows beyond are zeros.
 */
export function narrowTile(rows: usize, count: i32, width: i32, stride: i32, tile: usize): i32 {
  const step = (width as usize) << 3;
  let wrong = i64x2.splat(0);
  let odd = false;
  for (let j = 0; j < width; j++) {
    let p = rows + ((j as usize) << 3);
    let to = tile + ((j * stride) << 2);
    let r = 0;
    for (; r + 4 <= count; r += 4, p += 4 * step, to += 16) {
      const a = two(p, p + step);
      const b = two(p + 2 * step, p + 3 * step);
      const x = f32x4.demote_f64x2_zero(a);
      const y = f32x4.demote_f64x2_zero(b);
      wrong = v128.or(wrong, f64x2.ne(f64x2.promote_low_f32x4(x), a));
      wrong = v128.or(wrong, f64x2.ne(f64x2.promote_low_f32x4(y), b));
      v128.store(to, v128.shuffle<u64>(x, y, 0, 2));
    }
    for (; r < count; r++, p += step, to += 4) {
      const value = load<f64>(p);
      const narrow = value as f32;
      if ((narrow as f64) != value) odd = true;
      store<f32>(to, narrow);
    }
    for (; r < stride; r++, to += 4) store<f32>(to, 0);
  }
  return odd || v128.any_true(wrong) ? 0 : 1;
}

/** As `narrowTile`, of whole numbers of 16 bits, which 32-bit floats hold as they are. */
export function shortTile(rows: usize, count: i32, width: i32, stride: i32, tile: usize): void {
  const step = (width as usize) << 1;
  for (let j = 0; j < width; j++) {
    let p = rows + ((j as usize) << 1);
    let to = tile + ((j * stride) << 2);
    let r = 0;
    for (; r + 4 <= count; r += 4, p += 4 * step, to += 16) {
      let four = v128.load16_lane(p, i16x8.splat(0), 0);
      four = v128.load16_lane(p + step, four, 1);
      four = v128.load16_lane(p + 2 * step, four, 2);
      four = v128.load16_lane(p + 3 * step, four, 3);
      v128.store(to, f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_s(four)));
    }
    for (; r < count; r++, p += step, to += 4) store<f32>(to, load<i16>(p) as f32);
    for (; r < stride; r++, to += 4) store<f32>(to, 0);
  }
}

/** As `narrowTile`, of doubles as they are. */
export function wideTile(rows: usize, count: i32, width: i32, stride: i32, tile: usize): void {
  const step = (width as usize) << 3;
  for (let j = 0; j < width; j++) {
    let p = rows + ((j as usize) << 3);
    let to = tile + ((j * stride) << 3);
    let r = 0;
    for (; r + 2 <= count; r += 2, p += 2 * step, to += 16) v128.store(to, two(p, p + step));
    for (; r < count; r++, p += step, to += 8) store<f64>(to, load<f64>(p));
    for (; r < stride; r++, to += 8) store<f64>(to, 0);
  }
}

/** `count` 32-bit floats, a multiple of 4, as doubles. */
export function widen(from: usize, count: i32, to: usize): void {
  const end = from + ((count as usize) << 2);
  for (; from < end; from += 16, to += 32) {
    v128.store(to, wide(from));
    v128.store(to, wide(from + 8), 16);
  }
}

// @ts-ignore: decorator
@inline
function pair<T>(at: usize): v128 {
  return sizeof<T>() == 4 ? wide(at) : v128.load(at);
}

/** Σ w·(x - center), or Σ w·(x - center)². */
// @ts-ignore: decorator
@inline
function deviationsOf<T>(x: usize, rows: i32, weights: usize, center: f64, squared: bool): f64 {
  const c = f64x2.splat(center);
  let even = f64x2.splat(0);
  let odd = even;
  let r = 0;
  for (; r + 4 <= rows; r += 4) {
    const at = x + (r as usize) * sizeof<T>();
    let a = f64x2.sub(pair<T>(at), c);
    let b = f64x2.sub(pair<T>(at + 2 * sizeof<T>()), c);
    if (squared) {
      a = f64x2.mul(a, a);
      b = f64x2.mul(b, b);
    }
    if (weights) {
      a = f64x2.mul(a, v128.load(weights + ((r as usize) << 3)));
      b = f64x2.mul(b, v128.load(weights + ((r as usize) << 3), 16));
    }
    even = f64x2.add(even, a);
    odd = f64x2.add(odd, b);
  }
  const all = f64x2.add(even, odd);
  let sum = f64x2.extract_lane(all, 0) + f64x2.extract_lane(all, 1);
  for (; r < rows; r++) {
    const d = (load<T>(x + (r as usize) * sizeof<T>()) as f64) - center;
    const w = weights ? load<f64>(weights + ((r as usize) << 3)) : 1;
    sum += w * (squared ? d * d : d);
  }
  return sum;
}

// @ts-ignore: decorator
@inline
function moments<T>(
  tile: usize,
  stride: i32,
  width: i32,
  rows: i32,
  weights: usize,
  weightSum: f64,
  means: usize,
  squares: usize,
): void {
  for (let j = 0; j < width; j++) {
    const x = tile + ((j * stride) as usize) * sizeof<T>();
    const at = (j as usize) << 3;
    // About the first value, so that the mean of a constant is that constant, and its deviation 0.
    const origin = load<T>(x) as f64;
    const mean = origin + deviationsOf<T>(x, rows, weights, origin, false) / weightSum;
    store<f64>(means + at, mean);
    if (squares) store<f64>(squares + at, deviationsOf<T>(x, rows, weights, mean, true));
  }
}

/** Of each column its mean and, unless `squares` is 0, Σ w·(x - mean)². `weights` = 0: all rows weigh 1. */
export function describe(
  tile: usize,
  stride: i32,
  width: i32,
  rows: i32,
  weights: usize,
  weightSum: f64,
  means: usize,
  squares: usize,
): void {
  moments<f64>(tile, stride, width, rows, weights, weightSum, means, squares);
}

/** As `describe`, of a tile of 32-bit floats. */
export function describe32(
  tile: usize,
  stride: i32,
  width: i32,
  rows: i32,
  weights: usize,
  weightSum: f64,
  means: usize,
  squares: usize,
): void {
  moments<f32>(tile, stride, width, rows, weights, weightSum, means, squares);
}
