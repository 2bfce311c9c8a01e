/** Records of datasets outside of a plan as batches: rows of the program, or batches that were kept as bytes. */
import { type ChunkSource, rowsOf } from "../../columnar";
import { decodeBatchesOf } from "../../columnar/batch";
import type { BatchSource, ColumnBatch } from "../../columnar/vector";
import type { ExternalExec } from "../physical/plan";
import type { SqlSettings } from "../settings";
import { recordBatches } from "../sources/record-batches";

export function externalBatches(node: ExternalExec, records: ChunkSource, settings: SqlSettings): BatchSource {
  const batches =
    node.what === "rdd" ? recordBatches(recordsIn(records), node.output, settings) : keptBatches(recordsIn(records));
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
