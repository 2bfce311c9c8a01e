/** Unit tests run from TypeScript source; what starts processes runs against the built package in dist/. */
const { availableParallelism } = require("node:os");

const SWC = { jsc: { target: "es2022", parser: { syntax: "typescript" } } };

module.exports = {
  // Many tests wait for processes: on two cores Jest's own choice would be one worker.
  maxWorkers: Math.max(2, availableParallelism() - 1),
  testEnvironment: "<rootDir>/test/support/environment.js",
  roots: ["<rootDir>/test"],
  testMatch: ["**/*.test.ts"],
  testPathIgnorePatterns: process.env.FIRESTEEL_PYSPARK === undefined ? ["spark-loads"] : [],
  transform: {
    // The engine reads where a user's function is from what stands in its file; for its own files a map beside the code is cheaper.
    "/src/(?!.*/test/).+\\.ts$": ["@swc/jest", { ...SWC, sourceMaps: true }],
    "\\.ts$": ["@swc/jest", { ...SWC, sourceMaps: "inline" }],
  },
  // Jest runs modules in a context of its own, where each use of a global goes through an interceptor and keeps code from
  // being optimized. What the engine uses in its loops is a parameter of every module instead. (Not Map and Buffer: some packages
  // declare classes of these names.)
  sandboxInjectedGlobals: [
    ...["Array", "Atomics", "BigInt", "JSON", "Math", "Number", "Object", "Set", "String", "Symbol"],
    ...["ArrayBuffer", "SharedArrayBuffer", "DataView", "Uint8Array", "Uint16Array", "Uint32Array", "BigInt64Array"],
    ...["Int8Array", "Int16Array", "Int32Array", "Float32Array", "Float64Array"],
  ],
  moduleNameMapper: { "^firesteel-grpc$": "<rootDir>/src/wire/grpc-bundle.ts", "^firesteel-ui$": "<rootDir>/src/ui/index.ts" },
  setupFiles: ["<rootDir>/test/support/properties.js"],
  // For what hangs; how long a test takes says nothing on a busy machine.
  testTimeout: 240_000,
};
