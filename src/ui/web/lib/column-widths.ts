/** How wide the columns of a table are. */

/** px of a column that takes what is left, where little is. */
export const LEAST_GROWING = 150;

/**
 * Widths in px of columns of which each needs `natural` so that nothing in it is cut; one that `grows` needs LEAST_GROWING and takes what
 * is left of `available`. Where they have no room together the table scrolls: then its edge lies between two columns, and the room
 * before it is shared by those in sight (by one that grows, if one is), unless more than a quarter of the table would be empty so.
 */
export function columnWidths(natural: readonly number[], grows: readonly boolean[], available: number): number[] {
  const needed = natural.map((width, at) => (grows[at] === true ? LEAST_GROWING : width));
  let seen = 0;
  let sum = 0;
  // Sums of fractions are not exact.
  for (const width of needed) {
    if (sum + width > available + 0.01) break;
    sum += width;
    seen++;
  }
  if (seen < needed.length && available - sum > available / 4) return needed;
  const growing = needed.flatMap((_, at) => (at < seen && grows[at] === true ? [at] : []));
  const taking = growing.length > 0 ? growing : needed.slice(0, seen).map((_, at) => at);
  const more = Math.max(0, available - sum) / Math.max(1, taking.length);
  return needed.map((width, at) => (taking.includes(at) ? width + more : width));
}
