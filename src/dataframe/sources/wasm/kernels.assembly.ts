// Compiled by tools/wasm.mjs into kernels.wasm.ts.
export * from "./decompress.assembly";
export * from "./decode.assembly";
export * from "./encode.assembly";
export * from "./bloom.assembly";
export * from "./csv.assembly";
export * from "./fields.assembly";
export * from "./json.assembly";
export * from "./lines.assembly";
export * from "./search.assembly";
export * from "./infer.assembly";
export * from "./json-kinds.assembly";
