/** Parameters of searches. */
import { Estimator } from "../base/estimator";
import { Evaluator } from "../evaluation/evaluator";
import { boolParam, objectParam } from "../param/kinds";
import { ParamMap, type ParamSpec, Refusal } from "../param/param";
import { parallelism, seed } from "../param/shared";

const isMaps = (value: unknown): value is readonly ParamMap[] =>
  Array.isArray(value) && value.length > 0 && value.every((map) => map instanceof ParamMap);

export const estimator = {
  estimator: objectParam("what is fitted", "an estimator", (value): value is Estimator => value instanceof Estimator),
} as const;

export const evaluator = {
  evaluator: objectParam("what judges predictions", "an evaluator", (value): value is Evaluator => value instanceof Evaluator),
} as const;

export const estimatorParamMaps = {
  estimatorParamMaps: objectParam("the candidates", "an array of at least one ParamMap (ParamGridBuilder makes them)", isMaps),
} as const;

const errorScore: ParamSpec<number | "raise"> = {
  doc: "the score of a candidate that fails; raise: the search fails with it",
  default: NaN,
  check(value) {
    if (typeof value === "number" || value === "raise") return value;
    throw new Refusal("must be a number or raise");
  },
  json: {
    write: (value) => (value === "raise" || Number.isFinite(value) ? value : String(value)),
    read: (json) => (json === "raise" ? json : Number(json)),
  },
};

export const howToSearch = {
  ...parallelism,
  ...seed(),
  shareWork: boolParam("whether candidates share what they have in common; the scores are the same", true),
  errorScore,
} as const;

/** Those that Spark does not have. */
export const BEYOND_SPARK = ["shareWork", "errorScore"] as const;

export const collectSubModels = {
  collectSubModels: boolParam("whether the models of all candidates are kept", false),
} as const;
