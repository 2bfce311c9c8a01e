/** Symmetric positive definite systems; matrices are upper triangles packed by columns: (0,0), (0,1), (1,1), (0,2), … */

/** Where column `j` of a packed triangle begins. */
export function packedColumn(j: number): number {
  return (j * (j + 1)) / 2;
}

/** U of A = UᵀU, packed; undefined where A is not positive definite. */
export function cholesky(matrix: Float64Array, n: number): Float64Array | undefined {
  const u = matrix.slice();
  // Four columns go through the ones before them together, each sum in its own order: what is before is read from memory once for the four.
  for (let first = 0; first < n; first += 4) {
    const together = first + 4 <= n ? first : 0;
    if (together > 0) fourColumns(u, first);
    for (let j = first; j < Math.min(first + 4, n); j++) {
      const column = packedColumn(j);
      for (let i = together; i <= j; i++) {
        const other = packedColumn(i);
        let sum = u[column + i]!;
        for (let k = 0; k < i; k++) sum -= u[other + k]! * u[column + k]!;
        if (i < j) u[column + i] = sum / u[other + i]!;
        else if (sum > 0) u[column + j] = Math.sqrt(sum);
        else return undefined;
      }
    }
  }
  return u;
}

/** Of the columns from `first`, the entries above row `first`. */
function fourColumns(u: Float64Array, first: number): void {
  const [c0, c1, c2, c3] = [packedColumn(first), packedColumn(first + 1), packedColumn(first + 2), packedColumn(first + 3)];
  for (let i = 0, other = 0; i < first; other += ++i) {
    let [s0, s1, s2, s3] = [u[c0 + i]!, u[c1 + i]!, u[c2 + i]!, u[c3 + i]!];
    for (let k = 0; k < i; k++) {
      const value = u[other + k]!;
      s0 -= value * u[c0 + k]!;
      s1 -= value * u[c1 + k]!;
      s2 -= value * u[c2 + k]!;
      s3 -= value * u[c3 + k]!;
    }
    const diagonal = u[other + i]!;
    u[c0 + i] = s0 / diagonal;
    u[c1 + i] = s1 / diagonal;
    u[c2 + i] = s2 / diagonal;
    u[c3 + i] = s3 / diagonal;
  }
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

/** The diagonal of (UᵀU)⁻¹: of each unit vector e, |z|² of Uᵀz = e. */
export function inverseDiagonal(u: Float64Array, n: number): Float64Array {
  const diagonal = new Float64Array(n);
  const z = new Float64Array(4 * n);
  // Four unit vectors at once; entries before the first of them are zero.
  for (let first = 0; first < n; first += 4) {
    let [q0, q1, q2, q3] = [0, 0, 0, 0];
    for (let j = first; j < n; j++) {
      const column = packedColumn(j);
      let s0 = j === first ? 1 : 0;
      let s1 = j === first + 1 ? 1 : 0;
      let s2 = j === first + 2 ? 1 : 0;
      let s3 = j === first + 3 ? 1 : 0;
      for (let k = first, at = 4 * first; k < j; k++, at += 4) {
        const value = u[column + k]!;
        s0 -= value * z[at]!;
        s1 -= value * z[at + 1]!;
        s2 -= value * z[at + 2]!;
        s3 -= value * z[at + 3]!;
      }
      const pivot = u[column + j]!;
      z[4 * j] = s0 /= pivot;
      z[4 * j + 1] = s1 /= pivot;
      z[4 * j + 2] = s2 /= pivot;
      z[4 * j + 3] = s3 /= pivot;
      q0 += s0 * s0;
      q1 += s1 * s1;
      q2 += s2 * s2;
      q3 += s3 * s3;
    }
    diagonal.set([q0, q1, q2, q3].slice(0, n - first), first);
  }
  return diagonal;
}
