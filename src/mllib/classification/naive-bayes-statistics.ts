/** What naive Bayes counts: of each label, its weight, and means and squares of the features. */
import { DataError } from "../../common/errors";
import { aggregateProgram } from "../compute";
import type { InstanceBlock } from "../compute/instances";
import { blockLearner } from "../incremental/block-learner";

export type NaiveBayesType = "multinomial" | "bernoulli" | "gaussian" | "complement";

/** Of the rows of one label. Plain data. */
export interface LabelStatistics {
  readonly label: number;
  weight: number;
  /** Σ w·x. */
  readonly sums: Float64Array;
  /** Σ w·(x - mean)²; of gaussian models only. */
  readonly squares: Float64Array;
}

interface Spec {
  readonly modelType: NaiveBayesType;
  /** Labels are below this, where it is known. */
  readonly numClasses: number | null;
}

/** By rising label; null of no rows. */
export const labelStatistics = aggregateProgram<Spec, InstanceBlock, LabelStatistics[] | null>({
  name: "mllib.naiveBayes",
  run(blocks, spec) {
    let total: LabelStatistics[] | null = null;
    for (const block of blocks) {
      const part = ofBlock(block, spec);
      total = total === null ? part : merged(total, part);
    }
    return total;
  },
  merge: (a, b) => (a === null || b === null ? (a ?? b) : merged(a, b)),
});

const copied = (statistics: readonly LabelStatistics[]): LabelStatistics[] =>
  statistics.map(({ label, weight, sums, squares }) => ({ label, weight, sums: sums.slice(), squares: squares.slice() }));

/** The same, batch by batch, with an entry for every class whether it was seen or not. */
export const labelLearner = blockLearner<Spec & { readonly numClasses: number }, readonly LabelStatistics[]>({
  name: "naiveBayes",
  start: ({ numClasses }, width) =>
    Array.from({ length: numClasses }, (_, label) => ({
      label,
      weight: 0,
      sums: new Float64Array(width),
      squares: new Float64Array(width),
    })),
  learn(state, blocks, spec) {
    let now = copied(state);
    for (const block of blocks) now = merged(now, ofBlock(block, spec));
    return now;
  },
  merge: (a, b) => merged(copied(a), b),
});

function ofBlock(block: InstanceBlock, { modelType, numClasses }: Spec): LabelStatistics[] {
  const { rows, width, weight } = block;
  const label = block.label!;
  checkFeatures(block, modelType);
  const byLabel = new Map<number, LabelStatistics>();
  const groups = Array.from({ length: rows }, (_, r) => {
    let group = byLabel.get(label[r]!);
    if (group === undefined) {
      checkLabel(label[r]!, numClasses);
      group = { label: label[r]!, weight: 0, sums: new Float64Array(width), squares: new Float64Array(width) };
      byLabel.set(label[r]!, group);
    }
    group.weight += weight === null ? 1 : weight[r]!;
    return group;
  });
  forEachEntry(block, (r, j, value) => (groups[r]!.sums[j]! += (weight === null ? 1 : weight[r]!) * value));
  const all = [...byLabel.values()].sort((a, b) => a.label - b.label);
  if (modelType !== "gaussian") return all;
  // Zeros that are not stored deviate by the mean.
  const stored = new Map(all.map((group) => [group, new Float64Array(width)]));
  forEachEntry(block, (r, j, value) => {
    const group = groups[r]!;
    const w = weight === null ? 1 : weight[r]!;
    if (w === 0) return;
    const d = value - group.sums[j]! / group.weight;
    group.squares[j]! += w * d * d;
    stored.get(group)![j]! += w;
  });
  for (const group of all)
    // Of rows of weight 0 alone nothing is known.
    if (group.weight > 0)
      group.squares.forEach((square, j) => {
        const mean = group.sums[j]! / group.weight;
        group.squares[j] = square + Math.max(group.weight - stored.get(group)![j]!, 0) * mean * mean;
      });
  return all;
}

function forEachEntry({ rows, width, dense, sparse }: InstanceBlock, use: (r: number, j: number, value: number) => void): void {
  for (let r = 0, at = 0; r < rows; r++) {
    if (dense !== null) for (let j = 0; j < width; j++) use(r, j, dense[at++]!);
    else for (at = sparse!.starts[r]!; at < sparse!.starts[r + 1]!; at++) use(r, sparse!.indices[at]!, sparse!.values[at]!);
  }
}

function checkFeatures({ dense, sparse }: InstanceBlock, modelType: NaiveBayesType): void {
  if (modelType === "gaussian") return;
  for (const value of dense ?? sparse!.values)
    if (modelType === "bernoulli" ? value !== 0 && value !== 1 : value < 0) throw wrongFeature(modelType, value);
}

export function wrongFeature(modelType: NaiveBayesType, value: number): DataError {
  const what = modelType === "bernoulli" ? "in {0, 1}" : "zero or positive";
  return new DataError(
    "INVALID_FEATURES",
    `NaiveBayes: of a ${modelType} model, vector values MUST be ${what}, but got ${value}.`,
  );
}

function checkLabel(label: number, numClasses: number | null): void {
  if (!Number.isInteger(label) || label < 0)
    throw new DataError("INVALID_LABEL", `NaiveBayes: labels MUST be whole numbers from 0, but got ${label}.`);
  if (numClasses !== null && label >= numClasses)
    throw new DataError(
      "INVALID_LABEL",
      `NaiveBayes: there are ${numClasses} classes, so labels MUST be below that, but got ${label}.`,
    );
}

function merged(a: readonly LabelStatistics[], b: readonly LabelStatistics[]): LabelStatistics[] {
  if (a.length > 0 && b.length > 0 && a[0]!.sums.length !== b[0]!.sums.length)
    throw new DataError(
      "VECTOR_SIZES_DIFFER",
      `The features hold vectors of ${a[0]!.sums.length} and of ${b[0]!.sums.length} entries; all must have as many.`,
    );
  const known = new Map(a.map((group) => [group.label, group]));
  for (const part of b) {
    const group = known.get(part.label);
    if (group === undefined) known.set(part.label, part);
    else add(group, part);
  }
  return [...known.values()].sort((x, y) => x.label - y.label);
}

function add(total: LabelStatistics, part: LabelStatistics): void {
  const weight = total.weight + part.weight;
  const factor = weight === 0 ? 0 : (total.weight * part.weight) / weight;
  part.sums.forEach((sum, j) => {
    const shift = factor === 0 ? 0 : sum / part.weight - total.sums[j]! / total.weight;
    total.squares[j]! += part.squares[j]! + factor * shift * shift;
    total.sums[j]! += sum;
  });
  total.weight = weight;
}
