/** Fitting any estimator for many candidates: by its own way where it has one, else with what it shares. */
import type { DataFrame } from "../../dataframe/api/dataframe";
import { Estimator } from "../base/estimator";
import type { Transformer } from "../base/transformer";
import type { Param, ParamMap } from "../param/param";
import { Params } from "../param/params";
import { type FitRun, sharedFits } from "./shared-fits";

/** Estimators that are made of others (pipelines) fit their parts through the run. */
export interface FitsThroughRun<M> {
  fitThrough(df: DataFrame, maps: readonly ParamMap[], run: FitRun<M>): Promise<void>;
}

const fitsThroughRun = <M>(estimator: object): estimator is FitsThroughRun<M> =>
  typeof (estimator as Partial<FitsThroughRun<M>>).fitThrough === "function";

/** As `sharedFits`. A class whose `fitMultiple` is its own is asked for its models that way. */
export async function fitMany<M extends Transformer>(
  estimator: Estimator<M>,
  df: DataFrame,
  maps: readonly ParamMap[],
  run: FitRun<M>,
): Promise<void> {
  if (fitsThroughRun<M>(estimator)) return estimator.fitThrough(df, maps, run);
  const isOwn = estimator.fitMultiple !== Estimator.prototype.fitMultiple;
  if (!isOwn || !run.share) return sharedFits<M>(estimator, df, maps, run);
  const missing = new Set(maps.keys());
  // What follows a model may need a turn of its own: it is not waited for within this one.
  const following: Promise<void>[] = [];
  try {
    await run.turn(async () => {
      run.fitting(estimator, [...missing]);
      for await (const [index, model] of estimator.fitMultiple(df, maps)) {
        missing.delete(index);
        following.push(Promise.resolve(run.model(index, model)));
      }
    });
  } catch (error) {
    for (const index of missing) following.push(Promise.resolve(run.failed(index, error)));
  }
  await Promise.all(following);
}

/** The part of a map that concerns `stage`: parameters of it, and of what it is made of. */
export function concerning(stage: Params, map: ParamMap): readonly (readonly [Param, unknown])[] {
  const uids = instancesWithin(stage);
  return [...map].filter(([param]) => uids.has(param.parent));
}

/** An instance, and those that are values of its parameters, and of theirs, by uid. */
export function instancesWithin(stage: Params, found: Map<string, Params> = new Map()): Map<string, Params> {
  if (found.has(stage.uid)) return found;
  found.set(stage.uid, stage);
  for (const [, value] of stage.extractParamMap()) {
    for (const part of Array.isArray(value) ? (value as unknown[]) : [value])
      if (part instanceof Params) instancesWithin(part, found);
  }
  return found;
}

/** Positions of maps that set the same values for `stage`, in the order of the first of each. */
export function sameFor(stage: Params, maps: readonly ParamMap[]): number[][] {
  const groups: { readonly values: readonly (readonly [Param, unknown])[]; readonly members: number[] }[] = [];
  maps.forEach((map, index) => {
    const values = concerning(stage, map);
    const group = groups.find((other) => sameValues(other.values, values));
    if (group === undefined) groups.push({ values, members: [index] });
    else group.members.push(index);
  });
  return groups.map(({ members }) => members);
}

function sameValues(a: readonly (readonly [Param, unknown])[], b: readonly (readonly [Param, unknown])[]): boolean {
  if (a.length !== b.length) return false;
  const others = new Map(b.map(([param, value]) => [String(param), value]));
  return a.every(([param, value]) => others.has(String(param)) && sameValue(value, others.get(String(param))));
}

/** Values that are told apart by looking: numbers, words, arrays of them. Objects are the same where they are one. */
function sameValue(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, i) => sameValue(item, b[i]));
}
