/**
 * Moments of numbers and of pairs of them, taken in one by one. They are so many cells of an array from a place on, so that one array may hold
 * those of many groups. All are zero at first.
 */

/** Count, mean, and the sums of the second, third and fourth powers of the distances from it. */
export const MOMENTS = 5;

export function addMoment(cells: Float64Array, at: number, x: number): void {
  const n = cells[at]! + 1;
  const delta = x - cells[at + 1]!;
  const deltaN = delta / n;
  const m2 = cells[at + 2]! + delta * (delta - deltaN);
  const delta2 = delta * delta;
  const deltaN2 = deltaN * deltaN;
  const m3 = cells[at + 3]! - 3 * deltaN * m2 + delta * (delta2 - deltaN2);
  const m4 = cells[at + 4]! - 4 * deltaN * m3 - 6 * deltaN2 * m2 + delta * (delta * delta2 - deltaN * deltaN2);
  cells[at] = n;
  cells[at + 1] = cells[at + 1]! + deltaN;
  cells[at + 2] = m2;
  cells[at + 3] = m3;
  cells[at + 4] = m4;
}

/**
 * Count, means of x and y, the sum of products of the distances from them, the sums of squares in x and in y, and those in x once more, added up
 * as variance does: slopes divide by these.
 */
export const PAIR_MOMENTS = 7;

/** Correlation divides the distance in y before it multiplies, covariance too; the sums of squares ride along. */
export function addPair(cells: Float64Array, at: number, x: number, y: number): void {
  const n = cells[at]! + 1;
  const dx = x - cells[at + 1]!;
  const dy = y - cells[at + 2]!;
  const xAvg = cells[at + 1]! + dx / n;
  const yAvg = cells[at + 2]! + dy / n;
  cells[at] = n;
  cells[at + 1] = xAvg;
  cells[at + 2] = yAvg;
  cells[at + 3] = cells[at + 3]! + dx * (y - yAvg);
  cells[at + 4] = cells[at + 4]! + dx * (x - xAvg);
  cells[at + 5] = cells[at + 5]! + dy * (y - yAvg);
  cells[at + 6] = cells[at + 6]! + dx * (dx - dx / n);
}
