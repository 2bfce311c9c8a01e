/** The arrows of docs/ARCHITECTURE.md, held true: each layer may import only what stands before it. */
const layers = [
  ["common"],
  ["columnar", "events", "wire"],
  ["closure", "storage", "filesystem"],
  ["shuffle"],
  ["rdd"],
  ["dataframe", "driver", "executor"],
  ["mllib"],
  ["cluster", "ui"],
  ["cli"],
];

const forbidden = layers.flatMap((names, level) =>
  names.map((name) => ({
    name: `${name}-imports-downwards`,
    severity: "error",
    from: { path: `^src/${name}/` },
    to: { path: layers.slice(level).flat().filter((other) => other !== name).map((other) => `^src/${other}/`).join("|") || "^$" },
  })),
);

module.exports = {
  forbidden: [
    ...forbidden,
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } } },
    { name: "no-entry-points", comment: "Entry points join the layers; nothing imports them but other entry points and the CLI.", severity: "error", from: { path: "^src/[a-z]+/", pathNot: "^src/cli/" }, to: { path: "^src/[^/]+\\.ts$" } },
    { name: "no-orphans", severity: "error", from: { orphan: true, pathNot: "\\.d\\.ts$|^src/cli/loader/hooks\\.ts$|^src/[^/]+\\.ts$" }, to: {} },
  ],
  options: { tsConfig: { fileName: "tsconfig.json" }, tsPreCompilationDeps: true, doNotFollow: { path: "node_modules" }, exclude: { path: "^src/wire/generated/" } },
};
