/** Dense vector operations on plain typed arrays, summed from the first element to the last. */

export function dot(a: Float64Array, b: Float64Array, count: number = a.length): number {
  let sum = 0;
  for (let i = 0; i < count; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** `y += alpha * x`. */
export function axpy(alpha: number, x: Float64Array, y: Float64Array): void {
  for (let i = 0; i < x.length; i++) y[i]! += alpha * x[i]!;
}

/** `x *= alpha`. */
export function scale(alpha: number, x: Float64Array): void {
  for (let i = 0; i < x.length; i++) x[i]! *= alpha;
}

/** Euclidean norm. */
export function norm(x: Float64Array): number {
  return Math.sqrt(dot(x, x));
}

/** `a - b`, a new array. */
export function difference(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, i) => value - b[i]!);
}

/** `x + alpha * d`, a new array. */
export function moved(x: Float64Array, alpha: number, d: Float64Array): Float64Array {
  return x.map((value, i) => value + d[i]! * alpha);
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
