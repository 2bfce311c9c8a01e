/** Columns of a DataFrame for a program: their batches, and their types as plain data. */
import type { DataType, StructType } from "../../columnar/types";
import type { ColumnBatch } from "../../columnar/vector";
import { DataError } from "../../common/errors";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { requiredField } from "../base/schema";
import { type Doubles, doublesOf } from "./columns";
import { batchesOf, type TaskData } from "./task-data";

export interface BatchInput {
  readonly data: TaskData<ColumnBatch>;
  readonly names: readonly string[];
  readonly types: readonly DataType[];
}

export function batchInput(df: DataFrame, schema: StructType, names: readonly string[], who: string): BatchInput {
  const types = names.map((name) => plainType(requiredField(schema, name, who).type));
  return { data: batchesOf(df, names, who), names, types };
}

/** Without the methods that types of programs have. */
export function plainType(type: DataType): DataType {
  return JSON.parse(JSON.stringify(type)) as DataType;
}

/** The numbers of a column without nulls. Throws where there is one. */
export function presentDoubles(
  batch: ColumnBatch,
  at: number,
  { names, types }: Pick<BatchInput, "names" | "types">,
): Float64Array {
  return present(doublesOf(batch.columns[at]!, types[at]!), names[at]!);
}

export function present({ values, valid }: Doubles, name: string): Float64Array {
  if (valid !== null && valid.includes(0)) throw new DataError("NULL_VALUE", `Column ${name} holds null.`);
  return values;
}

/** Weights: every row's is 1 where there is no such column. Throws of null, NaN, negative and infinite ones. */
export function checkedWeights(doubles: Doubles, name: string): Float64Array {
  const values = present(doubles, name);
  for (let i = 0; i < values.length; i++)
    if (!(values[i]! >= 0 && values[i]! < Infinity))
      throw new DataError(
        "INVALID_WEIGHT",
        `Column ${name}: weights MUST NOT be negative, NaN or infinite, but got ${values[i]}.`,
      );
  return values;
}
