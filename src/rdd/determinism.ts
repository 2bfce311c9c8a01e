/**
 * Whether a dataset is the same each time it is computed, in Spark's three levels (RDD.outputDeterministicLevel). What a
 * reduce task reads comes in the order in which segments arrive, so that everything behind a shuffle is `unordered`; a step whose
 * records depend on the order of its input (repartition, sample, zipWithIndex) then is `indeterminate`.
 */
export type Determinism =
  /** The same records in the same order. */
  | "determinate"
  /** The same records in some order. */
  | "unordered"
  /** Perhaps other records. */
  | "indeterminate";

const LEVELS: readonly Determinism[] = ["determinate", "unordered", "indeterminate"];

interface Input {
  readonly kind: "narrow" | "shuffle";
  readonly node: { readonly determinism: Determinism };
}

/** @param orderSensitive the dataset's records depend on the order of its inputs' records. */
export function determinismOf(inputs: readonly Input[], orderSensitive: boolean): Determinism {
  let level = 0;
  for (const { kind, node } of inputs) level = Math.max(level, LEVELS.indexOf(node.determinism), kind === "shuffle" ? 1 : 0);
  return level > 0 && orderSensitive ? "indeterminate" : LEVELS[level]!;
}
