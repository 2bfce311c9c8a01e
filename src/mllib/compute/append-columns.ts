/** New columns of DataFrames, computed in tasks by programs over whole columns. */
import type { DataType, StructField, StructType } from "../../columnar/types";
import type { Vector } from "../../columnar/vector";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { pendingPlan } from "../../dataframe/api/pending";
import { registerColumnProgram } from "../../dataframe/exec/column-programs";
import { decodePlain, encodePlain } from "./plain";

/** Makes columns of a batch from others. */
export interface ColumnsProgram<S> {
  readonly name: string;
  /**
   * Once a task. What it gives is called for each batch, with vectors in any form (compute/columns reads them); it must not change
   * them, and gives as many vectors as the call says there are outputs, each of `rows` values.
   */
  open(spec: S, inputs: readonly DataType[]): (inputs: readonly Vector[], rows: number) => readonly Vector[];
}

export function columnsProgram<S>(program: ColumnsProgram<S>): ColumnsProgram<S> {
  registerColumnProgram({ name: program.name, open: (spec, inputs) => program.open(decodePlain<S>(spec), inputs) });
  return program;
}

export interface AppendedColumns<S> {
  /** Names of the columns that the program reads. */
  readonly inputs: readonly string[];
  readonly outputs: readonly StructField[];
  /** Plain data. */
  readonly spec: S;
}

/** The DataFrame with the program's columns after its own. A row's values must depend on that row alone. */
export function appendColumns<S>(
  df: DataFrame,
  program: ColumnsProgram<S>,
  { inputs, outputs, spec }: AppendedColumns<S>,
): DataFrame {
  return df.derive(program.name, (at) => ({
    kind: "appendColumns",
    child: df.plan,
    program: program.name,
    spec: encodePlain(spec),
    inputs: inputs.map((name) => ({ kind: "name", parts: [name], at })),
    outputs: { kind: "struct", fields: outputs },
  }));
}

/** A DataFrame whose plan depends on the schema of `df`: `make` is called once, when the result is first used. */
export function derivedLater(
  df: DataFrame,
  scope: string,
  make: (schema: StructType) => DataFrame | Promise<DataFrame>,
): DataFrame {
  return df.derive(scope, () => pendingPlan(async () => (await make(await df.schemaInside())).plan));
}
