/** Parameters of factorization machines. */
import { boolParam, choiceParam, doubleParam, gt, inRange, intParam } from "../param/kinds";
import { fitIntercept, maxIter, regParam, seed, stepSize, tol, weightCol } from "../param/shared";

export const machineParams = {
  ...weightCol,
  ...seed(),
  ...maxIter(100),
  ...tol(1e-6),
  ...stepSize(1),
  ...regParam(0),
  ...fitIntercept,
  fitLinear: boolParam("whether features count also on their own, beside their pairs", true),
  factorSize: intParam("numbers that a feature has to say how it goes with others", 8, gt(0)),
  miniBatchFraction: doubleParam("share of the rows that each step looks at", 1, inRange(0, 1, false)),
  initStd: doubleParam("deviation of the factors to begin with", 0.01, gt(0)),
  solver: choiceParam("AdamW, or descent in steps that shrink", ["gd", "adamW"], "adamW"),
} as const;
