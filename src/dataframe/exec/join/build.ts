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
import { drain, type OpenTask, type Operator } from "../operator";
import type { CodegenHost } from "../pipeline/program";
import { Projection } from "../projection";
import { JoinTable } from "./table";

export class BuildSide {
  readonly #keys: Projection;
  readonly #keyTypes: readonly DataType[];

  /** @param shared names a table that all tasks of the thread may use; null where each task has its own. */
  constructor(
    readonly source: Operator,
    keys: readonly Expression[],
    private readonly shared: ((broadcasts: readonly number[]) => string) | null,
    private readonly node: number,
    private readonly host: CodegenHost,
  ) {
    this.#keys = new Projection(keys, source.output, host);
    this.#keyTypes = keys.map((key) => key.type);
  }

  get output(): readonly Attribute[] {
    return this.source.output;
  }

  table(task: OpenTask): JoinTable {
    if (this.shared === null) return this.#build(task);
    return task.services.keep(this.shared(task.plan.broadcasts), () => this.#build(task));
  }

  #build(task: OpenTask): JoinTable {
    const started = process.hrtime.bigint();
    const batches: ColumnBatch[] = [];
    drain(this.source.open(task), task, (batch) => batches.push(batch));
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
    task.env.metrics(this.node).timeNs += Number(process.hrtime.bigint() - started);
    return table;
  }

  #emitter(writer: FunctionWriter): Emitter {
    return new Emitter({ writer, functions: this.host.functions, settings: this.host.settings });
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
