/** Ensembles of regression trees on disk, in Spark's layout: forests of regressors, and boosting, whose trees are of that kind, too. */
import type { Params } from "../param/params";
import type { Persistent } from "../persistence/registry";
import { metadataOfTrees } from "./learner";
import { treeParams } from "./params";
import { readTrees, writeTrees } from "./saved-trees";
import type { TreeData } from "./tree-data";

interface Ensemble extends Params {
  readonly numFeatures: number;
  readonly treeWeights: readonly number[];
}

const ofTrees = new Set([...Object.keys(treeParams), "impurity"]);

export function savedEnsemble<M extends Ensemble>(
  sparkClass: string,
  treesOf: (model: M) => readonly TreeData[],
  make: (trees: readonly TreeData[], numFeatures: number, weights: readonly number[]) => M,
): Persistent<M> {
  return {
    sparkClass,
    metadata: (model) => ({ numFeatures: model.numFeatures, numTrees: treesOf(model).length }),
    save: (model, directory) =>
      writeTrees(
        directory,
        treesOf(model),
        model.treeWeights,
        metadataOfTrees(model, "org.apache.spark.ml.regression.DecisionTreeRegressionModel", ofTrees),
      ),
    load: async ({ numFeatures }, directory) => {
      const { trees, weights } = await readTrees(directory, "variance");
      return make(trees, Number(numFeatures), weights);
    },
  };
}
