/** Which nodes grow, and what is kept of them: the same for trees that grow in one task and level by level. */
import { scaleFor, type Scales } from "./binned-table";
import type { GrowthSpec } from "./features";
import type { SplitFinder } from "./split-finder";
import type { TreeBuilder } from "./tree-data";

/** Impurities below this are none (Spark's Utils.EPSILON). */
const EPSILON = 2 ** -52;

export class GrowthRules {
  constructor(
    private readonly spec: GrowthSpec,
    private readonly finder: SplitFinder,
  ) {}

  isMixed(totals: Float64Array): boolean {
    return this.spec.classes === 0 || Math.abs(this.finder.impurity(totals)) >= EPSILON;
  }

  /** Whether a question can meet the limits at all. */
  mayGrow(totals: Float64Array, depth: number): boolean {
    const { maxDepth, minInstancesPerNode } = this.spec;
    return depth < maxDepth && totals[totals.length - 1]! >= 2 * minInstancesPerNode && this.isMixed(totals);
  }

  /** Sums of a node as statistics of the tree: weights of classes; of labels the sums as they are, until `finishSums`. */
  stats(totals: Float64Array, scales: Scales): Float64Array {
    if (this.spec.classes > 0) return scales.weight === 1 ? totals : totals.map((sum) => sum / scales.weight);
    return Float64Array.of(totals[0]! / scales.weight, totals[1]!, 0);
  }
}

/** What rounding took from the labels of so many rows is summed up apart, in these units, for the means of the leaves. */
export const restScaleOf = (rows: number): number => scaleFor(rows, 0.5);

/** Sums and sums of squares of labels, of all nodes; `rests` and `squares` are those of the leaves. */
export function finishSums(
  builder: TreeBuilder,
  rests: Float64Array,
  squares: Float64Array,
  rows: number,
  { value, square, center }: Scales,
): void {
  for (let node = builder.size - 1; node >= 0; node--) {
    const right = builder.rightOf(node);
    if (right >= 0) {
      rests[node] = rests[node + 1]! + rests[right]!;
      squares[node] = squares[node + 1]! + squares[right]!;
    }
    const weight = builder.getStat(node, 0);
    const sum = (builder.getStat(node, 1) + rests[node]! / restScaleOf(rows)) / value;
    builder.setStat(node, 1, sum + center * weight);
    // Σ y² = Σ (y - c)² + 2c Σ (y - c) + c² Σ 1
    builder.setStat(node, 2, squares[node]! / square + 2 * center * sum + center * center * weight);
  }
}
