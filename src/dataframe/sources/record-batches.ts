/** Records of programs as columns, and columns as rows. */
import { boxedReader, vectorBuilder } from "../../columnar/batch";
import type { StructField } from "../../columnar/types";
import type { ColumnBatch } from "../../columnar/vector";
import { DataError } from "../../common/errors";
import type { SqlSettings } from "../settings";
import { Row, RowShape } from "../types/row";
import { boxer, externalizer } from "../types/values";

const ROWS = 4096;

type Columns = readonly Pick<StructField, "name" | "type" | "nullable">[];

/** Takes records one after the other; gives a batch whenever one is full. */
export class RecordBatcher {
  readonly #boxers: readonly ReturnType<typeof boxer>[];
  #builders: ReturnType<typeof vectorBuilder>[];
  #length = 0;

  constructor(
    private readonly columns: Columns,
    settings: SqlSettings,
  ) {
    this.#boxers = columns.map(({ type }) => boxer(type, settings));
    this.#builders = this.#start();
  }

  #start(): ReturnType<typeof vectorBuilder>[] {
    return this.columns.map(({ type }) => vectorBuilder(type, ROWS));
  }

  /** Objects and rows are read by the columns' names, arrays by position; a bare value is the only column. */
  add(record: unknown): ColumnBatch | null {
    const { columns } = this;
    const values = valuesOf(record, columns);
    for (let i = 0; i < columns.length; i++) {
      const { name, nullable } = columns[i]!;
      const boxed = this.#boxers[i]!(values[i], name);
      if (boxed === null && !nullable)
        throw new DataError("NULL_VALUE", `Column ${name} of a record is null, and its schema says that it never is.`);
      this.#builders[i]!.append(boxed);
    }
    return ++this.#length === ROWS ? this.finish() : null;
  }

  /** What waits; null where nothing does. */
  finish(): ColumnBatch | null {
    if (this.#length === 0) return null;
    const batch = { length: this.#length, columns: this.#builders.map((builder) => builder.finish()) };
    this.#builders = this.#start();
    this.#length = 0;
    return batch;
  }
}

export function* recordBatches(
  records: Iterable<unknown>,
  columns: Columns,
  settings: SqlSettings,
): Generator<ColumnBatch, void, undefined> {
  const batcher = new RecordBatcher(columns, settings);
  for (const record of records) {
    const batch = batcher.add(record);
    if (batch !== null) yield batch;
  }
  const last = batcher.finish();
  if (last !== null) yield last;
}

export async function* recordBatchesLater(
  records: AsyncIterable<unknown>,
  columns: Columns,
  settings: SqlSettings,
): AsyncGenerator<ColumnBatch, void, undefined> {
  const batcher = new RecordBatcher(columns, settings);
  for await (const record of records) {
    const batch = batcher.add(record);
    if (batch !== null) yield batch;
  }
  const last = batcher.finish();
  if (last !== null) yield last;
}

function valuesOf(record: unknown, columns: Columns): readonly unknown[] {
  if (Array.isArray(record)) {
    if (record.length !== columns.length)
      throw new DataError("COLUMN_COUNT", `A record has ${record.length} values; its schema has ${columns.length} columns.`);
    return record as unknown[];
  }
  if (record instanceof Row) return columns.map(({ name }) => Row.get(record, name));
  if (typeof record === "object" && record !== null && !(record instanceof Date) && !ArrayBuffer.isView(record))
    return columns.map(({ name }) => (record as Record<string, unknown>)[name]);
  return [record];
}

/** Makes a batch the rows that programs see. */
export function rowConverter(columns: Columns, settings: SqlSettings): (batch: ColumnBatch) => Row[] {
  const shape = new RowShape(columns.map((column) => column.name));
  const external = columns.map((column) => externalizer(column.type, settings));
  return (batch) => {
    const readers = batch.columns.map((column, i) => boxedReader(column, columns[i]!.type));
    return Array.from(
      { length: batch.length },
      (_, row) =>
        new Row(
          shape,
          readers.map((read, i) => external[i]!(read(row))),
        ),
    );
  };
}
