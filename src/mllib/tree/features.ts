/** How the values of features become bins. */
import type { ImpurityName } from "./impurity";

/** Plain data: it travels to tasks. */
export interface FeatureBins {
  /** Ordered categories are sorted by their labels at each node and cut once; of unordered ones every subset is tried. */
  readonly kind: "continuous" | "ordered" | "unordered";
  /** Of continuous features, ascending: a value lies in the bin of the first threshold that it does not exceed, or in the last one. */
  readonly thresholds: Float64Array;
  /** Of categorical features: values are 0 … arity - 1. */
  readonly arity: number;
}

export const binsOf = (feature: FeatureBins): number =>
  feature.kind === "continuous" ? feature.thresholds.length + 1 : feature.arity;

/** What decides how a tree grows. Plain data. */
export interface GrowthSpec {
  readonly features: readonly FeatureBins[];
  /** 0 in regression. */
  readonly classes: number;
  readonly impurity: ImpurityName;
  readonly maxDepth: number;
  readonly minInstancesPerNode: number;
  /** Weight that each child must have. */
  readonly minWeight: number;
  readonly minInfoGain: number;
  /** Features that a node looks at. */
  readonly featuresPerNode: number;
  readonly seed: number;
  /** Null: every tree sees every row once. */
  readonly sampling: { readonly rate: number; readonly replacement: boolean } | null;
}

/**
 * Thresholds of a continuous feature by the rule of Spark's `findSplitsForContinuousFeature`: midpoints of all neighbours when
 * there are no more than `splits`, otherwise those next to equal shares of the weight. `values` ascend and are distinct.
 */
export function thresholdsOf(values: Float64Array, weights: Float64Array, splits: number): Float64Array {
  const possible = values.length - 1;
  if (possible <= 0) return new Float64Array(0);
  const middle = (i: number): number => (values[i - 1]! + values[i]!) / 2;
  if (possible <= splits) return Float64Array.from({ length: possible }, (_, i) => middle(i + 1));
  let total = 0;
  for (const weight of weights) total += weight;
  const stride = total / (splits + 1);
  const thresholds: number[] = [];
  let current = weights[0]!;
  let target = stride;
  for (let i = 1; i < values.length; i++) {
    const previous = current;
    current += weights[i]!;
    if (Math.abs(previous - target) < Math.abs(current - target)) {
      thresholds.push(middle(i));
      target += stride;
    }
  }
  return Float64Array.from(thresholds);
}

/** Whether all subsets of so many categories can be tried with `maxBins` bins. */
export const isUnordered = (arity: number, classes: number, maxBins: number): boolean =>
  classes > 2 && arity > 1 && arity <= Math.floor(Math.log2(Math.floor(maxBins / 2) + 1) + 1);

/** How many features a node looks at. Throws a text that says what is allowed. */
export function featuresPerNode(strategy: string, features: number, trees: number, classification: boolean): number {
  switch (strategy.toLowerCase()) {
    case "auto":
      return trees === 1 ? features : featuresPerNode(classification ? "sqrt" : "onethird", features, trees, classification);
    case "all":
      return features;
    case "sqrt":
      return Math.ceil(Math.sqrt(features));
    case "log2":
      return Math.max(1, Math.ceil(Math.log(features) / Math.LN2));
    case "onethird":
      return Math.ceil(features / 3);
    default: {
      const share = Number(strategy);
      return /^\d+$/.test(strategy) ? Math.min(share, features) : Math.max(1, Math.ceil(share * features));
    }
  }
}

/** What is wrong with a `featureSubsetStrategy`, or null. */
export function strategyProblem(strategy: string): string | null {
  if (["auto", "all", "sqrt", "log2", "onethird"].includes(strategy.toLowerCase())) return null;
  const share = Number(strategy);
  const good = strategy.trim() !== "" && (/^\d+$/.test(strategy) ? share > 0 : share > 0 && share <= 1);
  return good ? null : "must be auto, all, onethird, sqrt, log2, a share in (0, 1] or a number of features";
}
