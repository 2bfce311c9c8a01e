/** Groups of parameters that several classes have, with Spark's names and defaults. Spread them: `{ ...featuresCol, ...maxIter(100) }`. */
import { boolParam, doubleParam, doublesParam, gtEq, inRange, intParam, stringParam, stringsParam } from "./kinds";

export const inputCol = { inputCol: stringParam("name of the input column") } as const;
export const inputCols = { inputCols: stringsParam("names of the input columns") } as const;
export const outputCol = {
  outputCol: { ...stringParam("name of the output column"), defaultFor: (uid: string) => `${uid}__output` },
} as const;
export const outputCols = { outputCols: stringsParam("names of the output columns") } as const;

export const featuresCol = { featuresCol: stringParam("name of the column of features", "features") } as const;
export const labelCol = { labelCol: stringParam("name of the column of labels", "label") } as const;
export const predictionCol = { predictionCol: stringParam("name of the column for predictions", "prediction") } as const;
export const rawPredictionCol = {
  rawPredictionCol: stringParam("name of the column for raw predictions (confidences)", "rawPrediction"),
} as const;
export const probabilityCol = {
  probabilityCol: stringParam("name of the column for probabilities of the classes", "probability"),
} as const;
export const weightCol = {
  weightCol: stringParam("name of the column of weights; every row weighs 1 where none is set"),
} as const;

export const maxIter = (initial: number) => ({ maxIter: intParam("most iterations", initial, gtEq(0)) }) as const;
export const tol = (initial: number) => ({ tol: doubleParam("tolerance of convergence", initial, gtEq(0)) }) as const;
export const stepSize = (initial: number) =>
  ({ stepSize: doubleParam("size of the steps of a descent", initial, gtEq(0)) }) as const;
export const regParam = (initial: number) =>
  ({ regParam: doubleParam("strength of the regularization", initial, gtEq(0)) }) as const;
export const elasticNetParam = {
  elasticNetParam: doubleParam("mix of the penalties: 0 is L2, 1 is L1", 0, inRange(0, 1)),
} as const;
export const fitIntercept = { fitIntercept: boolParam("whether to fit an intercept", true) } as const;
export const standardization = {
  standardization: boolParam("whether to scale features to unit deviation while fitting", true),
} as const;
export const aggregationDepth = { aggregationDepth: intParam("depth of tree aggregation", 2, gtEq(2)) } as const;
export const maxBlockSizeInMB = {
  maxBlockSizeInMB: doubleParam("most megabytes of a block of rows; 0 chooses", 0, gtEq(0)),
} as const;
/** Where it is not set, each class has a seed of its own that is always the same. */
export const seed = (initial = 42) =>
  ({
    seed: {
      ...intParam("seed of the random numbers", initial),
      // Spark's seeds have 64 bits: of models that it saved, those that are no safe integers are known by their remainder.
      json: { write: (value: number) => value, read: (json: unknown) => Math.trunc(Number(json) % 2 ** 53) },
    },
  }) as const;
export const thresholds = {
  thresholds: doublesParam(
    "thresholds of the classes: the class with the largest p / t is predicted; at most one may be 0",
    undefined,
    (values) =>
      values.every((t) => t >= 0) && values.filter((t) => t === 0).length <= 1
        ? null
        : "must not be negative, and at most one may be 0",
  ),
} as const;
export const parallelism = { parallelism: intParam("fits that are made at the same time", 1, gtEq(1)) } as const;
export const relativeError = (initial = 0.001) =>
  ({ relativeError: doubleParam("relative error of approximate quantiles", initial, inRange(0, 1)) }) as const;
/** Of linear models that are fitted step by step. */
export const linearFit = {
  ...weightCol,
  ...regParam(0),
  ...maxIter(100),
  ...tol(1e-6),
  ...fitIntercept,
  ...standardization,
  ...aggregationDepth,
  ...maxBlockSizeInMB,
} as const;
