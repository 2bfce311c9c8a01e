/** Batches of results as the rows of programs. */
import { boxedReader, boxedRows } from "../../columnar/batch";
import type { Boxed, StructType } from "../../columnar/types";
import type { ColumnBatch } from "../../columnar/vector";
import type { SqlSettings } from "../settings";
import { externalizer } from "../types/values";
import { Row, RowShape } from "../types/row";

/** Makes rows of batches of one schema. */
export function rowReader(schema: StructType, settings: SqlSettings): (batch: ColumnBatch) => Row[] {
  const shape = new RowShape(schema.fields.map((field) => field.name));
  const convert = schema.fields.map((field) => externalizer(field.type, settings));
  return (batch) => {
    const readers = batch.columns.map((column, i) => boxedReader(column, schema.fields[i]!.type));
    const rows: Row[] = [];
    for (let row = 0; row < batch.length; row++) {
      const values = readers.map((read, i) => {
        const value = read(row);
        return value === null ? null : convert[i]!(value);
      });
      rows.push(new Row(shape, values));
    }
    return rows;
  };
}

export function boxedRowsOf(schema: StructType, batches: readonly ColumnBatch[]): (readonly Boxed[])[] {
  const types = schema.fields.map((field) => field.type);
  return batches.flatMap((batch) => boxedRows(batch, types));
}
