/** Parameters of the SGD estimators, with scikit-learn's names and defaults. */
import { boolParam, choiceParam, doubleParam, gt, gtEq, inRange, intParam } from "../param/kinds";
import { type ParamSpec, Refusal } from "../param/param";
import type { Params } from "../param/params";
import { fitIntercept, maxIter, seed, tol, weightCol } from "../param/shared";
import { LEARNING_RATES, PENALTIES, type SgdSettings } from "./sgd";
import type { LossName } from "./sgd-loss";

const averageParam: ParamSpec<boolean | number> = {
  doc: "whether the mean of the weights over all rows predicts (averaged SGD); a number: from that row on",
  default: false,
  check(value) {
    if (typeof value === "boolean" || (Number.isSafeInteger(value) && (value as number) >= 0)) return value as boolean | number;
    throw new Refusal("must be true, false, or a whole number from 0");
  },
};

export const sgdParams = (defaults: {
  readonly learningRate: (typeof LEARNING_RATES)[number];
  readonly powerT: number;
  readonly penalty?: (typeof PENALTIES)[number];
  readonly eta0?: number;
}) =>
  ({
    ...weightCol,
    ...fitIntercept,
    ...maxIter(1000),
    ...tol(1e-3),
    ...seed(),
    penalty: choiceParam("penalty of the weights", PENALTIES, defaults.penalty ?? "l2"),
    alpha: doubleParam("strength of the penalty; rate optimal depends on it, too", 1e-4, gt(0)),
    l1Ratio: doubleParam("part of L1 in elasticnet", 0.15, inRange(0, 1)),
    shuffle: boolParam("whether the rows of a block are learned from in random order", true),
    epsilon: doubleParam("width within which huber is squared, and the insensitive losses are 0", 0.1, gtEq(0)),
    learningRate: choiceParam(
      "size of the steps: constant eta0; optimal 1 / (alpha (t0 + t)); invscaling eta0 / t^powerT; adaptive: eta0, divided by 5 when an epoch brings no gain; pa1, pa2: passive-aggressive, eta0 bounds them",
      LEARNING_RATES,
      defaults.learningRate,
    ),
    eta0: doubleParam("first size of the steps", defaults.eta0 ?? 0.01, gt(0)),
    powerT: doubleParam("exponent of invscaling", defaults.powerT),
    average: averageParam,
    nIterNoChange: intParam("epochs without gain after which a fit ends", 5, gtEq(1)),
  }) as const;

export function sgdSettings(estimator: Params): SgdSettings {
  const value = <T>(name: string): T => estimator.getOrDefault(name) as T;
  const settings: SgdSettings = {
    loss: value<LossName>("loss"),
    epsilon: value("epsilon"),
    penalty: value("penalty"),
    alpha: value("alpha"),
    l1Ratio: value("l1Ratio"),
    fitIntercept: value("fitIntercept"),
    learningRate: value("learningRate"),
    eta0: value("eta0"),
    powerT: value("powerT"),
    shuffle: value("shuffle"),
    seed: value("seed"),
    average: Number(value<boolean | number>("average")),
  };
  return estimator.hasParam("C") ? passiveAggressive(settings, value("C")) : settings;
}

/** Squared losses stand for the second kind of step; C bounds the steps. */
function passiveAggressive(settings: SgdSettings, C: number): SgdSettings {
  const second = settings.loss.startsWith("squared_");
  return {
    ...settings,
    loss: settings.loss.replace("squared_", "") as LossName,
    learningRate: second ? "pa2" : "pa1",
    penalty: "none",
    eta0: C,
  };
}
