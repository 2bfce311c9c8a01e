/**
 * The sink that makes batches. Columns that are plainly columns of a source are not touched in the loop: it notes which rows
 * stay, and they are picked afterwards; or they pass on as they are where all rows stay. What is computed goes into arrays.
 */
import { gather, slice, vectorBuilder, type VectorBuilder } from "../../../columnar/batch";
import type { DataType } from "../../../columnar/types";
import type { ColumnBatch, Vector } from "../../../columnar/vector";
import { InternalError, unreachable } from "../../../common/errors";
import { ByteSink } from "../../codegen/bytes";
import { atom } from "../../codegen/code";
import { storeBig, storePair, wordsOf } from "../../codegen/pairs";
import type { ColumnOrigin, Term } from "../../codegen/term";
import { isIntLike, isLongLike, isTwoWords } from "../../types/families";
import type { NamedExpression } from "../../expressions/expression";
import type { JoinTable } from "../join/table";
import { plainAttribute, originsOf, turnsOf, type Chain } from "./steps";
import type { PipelineCode, SinkEmitter } from "./program";
import type { PipelineRun } from "./run";

/** Rows of a batch that a pipeline hands on when rows multiply. */
const BATCH_ROWS = 16384;

/** Rows of the input that go through at once where each may become many, and rows that should come of them at the most. */
const SLICE = 4096;
const SLICE_OUTPUT = 1 << 18;

function sliceRows(tables: readonly JoinTable[], turns: number, rows: number): number {
  if (turns === 1 && tables.every((table) => table.isUnique)) return rows;
  const matches = tables.reduce((product, table) => product * Math.max(1, table.matches), turns);
  return Math.max(1, Math.min(SLICE, Math.floor(SLICE_OUTPUT / matches)));
}

/** How one output column comes to be. */
type OutputColumn =
  | { readonly kind: "plain"; readonly origin: ColumnOrigin }
  | { readonly kind: "computed"; readonly expression: NamedExpression; readonly type: DataType };

export class OutputPlan implements SinkEmitter {
  readonly scatters = false;
  readonly columns: readonly OutputColumn[];
  /** Sources of which the loop notes rows. */
  readonly picked: readonly number[];
  /** Rows that become of one where joins give one. */
  readonly turns: number;

  /**
   * @param changes rows are dropped or repeated
   * @param multiplies one row may become many: the loop looks whether there is room
   */
  constructor(
    readonly outputs: readonly NamedExpression[],
    chain: Chain,
    private readonly changes: boolean,
    readonly multiplies: boolean,
  ) {
    const origins = originsOf(chain);
    this.turns = turnsOf(chain);
    this.columns = outputs.map((expression): OutputColumn => {
      const plain = plainAttribute(expression);
      const origin = plain === null ? undefined : origins.get(plain.id);
      return origin === undefined ? { kind: "computed", expression, type: expression.type } : { kind: "plain", origin };
    });
    const sources = this.columns.flatMap((column) => (column.kind === "plain" ? [column.origin.source] : []));
    this.picked = changes ? [...new Set(sources)].sort((a, b) => a - b) : [];
  }

  get mode(): string {
    return "output";
  }

  /** Nothing is computed and no row is touched. */
  get passesThrough(): boolean {
    return !this.changes && this.columns.every((column) => column.kind === "plain");
  }

  /** Columns of the input become columns of the output without being copied. */
  get keepsInput(): boolean {
    return !this.picked.includes(0) && this.columns.some((column) => column.kind === "plain" && column.origin.source === 0);
  }

  get reads(): readonly NamedExpression[] {
    return this.columns.flatMap((column) => (column.kind === "computed" ? [column.expression] : []));
  }

  emit(code: PipelineCode): null {
    const { writer, emitter, after } = code;
    const reload: string[] = [];
    const local = (path: string, hint: string): string => {
      const name = writer.name(hint);
      writer.before(`let ${name} = ${path};`);
      reload.push(`${name} = ${path};`);
      return name;
    };
    writer.before("let n = S.rows;");
    const stores: string[] = [];
    writer.line("// output");
    this.picked.forEach((source, k) => {
      stores.push(`${local(`S.picked[${k}]`, "rows")}[n] = ${code.rowOf(source)};`);
    });
    let computed = 0;
    for (const column of this.columns) {
      if (column.kind === "plain") continue;
      const term = emitter.emit(column.expression);
      stores.push(...storeCode(term, `S.columns[${computed}]`, local, (t) => emitter.boxed(t)));
      computed++;
    }
    writer.lines(stores);
    writer.line("n++;");
    if (this.multiplies) {
      writer.line(`if (n === ${BATCH_ROWS}) {`);
      writer.line("S.flush(n, batch);");
      writer.line("n = 0;");
      writer.lines(reload);
      writer.line("}");
    }
    after.push("S.rows = n;");
    return null;
  }

  /** The columns of no rows. */
  emptyColumns(): readonly Vector[] {
    return this.outputs.map((output) => vectorBuilder(output.type, 0).finish());
  }

