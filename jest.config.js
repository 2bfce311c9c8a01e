/** Unit tests run from TypeScript source; what starts processes runs against the built package in dist/. */
const { availableParallelism } = require("node:os");

module.exports = {
  // Many tests wait for processes: on two cores Jest's own choice would be one worker.
  maxWorkers: Math.max(2, availableParallelism() - 1),
  testEnvironment: "node",
  roots: ["<rootDir>/test"],
  testMatch: ["**/*.test.ts"],
  testPathIgnorePatterns: process.env.FIRESTEEL_PYSPARK === undefined ? ["spark-loads"] : [],
  transform: {
    "^.+\\.ts$": ["@swc/jest", { jsc: { target: "es2022", parser: { syntax: "typescript" } }, sourceMaps: "inline" }],
  },
  moduleNameMapper: { "^firesteel-grpc$": "<rootDir>/src/wire/grpc-bundle.ts", "^firesteel-ui$": "<rootDir>/src/ui/index.ts" },
  setupFiles: ["<rootDir>/test/support/properties.js"],
  // For what hangs; how long a test takes says nothing on a busy machine.
  testTimeout: 240_000,
};
