/** From columns of records to a run: partitions are assigned, the records of each are gathered in their order and encoded. */
import type { ByteWriter } from "../columnar/bytes";
import type { Column, Shape } from "../columnar/chunk";
import { BatchEncoder } from "../columnar/rows/encoder";
import type { TaskEnv } from "../storage/task-env";
import { BATCH_ROWS, type BatchColumn, joinable, stringsOf, valuesOf } from "./batch";
import { Content } from "./frame";
import type { AssignPartitions } from "./partitioner";
import type { PartitionedRuns } from "./runs";
import type { Carries } from "./spec";

/** Bytes that a frame should take where its records vary in size: what reads several files at a time holds a frame of each. */
const FRAME_BYTES = 1 << 17;
const FIRST_FRAME_ROWS = 64;
/** A run ends when it is so long: what is being encoded is memory that nobody has granted. */
const RUN_BYTES = 1 << 22;

export class Scatter {
  readonly #env: TaskEnv;
  readonly #encoder: BatchEncoder;
  readonly #runs: PartitionedRuns;
  readonly #assign: AssignPartitions;
  readonly #carries: Carries;
  #partitions = new Int32Array(0);
  #order = new Int32Array(0);
  readonly #starts: Int32Array;
  /** Records of a frame of what is not all numbers: follows the size of what was written. */
  #frameRows = FIRST_FRAME_ROWS;

  constructor(env: TaskEnv, runs: PartitionedRuns, partitions: number, assign: AssignPartitions, carries: Carries) {
    this.#env = env;
    this.#encoder = new BatchEncoder(env.values);
    this.#runs = runs;
    this.#assign = assign;
    this.#carries = carries;
    this.#starts = new Int32Array(partitions + 1);
  }

