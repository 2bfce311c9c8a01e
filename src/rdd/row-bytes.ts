/** Records as bytes and back: slices of local collections, results of tasks, files of objects. */
import {
  BatchEncoder,
  ByteWriter,
  type ChunkSource,
  decodeBatches,
  iterate,
  rowsOf,
  type ValueContext,
  ValueWriter,
} from "../columnar";

export function encodeRows(rows: readonly unknown[], values: ValueContext): Uint8Array {
  const out = new ByteWriter(64 + 16 * Math.min(rows.length, 1 << 16));
  new BatchEncoder(values).encodeRows(rows, 0, rows.length, out);
  return out.copy();
}

/** The records of a block, appended to `into`. */
export function decodeRowsInto(bytes: Uint8Array, values: ValueContext, into: unknown[]): void {
  const source = decodeBatches(bytes, values);
  for (let chunk = source.next(); chunk !== null; chunk = source.next()) {
    for (const row of rowsOf(chunk)) into.push(row);
  }
}

export function decodeRows(bytes: Uint8Array, values: ValueContext): unknown[] {
  const rows: unknown[] = [];
  decodeRowsInto(bytes, values, rows);
  return rows;
}

export function iterateRows(bytes: Uint8Array, values: ValueContext): IterableIterator<unknown> {
  return iterate(decodeBatches(bytes, values));
}

export function rowsSource(bytes: Uint8Array, values: ValueContext): ChunkSource {
  return decodeBatches(bytes, values);
}

/** One value, usually a small one. `name` is what messages call it. */
export function encodeOne(value: unknown, values: ValueContext, name: string): Uint8Array {
  const out = new ByteWriter(256);
  new ValueWriter(values, out).write(value, name);
  return out.copy();
}
