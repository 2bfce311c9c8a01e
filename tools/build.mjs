/**
 * Builds dist/: one CommonJS bundle of the engine that programs and task threads load (so that each class exists once in
 * a thread), a small one for the main thread of executors, gRPC in a file of its own that is loaded only where a connection
 * is made, the command line, and with `--types` the type declarations.
 */
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { generate } from "./proto.mjs";

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
  charset: "utf8",
  sourcemap: "linked",
  sourcesContent: false,
  legalComments: "none",
  logLevel: "warning",
  outdir: dist,
  define: { FIRESTEEL_VERSION: JSON.stringify(version) },
  alias: { "firesteel-grpc": "./grpc.js" },
  external: [...Object.keys(dependencies), ...Object.keys(peerDependencies), "./grpc.js", "./engine.js", "./executor.js"],
};
await Promise.all([
  build({ ...common, entryPoints: { engine: source("engine.ts"), executor: source("executor-process.ts"), cli: source("cli/main.ts") } }),
  build({ ...common, entryPoints: { grpc: source("wire/grpc-bundle.ts") }, sourcemap: false, minifySyntax: true, minifyWhitespace: true, external: [], alias: {} }),
  build({ ...common, entryPoints: { loader: source("cli/loader/hooks.ts") }, format: "esm", outExtension: { ".js": ".mjs" } }),
]);

const entry = (name, text) => writeFileSync(join(dist, name), `"use strict";\n${text}\n`);
entry("index.js", `module.exports = require("./engine.js").api;`);
entry("thread.js", `require("./engine.js").taskThreadMain();`);
const cli = join(dist, "cli.js");
writeFileSync(cli, `#!/usr/bin/env node\n${readFileSync(cli, "utf8")}`);
chmodSync(cli, 0o755);

const names = Object.keys(createRequire(import.meta.url)(join(dist, "index.js"))).sort();
writeFileSync(join(dist, "index.mjs"), `import api from "./index.js";\nexport const { ${names.join(", ")} } = api;\n`);

if (process.argv.includes("--types")) {
  const types = join(dist, "types");
  rmSync(types, { recursive: true, force: true });
  execFileSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", join(root, "tsconfig.types.json"), "--outDir", types], { stdio: "inherit" });
  writeFileSync(join(dist, "index.d.mts"), `export * from "./types/index.js";\n`);
}
