/** Fitting one estimator for many candidates on the same data, with what it offers to share (tuning/sharing). */
import type { StructType } from "../../columnar/types";
import type { DataFrame } from "../../dataframe/api/dataframe";
import type { ParamMap } from "../param/param";
import { type FitGroup, type PreparedFits, preparesFits, sharesFits } from "./sharing";

/** What is known of an estimator here: the class stands in base, which uses this. */
export interface Fittable<M> {
  fit(df: DataFrame, map: ParamMap): Promise<M>;
  transformSchema(schema: StructType): StructType;
  copy(map: ParamMap): Fittable<M>;
}

/** Where models go, and by which rules they are made. */
export interface FitRun<M> {
  /** False: every candidate is fitted by itself. */
  readonly share: boolean;
  /** Runs a fit when it is its turn: so many at the same time as the program allows. */
  turn<T>(fit: () => Promise<T>): Promise<T>;
  /** A fit of this estimator begins, for these candidates. */
  fitting(estimator: unknown, candidates: readonly number[]): void;
  model(candidate: number, model: M): void | Promise<void>;
  failed(candidate: number, error: unknown): void | Promise<void>;
}

/**
 * The models of all candidates. A group of which the fit fails is fitted candidate by candidate, so that those fail that would fail
 * alone. Resolves when each candidate has its model or has failed.
 */
export async function sharedFits<M>(
  estimator: Fittable<M>,
  df: DataFrame,
  maps: readonly ParamMap[],
  run: FitRun<M>,
): Promise<void> {
  if (!run.share) {
    await fitEach(estimator, maps, (map) => estimator.fit(df, map), run);
    return;
  }
  const schema = await df.schema();
  const valid: number[] = [];
  for (const [index, map] of maps.entries()) {
    try {
      estimator.copy(map).transformSchema(schema);
      valid.push(index);
    } catch (error) {
      await run.failed(index, error);
    }
  }
  if (valid.length === 0) return;
  const candidates = valid.map((index) => maps[index]!);
  const inner: FitRun<M> = {
    ...run,
    fitting: (who, indices) => run.fitting(who, indices.map((i) => valid[i]!)), // prettier-ignore
    model: (i, model) => run.model(valid[i]!, model),
    failed: (i, error) => run.failed(valid[i]!, error),
  };
  let prepared: PreparedFits<M> | null = null;
  try {
    if (preparesFits<M>(estimator)) prepared = await estimator.prepareFits(df, schema, candidates);
  } catch (error) {
    for (const index of valid) await run.failed(index, error);
    return;
  }
  const fitOne = (map: ParamMap): Promise<M> => (prepared === null ? estimator.fit(df, map) : prepared.fit(map));
  try {
    if (!sharesFits<M>(estimator)) await fitEach(estimator, candidates, fitOne, inner);
    else {
      const groups: readonly FitGroup[] = estimator.fitGroups(candidates);
      await Promise.all(groups.map((group) => fitGroup(estimator, group, candidates, fitOne, inner)));
    }
  } finally {
    await prepared?.release();
  }
}

async function fitEach<M>(
  estimator: unknown,
  maps: readonly ParamMap[],
  fitOne: (map: ParamMap) => Promise<M>,
  run: FitRun<M>,
): Promise<void> {
  await Promise.all(maps.map((map, index) => fitAlone(estimator, index, map, fitOne, run)));
}

async function fitAlone<M>(
  estimator: unknown,
  index: number,
  map: ParamMap,
  fitOne: (map: ParamMap) => Promise<M>,
  run: FitRun<M>,
): Promise<void> {
  let model: M;
  try {
    model = await run.turn(() => {
      run.fitting(estimator, [index]);
      return fitOne(map);
    });
  } catch (error) {
    await run.failed(index, error);
    return;
  }
  await run.model(index, model);
}

async function fitGroup<M>(
  estimator: { cut(model: M, wanted: ParamMap): M },
  group: FitGroup,
  maps: readonly ParamMap[],
  fitOne: (map: ParamMap) => Promise<M>,
  run: FitRun<M>,
): Promise<void> {
  const { members, fit } = group;
  let whole: M;
  try {
    whole = await run.turn(() => {
      run.fitting(estimator, members);
      return fitOne(fit);
    });
  } catch (error) {
    if (members.length === 1) await run.failed(members[0]!, error);
    else await Promise.all(members.map((index) => fitAlone(estimator, index, maps[index]!, fitOne, run)));
    return;
  }
  await Promise.all(
    members.map(async (index) => {
      let model: M;
      try {
        model = estimator.cut(whole, maps[index]!);
      } catch (error) {
        await run.failed(index, error);
        return;
      }
      await run.model(index, model);
    }),
  );
}

/** The models of a run as they come. The first failure ends it. */
export async function* modelsOf<M>(
  start: (run: FitRun<M>) => Promise<void>,
): AsyncGenerator<readonly [index: number, model: M], void, undefined> {
  const ready: (readonly [number, M])[] = [];
  let wake: () => void = () => undefined;
  let failure: { readonly error: unknown } | null = null;
  let ended = false;
  let last: Promise<unknown> = Promise.resolve();
  const run: FitRun<M> = {
    share: true,
    // One after the other: who asks for models this way takes them one after the other, too.
    turn(fit) {
      const mine = last.then(() => {
        if (failure !== null) throw failure.error;
        return fit();
      });
      last = mine.catch(() => undefined);
      return mine;
    },
    fitting: () => undefined,
    model(index, model) {
      ready.push([index, model]);
      wake();
    },
    failed(_, error) {
      failure ??= { error };
      wake();
    },
  };
  const done = start(run)
    .catch((error: unknown) => {
      failure ??= { error };
    })
    .finally(() => {
      ended = true;
      wake();
    });
  try {
    for (;;) {
      while (ready.length > 0) yield ready.shift()!;
      const failed = failure as { readonly error: unknown } | null;
      if (failed !== null) throw failed.error;
      if (ended) return;
      await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    // Who leaves early wants no more fits.
    failure ??= { error: new Error("no more models are wanted") };
    await done;
  }
}
