/** Unit tests run from TypeScript source; what starts processes runs against the built package in dist/. */
module.exports = {
  testEnvironment: "node",
  roots: ["<rootDir>/test"],
  testMatch: ["**/*.test.ts"],
  transform: {
    "^.+\\.ts$": ["@swc/jest", { jsc: { target: "es2022", parser: { syntax: "typescript" } }, sourceMaps: "inline" }],
  },
  moduleNameMapper: { "^firesteel-grpc$": "<rootDir>/src/wire/grpc-bundle.ts" },
  testTimeout: 30_000,
};
