/**
 * Builds dist/: one CommonJS bundle of the engine that every entry point loads (so that each class exists once a
 * thread), small stubs for the entry points, gRPC in a bundle of its own that is loaded only where a connection is
 * made, and the type declarations (with `--types`).
 */
import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const dist = join(root, "dist");
const { version, dependencies = {} } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const withTypes = process.argv.includes("--types");

mkdirSync(dist, { recursive: true });
await import("./proto.mjs").then((proto) => proto.generate());

const common = {
  bundle: true,
  platform: "node",
  target: "node20.19",
  format: "cjs",
  sourcemap: "linked",
  sourcesContent: false,
  legalComments: "none",
  logLevel: "warning",
  define: { FIRESTEEL_VERSION: JSON.stringify(version) },
};
await Promise.all([
  build({
    ...common,
    entryPoints: { engine: join(root, "src/engine.ts") },
    outdir: dist,
    external: [...Object.keys(dependencies), "@aws-sdk/client-s3", "./grpc.js"],
    alias: { "firesteel-grpc": "./grpc.js" },
  }),
  build({ ...common, sourcemap: false, entryPoints: { grpc: join(root, "src/wire/grpc-bundle.ts") }, outdir: dist, minifySyntax: true }),
  build({ ...common, entryPoints: { cli: join(root, "src/cli/main.ts") }, outdir: dist, external: [...Object.keys(dependencies), "./engine.js"], banner: { js: "#!/usr/bin/env node" } }),
]);
