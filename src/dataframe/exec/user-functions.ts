/**
 * User functions in tasks, called in place: scalars with the values that rows have, batches with Arrow vectors and record
 * batches. Results are checked against the declared type.
 */
import type * as Arrow from "apache-arrow";
import { spawnSync } from "node:child_process";
import { boxedRows, concatBatches, sliceBatch, vectorBuilder } from "../../columnar/batch";
import type { Boxed, DataType, StructType } from "../../columnar/types";
import type { BatchSource, BoxedRow, ColumnBatch } from "../../columnar/vector";
import { decodeValue, encodeValue } from "../../columnar";
import { TaskError } from "../../common/errors";
import type { PlanTask } from "../../rdd/plan-port";
import { fromArrowBatch, schemaFromArrow } from "../arrow/from-arrow";
import { arrow } from "../arrow/library";
import { arrowSchema, toArrowBatch, toArrowTable } from "../arrow/to-arrow";
import { QueryError } from "../errors";
import type { AggregateCall, Attribute } from "../expressions/expression";
import { jsonOptions } from "../json/options";
import { jsonStructParser, jsonValueParser } from "../json/parse";
import { BadRecord } from "../json/record-mode";
import { jsonWriter } from "../json/write";
import { splitJava } from "../functions/families/string-search";
import type { Accumulator } from "../functions/registry";
import type { ScriptTransformExec } from "../physical/plan";
import type { SqlSettings } from "../settings";
import type { UserFunction } from "../syntax/expression";
import { makeCast } from "../types/cast";
import { valueToString } from "../types/print";
import { Row } from "../types/row";
import { simpleString } from "../types/text";
import { boxer, externalizer } from "../types/values";
import type { ExecEnv, GroupKey, UserFunctions } from "./ports";
import { handledRows, handlerOf } from "./table-handlers";

type AnyFunction = (...args: unknown[]) => unknown;

export class UserFunctionCalls implements UserFunctions {
  constructor(
    private readonly task: PlanTask,
    private readonly settings: SqlSettings,
  ) {}

  scalar(fn: UserFunction, args: readonly Attribute[]): (...args: Boxed[]) => Boxed {
    if (fn.form === "batch") return this.#oneByOne(fn, args);
    const call = this.#code(fn);
    const external = args.map(({ type }) => externalizer(type, this.settings));
    const box = boxer(fn.returnType, this.settings);
    const finish = (result: unknown): Boxed => {
      if (result instanceof Promise) throw asynchronous(fn);
      return box(result, `the result of ${fn.name}`);
    };
    return caller(call, external, finish);
  }

