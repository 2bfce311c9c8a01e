/** The arrows of docs/ARCHITECTURE.md, held true: each layer may import only what stands before it. */
const layers = [
  ["common"],
  ["columnar", "events"],
  // storage does not know the file systems: what a task needs of them is a port in storage/task-env.
  ["closure", "storage", "filesystem"],
  // wire writes what storage and tasks tell each other across processes.
  ["shuffle", "wire"],
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
    to: {
      path:
        layers
          .slice(level)
          .flat()
          .filter((other) => other !== name)
          .map((other) => `^src/${other}/`)
          .join("|") || "^$",
    },
  })),
);

module.exports = {
  forbidden: [
    ...forbidden,
    // cli/executor loads the bundle that has its name.
    {
      name: "no-cycles",
      severity: "error",
      from: { pathNot: "^src/cli/executor\\.ts$" },
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "no-entry-points",
      comment: "Entry points join the layers; nothing imports them but other entry points and the CLI.",
      severity: "error",
      from: { path: "^src/[a-z]+/", pathNot: "^src/cli/" },
      to: { path: "^src/[^/]+\\.ts$" },
    },
    {
      name: "no-orphans",
      severity: "error",
      from: {
        orphan: true,
        pathNot: "\\.d\\.ts$|\\.assembly\\.ts$|^src/cli/loader/hooks\\.ts$|^src/ui/web/theme-start\\.ts$|^src/[^/]+\\.ts$",
      },
      to: {},
    },
  ],
  options: {
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^src/wire/generated/" },
  },
};