  open(): OutputState {
    return new OutputState(this);
  }
}

/** Statements that put a value at place n of an output column. */
function storeCode(
  term: Term,
  column: string,
  local: (path: string, hint: string) => string,
  boxed: (term: Term) => string,
): string[] {
  const lines: string[] = [];
  if (term.rep === "boxed") return [`${column}.builder.append(${boxed(term)});`];
  if (term.isNull === "true") return [`${column}.missing(n);`];
  const put: string[] = [];
  switch (term.rep) {
    case "bool":
      put.push(`${local(`${column}.values`, "out")}[n] = ${atom(term.code)} ? 1 : 0;`);
      break;
    case "int":
    case "f64":
    case "safe":
      put.push(`${local(`${column}.values`, "out")}[n] = ${term.code};`);
      break;
    case "any": {
      const values = local(`${column}.values`, "out");
      put.push(`if (${term.code} === ${term.code}) ${values}[n] = ${term.code};`);
      if (term.pair !== undefined) {
        const { high, low } = term.pair;
        put.push(`else if (${high} === ${high}) ${column}.putPair(n, ${high}, ${low});`);
      }
      put.push(`else ${column}.putBig(n, ${term.big!});`);
      break;
    }
    case "bytes": {
      const starts = local(`${column}.starts`, "starts");
      const ends = local(`${column}.ends`, "ends");
      const sink = local(`${column}.sink`, "sink");
      put.push(`${starts}[n] = ${sink}.append(${term.code}, ${term.start!}, ${term.end!});`);
      put.push(`${ends}[n] = ${sink}.used;`);
      break;
    }
    case "text": {
      const starts = local(`${column}.starts`, "starts");
      const ends = local(`${column}.ends`, "ends");
      const sink = local(`${column}.sink`, "sink");
      put.push(`${starts}[n] = ${sink}.appendText(${term.code});`, `${ends}[n] = ${sink}.used;`);
      break;
    }
    default:
      return unreachable(term.rep);
  }
  if (term.isNull === null) return put;
  lines.push(`if (${term.isNull}) ${column}.missing(n); else {`, ...put, "}");
  return lines;
}

/** What a task's loop writes into; one at a time. */
export class OutputState {
  /** Rows in the arrays. */
  rows = 0;
  readonly picked: Int32Array[];
  readonly columns: OutputArrays[];
  readonly ready: ColumnBatch[] = [];
  #capacity = 0;
  #tables: readonly JoinTable[] = [];
  #from = 0;
  #to = 0;

  constructor(private readonly plan: OutputPlan) {
    this.picked = plan.picked.map(() => new Int32Array(0));
    this.columns = plan.columns.flatMap((column) => (column.kind === "computed" ? [new OutputArrays(column.type)] : []));
  }

  /** Takes a batch through the pipeline; gives what comes out. */
  *batches(batch: ColumnBatch, run: PipelineRun, plan: OutputPlan): Generator<ColumnBatch, void, undefined> {
    const { tables } = run;
    if (plan.passesThrough) {
      this.pass(batch);
      run.gave(batch.length, true);
    } else {
      const variant = run.variant(batch, plan);
      const step = plan.multiplies ? sliceRows(tables, plan.turns, batch.length) : batch.length;
      for (let from = 0; from < batch.length; from += step) {
        const to = Math.min(batch.length, from + step);
        this.begin(from, to, tables);
        run.run(variant, batch, from, to, this);
        this.end(batch);
        run.gave(
          this.ready.reduce((sum, { length }) => sum + length, 0),
          false,
        );
        yield* this.#leave();
      }
    }
    yield* this.#leave();
  }

