/** Rows of a stage as records of a dataset: Row objects, or whole batches as bytes. */
import { ByteWriter, type ChunkSource } from "../../columnar";
import { boxedReader, encodeBatch } from "../../columnar/batch";
import type { BatchSource, ColumnBatch } from "../../columnar/vector";
import { InternalError } from "../../common/errors";
import type { StagePlan } from "../physical/plan";
import { Row, RowShape } from "../types/row";
import { externalizer } from "../types/values";

export function recordsOf(source: BatchSource, plan: StagePlan): ChunkSource {
  const convert = plan.sink.kind === "batches" ? asBytes : plan.sink.kind === "rows" ? rowsOf(plan) : null;
  if (convert === null) throw new InternalError(`A stage that ends in ${plan.sink.kind} gives no records.`);
  return {
    next() {
      for (;;) {
        const batch = source.next();
        if (batch === null) return null;
        if (batch.length === 0) continue;
        const rows = convert(batch);
        return { kind: "rows", rows, start: 0, end: rows.length };
      }
    },
    close: () => source.close(),
  };
}

function asBytes(batch: ColumnBatch): unknown[] {
  const out = new ByteWriter(1 << 12);
  encodeBatch(out, batch);
  return [new Uint8Array(out.copy())];
}

function rowsOf({ root, settings }: StagePlan): (batch: ColumnBatch) => unknown[] {
  const shape = new RowShape(root.output.map((column) => column.name));
  const external = root.output.map((column) => externalizer(column.type, settings));
  return (batch) => {
    const readers = batch.columns.map((column, i) => boxedReader(column, root.output[i]!.type));
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
