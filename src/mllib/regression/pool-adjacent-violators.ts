/** The monotone function that is nearest to weighted points, as blocks of the same value. */

/** Points from `from` to `to`, whose value is sum / weight. Plain data. */
export interface Block {
  readonly from: number;
  readonly to: number;
  readonly weight: number;
  /** Σ weight · label. */
  readonly sum: number;
}

const value = ({ weight, sum }: Block): number => sum / weight;

const both = (a: Block, b: Block): Block => ({ from: a.from, to: b.to, weight: a.weight + b.weight, sum: a.sum + b.sum });

/**
 * Blocks of rising values out of blocks by rising `from`: those that touch, or that do not rise, become one. Blocks that were pooled may
 * be pooled again with others.
 */
export function pooled(blocks: readonly Block[]): Block[] {
  const unique: Block[] = [];
  for (const block of blocks) {
    const last = unique.at(-1);
    if (last?.from === block.from && last.to === block.to) unique[unique.length - 1] = both(last, block);
    else unique.push(block);
  }
  const risen: Block[] = [];
  for (const block of unique) {
    let next = block;
    for (let last = risen.at(-1); last !== undefined && value(last) >= value(next); last = risen.at(-1)) {
      next = both(last, next);
      risen.pop();
    }
    risen.push(next);
  }
  return risen;
}

/** The value at x of the lines between points; that of the nearest point beyond them. */
export function interpolated(boundaries: Float64Array, values: Float64Array, x: number): number {
  const top = boundaries.length - 1;
  if (Number.isNaN(x)) return NaN;
  if (x <= boundaries[0]!) return values[0]!;
  if (x >= boundaries[top]!) return values[top]!;
  let [low, high] = [0, top];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (boundaries[middle]! <= x) low = middle;
    else high = middle;
  }
  const [x1, y1] = [boundaries[low]!, values[low]!];
  return y1 + ((values[high]! - y1) * (x - x1)) / (boundaries[high]! - x1);
}