  /** A batch function where there are no batches: inside of a lambda, for pairs of rows. */
  #oneByOne(fn: UserFunction, args: readonly Attribute[]): (...args: Boxed[]) => Boxed {
    const call = this.batch(fn, args);
    return (...values) => {
      const columns = args.map(({ type }, i) => {
        const builder = vectorBuilder(type, 1);
        builder.append(values[i]!);
        return builder.finish();
      });
      const [row] = boxedRows(call({ length: 1, columns }), [fn.returnType]);
      return row![0]!;
    };
  }

  batch(fn: UserFunction, args: readonly Attribute[]): (batch: ColumnBatch) => ColumnBatch {
    const call = this.#code(fn);
    const schema = arrowSchema(fieldsOf(args), this.settings.timeZone);
    return (batch) => {
      const record = toArrowBatch(batch, fieldsOf(args), schema);
      const columns = args.map((_, i) => record.getChildAt(i));
      return { length: batch.length, columns: [this.#column(call(...columns), fn, batch.length)] };
    };
  }

  aggregate(call: AggregateCall): Accumulator {
    const fn = call.user!;
    const code = this.task.function(fn.id) as unknown as {
      zero(): unknown;
      reduce(buffer: unknown, ...args: unknown[]): unknown;
      merge(left: unknown, right: unknown): unknown;
      finish(buffer: unknown): unknown;
    };
    const { values } = this.task.env;
    const external = call.args.map(({ type }) => externalizer(type, this.settings));
    const box = boxer(fn.returnType, this.settings);
    return {
      stateTypes: [{ kind: "binary" }],
      init: () => code.zero(),
      update: (state, args) => code.reduce(state, ...args.map((value, i) => external[i]!(value))),
      merge: (state, other) => code.merge(state, other),
      finish: (state) => box(code.finish(state), `the result of ${fn.name}`),
      toColumns: (state) => [encodeValue(state, values, fn.name)],
      fromColumns: ([bytes]) => decodeValue(bytes as Uint8Array, values),
    } satisfies Accumulator;
  }

  /** Each call has a handler of its own. */
  table(fn: UserFunction, args: readonly { readonly type: DataType }[]): (...args: Boxed[]) => Iterable<BoxedRow> {
    const code = this.#code(fn);
    const rows = this.#rows(fn);
    const external = args.map(({ type }) => externalizer(type, this.settings));
    return function* (...values) {
      const handler = handlerOf(code);
      yield* rows(handler.eval(...values.map((value, i) => external[i]!(value))));
      yield* rows(handler.terminate?.());
    };
  }

  /** What a table function gave as rows of its type. */
  #rows(fn: UserFunction): (result: unknown) => Iterable<BoxedRow> {
    const { fields } = fn.returnType as StructType;
    const names = fields.map(({ name }) => name);
    const boxers = fields.map(({ type }) => boxer(type, this.settings));
    return function* (result) {
      for (const row of rowsOf(result, fn)) {
        const values = valuesOf(row, names);
        yield names.map((name, i) => boxers[i]!(values[i], name));
      }
    };
  }

  mapBatches(
    fn: UserFunction,
    input: BatchSource,
    from: readonly Attribute[],
    to: readonly Attribute[],
    env: ExecEnv,
  ): BatchSource {
    const call = this.#code(fn);
    if (fn.tableCall !== undefined)
      return handledRows(() => handlerOf(call), fn.tableCall, input, { from, to }, this.settings, this.#rows(fn));
    const schema = arrowSchema(fieldsOf(from), this.settings.timeZone);
    const asked = Number(this.settings.conf["spark.sql.execution.arrow.maxRecordsPerBatch"] ?? 10_000);
    const most = asked > 0 ? asked : Infinity;
    function* records(): Generator<Arrow.RecordBatch, void, undefined> {
      for (let batch = input.next(); batch !== null; batch = input.next()) {
        env.checkInterrupted();
        for (let at = 0; at < batch.length; at += most) {
          const part = batch.length <= most ? batch : sliceBatch(batch, at, Math.min(batch.length, at + most));
          yield toArrowBatch(part, fieldsOf(from), schema);
        }
      }
    }
    const results = rowsOf(call(records()), fn)[Symbol.iterator]();
    const ready: ColumnBatch[] = [];
    return {
      next: () => {
        while (ready.length === 0) {
          const next = results.next();
          if (next.done === true) return null;
          ready.push(...this.#batches(next.value, fn, to));
        }
        return ready.shift()!;
      },
      close: () => {
        results.return?.();
        input.close();
      },
    };
  }

  applyInGroups(
    fn: UserFunction,
    key: GroupKey,
    group: ColumnBatch,
    from: readonly Attribute[],
    to: readonly Attribute[],
  ): ColumnBatch {
    const call = this.#code(fn);
    const table = toArrowTable([group], fieldsOf(from), this.settings.timeZone);
    const result = call.length > 1 ? call(this.#key(key), table) : call(table);
    return this.#whole(result, fn, to);
  }

  cogroup(
    fn: UserFunction,
    key: GroupKey,
    left: ColumnBatch,
    right: ColumnBatch,
    from: readonly [readonly Attribute[], readonly Attribute[]],
    to: readonly Attribute[],
  ): ColumnBatch {
    const call = this.#code(fn);
    const tables = [left, right].map((batch, i) => toArrowTable([batch], fieldsOf(from[i]!), this.settings.timeZone));
    const result = call.length > 2 ? call(this.#key(key), ...tables) : call(...tables);
    return this.#whole(result, fn, to);
  }

  /** Rows as lines through a command, and its lines as rows. */
  scriptTransform(node: ScriptTransformExec, input: BatchSource): BatchSource {
    let done = false;
    return {
      next: () => {
        if (done) return null;
        done = true;
        const types = node.input.map(({ type }) => type);
        const writers = types.map((type) => fieldWriter(type, this.settings));
        const { delimiter, nullText } = node.formats.input;
        const lines: string[] = [];
        for (let batch = input.next(); batch !== null; batch = input.next()) {
          for (const row of boxedRows(batch, types))
            lines.push(row.map((value, i) => (value === null ? nullText : writers[i]!(value))).join(delimiter));
        }
        const run = spawnSync("/bin/bash", ["-c", node.command], {
          input: lines.map((line) => `${line}\n`).join(""),
          encoding: "utf8",
          maxBuffer: 1 << 30,
        });
        if (run.status !== 0)
          throw new TaskError(
            "SCRIPT_FAILED",
            `The script \`${node.command}\` ended with ${run.status ?? run.signal}: ${run.stderr}`,
          );
        return scriptOutput(run.stdout, node, this.settings);
      },
      close: () => input.close(),
    };
  }

  #key({ values, columns }: GroupKey): unknown[] {
    return values.map((value, i) => externalizer(columns[i]!.type, this.settings)(value));
  }

  #code(fn: UserFunction): AnyFunction {
    return this.task.function(fn.id) as AnyFunction;
  }

  /** A column from what a batch function gave: an Arrow vector, a typed array, or an array of values. */
  #column(result: unknown, fn: UserFunction, length: number): ColumnBatch["columns"][number] {
    if (result instanceof Promise) throw asynchronous(fn);
    const array = arrayTypes[fn.returnType.kind];
    // A copy: the function may fill the same array again.
    if (array !== undefined && result instanceof array && result.length === length)
      return { form: "fixed", length, values: result.slice(), valid: null };
    const box = boxer(fn.returnType, this.settings);
    const builder = vectorBuilder(fn.returnType, length);
    for (const value of rowsOf(result, fn)) builder.append(box(value, `the result of ${fn.name}`));
    if (builder.length !== length) {
      throw new QueryError("RESULT_LENGTH_MISMATCH_FOR_SCALAR_ITER_PANDAS_UDF", {
        output_length: String(builder.length),
        input_length: String(length),
      });
    }
    return builder.finish();
  }

  /** Batches from what a function gave: record batches, tables, or columns by name. */
  #batches(result: unknown, fn: UserFunction, to: readonly Attribute[]): ColumnBatch[] {
    if (result instanceof Promise) throw asynchronous(fn);
    const lib = arrow();
    const isBatch = (value: unknown): value is Arrow.RecordBatch => value instanceof lib.RecordBatch;
    const records = isBatch(result) ? [result] : result instanceof lib.Table ? result.batches : null;
    if (records === null) return [this.#columns(result, fn, to)];
    return records.map((record) => {
      const schema = schemaFromArrow(record.schema);
      const batch = fromArrowBatch(record, schema);
      return {
        length: batch.length,
        columns: to.map((column) => admitted(pick(batch, schema, column, fn, this.settings), column)),
      };
    });
  }

  #whole(result: unknown, fn: UserFunction, to: readonly Attribute[]): ColumnBatch {
    const batches = this.#batches(result, fn, to);
    return batches.length === 0
      ? { length: 0, columns: to.map(({ type }) => vectorBuilder(type, 0).finish()) }
      : concatBatches(batches);
  }

  #columns(result: unknown, fn: UserFunction, to: readonly Attribute[]): ColumnBatch {
    if (typeof result !== "object" || result === null) throw notBatch(fn);
    const columns = to.map((column) => {
      const { name, type } = column;
      const values = (result as Record<string, unknown>)[name];
      if (values === undefined) throw missingColumn(fn, name, Object.keys(result));
      const box = boxer(type, this.settings);
      const builder = vectorBuilder(type);
      for (const value of rowsOf(values, fn)) builder.append(box(value, name));
      return admitted(builder.finish(), column);
    });
    return { length: columns[0]?.length ?? 0, columns };
  }
}

