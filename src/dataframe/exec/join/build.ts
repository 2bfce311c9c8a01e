/** Build sides of hash joins: all their rows, and the table over them. Tables of broadcasts are kept by the thread. */
import { batchOfBoxed, concatBatches } from "../../../columnar/batch";
import type { DataType } from "../../../columnar/types";
import type { ColumnBatch, Vector } from "../../../columnar/vector";
import { combinedHash, contentCode, hashCode, keyKind } from "../../codegen/key-code";
import { Emitter } from "../../codegen/emitter";
import { formOf, loadColumn } from "../../codegen/columns";
import { compileFunction } from "../../codegen/compile";
import { compared } from "../../codegen/emit/comparison";
import { FunctionWriter, indented } from "../../codegen/writer";
import type { Term } from "../../codegen/term";
import type { Attribute, Expression } from "../../expressions/expression";
import { batchBytes } from "../exchange/batch-bytes";
import { drain, sourceOf, type OpenTask, type Operator } from "../operator";
import type { CodegenHost } from "../pipeline/program";
import { Projection } from "../projection";
import { MemoryClaim } from "../spill/memory-claim";
import { MAX_SPILL_LEVEL, SpillPartitions } from "../spill/partitions";
import type { SpillFile } from "../spill/spill-file";
import { JoinTable } from "./table";

/** A build side in one task. */
export interface OpenBuild {
  /** Null where the rows are more than memory holds: then they are in `spilled`, divided by their keys. */
  readonly table: JoinTable | null;
  readonly spilled: SpillPartitions | null;
  /** May be called more than once. */
  close(): void;
}

/** Where a pipeline has the build side of a join from: a plan, or one of the parts that it was divided into. */
export interface BuildInput {
  open(task: OpenTask): OpenBuild;
  /** The same side over some of its rows. */
  part(rows: SpillFile, level: number): BuildInput;
}

export interface BuildSideOptions {
  readonly source: Operator;
  readonly keys: readonly Expression[];
  /** Names a table that all tasks of the thread may use; null where each task has its own. */
  readonly shared: ((broadcasts: readonly number[]) => string) | null;
  /** Both sides may be divided by their keys and joined part by part. */
  readonly divisible: boolean;
  readonly node: number;
  readonly host: CodegenHost;
}

/** Less is not worth files. */
const LEAST_SPILLED = 1 << 18;

export class BuildSide implements BuildInput {
  readonly #keys: Projection;
  readonly #keyTypes: readonly DataType[];

  constructor(private readonly options: BuildSideOptions) {
    this.#keys = new Projection(options.keys, options.source.output, options.host);
    this.#keyTypes = options.keys.map((key) => key.type);
  }

  get output(): readonly Attribute[] {
    return this.options.source.output;
  }

