/**
 * The port through which stages of query plans run: the layer above, which knows what a plan says, implements it and
 * installs it where the layers are joined. Here a plan is bytes, and a task of it gives rows, map output or a result.
 */
import type { ChunkSource } from "../columnar";
import { InternalError } from "../common/errors";
import type { TaskEnv } from "../storage/task-env";
import type { AnySource, MaybePromise } from "./pipeline/source";
import type { AccumulatorUpdate, TaskOutput } from "./task-runner";

export interface PlanRuntime {
  /** Opens the plan of a stage, once a thread. */
  open(plan: Uint8Array): PlanProgram;
}

export interface PlanProgram {
  /** Runs one task to its end: map output, or a result for the driver. */
  run(task: PlanTask): MaybePromise<TaskOutput>;
  /** The rows of one task, as records. Only of plans that end in rows. */
  rows(task: PlanTask): AnySource;
  /** What `rows` gives before it is written as bytes, for a plan that reads it in the same task; null or absent where there is no such form. */
  direct?(task: PlanTask): MaybePromise<DirectSource> | null;
}

/** Bytes from which the memory of a record is used again (`DirectSource.record`). */
export const LONG_RECORD: number = 1 << 20;

/** Batches of a query or plain data of a program, as they were computed. They are not to be changed. */
export interface DirectSource {
  /** Null after the last one. */
  next(): unknown;
  close(): void;
  /** What `rows` has for it: the record that is kept or sent. One of `LONG_RECORD` bytes or more is good until the next call. */
  record(value: unknown): Uint8Array;
}

/** What a plan sees of its task. */
export interface PlanTask {
  readonly env: TaskEnv;
  /** Which partition of the plan this is. */
  readonly partition: number;
  /** What the driver wrote for this partition. */
  readonly payload: Uint8Array;
  /** Records of partition `partition` of parent dataset `index`; where functions of it are asynchronous, all are kept before they are given. */
  parent(index: number, partition: number): MaybePromise<ChunkSource>;
  /** The same before they are written as bytes, where the parent is a plan that is computed here and now; otherwise its records. */
  direct(index: number, partition: number): MaybePromise<DirectSource | ChunkSource>;
  /** The user's function of this name. */
  function(name: string): (...args: never[]) => unknown;
  /** Called when the task ends, however it does. */
  onClose(close: () => void): void;
  /** Tells an accumulator of the driver, at the task's end; of plans whose rows others read. */
  report(update: AccumulatorUpdate): void;
}

/** Whose plan it is: stages of queries, or programs of the libraries above. */
export type PlanKind = "query" | "program";

const installed = new Map<PlanKind, () => PlanRuntime>();

/** `open` is called for each stage: what it needs is loaded by the first one. */
export function setPlanRuntime(kind: PlanKind, open: () => PlanRuntime): void {
  installed.set(kind, open);
}

export function planRuntime(kind: PlanKind): PlanRuntime {
  const open = installed.get(kind);
  if (open === undefined) throw new InternalError(`No runtime for ${kind} plans is installed in this thread.`);
  return open();
}
