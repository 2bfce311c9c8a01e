/** Batches of results as the rows of programs. */
import { boxedReader, boxedRows } from "../../columnar/batch";
import type { Boxed, StructType } from "../../columnar/types";
import type { ColumnBatch } from "../../columnar/vector";
import type { SqlSettings } from "../settings";
import { externalizer } from "../types/values";
import { Row, RowShape } from "../types/row";

/** Makes rows of batches of one schema. */
export function rowReader(schema: StructType, settings: SqlSettings): (batch: ColumnBatch) => Row[] {
  const { fields } = schema;
  const shape = new RowShape(fields.map((field) => field.name));
  const convert = fields.map((field) => externalizer(field.type, settings));
  return (batch) => {
    const readers = batch.columns.map((column, i) => boxedReader(column, fields[i]!.type));
    const rows = new Array<Row>(batch.length);
    let values = new Array<unknown>(fields.length);
    for (let row = 0; row < batch.length; row++) {
      for (let i = 0; i < readers.length; i++) values[i] = convert[i]!(readers[i]!(row));
      rows[row] = new Row(shape, values);
      // Rows whose properties hold everything do not keep the array.
      if (!shape.allProperties) values = new Array<unknown>(fields.length);
    }
    return rows;
  };
}

export function boxedRowsOf(schema: StructType, batches: readonly ColumnBatch[]): (readonly Boxed[])[] {
  const types = schema.fields.map((field) => field.type);
  return batches.flatMap((batch) => boxedRows(batch, types));
}