  open(task: OpenTask): OpenBuild {
    const { shared, source } = this.options;
    if (shared === null) return this.#open(source, 0, task);
    const table = task.services.keep(shared(task.run.broadcasts), () => this.#table(allRows(source, task), task));
    return { table, spilled: null, close: () => {} };
  }

  part(rows: SpillFile, level: number): BuildInput {
    const source: Operator = { output: this.output, open: () => sourceOf(rows.batches()) };
    return {
      open: (task) => this.#open(source, level, task),
      part: (fewer, deeper) => this.part(fewer, deeper),
    };
  }

  #open(source: Operator, level: number, task: OpenTask): OpenBuild {
    const { node } = this.options;
    const claim = new MemoryClaim(task.env.memory);
    const keysOf = this.#keys.open(task);
    const divisible = this.options.divisible && level < MAX_SPILL_LEVEL;
    let waiting: ColumnBatch[] = [];
    let bytes = 0;
    let spilled: SpillPartitions | null = null;
    const close = (): void => {
      claim.release();
      spilled?.remove();
    };
    try {
      drain(source.open(task), task, (batch) => {
        if (spilled !== null) return spilled.append(batch, keysOf(batch));
        waiting.push(batch);
        // The rows once more, put together, and the table over them.
        bytes += 2 * batchBytes(batch) + 16 * batch.length;
        if (claim.reach(bytes) || !divisible || bytes < LEAST_SPILLED) return;
        spilled = new SpillPartitions(task, node, this.#keyTypes, level);
        for (const one of waiting) spilled.append(one, keysOf(one));
        waiting = [];
        claim.release();
      });
      return { table: spilled === null ? this.#table(waiting, task) : null, spilled, close };
    } catch (error) {
      close();
      throw error;
    }
  }

  #table(batches: readonly ColumnBatch[], task: OpenTask): JoinTable {
    const started = process.hrtime.bigint();
    const types = this.output.map((attribute) => attribute.type);
    const rows = batches.length === 0 ? batchOfBoxed([], types) : concatBatches(batches);
    const keys = this.#keys.open(task)(rows);
    const table = new JoinTable(
      rows,
      keys,
      this.#keyTypes,
      types,
      (columns, count) => this.#hashRows(columns, count),
      (columns) => this.#equalRows(columns),
    );
    task.env.metrics(this.options.node).timeNs += Number(process.hrtime.bigint() - started);
    return table;
  }

  #emitter(writer: FunctionWriter): Emitter {
    const { functions, settings } = this.options.host;
    return new Emitter({ writer, functions, settings });
  }

  #load(writer: FunctionWriter, column: Vector, index: number, row: string): Term {
    const local = writer.hoist(`columns[${index}]`, "c");
    // Rows with null keys are never looked for: what stands behind a null may be read.
    return loadColumn(writer, local, formOf({ ...column, valid: null } as Vector), this.#keyTypes[index]!, row, {
      source: 0,
      index,
    });
  }

  #hashRows(columns: readonly Vector[], count: number): Int32Array {
    const writer = new FunctionWriter();
    const emitter = this.#emitter(writer);
    const hashes = columns.map((column, i) => hashCode(emitter, this.#load(writer, column, i, "i")));
    const hash = combinedHash(emitter, hashes);
    const { before, body } = writer.finish();
    const source = indented([
      "function hashRows(columns, K, out, count) {",
      ...before,
      "for (let i = 0; i < count; i++) {",
      ...body,
      `out[i] = ${hash};`,
      "}",
      "}",
    ]);
    const out = new Int32Array(count);
    const constants = writer.binders.map((make) => make(undefined as never));
    compileFunction<(columns: readonly Vector[], constants: unknown[], out: Int32Array, count: number) => void>(
      `/* ${columns.map(formOf).join()} */ ${source}`,
    )(columns, constants, out, count);
    return out;
  }

  #equalRows(columns: readonly Vector[]): (a: number, b: number) => boolean {
    const writer = new FunctionWriter();
    const emitter = this.#emitter(writer);
    const tests = columns.map((column, i) => {
      const a = this.#load(writer, column, i, "a");
      const b = this.#load(writer, column, i, "b");
      if (keyKind(a.type) === "other") return `${contentCode(emitter, a)} === ${contentCode(emitter, b)}`;
      return compared(emitter, "=", a, b);
    });
    const { before, body } = writer.finish();
    const source = indented([
      "function equalRows(columns, K) {",
      ...before,
      "return (a, b) => {",
      ...body,
      `return ${tests.join(" && ")};`,
      "};",
      "}",
    ]);
    const constants = writer.binders.map((make) => make(undefined as never));
    return compileFunction<(columns: readonly Vector[], constants: unknown[]) => (a: number, b: number) => boolean>(
      `/* ${columns.map(formOf).join()} */ ${source}`,
    )(columns, constants);
  }
}

function allRows(source: Operator, task: OpenTask): ColumnBatch[] {
  const batches: ColumnBatch[] = [];
  drain(source.open(task), task, (batch) => batches.push(batch));
  return batches;
}
