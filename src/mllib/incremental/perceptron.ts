/** Learners that are SGD with certain losses and steps, as in scikit-learn. */
import { choiceParam, doubleParam, gt } from "../param/kinds";
import { classNameOf, withParams } from "../param/params";
import { persistent } from "../persistence/registry";
import { SGDClassifier } from "./sgd-classifier";
import { CLASSIFIER_LOSSES, REGRESSOR_LOSSES } from "./sgd-loss";
import { sgdParams } from "./sgd-params";
import { SGDRegressor } from "./sgd-regressor";

/** SGDClassifier({ loss: "perceptron", learningRate: "constant", eta0: 1, penalty: "none" }). */
export class Perceptron extends withParams(SGDClassifier, {
  ...sgdParams({ learningRate: "constant", powerT: 0.5, penalty: "none", eta0: 1 }),
  loss: choiceParam("loss of a row", CLASSIFIER_LOSSES, "perceptron"),
}) {}

const bound = { C: doubleParam("bounds the size of steps", 1, gt(0)) } as const;

/** Steps just large enough to be right about a row (Crammer et al., 2006). Loss hinge: PA-I, squared_hinge: PA-II. */
export class PassiveAggressiveClassifier extends withParams(SGDClassifier, {
  ...bound,
  loss: choiceParam("hinge (PA-I) or squared_hinge (PA-II)", ["hinge", "squared_hinge"], "hinge"),
}) {}

/** As PassiveAggressiveClassifier. Loss epsilon_insensitive: PA-I, squared_epsilon_insensitive: PA-II. */
export class PassiveAggressiveRegressor extends withParams(SGDRegressor, {
  ...bound,
  loss: choiceParam(
    "epsilon_insensitive (PA-I) or squared_epsilon_insensitive (PA-II)",
    REGRESSOR_LOSSES.filter((name) => name.endsWith("epsilon_insensitive")),
    "epsilon_insensitive",
  ),
}) {}

for (const Class of [Perceptron, PassiveAggressiveClassifier, PassiveAggressiveRegressor])
  persistent<SGDClassifier | SGDRegressor>(Class, {
    sparkClass: `firesteel.mllib.incremental.${classNameOf(Class)}`,
    load: () => new Class(),
  });
