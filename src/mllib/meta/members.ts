/** Estimators and models that others are made of: their columns, and many of them on the same rows. */
import type { StructType } from "../../columnar/types";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { col } from "../../dataframe/api/functions";
import { UsageError } from "../../common/errors";
import { Estimator } from "../base/estimator";
import { Transformer } from "../base/transformer";
import { objectParam } from "../param/kinds";
import { intParam, gtEq } from "../param/kinds";
import { Pipeline, PipelineModel } from "../pipeline/pipeline";
import { Limit } from "../tuning/limit";
import type { Params } from "../param/params";

export const memberEstimator = {
  estimator: objectParam("what is fitted", "an estimator", (value): value is Estimator => value instanceof Estimator),
} as const;

export const memberEstimators = {
  estimators: objectParam(
    "what is fitted",
    "an array of at least one estimator",
    (value): value is readonly Estimator[] =>
      Array.isArray(value) && value.length > 0 && value.every((each) => each instanceof Estimator),
  ),
} as const;

export const memberParallelism = {
  parallelism: intParam("fits that are made at the same time", 2, gtEq(1)),
} as const;

/** The stage that has the columns of an estimator or model: itself, or the last of a pipeline. */
export function predictor(stage: Params): Params {
  const stages = stage instanceof PipelineModel ? stage.stages : stage instanceof Pipeline ? stage.getStages() : null;
  const last = stages?.at(-1);
  return last === undefined ? stage : predictor(last);
}

/** A copy whose predictor has these values, as far as it has such parameters. */
export function configured(estimator: Estimator, values: Readonly<Record<string, unknown>>): Estimator {
  if (estimator instanceof Pipeline) {
    const stages = estimator.getStages();
    const last = stages.at(-1);
    if (!(last instanceof Estimator)) return estimator;
    return estimator.copy().setStages([...stages.slice(0, -1), configured(last, values)]);
  }
  return estimator.copy(Object.fromEntries(Object.entries(values).filter(([name]) => estimator.hasParam(name))));
}

/** The value of a parameter that names a column of the predictor; undefined where it has none, or it is empty. */
export function columnOf(stage: Params, param: string): string | undefined {
  const owner = predictor(stage);
  if (!owner.hasParam(param) || !owner.isDefined(param)) return undefined;
  const name = owner.getOrDefault(param) as string;
  return name === "" ? undefined : name;
}

export const quoted = (name: string): string => `\`${name.replaceAll("`", "``")}\``;

/** The rows with one column of each model's result, under names of `named`, and no other of its columns. */
export function withColumnOfEach(
  df: DataFrame,
  schema: StructType,
  models: readonly Transformer[],
  param: string,
  named: (i: number) => string,
): DataFrame {
  const kept = schema.fields.map(({ name }) => name);
  models.forEach((model, i) => {
    const column = columnOf(model, param);
    if (column === undefined)
      throw new UsageError(
        "NO_SUCH_COLUMN",
        `${model.className} gives no column of ${param}, which is needed to put models together.`,
      );
    df = model.transform(df).select(...kept.map((name) => col(quoted(name))), col(quoted(column)).as(named(i)));
    kept.push(named(i));
  });
  return df;
}

/** Fits side by side, so many at the same time, in the order of their results. */
export function fitAll<T>(parallelism: number, fits: readonly (() => Promise<T>)[]): Promise<T[]> {
  const limit = new Limit(parallelism);
  return Promise.all(fits.map((fit) => limit.run(fit)));
}

/** Throws unless all are transformers: what models are made of when they are loaded. */
export function transformers(loaded: readonly Params[], refuse: (why: string) => Error): Transformer[] {
  return loaded.map((each) => {
    if (each instanceof Transformer) return each;
    throw refuse("one of its models is no transformer");
  });
}
