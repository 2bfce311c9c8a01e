/** Rows of a stage as records of a dataset: Row objects, or whole batches as bytes. */
import type { ChunkSource } from "../../columnar";
import { encodedBatch } from "../../columnar/batch";
import type { BatchSource, ColumnBatch } from "../../columnar/vector";
import { InternalError } from "../../common/errors";
import type { DirectSource } from "../../rdd/plan-port";
import type { StagePlan } from "../physical/plan";
import { rowConverter } from "../sources/record-batches";

export function recordsOf(source: BatchSource, plan: StagePlan): ChunkSource {
  const convert =
    plan.sink.kind === "batches" ? asBytes : plan.sink.kind === "rows" ? rowConverter(plan.root.output, plan.settings) : null;
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

/** Batches as they are; records are their bytes. */
export function batchesOf(source: BatchSource): DirectSource {
  return {
    next() {
      for (;;) {
        const batch = source.next();
        if (batch === null || batch.length > 0) return batch;
      }
    },
    close: () => source.close(),
    record: (batch) => encodedBatch(batch as ColumnBatch),
  };
}

function asBytes(batch: ColumnBatch): unknown[] {
  return [encodedBatch(batch)];
}
