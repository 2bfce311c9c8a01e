/**
 * Where an application's tasks run, as the driver's decisions see it: executors that can be sent tasks. Processes behind
 * gRPC (the endpoint and a launcher), or this very thread for debugging.
 */
import type { EndpointHandlers, Inspection, LastWords, LaunchTask, Removal, TaskSetInfo, ThreadState } from "./endpoint/types";

export interface ExecutorBackend {
  /** Begins to bring executors up; returns at once. They announce themselves through the handlers. */
  start(handlers: BackendHandlers): void;
  /** Slots once all executors are there; the default parallelism follows it. */
  readonly expectedCores: number;
  /** Attempts of a task before its job fails, where the master URL names it. */
  readonly maxFailures: number | null;
  launch(executorId: string, taskSet: TaskSetInfo, tasks: readonly LaunchTask[]): void;
  kill(executorId: string, taskId: number, reason: string, interrupt: boolean): void;
  recall(executorId: string, taskIds: readonly number[]): void;
  /** Tells every executor to forget something; resolves when those that live have been told. */
  forget(removal: Removal): void;
  /** The result that the executor keeps for this task. Rejects when it is lost. */
  fetchResult(executorId: string, taskId: number, bytes: number): Promise<Uint8Array>;
  invalidateMapOutputs(shuffleId: number, epoch: number): void;
  /** Where segments begin and end in the output that a map task reported: segment r is bytes [r, r + 1). */
  mapOutputOffsets(status: Uint8Array): Float64Array;
  /** What the slots of an executor do now. Rejects where it is not there or does not answer. */
  threadDump(executorId: string): Promise<readonly ThreadState[]>;
  /** As DriverEndpoint.inspect. */
  inspect(executorId: string, wanted: Inspection): Promise<string>;
  /** Ends executors that are not needed any more: nothing takes their places. */
  release(executorIds: readonly string[], reason: string): void;
  /** Lets an executor move what it holds to others; `evacuated` tells when that is done. */
  decommission(executorId: string): void;
  /** Ends an executor that the driver gave up; another one takes its place. */
  replace(executorId: string, reason: string): void;
  /** Executors that there are to be: what `setTotal` told last, else those that live or start. */
  readonly total: number;
  /** From now on there are to be so many executors; what lives stays until it is released. */
  setTotal(total: number): void;
  /** While there is work, the process must not end; without, it may. */
  keepAlive(active: boolean): void;
  stop(): Promise<void>;
}

export interface BackendHandlers extends Omit<EndpointHandlers, "executorLost"> {
  /** The executor is gone. `causedByApp` is false when it was ended on purpose. */
  executorLost(executorId: string, words: LastWords, causedByApp: boolean): void;
  /** The executor will go away soon. */
  executorDecommissioned(executorId: string, reason: string): void;
  /** Why the application has no executor; null when it has one. */
  executorsAwaited(reason: string | null): void;
  /** No executor can be had. */
  failed(reason: string): void;
}
