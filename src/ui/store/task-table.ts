/**
 * The tasks of one stage attempt as columns: a row for each attempt of a task, in the order in which they started. A column of
 * which all values are 0 takes no memory. Above a limit the oldest tasks that have ended are forgotten.
 */
import type { AccumulableInfo, TaskInfo, TaskMetricsInfo } from "../../events/listener-events";

export type MetricKey = keyof TaskMetricsInfo;

/** Every counter of a task, in the order of columns. */
export const METRIC_KEYS = [
  "executorDeserializeTime",
  "executorDeserializeCpuTimeNs",
  "executorRunTime",
  "executorCpuTimeNs",
  "resultSize",
  "jvmGcTime",
  "resultSerializationTime",
  "memoryBytesSpilled",
  "diskBytesSpilled",
  "peakExecutionMemory",
  "inputBytes",
  "inputRecords",
  "outputBytes",
  "outputRecords",
  "shuffleRemoteBlocksFetched",
  "shuffleLocalBlocksFetched",
  "shuffleFetchWaitTime",
  "shuffleRemoteBytesRead",
  "shuffleRemoteBytesReadToDisk",
  "shuffleLocalBytesRead",
  "shuffleRecordsRead",
  "shuffleRemoteReqsDuration",
  "shuffleBytesWritten",
  "shuffleWriteTimeNs",
  "shuffleRecordsWritten",
] as const satisfies readonly MetricKey[];

export const NUM_METRICS = METRIC_KEYS.length;
const METRIC_INDEX = Object.fromEntries(METRIC_KEYS.map((key, i) => [key, i])) as Readonly<Record<MetricKey, number>>;

/** Facts of a task beside its counters, in the order of columns before theirs. */
const FACTS = [
  "taskId",
  "index",
  "attempt",
  "partition",
  "launch",
  "finish",
  "gettingResult",
  "place",
  "locality",
  "status",
  "speculative",
  "hasMetrics",
] as const;
export type Fact = (typeof FACTS)[number];
const FACT_INDEX = Object.fromEntries(FACTS.map((key, i) => [key, i])) as Readonly<Record<Fact, number>>;
const FIRST_METRIC = FACTS.length;

export const RUNNING = 0;
export const SUCCESS = 1;
export const FAILED = 2;
export const KILLED = 3;
export const STATUS_NAMES = ["RUNNING", "SUCCESS", "FAILED", "KILLED"] as const;

/** Numbers for texts that come again and again. */
export class Interner {
  readonly texts: string[] = [];
  readonly #numbers = new Map<string, number>();

  of(text: string): number {
    let number = this.#numbers.get(text);
    if (number === undefined) {
      number = this.texts.push(text) - 1;
      this.#numbers.set(text, number);
    }
    return number;
  }
}

/** What all tables of an application share. A place is "executor id\nhost". */
export interface Names {
  readonly places: Interner;
  readonly localities: Interner;
}

const FIRST_CAPACITY = 16;

export class TaskTable {
  #capacity = FIRST_CAPACITY;
  #length = 0;
  /** Rows that were forgotten. */
  dropped = 0;
  readonly #columns = new Array<Float64Array | null>(FIRST_METRIC + NUM_METRICS).fill(null);
  /** Rows of tasks that run, by task id. */
  readonly #running = new Map<number, number>();
  readonly #errors = new Map<number, string>();
  readonly #accumulables = new Map<number, readonly AccumulableInfo[]>();

  constructor(
    readonly names: Names,
    readonly limit: number,
  ) {}

  get length(): number {
    return this.#length;
  }

  fact(row: number, fact: Fact): number {
    return this.#columns[FACT_INDEX[fact]]?.[row] ?? 0;
  }

  metric(row: number, key: MetricKey): number {
    return this.#columns[FIRST_METRIC + METRIC_INDEX[key]]?.[row] ?? 0;
  }

  error(row: number): string | undefined {
    return this.#errors.get(row);
  }

  accumulables(row: number): readonly AccumulableInfo[] {
    return this.#accumulables.get(row) ?? [];
  }

  executorId(row: number): string {
    return this.#place(row)[0];
  }

  host(row: number): string {
    return this.#place(row)[1];
  }

  locality(row: number): string {
    return this.names.localities.texts[this.fact(row, "locality")] ?? "";
  }

  /** Milliseconds from start to end, or to `now` while it runs. */
  duration(row: number, now: number): number {
    const finish = this.fact(row, "finish");
    return Math.max(0, (finish === 0 ? now : finish) - this.fact(row, "launch"));
  }

  /** What is left of a task's time when everything known is taken away, as Spark reckons it. */
  schedulerDelay(row: number): number {
    const finish = this.fact(row, "finish");
    if (finish === 0 || this.fact(row, "hasMetrics") === 0) return 0;
    return Math.max(
      0,
      finish -
        this.fact(row, "launch") -
        this.metric(row, "executorRunTime") -
        this.metric(row, "executorDeserializeTime") -
        this.metric(row, "resultSerializationTime") -
        this.gettingResultTime(row),
    );
  }

  gettingResultTime(row: number): number {
    const getting = this.fact(row, "gettingResult");
    const finish = this.fact(row, "finish");
    return getting > 0 && finish > 0 ? Math.max(0, finish - getting) : 0;
  }

  /** -1 when the task does not run (any more). */
  runningRow(taskId: number): number {
    return this.#running.get(taskId) ?? -1;
  }

