/** Records of datasets outside of a plan as batches: rows of the program, or batches that were kept as bytes. */
import { type ChunkSource, rowsOf } from "../../columnar";
import { decodeBatchesOf, vectorBuilder } from "../../columnar/batch";
import type { BatchSource, ColumnBatch } from "../../columnar/vector";
import { DataError } from "../../common/errors";
import type { ExternalExec } from "../physical/plan";
import type { SqlSettings } from "../settings";
import { Row } from "../types/row";
import { boxer } from "../types/values";

const ROWS = 4096;

export function externalBatches(node: ExternalExec, records: ChunkSource, settings: SqlSettings): BatchSource {
  const batches = node.what === "rdd" ? rowBatches(node, recordsIn(records), settings) : keptBatches(recordsIn(records));
  return {
    next() {
      const result = batches.next();
      return result.done === true ? null : result.value;
    },
    close: () => records.close(),
  };
}

function* recordsIn(source: ChunkSource): Generator<unknown, void, undefined> {
  for (let chunk = source.next(); chunk !== null; chunk = source.next()) yield* rowsOf(chunk);
}

function* keptBatches(records: Iterable<unknown>): Generator<ColumnBatch, void, undefined> {
  for (const bytes of records) yield* decodeBatchesOf(bytes as Uint8Array);
}

function* rowBatches(
  node: ExternalExec,
  records: Iterable<unknown>,
  settings: SqlSettings,
): Generator<ColumnBatch, void, undefined> {
  const { output } = node;
  const boxers = output.map((column) => boxer(column.type, settings));
  const start = (): ReturnType<typeof vectorBuilder>[] => output.map((column) => vectorBuilder(column.type, ROWS));
  let builders = start();
  let length = 0;
  for (const record of records) {
    const values = valuesOf(record, output);
    for (let i = 0; i < output.length; i++) {
      const { name, nullable } = output[i]!;
      const boxed = boxers[i]!(values[i], name);
      if (boxed === null && !nullable)
        throw new DataError("NULL_VALUE", `Column ${name} of a record is null, and its schema says that it never is.`);
      builders[i]!.append(boxed);
    }
    if (++length === ROWS) {
      yield { length, columns: builders.map((builder) => builder.finish()) };
      builders = start();
      length = 0;
    }
  }
  if (length > 0) yield { length, columns: builders.map((builder) => builder.finish()) };
}

/** Values in the order of the columns: of rows and objects by name, of arrays by position; a bare value is the only column. */
function valuesOf(record: unknown, output: ExternalExec["output"]): readonly unknown[] {
  if (Array.isArray(record)) {
    if (record.length !== output.length)
      throw new DataError("COLUMN_COUNT", `A record has ${record.length} values; its schema has ${output.length} columns.`);
    return record as unknown[];
  }
  if (record instanceof Row) return output.map(({ name }) => Row.get(record, name));
  if (typeof record === "object" && record !== null && !(record instanceof Date) && !ArrayBuffer.isView(record))
    return output.map(({ name }) => (record as Record<string, unknown>)[name]);
  return [record];
}
