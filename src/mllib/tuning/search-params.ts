/** Parameters of searches. */
import { Estimator } from "../base/estimator";
import { Evaluator } from "../evaluation/evaluator";
import { boolParam, objectParam } from "../param/kinds";
import { ParamMap, type ParamSpec, Refusal } from "../param/param";
import { entriesOf, type ParamInput } from "../param/params";
import { parallelism, seed } from "../param/shared";

const MAPS_ONLY =
  "must be an array of at least one ParamMap (ParamGridBuilder makes them), or of objects with values of the estimator's parameters ({ maxIter: 5 })";

/** Values by the names of an estimator's parameters, until the estimator is known. */
class NamedValues extends ParamMap {
  constructor(readonly values: Readonly<Record<string, unknown>>) {
    super();
  }
}

const candidates: ParamSpec<readonly ParamMap[], readonly ParamInput[]> = {
  doc: "the candidates",
  default: undefined,
  check(value) {
    if (!Array.isArray(value) || value.length === 0) throw new Refusal(MAPS_ONLY);
    return value.map((map: unknown) => (map instanceof ParamMap ? map : new NamedValues(namedValues(map))));
  },
  resolve(maps, of) {
    if (!maps.some((map) => map instanceof NamedValues)) return maps;
    const fitted = of.getOrDefault("estimator") as Estimator;
    return maps.map((map) => (map instanceof NamedValues ? fitted.asParamMap(map.values) : map));
  },
};

function namedValues(map: unknown): Readonly<Record<string, unknown>> {
  if (typeof map !== "object" || map === null) throw new Refusal(MAPS_ONLY);
  const values = map as Readonly<Record<string, unknown>>;
  try {
    entriesOf(values);
  } catch {
    throw new Refusal(MAPS_ONLY);
  }
  return { ...values };
}

export const estimator = {
  estimator: objectParam("what is fitted", "an estimator", (value): value is Estimator => value instanceof Estimator),
} as const;

export const evaluator = {
  evaluator: objectParam("what judges predictions", "an evaluator", (value): value is Evaluator => value instanceof Evaluator),
} as const;

export const estimatorParamMaps = {
  estimatorParamMaps: candidates,
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
