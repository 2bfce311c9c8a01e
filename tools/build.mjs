/**
 * Builds dist/: one CommonJS bundle of the engine that programs and task threads load (so that each class exists once in
 * a thread), a small one for the main thread of executors, gRPC in a file of its own that is loaded only where a connection
 * is made, the command line, and with `--types` the type declarations. What `dependencies` names stays outside of the
 * bundles; everything else that is imported goes into them, with its license.
 */
import { execFileSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { generate } from "./proto.mjs";
import { keepLines } from "./line-maps.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const dist = join(root, "dist");
const source = (path) => join(root, "src", path);
const { version, dependencies = {}, peerDependencies = {} } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

generate();
mkdirSync(dist, { recursive: true });

const common = {
  bundle: true,
  platform: "node",
  target: "node20.19",
  format: "cjs",
  charset: "ascii",
  sourcemap: "linked",
  sourcesContent: false,
  legalComments: "none",
  logLevel: "warning",
  metafile: true,
  outdir: dist,
  define: { FIRESTEEL_VERSION: JSON.stringify(version) },
  alias: { "firesteel-grpc": "./grpc.js", "firesteel-ui": "./ui.js" },
  external: [
    ...Object.keys(dependencies),
    ...Object.keys(peerDependencies),
    "./grpc.js",
    "./engine.js",
    "./executor.js",
    "./shell.js",
    "./ui.js",
  ],
};
const results = await Promise.all([
  build({
    ...common,
    entryPoints: {
      engine: source("engine-bundle.ts"),
      load: source("load-engine.ts"),
      executor: source("executor-entry.ts"),
      "executor-process": source("executor-process.ts"),
      cli: source("cli/entry.ts"),
      main: source("cli/main.ts"),
      shell: source("cli/shell/main.ts"),
      thread: source("task-thread.ts"),
      ui: source("ui/index.ts"),
    },
  }),
  build({
    ...common,
    entryPoints: { grpc: source("wire/grpc-bundle.ts") },
    sourcemap: false,
    minifySyntax: true,
    minifyWhitespace: true,
    // Loaded by grpc-js for its channelz service only, which is not used.
    external: ["@grpc/proto-loader"],
    alias: {},
  }),
  build({ ...common, entryPoints: { loader: source("cli/loader/hooks.ts") }, format: "esm", outExtension: { ".js": ".mjs" } }),
  dashboard(),
]);

// What is loaded in every process and thread is ASCII, comments too: see common/cached-load.ts.
const engine = join(dist, "engine.js");
const plain = (line) => (/^\s*(?:\/\/|\/?\*)/.test(line) ? line.replace(/[^\x00-\x7f]/g, "?") : line);
writeFileSync(engine, readFileSync(engine, "utf8").split("\n").map(plain).join("\n"));

for (const file of readdirSync(dist)) if (file.endsWith(".js.map")) keepLines(join(dist, file));

const entry = (name, text) => writeFileSync(join(dist, name), `"use strict";\n${text}\n`);
// In two steps: of an import, Node would look through all of the engine for names that it re-exports (50 ms).
const engineOf = `require("./load.js").loadEngine(module)`;
entry("index.js", `module.exports = ${engineOf}.api;`);
entry("mllib.js", `module.exports = ${engineOf}.mllib();`);
const cli = join(dist, "cli.js");
writeFileSync(cli, `#!/usr/bin/env node\n${readFileSync(cli, "utf8")}`);
chmodSync(cli, 0o755);

for (const name of ["index", "mllib"]) {
  const names = Object.keys(createRequire(import.meta.url)(join(dist, `${name}.js`))).sort();
  writeFileSync(join(dist, `${name}.mjs`), `import api from "./${name}.js";\nexport const { ${names.join(", ")} } = api;\n`);
}

writeFileSync(join(dist, "THIRD-PARTY-NOTICES.txt"), notices(results.flatMap((result) => Object.keys(result.metafile.inputs))));
if (process.argv.includes("--types")) await declarations(join(dist, "types"));

/** The web application of the dashboard, for browsers: dist/ui has all that its pages load. */
async function dashboard() {
  const folder = join(dist, "ui");
  mkdirSync(folder, { recursive: true });
  const result = await build({
    entryPoints: {
      app: source("ui/web/main.tsx"),
      theme: source("ui/web/theme-start.ts"),
      style: source("ui/web/style/index.css"),
    },
    tsconfig: source("ui/web/tsconfig.json"),
    bundle: true,
    platform: "browser",
    // The first with light-dark() in style sheets.
    target: ["chrome123", "firefox120", "safari17.5"],
    format: "iife",
    charset: "utf8",
    minify: true,
    legalComments: "none",
    logLevel: "warning",
    metafile: true,
    outdir: folder,
  });
  copyFileSync(source("ui/web/index.html"), join(folder, "index.html"));
  return result;
}

/** Name, version and license text of each package that has a file among `inputs`. */
function notices(inputs) {
  const folders = new Set(inputs.flatMap((input) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0] ?? []));
  return [...folders]
    .sort()
    .map((folder) => {
      const { name, version, license } = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
      const file = readdirSync(join(root, folder)).find((entry) => /^licen[cs]e/i.test(entry));
      const text = file === undefined ? "" : `\n${readFileSync(join(root, folder, file), "utf8").trim()}\n`;
      return `${name} ${version} (${license})\n${text}`;
    })
    .join(`\n${"-".repeat(80)}\n`);
}

/** The declarations that the public ones need, and no others. */
async function declarations(folder) {
  const { default: ts } = await import("typescript");
  rmSync(folder, { recursive: true, force: true });
  execFileSync(
    process.execPath,
    [join(root, "node_modules/typescript/bin/tsc"), "-p", join(root, "tsconfig.types.json"), "--outDir", folder],
    { stdio: "inherit" },
  );
  const main = join(folder, "index.d.ts");
  // Streams and buffers are part of the API: a program need not name "node" among its types for them.
  const needsNode = `/// <reference types="node" />\n`;
  writeFileSync(main, needsNode + readFileSync(main, "utf8"));
  writeFileSync(join(dist, "index.d.mts"), `${needsNode}export * from "./types/index.js";\n`);
  writeFileSync(join(dist, "mllib.d.mts"), `${needsNode}export * from "./types/mllib/index.js";\n`);
  const program = ts.createProgram([main, join(folder, "mllib/index.d.ts")], {
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ES2023,
  });
  const needed = new Set(program.getSourceFiles().map((file) => resolve(file.fileName)));
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && !needed.has(path)) rmSync(path);
  }
}
