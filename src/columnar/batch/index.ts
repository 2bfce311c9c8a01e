/** Vectors and batches: what other folders use of batch/, in one place. */
export { batchOfBoxed, boxedReader, boxedRows, narrowed, vectorOfBoxed } from "./boxed";
export { grown, vectorBuilder, type VectorBuilder } from "./builder";
export { decodeBatchesOf, encodeBatch, encodedBatch, RowsEncoder, wholeNumbersOf } from "./codec";
export { codesFor } from "./dictionaries";
export { compacted, concat, concatBatches, flattened, gather, gatherBatch, slice, sliceBatch } from "./gather";
export { hashBoxed, hashRows } from "./hash";
export type { Room } from "./picking";
