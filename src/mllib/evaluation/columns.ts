/** What evaluators read: the columns of several predictions over the same rows, each row once. */
import type { StructType } from "../../columnar/types";
import type { ColumnBatch } from "../../columnar/vector";
import { DataError } from "../../common/errors";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { batchInput, type BatchInput, checkedWeights } from "../compute/batch-input";
import { doublesOf } from "../compute/columns";
import type { AggregateProgram } from "../compute/programs";

/** Places of a candidate's columns among those that are read, by role. */
export type Places = Readonly<Record<string, number>>;

export interface JudgedSpec<O> {
  readonly input: Pick<BatchInput, "names" | "types">;
  readonly candidates: readonly Places[];
  readonly options: O;
}

/** Columns by role; roles that a candidate does not have are undefined. */
export type Roles = Readonly<Record<string, string | undefined>>;

/** The partial results of all candidates, in their order; undefined where there are no rows at all. */
export async function judge<O, P>(
  df: DataFrame,
  schema: StructType,
  who: string,
  program: AggregateProgram<JudgedSpec<O>, ColumnBatch, P>,
  roles: readonly Roles[],
  options: O,
): Promise<P> {
  const names: string[] = [];
  const place = (name: string): number => (names.includes(name) ? names.indexOf(name) : names.push(name) - 1);
  const candidates = roles.map((columns) =>
    Object.fromEntries(Object.entries(columns).flatMap(([role, name]) => (name === undefined ? [] : [[role, place(name)]]))),
  );
  const { data, types } = batchInput(df, schema, names, who);
  const result = await data.aggregate(program, { input: { names, types }, candidates, options });
  if (result === null) throw nothingToJudge(who);
  return result;
}

export function nothingToJudge(who: string): DataError {
  return new DataError("EMPTY_DATASET", `${who}: the dataset is empty; there is nothing to judge.`);
}

export function weightsOf(
  batch: ColumnBatch,
  { names, types }: JudgedSpec<unknown>["input"],
  at: number | undefined,
): Float64Array | null {
  return at === undefined ? null : checkedWeights(doublesOf(batch.columns[at]!, types[at]!), names[at]!);
}
