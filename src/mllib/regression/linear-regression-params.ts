/** Parameters of linear regression. */
import { predictorParams } from "../base/predictor";
import { choiceParam, doubleParam, gt } from "../param/kinds";
import { elasticNetParam, linearFit } from "../param/shared";

export const linearParams = {
  ...predictorParams,
  ...linearFit,
  ...elasticNetParam,
  solver: choiceParam("normal equations, L-BFGS, or the first for up to 4,096 features", ["auto", "normal", "l-bfgs"], "auto"),
  loss: choiceParam("loss of a row", ["squaredError", "huber"], "squaredError"),
  epsilon: doubleParam("Huber: errors beyond so many sigmas count by their distance instead of its square", 1.35, gt(1)),
} as const;
