/** Square systems of a few dozen unknowns, by rows. */

/**
 * Solves `A X = B` in place by elimination with partial pivoting: `b` holds one row per unknown and becomes `X`. False where
 * the matrix is singular; both are then of no use.
 */
function eliminate(a: Float64Array[], b: Float64Array[]): boolean {
  const n = a.length;
  for (let k = 0; k < n; k++) {
    let pivot = k;
    for (let i = k + 1; i < n; i++) if (Math.abs(a[i]![k]!) > Math.abs(a[pivot]![k]!)) pivot = i;
    if (!(Math.abs(a[pivot]![k]!) > 0)) return false;
    [a[k], a[pivot]] = [a[pivot]!, a[k]!];
    [b[k], b[pivot]] = [b[pivot]!, b[k]!];
    for (let i = k + 1; i < n; i++) {
      const factor = a[i]![k]! / a[k]![k]!;
      if (factor === 0) continue;
      for (let j = k; j < n; j++) a[i]![j]! -= factor * a[k]![j]!;
      for (let j = 0; j < b[i]!.length; j++) b[i]![j]! -= factor * b[k]![j]!;
    }
  }
  for (let k = n - 1; k >= 0; k--)
    for (let j = 0; j < b[k]!.length; j++) {
      let sum = b[k]![j]!;
      for (let i = k + 1; i < n; i++) sum -= a[k]![i]! * b[i]![j]!;
      b[k]![j] = sum / a[k]![k]!;
    }
  return true;
}

/** Undefined where it is singular. */
export function inverse(matrix: readonly Float64Array[]): Float64Array[] | undefined {
  const n = matrix.length;
  const result = Array.from({ length: n }, (_, i) => new Float64Array(n).fill(1, i, i + 1));
  return eliminate(
    matrix.map((row) => row.slice()),
    result,
  )
    ? result
    : undefined;
}

/** Undefined where the matrix is singular. */
export function solve(matrix: readonly Float64Array[], right: Float64Array): Float64Array | undefined {
  const columns = Array.from(right, (value) => Float64Array.of(value));
  const solved = eliminate(
    matrix.map((row) => row.slice()),
    columns,
  );
  return solved ? Float64Array.from(columns, (row) => row[0]!) : undefined;
}

export function times(matrix: readonly Float64Array[], x: Float64Array): Float64Array {
  return Float64Array.from(matrix, (row) => row.reduce((sum, value, i) => sum + value * x[i]!, 0));
}
