/** Parameters of logistic regression, and how its two ways to say a threshold agree. */
import { UsageError } from "../../common/errors";
import { probabilisticParams } from "../base/classifier";
import { choiceParam, doubleParam, inRange, matrixParam, vectorParam } from "../param/kinds";
import type { Params } from "../param/params";
import { elasticNetParam, linearFit } from "../param/shared";

export const logisticParams = {
  ...probabilisticParams,
  ...linearFit,
  ...elasticNetParam,
  family: choiceParam(
    "binomial, multinomial (softmax), or by the number of classes",
    ["auto", "binomial", "multinomial"],
    "auto",
  ),
  threshold: doubleParam("of two classes, 1 is predicted where its probability is above this", 0.5, inRange(0, 1)),
  lowerBoundsOnCoefficients: matrixParam("lower bounds of the coefficients: a row per class, or one of a binomial model"),
  upperBoundsOnCoefficients: matrixParam("upper bounds of the coefficients: a row per class, or one of a binomial model"),
  lowerBoundsOnIntercepts: vectorParam("lower bounds of the intercepts: one per class, or one of a binomial model"),
  upperBoundsOnIntercepts: vectorParam("upper bounds of the intercepts: one per class, or one of a binomial model"),
} as const;

/** The threshold of class 1 of two, of `threshold` or of `thresholds`. Throws where these say different things. */
export function binaryThreshold(params: Params): number {
  const name = params.className;
  const set = params.isSet("thresholds") ? (params.getOrDefault("thresholds") as readonly number[]) : undefined;
  const threshold = params.getOrDefault("threshold") as number;
  if (set === undefined) return threshold;
  if (set.length !== 2)
    throw new UsageError(
      "INVALID_PARAMETER_VALUE",
      `${name}: a threshold is asked for, but thresholds has ${set.length} values, and not one for each of two classes. Clear one of the two.`,
    );
  const equivalent = 1 / (1 + set[0]! / set[1]!);
  if (params.isSet("threshold") && Math.abs(threshold - equivalent) >= 1e-5)
    throw new UsageError(
      "INVALID_PARAMETER_VALUE",
      `${name}: threshold is ${threshold}, but thresholds stands for ${equivalent}. Clear one of the two.`,
    );
  return equivalent;
}

/** `setThreshold` and `setThresholds` clear what the other has set; the getters give each in terms of the other. */
export function agreeingThresholds(type: { readonly prototype: Params }): void {
  const define = (name: string, value: (this: Params, ...values: never[]) => unknown): void => {
    Object.defineProperty(type.prototype, name, { configurable: true, writable: true, value });
  };
  define("setThreshold", function (value: number) {
    return this.clear("thresholds").set("threshold", value);
  });
  define("setThresholds", function (value: readonly number[]) {
    return this.clear("threshold").set("thresholds", value);
  });
  define("getThreshold", function () {
    return binaryThreshold(this);
  });
  define("getThresholds", function () {
    if (this.isSet("thresholds") && this.isSet("threshold")) binaryThreshold(this);
    if (this.isSet("thresholds") || !this.isSet("threshold")) return this.getOrDefault("thresholds");
    const threshold = this.getOrDefault("threshold") as number;
    return [1 - threshold, threshold];
  });
}
