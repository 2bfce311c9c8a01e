/**
 * Dense vector operations on plain typed arrays, summed from the first element to the last. They are loops: callbacks of typed arrays'
 * own methods box every number, which of a million coefficients is most of the time of an iteration, and of its garbage.
 */

export function dot(a: Float64Array, b: Float64Array, count: number = a.length): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** `y += alpha * x`. */
export function axpy(alpha: number, x: Float64Array, y: Float64Array): void {
  for (let i = 0; i < x.length; i++) y[i]! += alpha * x[i]!;
}

/** `y = factor * (y + alpha * x)`, and of what `y` then is, the product with `z`: one way through memory instead of three. */
export function axpyDot(alpha: number, x: Float64Array, y: Float64Array, factor: number, z: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < y.length; i++) {
    const value = (y[i]! + alpha * x[i]!) * factor;
    y[i] = value;
    sum += z[i]! * value;
  }
  return sum;
}

/** Euclidean norm. */
export function norm(x: Float64Array): number {
  return Math.sqrt(dot(x, x));
}

/** `a - b`, a new array. */
export function difference(a: Float64Array, b: Float64Array): Float64Array {
  const result = new Float64Array(a.length);
  for (let i = 0; i < a.length; i++) result[i] = a[i]! - b[i]!;
  return result;
}

/** `x + alpha * d`, a new array. */
export function moved(x: Float64Array, alpha: number, d: Float64Array): Float64Array {
  const result = new Float64Array(x.length);
  for (let i = 0; i < x.length; i++) result[i] = x[i]! + d[i]! * alpha;
  return result;
}

/**
 * `A x` of a symmetric matrix whose upper triangle is packed by columns: (0,0), (0,1), (1,1), (0,2), …
 */
export function packedTimes(packed: Float64Array, x: Float64Array): Float64Array {
  const n = x.length;
  const product = new Float64Array(n);
  for (let j = 0, at = 0; j < n; j++) {
    for (let i = 0; i < j; i++, at++) {
      product[i]! += packed[at]! * x[j]!;
      product[j]! += packed[at]! * x[i]!;
    }
    product[j]! += packed[at++]! * x[j]!;
  }
  return product;
}