  start(info: TaskInfo): number {
    if (this.#length >= this.limit) this.#forget();
    if (this.#length === this.#capacity) this.#grow();
    const row = this.#length++;
    this.#set(row, "taskId", info.taskId);
    this.#set(row, "index", info.index);
    this.#set(row, "attempt", info.attemptNumber);
    this.#set(row, "partition", info.partitionId);
    this.#set(row, "launch", info.launchTime);
    this.#set(row, "finish", 0);
    this.#set(row, "gettingResult", info.gettingResultTime);
    this.#set(row, "place", this.names.places.of(`${info.executorId}\n${info.host}`));
    this.#set(row, "locality", this.names.localities.of(info.taskLocality));
    this.#set(row, "status", RUNNING);
    this.#set(row, "speculative", info.speculative ? 1 : 0);
    this.#set(row, "hasMetrics", 0);
    for (let i = FIRST_METRIC; i < this.#columns.length; i++) if (this.#columns[i] !== null) this.#columns[i]![row] = 0;
    this.#running.set(info.taskId, row);
    return row;
  }

  gettingResult(taskId: number, time: number): void {
    const row = this.#running.get(taskId);
    if (row !== undefined) this.#set(row, "gettingResult", time);
  }

  /** Counters of a task that runs, so far. */
  progress(row: number, key: MetricKey, value: number): void {
    this.#setAt(row, FIRST_METRIC + METRIC_INDEX[key], value);
  }

  end(row: number, info: TaskInfo, status: number, metrics: TaskMetricsInfo | undefined, error: string | undefined): void {
    this.#running.delete(info.taskId);
    this.#set(row, "finish", info.finishTime);
    this.#set(row, "gettingResult", info.gettingResultTime);
    this.#set(row, "status", status);
    if (metrics !== undefined) {
      this.#set(row, "hasMetrics", 1);
      for (let i = 0; i < NUM_METRICS; i++) this.#setAt(row, FIRST_METRIC + i, metrics[METRIC_KEYS[i]!] ?? 0);
    }
    if (error !== undefined) this.#errors.set(row, error);
    if (info.accumulables.length > 0) {
      // Spark's own counters come as accumulators too: they are columns here already.
      const shown = info.accumulables.filter((one) => one.name !== undefined && !one.internal && one.metadata !== "sql");
      if (shown.length > 0) this.#accumulables.set(row, shown);
    }
  }

  /** Rows in order of task id, of one status where it is given. */
  rows(status?: number): number[] {
    const rows: number[] = [];
    for (let row = 0; row < this.#length; row++) if (status === undefined || this.fact(row, "status") === status) rows.push(row);
    return rows;
  }

  /** Values of the tasks that succeeded, sorted. */
  sorted(value: (row: number) => number): Float64Array {
    let count = 0;
    const values = new Float64Array(this.#length);
    // Many figures are the same for all tasks.
    let ascending = true;
    let last = -Infinity;
    for (let row = 0; row < this.#length; row++) {
      if (this.fact(row, "status") !== SUCCESS || this.fact(row, "hasMetrics") !== 1) continue;
      const next = value(row);
      if (next < last) ascending = false;
      values[count++] = last = next;
    }
    const found = values.subarray(0, count);
    return ascending ? found : found.sort();
  }

  /** Forgets all tasks that have ended. */
  clear(): void {
    this.#keep((row) => this.fact(row, "status") === RUNNING);
  }

  #forget(): void {
    let left = Math.ceil(this.limit / 10);
    this.#keep((row) => this.fact(row, "status") === RUNNING || left-- <= 0);
  }

  #keep(wanted: (row: number) => boolean): void {
    let to = 0;
    for (let row = 0; row < this.#length; row++) {
      if (!wanted(row)) {
        this.#errors.delete(row);
        this.#accumulables.delete(row);
        continue;
      }
      if (to !== row) this.#move(row, to);
      to++;
    }
    this.dropped += this.#length - to;
    this.#length = to;
    if (to > this.#capacity / 4) return;
    this.#capacity = Math.max(FIRST_CAPACITY, to);
    this.#columns.forEach((column, i) => (this.#columns[i] = column?.slice(0, this.#capacity) ?? null));
  }

  #move(from: number, to: number): void {
    const taskId = this.fact(from, "taskId");
    if (this.#running.has(taskId)) this.#running.set(taskId, to);
    for (const column of this.#columns) if (column !== null) column[to] = column[from]!;
    for (const map of [this.#errors, this.#accumulables] as Map<number, unknown>[]) {
      const value = map.get(from);
      map.delete(from);
      if (value !== undefined) map.set(to, value);
    }
  }

  #grow(): void {
    this.#capacity = Math.min(this.#capacity * 2, Math.max(this.limit, this.#length + 1));
    if (this.#capacity <= this.#length) this.#capacity = this.#length * 2;
    this.#columns.forEach((column, i) => {
      if (column === null) return;
      const larger = new Float64Array(this.#capacity);
      larger.set(column);
      this.#columns[i] = larger;
    });
  }

  #set(row: number, fact: Fact, value: number): void {
    this.#setAt(row, FACT_INDEX[fact], value);
  }

  #setAt(row: number, column: number, value: number): void {
    const values = this.#columns[column];
    if (values !== null && values !== undefined) values[row] = value;
    else if (value !== 0) (this.#columns[column] = new Float64Array(this.#capacity))[row] = value;
  }

  #place(row: number): [string, string] {
    return (this.names.places.texts[this.fact(row, "place")] ?? "\n").split("\n") as [string, string];
  }
}
