/**
 * The port between an executor's worker thread, which receives tasks and reports what became of them, and the RDD layer,
 * which knows what a task does. The RDD layer implements it; the thread calls it.
 */
import type { ValueContext } from "../columnar/value-context";
import type { MapOutputWritten, TaskEnv } from "../storage/task-env";

/** One per worker thread. */
export interface TaskRunner {
  /** How values of user classes cross threads, for everything that this thread's tasks write and read. */
  readonly values: ValueContext;
  /** Opens a task binary, once a thread and stage: the thread keeps the program. `id` is the same for equal bytes. */
  loadStage(id: string, bytes: Uint8Array): StageProgram;
  /**
   * What was thrown, in the form that the driver turns back into an object of the user's class; null when it cannot
   * travel. Name, message, stack and causes travel anyway.
   */
  encodeThrown(thrown: unknown): Uint8Array | null;
}

export interface StageProgram {
  /**
   * Runs one task. `payload` is what differs between the tasks of a stage beyond the partition's index (a slice of a
   * local collection, a file split). A promise is returned where user functions are asynchronous; the thread's event
   * loop turns until it settles. Throws what the user's function throws, FetchFailed and TaskKilled.
   */
  run(payload: Uint8Array | null, env: TaskEnv): TaskOutput | Promise<TaskOutput>;
}

export type TaskOutput = TaskResult | KeptTaskResult | MapTaskOutput;

interface TaskResult {
  readonly kind: "result";
  /** Travels to the driver as it is. The thread may hand the memory on: not to be used again. */
  readonly bytes: Uint8Array;
  readonly accumulators?: readonly AccumulatorUpdate[];
}

/** The result is in a block that the driver can fetch (`resultBlock`). */
interface KeptTaskResult {
  readonly kind: "kept";
  readonly bytes: number;
  readonly accumulators?: readonly AccumulatorUpdate[];
}

interface MapTaskOutput {
  readonly kind: "map";
  readonly output: MapOutputWritten;
  readonly accumulators?: readonly AccumulatorUpdate[];
}

/** What a task added to an accumulator, encoded by the RDD layer. */
export interface AccumulatorUpdate {
  readonly id: number;
  readonly value: Uint8Array;
}
