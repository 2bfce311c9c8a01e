/** Parameters of trees, with Spark's names and defaults. */
import { boolParam, choiceParam, doubleParam, gtEq, inRange, intParam, stringParam } from "../param/kinds";
import { featuresCol, labelCol, predictionCol, seed, weightCol } from "../param/shared";
import { strategyProblem } from "./features";

const checkpointInterval = intParam("accepted for Spark's sake: there is nothing to checkpoint", 10, (value) =>
  value >= 1 || value === -1 ? null : "must be at least 1, or -1",
);

/** Of every tree. */
export const treeParams = {
  ...featuresCol,
  ...labelCol,
  ...predictionCol,
  ...weightCol,
  ...seed(),
  maxDepth: intParam("most questions from the root to a leaf", 5, inRange(0, 30)),
  maxBins: intParam("most bins of a feature; at least the values of each categorical one", 32, gtEq(2)),
  minInstancesPerNode: intParam("fewest rows of a child", 1, gtEq(1)),
  minWeightFractionPerNode: doubleParam("least share of the total weight of a child", 0, inRange(0, 0.5, true, false)),
  minInfoGain: doubleParam("least gain of a question", 0, gtEq(0)),
  maxMemoryInMB: intParam("most megabytes of histograms at a time when rows stay on their executors", 256, gtEq(0)),
  cacheNodeIds: boolParam("accepted for Spark's sake: the places of rows are always kept", false),
  checkpointInterval,
  leafCol: stringParam("name of the column for the leaves of the trees, counted in preorder; none where empty", ""),
} as const;

/** Values of parameters, which PySpark's classes of trees have as constants. */
export const classImpurities = ["gini", "entropy"] as const;
export const valueImpurities = ["variance"] as const;
export const featureSubsetStrategies = ["auto", "all", "onethird", "sqrt", "log2"] as const;

export const classImpurity = { impurity: choiceParam("measure of how mixed a node is", classImpurities, "gini") } as const;
export const valueImpurity = { impurity: choiceParam("measure of how mixed a node is", valueImpurities, "variance") } as const;

/** Whether questions below which all leaves predict the same class are left out, which loses their probabilities. */
export const pruneTree = (initial: boolean) =>
  ({ pruneTree: boolParam("whether to leave out questions that do not change the predicted class", initial) }) as const;

/** Of trees that see samples. */
const ensembleParams = (strategy: string) =>
  ({
    subsamplingRate: doubleParam("share of the rows that a tree learns from", 1, inRange(0, 1, false)),
    featureSubsetStrategy: stringParam(
      "how many features a node looks at: auto, all, onethird, sqrt, log2, or n",
      strategy,
      strategyProblem,
    ),
  }) as const;

export const forestParams = {
  ...ensembleParams("auto"),
  numTrees: intParam("number of trees", 20, gtEq(1)),
  bootstrap: boolParam("whether rows are drawn with replacement", true),
} as const;

export const boostParams = {
  ...ensembleParams("all"),
  maxIter: intParam("number of trees", 20, gtEq(0)),
  stepSize: doubleParam("what a tree after the first counts", 0.1, inRange(0, 1, false)),
  validationIndicatorCol: stringParam("name of a column that is true of rows for validation"),
  validationTol: doubleParam("least share by which the loss over the validation rows must fall", 0.01, gtEq(0)),
} as const;