  /** Adds `length` records, as one run or several. */
  write(key: BatchColumn, value: BatchColumn, length: number): void {
    if (length === 0) return;
    if (this.#partitions.length < length) {
      this.#partitions = new Int32Array(length);
      this.#order = new Int32Array(length);
    }
    this.#assign(key, length, this.#partitions);
    orderByPartition(this.#partitions, length, this.#starts, this.#order);
    this.writeOrdered(listed(key, length), listed(value, length), this.#order, this.#starts);
  }

  /**
   * Adds records that are in order within each partition: those of partition p are order[starts[p] … starts[p + 1]). Strings
   * are lists, not text.
   */
  writeOrdered(key: BatchColumn, value: BatchColumn, order: Int32Array, starts: Int32Array): void {
    const twins = this.#carries === "pairs" && areTwins(key, value, order.length);
    const columns = this.#carries === "values" ? [value] : this.#carries === "keys" || twins ? [key] : [key, value];
    const content = twins ? Content.Twins : Content.Records;
    const typed = columns.every((column) => column.type === "number" || column.type === "strings");
    const rows = typed ? BATCH_ROWS : this.#frameRows;
    const numeric = columns.every((column) => column.type === "number");
    this.#env.checkInterrupted();
    this.#runs.begin();
    for (let p = 0; p + 1 < starts.length; p++) {
      for (let from = starts[p]!; from < starts[p + 1]!;) {
        let to = Math.min(starts[p + 1]!, from + (numeric ? rows : Math.min(rows, this.#frameRows)));
        if (typed && !numeric)
          for (const column of columns) if (column.type === "strings") to = from + joinable(column.values, order, from, to);
        this.#runs.frame(p, to - from, content, (out) => {
          const before = out.length;
          if (typed) this.#encodeTyped(columns, order, from, to, out);
          else this.#encodeRows(columns, order, from, to, out);
          if (!numeric)
            this.#frameRows = Math.max(1, Math.min(BATCH_ROWS, Math.floor((FRAME_BYTES * (to - from)) / (out.length - before))));
        });
        from = to;
        if (this.#runs.pending < RUN_BYTES) continue;
        this.#runs.end();
        this.#env.checkInterrupted();
        this.#runs.begin();
      }
    }
    this.#runs.end();
  }

  #encodeTyped(columns: readonly BatchColumn[], order: Int32Array, from: number, to: number, out: ByteWriter): void {
    const gathered = columns.map((column, i) => gatherTyped(column, order, from, to, numberScratch[i]!, offsetScratch[i]!));
    const types = columns.map((column) => (column.type === "number" ? "number" : "string"));
    this.#encoder.encodeColumns(SHAPES[types.join()]!, gathered, to - from, out);
  }

  #encodeRows(columns: readonly BatchColumn[], order: Int32Array, from: number, to: number, out: ByteWriter): void {
    const rows = new Array<unknown>(to - from);
    const first = valuesOf(columns[0]!, 0);
    if (columns.length === 1) {
      for (let i = from; i < to; i++) rows[i - from] = first[order[i]!];
    } else {
      const second = valuesOf(columns[1]!, 0);
      for (let i = from; i < to; i++) rows[i - from] = [first[order[i]!], second[order[i]!]];
    }
    this.#encoder.encodeRows(rows, 0, rows.length, out);
  }
}

/** Whether each value is its key, as after sortBy(x => x): then only the keys are written. */
function areTwins(key: BatchColumn, value: BatchColumn, length: number): boolean {
  if (key.type === "strings" && value.type === "strings") return sameStrings(key.values, value.values, length);
  return key.type === "number" && value.type === "number" && sameNumbers(key.values, value.values, length);
}

function sameStrings(a: readonly string[], b: readonly string[], length: number): boolean {
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** NaN counts as different from itself, for simplicity. */
function sameNumbers(a: ArrayLike<number>, b: ArrayLike<number>, length: number): boolean {
  for (let i = 0; i < length; i++) {
    const x = a[i]!;
    if (x !== b[i] || (x === 0 && 1 / x !== 1 / b[i]!)) return false;
  }
  return true;
}

function listed(column: BatchColumn, length: number): BatchColumn {
  return column.type === "text" ? { type: "strings", values: stringsOf(column.text, column.offsets, length) } : column;
}

const NUMBER: Shape = { type: "number" };
const STRING: Shape = { type: "string" };

/** By the types of the columns. */
const SHAPES: Readonly<Record<string, Shape>> = {
  number: NUMBER,
  string: STRING,
  "number,number": { type: "tuple", items: [NUMBER, NUMBER] },
  "number,string": { type: "tuple", items: [NUMBER, STRING] },
  "string,number": { type: "tuple", items: [STRING, NUMBER] },
  "string,string": { type: "tuple", items: [STRING, STRING] },
};

const numberScratch = [new Float64Array(BATCH_ROWS), new Float64Array(BATCH_ROWS)];
const offsetScratch = [new Int32Array(BATCH_ROWS + 1), new Int32Array(BATCH_ROWS + 1)];

function gatherTyped(
  column: BatchColumn,
  order: Int32Array,
  from: number,
  to: number,
  numbers: Float64Array,
  offsets: Int32Array,
): Column {
  if (column.type === "number") {
    gatherNumbers(column.values, order, from, to, numbers);
    return { type: "number", values: numbers };
  }
  const { values } = column as BatchColumn & { type: "strings" };
  let text = "";
  for (let i = from; i < to; i++) {
    text += values[order[i]!]!;
    offsets[i - from + 1] = text.length;
  }
  return { type: "string", text, offsets };
}

function gatherNumbers(values: Float64Array | Int32Array, order: Int32Array, from: number, to: number, out: Float64Array): void {
  for (let i = from; i < to; i++) out[i - from] = values[order[i]!]!;
}

/** A stable counting sort: starts[p] is where partition p begins in `order`. */
function orderByPartition(partitions: Int32Array, length: number, starts: Int32Array, order: Int32Array): void {
  starts.fill(0);
  for (let i = 0; i < length; i++) starts[partitions[i]! + 1]!++;
  for (let p = 1; p < starts.length; p++) starts[p]! += starts[p - 1]!;
  const next = starts.slice(0, starts.length - 1);
  for (let i = 0; i < length; i++) order[next[partitions[i]!]!++] = i;
}