/** What lies in vectors of these types. */
const arrayTypes: Readonly<Record<string, typeof Float64Array | typeof Float32Array | typeof Int32Array>> = {
  double: Float64Array,
  float: Float32Array,
  int: Int32Array,
};

/**
 * `finish(call(external[0](a0), external[1](a1), …))` as a function of its own: V8 learns what passes through it, and not what passes
 * through the functions of other columns.
 */
function caller(
  call: AnyFunction,
  external: readonly ((value: Boxed) => unknown)[],
  finish: (result: unknown) => Boxed,
): (...args: Boxed[]) => Boxed {
  const names = external.map((_, i) => `a${i}`);
  const converters = external.map((_, i) => `e${i}`);
  const converted = names.map((name, i) => `e${i}(${name})`);
  const source = `return (${names.join(", ")}) => finish(call(${converted.join(", ")}));`;
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- names that are made here, nothing of the user's
  const make = new Function("call", "finish", ...converters, source) as (...parts: unknown[]) => (...args: Boxed[]) => Boxed;
  return make(call, finish, ...external);
}

/** What follows relies on NOT NULL, whatever a function gave. */
function admitted<V extends ColumnBatch["columns"][number]>(vector: V, { name, nullable }: Attribute): V {
  const missing = !nullable && vector.valid?.subarray(0, vector.length).includes(0) === true;
  if (missing) throw new QueryError("FIELD_NOT_NULLABLE_WITH_NAME", { field_name: name });
  return vector;
}

