// Kernels of decision trees. Compiled by tools/wasm.mjs into kernels.ts.
export * from "./rows.assembly";
export * from "./counts.assembly";
export * from "./packed.assembly";
export * from "./losses.assembly";
export * from "./leaves.assembly";
