/** What operators ask of the layers around them. Everything is synchronous, as everything inside a task. */
import type { Boxed, DataType } from "../../columnar/types";
import type { BatchSource, BoxedRow, ColumnBatch } from "../../columnar/vector";
import type { TaskMemory } from "../../storage/task-env";
import type { AggregateCall, Attribute } from "../expressions/expression";
import type { Accumulator, FunctionRegistry } from "../functions/registry";
import type { ExternalExec, ScanExec, ScriptTransformExec, ShuffleReadExec, StageTaskInput } from "../physical/plan";
import type { ScanUse } from "../sources/data-source";
import type { UserFunction } from "../syntax/expression";

/** What map task `map` gave the node. */
export interface OutdatedOutput {
  readonly node: ShuffleReadExec;
  readonly map: number;
}

/** What holds for all tasks of a stage in this thread. */
export interface ExecServices {
  readonly functions: FunctionRegistry;
  openScan(scan: ScanExec, splits: readonly unknown[], env: ExecEnv, use?: ScanUse): BatchSource;
  readShuffle(node: ShuffleReadExec, parts: StageTaskInput["shuffles"][number], env: ExecEnv): BatchSource;
  external(node: ExternalExec, partition: number, env: ExecEnv): BatchSource;
  /** All rows of an exchange of so many partitions, decoded once a thread. In the same order for every task, unless they are made again. */
  broadcast(id: number, partitions: number, env: ExecEnv): readonly ColumnBatch[];
  /** To be thrown when what these map tasks gave cannot be used, at least one: they will run again, and then this task. */
  outdated(outputs: readonly OutdatedOutput[], why: string): Error;
  /** Encoded batches of a local table. */
  decodeBatches(bytes: Uint8Array): Iterable<ColumnBatch>;
  encodeBatch(batch: ColumnBatch): Uint8Array;
  readonly userFunctions: UserFunctions;
  /**
   * Kept by this thread from task to task: hash tables of broadcasts. The owner bounds it. Null where a thing must not be kept.
   */
  keep<T>(key: string, make: () => T): T;
}

/** What the rows of a group have in common. */
export interface GroupKey {
  readonly values: BoxedRow;
  readonly columns: readonly Attribute[];
}

/** The user's functions of a stage, with the conversions that their forms need. */
export interface UserFunctions {
  /** Boxed arguments, boxed result: converts both. */
  scalar(fn: UserFunction, args: readonly Attribute[]): (...args: Boxed[]) => Boxed;
  /** Columns in, one column out, of as many rows. */
  batch(fn: UserFunction, args: readonly Attribute[]): (batch: ColumnBatch) => ColumnBatch;
  aggregate(call: AggregateCall): Accumulator;
  /** Boxed arguments, boxed rows: converts both. */
  table(fn: UserFunction, args: readonly { readonly type: DataType }[]): (...args: Boxed[]) => Iterable<BoxedRow>;
  mapBatches(
    fn: UserFunction,
    input: BatchSource,
    from: readonly Attribute[],
    to: readonly Attribute[],
    env: ExecEnv,
  ): BatchSource;
  applyInGroups(
    fn: UserFunction,
    key: GroupKey,
    group: ColumnBatch,
    from: readonly Attribute[],
    to: readonly Attribute[],
  ): ColumnBatch;
  cogroup(
    fn: UserFunction,
    key: GroupKey,
    left: ColumnBatch,
    right: ColumnBatch,
    from: readonly [readonly Attribute[], readonly Attribute[]],
    to: readonly Attribute[],
  ): ColumnBatch;
  scriptTransform(node: ScriptTransformExec, input: BatchSource, env: ExecEnv): BatchSource;
}

/** What one task has. */
export interface ExecEnv {
  readonly partition: number;
  readonly memory: TaskMemory;
  /** A path for a file that is removed with the task at the latest. */
  tempFile(purpose: string): string;
  /** Throws when the task was told to stop. Called once a batch. */
  checkInterrupted(): void;
  /** Counters of an operator, by its id. */
  metrics(node: number): OperatorMetrics;
  /** The file that the scan reads at the moment; null elsewhere. */
  inputFile(): { readonly path: string; readonly start: number; readonly length: number } | null;
  /** States of observed metrics (collectMetrics) of this task: boxed, one row for each accumulator, to be merged by the driver. */
  observed(name: string, states: readonly BoxedRow[]): void;
}

export interface OperatorMetrics {
  /** Rows that left the operator. */
  rows: number;
  batches: number;
  /** Nanoseconds, of breakers: building tables, sorting. */
  timeNs: number;
  spilledBytes: number;
}
