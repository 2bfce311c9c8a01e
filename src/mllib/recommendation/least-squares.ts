/** Normal equations of one user or item: A·x = b with A symmetric, n × n, of which the lower triangle counts. */

export class NormalEquations {
  readonly a: Float64Array;
  readonly b: Float64Array;
  private readonly gradient: Float64Array;
  private readonly row: Float64Array;

  constructor(readonly n: number) {
    this.a = new Float64Array(n * n);
    this.b = new Float64Array(n);
    this.gradient = new Float64Array(n);
    this.row = new Float64Array(n);
  }

  /** @param gram what A begins with; zeros where null */
  reset(gram: Float64Array | null): void {
    if (gram === null) this.a.fill(0);
    else this.a.set(gram);
    this.b.fill(0);
  }

  /** A += weight·v·vᵀ, b += target·v, v being the n values from `at`. */
  add(values: Float32Array, at: number, target: number, weight: number): void {
    const { a, b, n } = this;
    const { row } = this;
    for (let i = 0; i < n; i++) row[i] = values[at + i]!;
    for (let i = 0; i < n; i++) {
      const v = row[i]!;
      b[i]! += target * v;
      const w = weight * v;
      for (let j = 0, p = i * n; j <= i; j++) a[p++]! += w * row[j]!;
    }
  }

  addDiagonal(value: number): void {
    for (let i = 0; i < this.n; i++) this.a[i * this.n + i]! += value;
  }

  /** Writes the solution to b, by Cholesky's decomposition. False where A is not positive definite. */
  solve(): boolean {
    const { a, b, n } = this;
    for (let i = 0; i < n; i++)
      for (let j = 0; j <= i; j++) {
        let sum = a[i * n + j]!;
        for (let k = 0; k < j; k++) sum -= a[i * n + k]! * a[j * n + k]!;
        if (i !== j) a[i * n + j] = sum / a[j * n + j]!;
        else if (sum > 1e-14 * Math.abs(a[i * n + i]!) && sum > 0) a[i * n + i] = Math.sqrt(sum);
        else return false;
      }
    for (let i = 0; i < n; i++) {
      let sum = b[i]!;
      for (let k = 0; k < i; k++) sum -= a[i * n + k]! * b[k]!;
      b[i] = sum / a[i * n + i]!;
    }
    for (let i = n - 1; i >= 0; i--) {
      let sum = b[i]!;
      for (let k = i + 1; k < n; k++) sum -= a[k * n + i]! * b[k]!;
      b[i] = sum / a[i * n + i]!;
    }
    return true;
  }

  /**
   * Writes to b the x ≥ 0 that makes xᵀ·A·x/2 - bᵀ·x least, by coordinate descent (V. Franc, V. Hlaváč, M. Navara, Sequential
   * coordinate-wise algorithm for the non-negative least squares problem, 2005). False where A has an empty diagonal.
   */
  solveNonnegative(): boolean {
    const { a, b, n, gradient } = this;
    let scale = 0;
    for (let i = 0; i < n; i++) {
      gradient[i] = -b[i]!;
      scale = Math.max(scale, Math.abs(b[i]!));
      if (!(a[i * n + i]! > 0)) return false;
    }
    b.fill(0);
    for (let sweep = 0; sweep < MOST_SWEEPS; sweep++) {
      let largest = 0;
      for (let i = 0; i < n; i++) {
        const diagonal = a[i * n + i]!;
        const next = Math.max(b[i]! - gradient[i]! / diagonal, 0);
        const step = next - b[i]!;
        if (step === 0) continue;
        b[i] = next;
        largest = Math.max(largest, Math.abs(step) * diagonal);
        for (let j = 0; j < n; j++) gradient[j]! += step * (j <= i ? a[i * n + j]! : a[j * n + i]!);
      }
      if (largest <= 1e-10 * scale) break;
    }
    return true;
  }
}

const MOST_SWEEPS = 1000;
