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
import { ParamMap } from "../param/param";
import type { ParamInput, Params } from "../param/params";
import type { ModelDirectory } from "../persistence/directory";
import { loadInstance, saveInstance } from "../persistence/registry";

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

/** The rows with one column of each model's result, that of the first of `params` that it has, under names of `named`, and no other of its columns. */
export function withColumnOfEach(
  df: DataFrame,
  schema: StructType,
  models: readonly Transformer[],
  params: readonly string[],
  named: (i: number) => string,
): DataFrame {
  const kept = schema.fields.map(({ name }) => name);
  models.forEach((model, i) => {
    const column = params.map((param) => columnOf(model, param)).find((name) => name !== undefined);
    if (column === undefined)
      throw new UsageError(
        "NO_SUCH_COLUMN",
        `${model.className} gives no column of ${params.join(" or ")}, which is needed to put models together.`,
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

/** The value of `estimators` copied with the values of `extra` that are theirs, as Spark's copies do. */
export function copyMembers<T extends Params>(that: T, extra: ParamInput | undefined): T {
  const values = extra instanceof ParamMap ? extra : undefined;
  if (that.isSet("estimators"))
    that.set(
      "estimators",
      (that.getOrDefault("estimators") as readonly Estimator[]).map((each) => each.copy(values)),
    );
  return that;
}

/** Saves models beside each other; `loadModels` reads them. */
export async function saveModels(models: readonly Transformer[], directory: ModelDirectory): Promise<void> {
  for (const [i, each] of models.entries()) await saveInstance(each, directory.child(`model_${i}`));
}

export async function loadModels(count: unknown, directory: ModelDirectory): Promise<Transformer[]> {
  const models: Params[] = [];
  for (let i = 0; i < Number(count); i++) models.push(await loadInstance(directory.child(`model_${i}`)));
  return transformers(models, (why) => directory.damaged(why));
}

/** Throws unless all are transformers: what models are made of when they are loaded. */
export function transformers(loaded: readonly Params[], refuse: (why: string) => Error): Transformer[] {
  return loaded.map((each) => {
    if (each instanceof Transformer) return each;
    throw refuse("one of its models is no transformer");
  });
}
