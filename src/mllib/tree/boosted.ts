/** What boosted classifiers and regressors have in common: fits, and which of them contain others. */
import type { SparkSession } from "../../dataframe/api/spark-session";
import { boostWeight, type BoostSpec } from "./boost";
import { fitBoosted } from "./fit-trees";
import { growthSpec, type Settings } from "./learner";
import type { Training } from "./training";
import type { TreeData } from "./tree-data";

interface Boosting {
  getMaxIter(): number;
  getStepSize(): number;
  getValidationTol(): number;
}

/** The trees up to the best iteration. */
export async function boostedTrees(
  boosting: Boosting,
  settings: Settings,
  loss: BoostSpec["loss"],
  training: Training,
  session: SparkSession,
): Promise<readonly TreeData[]> {
  const { trees, best } = await fitBoosted(session, training, {
    growth: growthSpec(settings, training),
    loss,
    iterations: boosting.getMaxIter(),
    stepSize: boosting.getStepSize(),
    validationTol: boosting.getValidationTol(),
  });
  return trees.slice(0, best);
}

/** Where a fit ends by its validation rows depends on how far it went: such fits do not contain shorter ones. */
export const boostedApart = ({ validationIndicatorCol, maxIter }: Settings): unknown =>
  validationIndicatorCol === undefined ? null : maxIter;

export const boostedWeights = (trees: readonly TreeData[], stepSize: number): number[] =>
  trees.map((_, i) => boostWeight(i, stepSize));
