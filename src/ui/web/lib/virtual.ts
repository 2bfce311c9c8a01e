/** Which rows of a long list are worth having in the page. */

export interface Window {
  /** First row drawn, and the one after the last. */
  readonly first: number;
  readonly last: number;
  /** Height of the rows before and after them, px. */
  readonly before: number;
  readonly after: number;
}

/** Rows of equal height that are seen at `scrollTop`, and `overscan` more on both sides. */
export function windowOf(total: number, rowHeight: number, scrollTop: number, viewHeight: number, overscan = 8): Window {
  const top = Math.max(0, Math.min(scrollTop, total * rowHeight - viewHeight));
  // First rows are even ones, so that stripes stand still.
  const first = Math.max(0, Math.floor(top / rowHeight) - overscan) & ~1;
  const last = Math.min(total, Math.ceil((top + viewHeight) / rowHeight) + overscan);
  return { first, last: Math.max(first, last), before: first * rowHeight, after: Math.max(0, total - last) * rowHeight };
}

/** Numbers of the blocks of `size` rows that cover rows [first, last). */
export function blocksOf(first: number, last: number, size: number): number[] {
  const blocks: number[] = [];
  for (let block = Math.floor(first / size); block * size < last; block++) blocks.push(block);
  return blocks;
}
