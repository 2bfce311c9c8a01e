/** Parameters of multilayer perceptrons. */
import { probabilisticParams } from "../base/classifier";
import { choiceParam, gt, intParam, intsParam, vectorParam } from "../param/kinds";
import { maxIter, seed, stepSize, tol } from "../param/shared";

export const perceptronParams = {
  ...probabilisticParams,
  ...seed(),
  ...maxIter(100),
  ...tol(1e-6),
  ...stepSize(0.03),
  layers: intsParam("sizes of the layers, from that of the inputs to that of the outputs", undefined, (layers) =>
    layers.length > 1 && layers.every((size) => size > 0) ? null : "must be at least two sizes, all of them above 0",
  ),
  blockSize: intParam("rows that Spark's model multiplies at once; here their width says how many are", 128, gt(0)),
  solver: choiceParam("L-BFGS, or descent by the gradient of all rows in steps of stepSize", ["l-bfgs", "gd"], "l-bfgs"),
  initialWeights: vectorParam("weights to begin with; drawn by the seed where none are set"),
} as const;