function fieldsOf(columns: readonly Attribute[]): StructType["fields"] {
  return columns.map(({ name, type, nullable }) => ({ name, type, nullable }));
}

function pick(
  batch: ColumnBatch,
  schema: StructType,
  column: Attribute,
  fn: UserFunction,
  settings: SqlSettings,
): ColumnBatch["columns"][number] {
  const at = schema.fields.findIndex(({ name }) => name === column.name);
  if (at < 0) throw missingColumn(fn, column.name, schema.fields.map(({ name }) => name)); // prettier-ignore
  const { type } = schema.fields[at]!;
  if (sameForm(type, column.type)) return batch.columns[at]!;
  const external = externalizer(type, settings);
  const box = boxer(column.type, settings);
  const builder = vectorBuilder(column.type, batch.length);
  for (const [value] of boxedRows({ length: batch.length, columns: [batch.columns[at]!] }, [type]))
    builder.append(box(external(value!), column.name));
  return builder.finish();
}

function sameForm(a: DataType, b: DataType): boolean {
  return simpleString(a) === simpleString(b);
}

function rowsOf(value: unknown, fn: UserFunction): Iterable<unknown> {
  if (value instanceof Promise) throw asynchronous(fn);
  if (value === null || value === undefined) return [];
  // One row is no list of rows, though its values can be gone through.
  if (typeof value === "object" && Symbol.iterator in value && !(value instanceof Row)) return value as Iterable<unknown>;
  throw notBatch(fn);
}

function valuesOf(row: unknown, names: readonly string[]): readonly unknown[] {
  if (Array.isArray(row)) return row as unknown[];
  if (row instanceof Row) return names.map((name) => Row.get(row, name));
  if (typeof row === "object" && row !== null) return names.map((name) => (row as Record<string, unknown>)[name]);
  return [row];
}

/** Fields of lines, read as their columns' types: null where they are none. Fields too many are dropped. */
function scriptOutput(text: string, { output, formats, keyed }: ScriptTransformExec, settings: SqlSettings): ColumnBatch {
  const { delimiter, nullText } = formats.output;
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  const builders = output.map(({ type }) => vectorBuilder(type, lines.length));
  const readers = output.map(({ type }) => fieldReader(type, settings));
  for (const line of lines) {
    const fields = splitJava(line, delimiter, -1);
    // As Spark, which drops empty fields at the end there.
    const parts = keyed && line !== "" ? fields.slice(0, fields.findLastIndex((field) => field !== "") + 1) : fields;
    readers.forEach((read, i) => {
      const part = parts[i];
      builders[i]!.append(part === undefined || part === nullText ? null : read(part));
    });
  }
  return { length: lines.length, columns: builders.map((builder) => builder.finish()) };
}

function fieldWriter(type: DataType, settings: SqlSettings): (value: Boxed) => string {
  if (type.kind === "array" || type.kind === "map" || type.kind === "struct") {
    return jsonWriter(type, jsonOptions({}, settings), settings);
  }
  return (value) => valueToString(value, type, settings);
}

function fieldReader(type: DataType, settings: SqlSettings): (text: string) => Boxed {
  if (type.kind === "string") return (text) => text;
  if (type.kind === "array" || type.kind === "map" || type.kind === "struct") {
    const options = jsonOptions({}, settings);
    const parse =
      type.kind === "struct" ? jsonStructParser(type, options, settings, false) : jsonValueParser(type, options, settings);
    return (text) => {
      try {
        const row = parse(text)[0] ?? null;
        return type.kind === "struct" ? row : (row?.[0] ?? null);
      } catch (error) {
        if (error instanceof BadRecord) return null;
        throw error;
      }
    };
  }
  return makeCast({ kind: "string" }, type, "try", settings);
}

function asynchronous(fn: UserFunction): TaskError {
  return new TaskError(
    "ASYNC_USER_FUNCTION",
    `The function ${fn.name} gave a promise. Functions of columns must be synchronous; for asynchronous work use df.rdd.map.`,
  );
}

function notBatch(fn: UserFunction): TaskError {
  return new TaskError(
    "INVALID_RESULT",
    `The function ${fn.name} must give Arrow record batches, an Arrow table, or arrays of values by column.`,
  );
}

function missingColumn(fn: UserFunction, name: string, given: readonly string[]): TaskError {
  return new TaskError(
    "RESULT_COLUMN_NAMES_MISMATCH",
    `What the function ${fn.name} gave has no column ${name}; it has: ${given.join(", ")}.`,
  );
}
