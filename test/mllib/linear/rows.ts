/** Rows from the generator that test/golden/mllib/linear.py has too, and training blocks of them. */
import { type TrainingBlock, trainingBlock } from "../../../src/mllib/linear/tiles";

export interface Row {
  readonly features: number[];
  readonly label: number;
  readonly target: number;
  readonly cls: number;
  readonly weight: number;
  /** A count, a positive size, and an offset, for generalized linear models. */
  readonly number: number;
  readonly size: number;
  readonly offset: number;
}

export function table(seed = 42, n = 2000): Row[] {
  let state = seed;
  const u = (): number => (state = (Math.imul(1664525, state) + 1013904223) >>> 0) / 4294967296;
  return Array.from({ length: n }, () => {
    const a = Array.from({ length: 5 }, () => u() * 4 - 2) as [number, number, number, number, number];
    const z = 1.5 * a[0] - 2 * a[1] + 0.5 * a[2] * a[2] + 0.25;
    const label = u() < 1 / (1 + Math.exp(-z)) ? 1 : 0;
    const target = 3 * a[0] - 1.5 * a[1] + 0.7 * a[3] + 2 + (u() - 0.5);
    const cls = Math.min(2, Math.max(0, Math.floor(a[0] + a[4] + 1.5)));
    const number = Math.floor(Math.exp(0.4 * a[0] - 0.3 * a[1] + 0.5) + 0.5);
    const size = Math.exp(0.3 * a[0] + 0.2 * a[3] + 1) * (1 + 0.2 * a[4]);
    return { features: a, label, target, cls, weight: 1 + Math.floor(u() * 3), number, size, offset: 0.1 * a[2] };
  });
}

export interface BlockOptions {
  readonly label: Exclude<keyof Row, "features">;
  readonly weighted?: boolean;
  readonly sparse?: boolean;
  readonly offset?: boolean;
  /** Adds a feature that is always 3. */
  readonly constant?: boolean;
  readonly blockRows?: number;
}

export function blocksOf(rows: readonly Row[], options: BlockOptions): TrainingBlock[] {
  const { label, weighted = false, sparse = false, offset = false, constant = false, blockRows = 700 } = options;
  const blocks: TrainingBlock[] = [];
  for (let first = 0; first < rows.length; first += blockRows) {
    const part = rows.slice(first, first + blockRows);
    const features = part.map((row) => (constant ? [...row.features, 3] : row.features));
    const width = features[0]!.length;
    const values = Float64Array.from(features.flat());
    const starts = Int32Array.from([0, ...part.map((_, i) => (i + 1) * width)]);
    blocks.push(
      trainingBlock({
        rows: part.length,
        width,
        dense: sparse ? null : values,
        sparse: sparse ? { starts, indices: Int32Array.from(features.flatMap((row) => [...row.keys()])), values } : null,
        label: Float64Array.from(part, (row) => row[label]),
        weight: weighted ? Float64Array.from(part, (row) => row.weight) : null,
        extra: offset ? [Float64Array.from(part, (row) => row.offset)] : [],
      }),
    );
  }
  return blocks;
}
