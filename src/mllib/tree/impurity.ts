/** How mixed the labels of a node are: Spark's measures, computed in the same order of operations. */
export type ImpurityName = "gini" | "entropy" | "variance";

/** 1 - Σ p². */
export function gini(counts: Float64Array, at: number, classes: number, total: number): number {
  if (total === 0) return 0;
  let impurity = 1;
  for (let c = at; c < at + classes; c++) {
    const share = counts[c]! / total;
    impurity -= share * share;
  }
  return impurity;
}

const LOG_2 = Math.log(2);

/** -Σ p·log2 p. */
export function entropy(counts: Float64Array, at: number, classes: number, total: number): number {
  if (total === 0) return 0;
  let impurity = 0;
  for (let c = at; c < at + classes; c++) {
    if (counts[c] === 0) continue;
    const share = counts[c]! / total;
    impurity -= share * (Math.log(share) / LOG_2);
  }
  return impurity;
}

/** The biased variance of a weighted sample. */
export function variance(count: number, sum: number, squares: number): number {
  return count === 0 ? 0 : (squares - (sum * sum) / count) / count;
}
