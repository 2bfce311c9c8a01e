/** Parameters of naive Bayes. */
import { probabilisticParams } from "../base/classifier";
import { choiceParam, doubleParam, gtEq } from "../param/kinds";
import { weightCol } from "../param/shared";

export const naiveBayesParams = {
  ...probabilisticParams,
  ...weightCol,
  smoothing: doubleParam("Laplace smoothing: added to the count of each feature in each class", 1, gtEq(0)),
  modelType: choiceParam("how features are distributed", ["multinomial", "bernoulli", "gaussian", "complement"], "multinomial"),
} as const;
