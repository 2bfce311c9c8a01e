/** What operators ask of one task (ports.ts), over what the RDD layer gives it. Counts what operators did. */
import type { BoxedRow } from "../../columnar/vector";
import type { TaskMemory } from "../../storage/task-env";
import type { PlanTask } from "../../rdd/plan-port";
import type { LenientMode } from "../json/record-mode";
import type { ExecEnv, OperatorMetrics } from "./ports";

/** What a task tells the driver's accumulator of the query. Fields are those of query/query-metrics. */
export interface MetricsUpdate {
  /** [operator id, rows, batches, nanoseconds, spilled bytes] */
  readonly operators: readonly (readonly [id: number, rows: number, batches: number, timeNs: number, spilledBytes: number])[];
  readonly observed: readonly (readonly [name: string, states: readonly BoxedRow[]])[];
  readonly badRecords: readonly BadRecordsUpdate[];
}

/** Records of a relation that are not of its schema; samples are "file: record". */
export type BadRecordsUpdate = readonly [relation: string, mode: LenientMode, records: number, samples: readonly string[]];

/** So many of the bad records are shown, of a task and of a query. */
export const BAD_RECORD_SAMPLES = 5;
/** A record may be a whole file. */
const MOST_OF_A_RECORD = 1000;

export interface ReadFile {
  readonly path: string;
  readonly start: number;
  readonly length: number;
}

export class TaskEnvironment implements ExecEnv {
  readonly #metrics = new Map<number, OperatorMetrics>();
  readonly #observed: (readonly [string, readonly BoxedRow[]])[] = [];
  readonly #badRecords = new Map<string, [string, LenientMode, number, string[]]>();
  #file: ReadFile | null = null;

  constructor(readonly task: PlanTask) {}

  get partition(): number {
    return this.task.partition;
  }

  get memory(): TaskMemory {
    return this.task.env.memory;
  }

  tempFile(purpose: string): string {
    return this.task.env.tempFile(purpose);
  }

  checkInterrupted(): void {
    this.task.env.checkInterrupted();
  }

  metrics(node: number): OperatorMetrics {
    let metrics = this.#metrics.get(node);
    if (metrics === undefined) this.#metrics.set(node, (metrics = { rows: 0, batches: 0, timeNs: 0, spilledBytes: 0 }));
    return metrics;
  }

  inputFile(): ReadFile | null {
    return this.#file;
  }

  /** Sources say which file they are at. */
  readsFile(file: ReadFile | null): void {
    this.#file = file;
  }

  observed(name: string, states: readonly BoxedRow[]): void {
    this.#observed.push([name, states]);
  }

  badRecord(relation: string, mode: LenientMode, path: string, record: string): void {
    const key = `${mode} ${relation}`;
    let found = this.#badRecords.get(key);
    if (found === undefined) this.#badRecords.set(key, (found = [relation, mode, 0, []]));
    found[2]++;
    if (found[3].length < BAD_RECORD_SAMPLES) found[3].push(`${path}: ${record.slice(0, MOST_OF_A_RECORD)}`);
  }

  /** Told once, at the end of the task. What operators spilled counts for the task, too. */
  updates(): MetricsUpdate {
    const spilled = [...this.#metrics.values()].reduce((sum, { spilledBytes }) => sum + spilledBytes, 0);
    this.task.env.metrics.diskBytesSpilled += spilled;
    return {
      operators: [...this.#metrics].map(([id, { rows, batches, timeNs, spilledBytes }]) => [
        id,
        rows,
        batches,
        timeNs,
        spilledBytes,
      ]),
      observed: this.#observed,
      badRecords: [...this.#badRecords.values()],
    };
  }
}
