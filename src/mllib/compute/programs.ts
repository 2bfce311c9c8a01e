/**
 * Code of this library that runs in tasks. Threads know programs by name; what travels is the name and plain data (compute/plain).
 * Inside a task everything is synchronous.
 */
import type { ColumnBatch } from "../../columnar/vector";
import { InternalError } from "../../common/errors";
import type { SharedMemories, TaskMemory } from "../../storage/task-env";

/** A broadcast: bytes that reach an executor once. */
export interface BroadcastRef {
  readonly broadcast: number;
}

export interface ProgramTask {
  readonly partition: number;
  /** Records of the same partition of the dataset beside it (`TaskData.beside`); none where there is no such dataset. */
  readonly beside: Iterable<unknown>;
  /** Records of any partition, until the task ends; of programs over a whole dataset alone. Throws ReadsLater. */
  recordsOf(partition: number): Iterable<unknown>;
  readonly memory: TaskMemory;
  /** A setting of the application, with its default filled in. */
  conf(key: string): string | undefined;
  /** The bytes of a broadcast: shared by the executor's threads, not to be changed. */
  broadcast(ref: BroadcastRef): Uint8Array;
  /** Memories that tasks of the executor share; absent where tasks do not run side by side. */
  readonly memories: SharedMemories | undefined;
  /** Throws where the task was told to stop. Programs call it in long loops; between records it is called for them. */
  checkInterrupted(): void;
  /** Of this thread, from task to task: the last few things that were made, by key. */
  keep<T>(key: string, make: () => T): T;
}

/** Records are there later only: asynchronous functions compute them. */
export class ReadsLater extends Error {}

/** Records of a partition to records. */
export interface RowsProgram<S, I, O> {
  readonly name: string;
  run(input: Iterable<I>, spec: S, task: ProgramTask): Iterable<O>;
}

/** Records of a partition to one partial result, and partial results to one. */
export interface AggregateProgram<S, I, P> {
  readonly name: string;
  run(input: Iterable<I>, spec: S, task: ProgramTask): P;
  /** On the driver, in the order of the partitions: results do not depend on which task ends first. May change and return `a`. */
  merge?(a: P, b: P): P;
}

/** A record on its way to a partition of another dataset (`TaskData.send`). */
export interface Sent<R> {
  readonly to: number;
  readonly record: R;
}

/** What a program reads: batches of a DataFrame, records of another program (of its partition, or of `any` it asks for), or nothing. */
export type ProgramInput = "batches" | "records" | "any" | "none";

export type AnyProgram =
  | { readonly gives: "records"; readonly program: RowsProgram<unknown, unknown, unknown> }
  | { readonly gives: "batches"; readonly program: RowsProgram<unknown, unknown, ColumnBatch> }
  | { readonly gives: "result"; readonly program: AggregateProgram<unknown, unknown, unknown> };

// One table for programs of all kinds of state and input: whoever looks one up by its name gives it what the step names, so the types that
// registration erases stay true.
const programs = new Map<string, AnyProgram>();

/** Makes a program known. Called once, where the module is loaded. */
export function rowsProgram<S, I = ColumnBatch, O = unknown>(program: RowsProgram<S, I, O>): RowsProgram<S, I, O> {
  register(program.name, { gives: "records", program: program as unknown as RowsProgram<unknown, unknown, unknown> });
  return program;
}

/** Makes a program known whose batches are rows of a DataFrame (`TaskData.frame`). Called once, where the module is loaded. */
export function batchesProgram<S, I>(program: RowsProgram<S, I, ColumnBatch>): RowsProgram<S, I, ColumnBatch> {
  register(program.name, { gives: "batches", program: program as unknown as RowsProgram<unknown, unknown, ColumnBatch> });
  return program;
}

/** Makes a program known. Called once, where the module is loaded. */
export function aggregateProgram<S, I = ColumnBatch, P = unknown>(program: AggregateProgram<S, I, P>): AggregateProgram<S, I, P> {
  register(program.name, { gives: "result", program: program as unknown as AggregateProgram<unknown, unknown, unknown> });
  return program;
}

function register(name: string, program: AnyProgram): void {
  if (programs.has(name)) throw new InternalError(`There are two programs ${name}.`);
  programs.set(name, program);
}

export function programNamed(name: string): AnyProgram {
  const program = programs.get(name);
  if (program === undefined) throw new InternalError(`No program ${name} is known in this thread.`);
  return program;
}