  *#leave(): Generator<ColumnBatch, void, undefined> {
    for (let ready = this.ready.shift(); ready !== undefined; ready = this.ready.shift()) yield ready;
  }

  /** Before the loop takes rows [from, to) of a batch. */
  begin(from: number, to: number, tables: readonly JoinTable[]): void {
    this.#tables = tables;
    this.#from = from;
    this.#to = to;
    this.#room(this.plan.multiplies ? BATCH_ROWS : to - from);
  }

  #room(capacity: number): void {
    if (capacity > this.#capacity) {
      this.#capacity = capacity;
      this.picked.forEach((_, i) => (this.picked[i] = new Int32Array(capacity)));
    }
    for (const column of this.columns) column.room(this.#capacity);
  }

  /** After the loop. */
  end(batch: ColumnBatch): void {
    if (this.rows > 0) this.flush(this.rows, batch);
    this.rows = 0;
  }

  /** All rows, their columns as they are. */
  pass(batch: ColumnBatch): void {
    const columns = this.plan.columns.map((column) => batch.columns[(column as { origin: ColumnOrigin }).origin.index]!);
    this.ready.push({ length: batch.length, columns });
  }

  flush(rows: number, batch: ColumnBatch): void {
    let computed = 0;
    const columns = this.plan.columns.map((column): Vector => {
      if (column.kind === "computed") return this.columns[computed++]!.take(rows);
      const { source, index } = column.origin;
      const place = this.plan.picked.indexOf(source);
      if (place < 0) return slice(batch.columns[index]!, this.#from, this.#to);
      const from = source === 0 ? batch : this.#tables[source - 1]!.rows;
      return gather(from.columns[index]!, this.picked[place]!, rows, source > 0);
    });
    this.ready.push({ length: rows, columns });
    for (const column of this.columns) column.room(this.#capacity);
  }
}

type Values = Uint8Array | Int8Array | Int16Array | Int32Array | Float32Array | Float64Array;

/** The arrays of one computed column. They are handed over full and kept for the next batch where little was used. */
export class OutputArrays {
  values: Values | null = null;
  valid: Uint8Array | null = null;
  starts: Int32Array | null = null;
  ends: Int32Array | null = null;
  sink: ByteSink | null = null;
  builder: VectorBuilder | null = null;
  #nulls = false;
  #capacity = 0;
  #wide: BigInt64Array | null = null;
  /** The same memory. */
  #halves: Int32Array | null = null;
  readonly #perValue: 1 | 2;

  constructor(private readonly type: DataType) {
    this.#perValue = isTwoWords(type) ? 2 : 1;
  }

  /** Makes room for `capacity` values. */
  room(capacity: number): void {
    const { type } = this;
    if (isTyped(type)) {
      if (this.values === null || this.values.length < capacity) this.values = newValues(type, capacity);
    } else if (type.kind === "string" || type.kind === "binary") {
      if (this.starts === null || this.starts.length < capacity) {
        this.starts = new Int32Array(capacity);
        this.ends = new Int32Array(capacity);
      }
      this.sink ??= new ByteSink();
    } else this.builder ??= vectorBuilder(type);
    this.#capacity = capacity;
  }

  missing(at: number): void {
    if (this.builder !== null) {
      this.builder.append(null);
      return;
    }
    if (!this.#nulls) {
      this.#nulls = true;
      if (this.valid === null || this.valid.length < this.#capacity) this.valid = new Uint8Array(this.#capacity).fill(1);
    }
    this.valid![at] = 0;
    if (this.values !== null) this.values[at] = 0;
    else this.starts![at] = this.ends![at] = 0;
  }

  putBig(at: number, value: bigint): void {
    storeBig(this.#words(), at, this.#perValue, value);
    this.values![at] = NaN;
  }

  /** high + low (codegen/pairs.ts). */
  putPair(at: number, high: number, low: number): void {
    this.#words();
    storePair(this.#halves!, at, this.#perValue, high, low);
    this.values![at] = NaN;
  }

  /** Of the values that are not safe, which are NaN among the others. */
  #words(): BigInt64Array {
    if (this.#wide !== null) return this.#wide;
    this.#wide = new BigInt64Array(this.values!.length * this.#perValue);
    this.#halves = wordsOf(this.#wide);
    return this.#wide;
  }

  /** The first `rows` values as a vector. */
  take(rows: number): Vector {
    const { type } = this;
    if (this.builder !== null) {
      const vector = this.builder.finish();
      this.builder = null;
      return vector;
    }
    const full = rows * 2 >= this.#capacity;
    const valid = this.#nulls ? this.valid!.slice(0, rows) : null;
    if (this.#nulls) {
      this.valid!.fill(1);
      this.#nulls = false;
    }
    if (this.values !== null) {
      const values = full ? this.values.subarray(0, rows) : this.values.slice(0, rows);
      if (full) this.values = null;
      if (this.#wide !== null) return this.#wideVector(values as Float64Array, rows, valid);
      return { form: "fixed", length: rows, values, valid };
    }
    if (type.kind !== "string" && type.kind !== "binary") throw new InternalError("An output column has no arrays.");
    const sink = this.sink!;
    const vector: Vector = {
      form: "bytes",
      length: rows,
      bytes: sink.bytes.subarray(0, sink.used),
      starts: this.starts!.slice(0, rows),
      ends: this.ends!.slice(0, rows),
      valid,
    };
    this.sink = null;
    return vector;
  }

  #wideVector(values: Float64Array, rows: number, valid: Uint8Array | null): Vector {
    const words = this.#perValue;
    for (let i = 0; i < rows; i++) if (values[i] === values[i]) storePair(this.#halves!, i, words, values[i]!, 0);
    const wide: Vector = { form: "wide", length: rows, words, values: this.#wide!.subarray(0, rows * words), valid };
    this.#wide = this.#halves = null;
    return wide;
  }
}

function isTyped(type: DataType): boolean {
  return type.kind === "boolean" || type.kind === "float" || type.kind === "double" || isIntLike(type) || isLongLike(type);
}

function newValues(type: DataType, capacity: number): Values {
  switch (type.kind) {
    case "boolean":
      return new Uint8Array(capacity);
    case "byte":
      return new Int8Array(capacity);
    case "short":
      return new Int16Array(capacity);
    case "int":
    case "date":
    case "yearMonthInterval":
      return new Int32Array(capacity);
    case "float":
      return new Float32Array(capacity);
    default:
      return new Float64Array(capacity);
  }
}
