/** What all searches over given candidates do: fit and judge them on folds, and fit the best on all rows. */
import type { StructType } from "../../columnar/types";
import type { DataFrame } from "../../dataframe/api/dataframe";
import type { Estimator } from "../base/estimator";
import type { Transformer } from "../base/transformer";
import type { Evaluator } from "../evaluation/evaluator";
import { ParamMap } from "../param/param";
import type { ParamInput, Params } from "../param/params";
import { type FitCounts, FitCounter } from "./fit-counts";
import { fitMany } from "./fit-many";
import type { Folds } from "./folds";
import { SearchEvents } from "./search-events";
import { bestOf, messageOf, runSearch, type SearchOutcome, meanAndDeviation } from "./search-run";

export interface SearchSpec {
  readonly name: string;
  readonly estimator: Estimator;
  readonly maps: readonly ParamMap[];
  readonly evaluator: Evaluator;
  readonly parallelism: number;
  readonly shareWork: boolean;
  readonly errorScore: number | "raise";
  readonly collectSubModels: boolean;
}

export interface SearchResult extends SearchOutcome {
  /** Of each candidate over the folds. */
  readonly means: readonly number[];
  readonly deviations: readonly number[];
  readonly bestIndex: number;
  readonly bestModel: Transformer;
  readonly fitCounts: FitCounts;
}

export async function search(df: DataFrame, spec: SearchSpec, folds: Folds): Promise<SearchResult> {
  const { estimator, maps, evaluator } = spec;
  const counter = new FitCounter();
  for (const map of maps) {
    const candidate = estimator.copy(map);
    for (let i = 0; i < folds.folds.length; i++) counter.request(candidate);
  }
  const port = df.sparkSession.core.port.context;
  const events = new SearchEvents((event) => port.postEvent(event), {
    name: spec.name,
    estimator: estimator.className,
    evaluator,
    folds: folds.folds.length,
    candidates: maps.map((map) => map.toObject()),
  });
  try {
    const outcome = await runSearch({ ...spec, folds: folds.folds, counter, events });
    const summaries = maps.map((_, i) => meanAndDeviation(outcome.scores.map((scores) => scores[i]!)));
    const means = summaries.map(({ mean }) => mean);
    const best = bestOf(means, evaluator.isLargerBetter());
    const bestIndex = best?.index ?? 0;
    counter.request(estimator.copy(maps[bestIndex]));
    const bestModel = await fitAlone(estimator, folds.all, maps[bestIndex]!, spec.shareWork, (who) => counter.perform(who));
    events.ended(best);
    return {
      ...outcome,
      means,
      deviations: summaries.map(({ deviation }) => deviation),
      bestIndex,
      bestModel,
      fitCounts: counter.counts,
    };
  } catch (error) {
    events.ended(null, messageOf(error));
    throw error;
  } finally {
    folds.release();
  }
}

async function fitAlone(
  estimator: Estimator,
  df: DataFrame,
  map: ParamMap,
  share: boolean,
  fitting: (who: unknown) => void,
): Promise<Transformer> {
  let made: Transformer | undefined;
  await fitMany<Transformer>(estimator, df, [map], {
    share,
    turn: (fit) => fit(),
    fitting,
    model: (_, model) => void (made = model),
    failed: (_, error) => {
      throw error;
    },
  });
  return made!;
}

/** The columns of the first candidate whose data are there. Throws where that is none. */
export function schemaOfCandidates(estimator: Estimator, maps: readonly ParamMap[], schema: StructType): StructType {
  let first: unknown;
  for (const map of maps) {
    try {
      return estimator.copy(map).transformSchema(schema);
    } catch (error) {
      first ??= error;
    }
  }
  throw first;
}

/** Gives the instances that are values of `names` the values of `extra` that are theirs, as Spark's copies do. */
export function copyParts<T extends Params>(that: T, extra: ParamInput | undefined, names: readonly string[]): T {
  const values = extra instanceof ParamMap ? extra : undefined;
  for (const name of names) {
    if (that.isSet(name)) that.set(name, (that.getOrDefault(name) as Params).copy(values));
  }
  return that;
}
