/** Functions of Dirichlet distributions. */

const SHIFTED = 8;

/** The derivative of ln Γ at x > 0, to about 1e-14: the asymptotic series, after steps upwards (M. Abramowitz, I. Stegun, 6.3.5 and 6.3.18). */
export function digamma(x: number): number {
  let sum = 0;
  // Two steps at once take one division.
  for (; x < SHIFTED; x += 2) sum -= (2 * x + 1) / (x * (x + 1));
  const r = 1 / (x * x);
  const series = r * (1 / 12 - r * (1 / 120 - r * (1 / 252 - r * (1 / 240 - r * (1 / 132 - r * (691 / 32760 - r / 12))))));
  return sum + Math.log(x) - 0.5 / x - series;
}

/** The derivative of digamma at x > 0, in the same way (6.4.6 and 6.4.12). */
export function trigamma(x: number): number {
  let sum = 0;
  for (; x < SHIFTED; x++) sum += 1 / (x * x);
  const r = 1 / (x * x);
  const series = r * (1 / 6 - r * (1 / 30 - r * (1 / 42 - r * (1 / 30 - r * (5 / 66 - r * (691 / 2730 - (r * 7) / 6))))));
  return sum + (1 + 0.5 / x + series) / x;
}

/** E[ln p] of Dirichlet distributions, one a column of `parameters`, which has rows of k entries. */
export function expectedLogs(parameters: Float64Array, k: number): Float64Array {
  const sums = columnSums(parameters, k).map(digamma);
  return parameters.map((value, at) => digamma(value) - sums[at % k]!);
}

/** Sums of the columns of rows of k entries. */
export function columnSums(rows: Float64Array, k: number): Float64Array {
  const sums = new Float64Array(k);
  for (let at = 0; at < rows.length; at += k) for (let t = 0; t < k; t++) sums[t]! += rows[at + t]!;
  return sums;
}
