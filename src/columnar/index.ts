/** The public surface of columnar/: values and records as bytes and columns, the semantics of keys, sorting. */
export { ByteWriter, asBuffer, corrupt } from "./bytes";
export type { Chunk, ChunkSource, Column, Shape } from "./chunk";
export type { LoopBuilder, Sink, SinkCode, Term } from "./loop";
export type { ValueContext } from "./value-context";

export { decodeValue, encodeValue } from "./values/codec";
export { DESERIALIZE, describe, SERIALIZE, TRAVEL } from "./values/kinds";
export { ValueReader } from "./values/reader";
export { type ValueExtension, ValueWriter } from "./values/writer";

export { countRows, decodeBatches } from "./rows/decoder";
export { BatchEncoder } from "./rows/encoder";
export { BATCH_ROWS } from "./rows/format";
export { inferShape, internShape, leavesOf, mergeShapes, shapeKey } from "./rows/shapes";

export { type ChunkForm, chunkLoop, type ChunkLoopOptions, formKey, formOf, FunctionBuilder, iterate, rowsOf } from "./read-code";

export { hashKey, hashNumbers, hashStrings, nonNegativeMod } from "./keys/hash";
export { KeyMap } from "./keys/key-map";
export { compareKeys, compareNumbers } from "./keys/order";
export { sameKey } from "./keys/same";

export { sortBy, sortKeys } from "./sort/keys";
export { sortNumberKeys } from "./sort/numbers";
export { sortStrings } from "./sort/strings";
