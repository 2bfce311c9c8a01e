/** Table functions of the program: plain ones, and handlers, which see the rows of a table one after another. */
import { boxedRows, vectorBuilder } from "../../columnar/batch";
import type { Boxed } from "../../columnar/types";
import type { BatchSource, BoxedRow, ColumnBatch } from "../../columnar/vector";
import type { Attribute } from "../expressions/expression";
import { valueKey } from "../functions/value-key";
import type { SqlSettings } from "../settings";
import type { TableCall } from "../syntax/expression";
import { Row, RowShape } from "../types/row";
import { externalizer } from "../types/values";

/** What a table function gives: rows, one after another, or nothing. */
type Rows = unknown;

interface TableFunctionHandler {
  eval(...args: unknown[]): Rows;
  terminate?(): Rows;
}

/** A handler of what was given: an instance of a class with `eval`, or one around a function. */
export function handlerOf(code: unknown): TableFunctionHandler {
  const { prototype } = code as { readonly prototype?: { readonly eval?: unknown } };
  if (typeof prototype?.eval === "function") return new (code as new () => TableFunctionHandler)();
  return { eval: code as TableFunctionHandler["eval"] };
}

const BATCH_ROWS = 4096;

/**
 * Calls handlers for the rows of a partition, which are in the order of their keys: a handler for each key, `terminate` after its last
 * row. The columns of `from` are those of the table, the keys, and the function's other arguments.
 *
 * @param rowsOf the rows that a call gave, as values of `to`
 */
export function handledRows(
  make: () => TableFunctionHandler,
  call: TableCall,
  input: BatchSource,
  columns: { readonly from: readonly Attribute[]; readonly to: readonly Attribute[] },
  settings: SqlSettings,
  rowsOf: (result: Rows) => Iterable<BoxedRow>,
): BatchSource {
  const results = handled(make, call, input, columns.from, settings, rowsOf);
  return {
    next: () => batchOf(results, columns.to),
    close: () => {
      results.return();
      input.close();
    },
  };
}

function* handled(
  make: () => TableFunctionHandler,
  { keys, args, position }: TableCall,
  input: BatchSource,
  from: readonly Attribute[],
  settings: SqlSettings,
  rowsOf: (result: Rows) => Iterable<BoxedRow>,
): Generator<BoxedRow, void, undefined> {
  const width = from.length - keys - args;
  const shape = new RowShape(from.slice(0, width).map(({ name }) => name));
  const external = from.map(({ type }) => externalizer(type, settings));
  const keyOf = from.slice(width, width + keys).map(({ type }) => valueKey(type));
  const types = from.map(({ type }) => type);
  let handler: TableFunctionHandler | null = null;
  let current: readonly unknown[] = [];
  for (let batch = input.next(); batch !== null; batch = input.next()) {
    for (const row of boxedRows(batch, types)) {
      const key = keyOf.map((keyed, i) => {
        const value = row[width + i] as Boxed;
        return value === null ? null : keyed(value);
      });
      if (handler === null || key.some((part, i) => !Object.is(part, current[i]))) {
        if (handler !== null) yield* rowsOf(handler.terminate?.());
        handler = make();
        current = key;
      }
      const values = row.map((value, i) => external[i]!(value));
      const others = values.slice(width + keys);
      others.splice(position, 0, new Row(shape, values.slice(0, width)));
      yield* rowsOf(handler.eval(...others));
    }
  }
  if (handler !== null) yield* rowsOf(handler.terminate?.());
}

function batchOf(rows: Iterator<BoxedRow>, to: readonly Attribute[]): ColumnBatch | null {
  const builders = to.map(({ type }) => vectorBuilder(type));
  let length = 0;
  for (; length < BATCH_ROWS; length++) {
    const next = rows.next();
    if (next.done === true) break;
    builders.forEach((builder, i) => builder.append(next.value[i]!));
  }
  return length === 0 ? null : { length, columns: builders.map((builder) => builder.finish()) };
}
