/** Decompositions that take four columns at a time, against the textbook's, to the last bit. */
import { cholesky, choleskySolve, forward, inverseDiagonal, packedColumn } from "../../../src/mllib/optim/cholesky";

let state = 9;
const random = (): number => (state = (Math.imul(1664525, state) + 1013904223) >>> 0) / 4294967296;

/** XᵀX of random rows, so positive definite where there are enough of them. */
function products(n: number, rows: number): Float64Array {
  const packed = new Float64Array(packedColumn(n));
  for (let row = 0; row < rows; row++) {
    const x = Array.from({ length: n }, () => 2 * random() - 1);
    for (let j = 0, at = 0; j < n; j++) for (let i = 0; i <= j; i++, at++) packed[at]! += x[i]! * x[j]!;
  }
  return packed;
}

/** G. Golub, C. Van Loan, Matrix Computations, by columns: one sum after the other. */
function textbook(matrix: Float64Array, n: number): Float64Array | undefined {
  const u = matrix.slice();
  const place = (i: number, j: number): number => packedColumn(j) + i;
  for (let j = 0; j < n; j++)
    for (let i = 0; i <= j; i++) {
      let sum = u[place(i, j)]!;
      for (let k = 0; k < i; k++) sum -= u[place(k, i)]! * u[place(k, j)]!;
      if (i < j) u[place(i, j)] = sum / u[place(i, i)]!;
      else if (sum > 0) u[place(j, j)] = Math.sqrt(sum);
      else return undefined;
    }
  return u;
}

const sizes = [0, 1, 2, 3, 4, 5, 7, 8, 9, 12, 31];

test.each(sizes)("of %i columns", (n) => {
  const matrix = products(n, 3 * n + 1);
  const u = cholesky(matrix, n)!;
  expect(u).toEqual(textbook(matrix, n));
  const solution = Float64Array.from({ length: n }, random);
  const right = new Float64Array(n);
  for (let j = 0; j < n; j++)
    for (let i = 0; i < n; i++) right[j]! += matrix[packedColumn(Math.max(i, j)) + Math.min(i, j)]! * solution[i]!;
  choleskySolve(u, right).forEach((value, j) => expect(value).toBeCloseTo(solution[j]!, 6));
  const expected = solution.map((_, i) => {
    const unit = new Float64Array(n);
    unit[i] = 1;
    return forward(u, unit).reduce((sum, value) => sum + value * value, 0);
  });
  expect(inverseDiagonal(u, n)).toEqual(expected);
});

test.each([2, 5, 8, 13])("none of %i columns of which one is a sum of others", (n) => {
  for (let dependent = 1; dependent < n; dependent++) {
    const whole = products(n, 4 * n);
    // Row and column `dependent` are those of column 0.
    const singular = whole.slice();
    const at = (i: number, j: number): number => packedColumn(Math.max(i, j)) + Math.min(i, j);
    for (let i = 0; i < n; i++) singular[at(i, dependent)] = whole[at(i === dependent ? 0 : i, 0)]!;
    expect(cholesky(singular, n) === undefined).toBe(textbook(singular, n) === undefined);
  }
  expect(cholesky(new Float64Array(packedColumn(n)), n)).toBeUndefined();
});
