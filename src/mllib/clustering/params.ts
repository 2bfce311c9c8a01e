/** Parameters that clustering algorithms share. */
import { choiceParam, doubleParam, gt, intParam } from "../param/kinds";
import { aggregationDepth, featuresCol, maxBlockSizeInMB, maxIter, predictionCol, probabilityCol, seed, tol, weightCol } from "../param/shared"; // prettier-ignore

const clusters = (initial: number) => ({ k: intParam("number of clusters", initial, gt(1)) }) as const;
const distanceMeasure = { distanceMeasure: choiceParam("distance", ["euclidean", "cosine"], "euclidean") } as const;
const common = { ...featuresCol, ...predictionCol, ...weightCol, ...seed() } as const;

export const kMeansParams = {
  ...common,
  ...clusters(2),
  ...distanceMeasure,
  initMode: choiceParam('first centers: "k-means||", or points drawn at "random"', ["random", "k-means||"], "k-means||"),
  initSteps: intParam("rounds of k-means||", 2, gt(0)),
  ...maxIter(20),
  ...tol(1e-4),
  solver: choiceParam("here all are the same: rows are computed in blocks", ["auto", "row", "block"], "auto"),
  ...maxBlockSizeInMB,
} as const;

export const bisectingKMeansParams = {
  ...common,
  ...clusters(4),
  ...distanceMeasure,
  ...maxIter(20),
  minDivisibleClusterSize: doubleParam(
    "fewest points of a cluster that is divided; below 1, their share of all points",
    1,
    gt(0),
  ),
} as const;

export const gaussianMixtureParams = {
  ...common,
  ...clusters(2),
  ...probabilityCol,
  ...aggregationDepth,
  ...maxIter(100),
  ...tol(0.01),
} as const;
