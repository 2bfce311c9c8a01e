/** What boosted classifiers and regressors have in common: fits, which of them contain others, and models on disk. */
import type { SparkSession } from "../../dataframe/api/spark-session";
import type { Params } from "../param/params";
import type { Persistent } from "../persistence/registry";
import { boostWeight, type BoostSpec } from "./boost";
import { fitBoosted } from "./fit-trees";
import { growthSpec, metadataOfTrees, type Settings } from "./learner";
import { treeParams } from "./params";
import { readTrees, writeTrees } from "./saved-trees";
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

interface BoostedModel extends Params {
  readonly boosted: readonly TreeData[];
  readonly numFeatures: number;
  readonly treeWeights: readonly number[];
}

const ofTrees = new Set([...Object.keys(treeParams), "impurity"]);

export function savedBoosted<M extends BoostedModel>(
  sparkClass: string,
  make: (trees: readonly TreeData[], numFeatures: number, weights: readonly number[]) => M,
): Persistent<M> {
  return {
    sparkClass,
    metadata: ({ numFeatures, boosted }) => ({ numFeatures, numTrees: boosted.length }),
    save: (model, directory) =>
      writeTrees(
        directory,
        model.boosted,
        model.treeWeights,
        metadataOfTrees(model, "org.apache.spark.ml.regression.DecisionTreeRegressionModel", ofTrees),
      ),
    load: async ({ numFeatures }, directory) => {
      const { trees, weights } = await readTrees(directory, "variance");
      return make(trees, Number(numFeatures), weights);
    },
  };
}
