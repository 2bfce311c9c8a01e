/** Symmetric positive definite systems; matrices are upper triangles packed by columns: (0,0), (0,1), (1,1), (0,2), … */

/** Where column `j` of a packed triangle begins. */
export function packedColumn(j: number): number {
  return (j * (j + 1)) / 2;
}

/** U of A = UᵀU, packed; undefined where A is not positive definite. */
export function cholesky(matrix: Float64Array, n: number): Float64Array | undefined {
  const u = matrix.slice();
  for (let j = 0; j < n; j++) {
    const column = packedColumn(j);
    for (let i = 0; i <= j; i++) {
      const other = packedColumn(i);
      let sum = u[column + i]!;
      for (let k = 0; k < i; k++) sum -= u[other + k]! * u[column + k]!;
      if (i < j) u[column + i] = sum / u[other + i]!;
      else if (sum > 0) u[column + j] = Math.sqrt(sum);
      else return undefined;
    }
  }
  return u;
}

/** `x` of UᵀU x = b. */
export function choleskySolve(u: Float64Array, b: Float64Array): Float64Array {
  const x = forward(u, b);
  for (let j = b.length - 1; j >= 0; j--) {
    const column = packedColumn(j);
    x[j]! /= u[column + j]!;
    for (let i = 0; i < j; i++) x[i]! -= u[column + i]! * x[j]!;
  }
  return x;
}

/** `z` of Uᵀz = b, so that |z|² = bᵀA⁻¹b. */
export function forward(u: Float64Array, b: Float64Array): Float64Array {
  const z = b.slice();
  for (let j = 0; j < b.length; j++) {
    const column = packedColumn(j);
    for (let i = 0; i < j; i++) z[j]! -= u[column + i]! * z[i]!;
    z[j]! /= u[column + j]!;
  }
  return z;
}

/** The diagonal of (UᵀU)⁻¹. */
export function inverseDiagonal(u: Float64Array, n: number): Float64Array {
  const unit = new Float64Array(n);
  return unit.map((_, i) => {
    unit.fill(0);
    unit[i] = 1;
    const z = forward(u, unit);
    return z.reduce((sum, value) => sum + value * value, 0);
  });
}
