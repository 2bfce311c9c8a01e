// Compiled by tools/wasm.mjs into kernels.ts.
export * from "./digests.assembly";
export * from "./xxhash64.assembly";
export * from "./doubles.assembly";
export * from "./power.assembly";
