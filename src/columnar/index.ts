/** What other folders use of columnar/, in one place. The kernels of the shuffle import their own by file. */
export { ByteWriter } from "./bytes";
export type { Chunk, ChunkSource } from "./chunk";
export type { LoopBuilder, Sink, SinkCode, Term } from "./loop";
export type { ValueContext } from "./value-context";

export { decodeValue, encodeValue } from "./values/codec";
export { TRAVEL } from "./values/kinds";
export { ValueWriter } from "./values/writer";

export { decodeBatches } from "./rows/decoder";
export { BatchEncoder } from "./rows/encoder";
export { BATCH_ROWS } from "./rows/format";

export { type ChunkForm, chunkLoop, formOf, iterate, rowsOf } from "./read-code";

export { KeyMap } from "./keys/key-map";
export { compareKeys } from "./keys/order";
export { sameKey } from "./keys/same";
