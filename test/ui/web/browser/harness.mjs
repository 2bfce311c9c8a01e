/** A chromium to drive, and the fixture servers, bundled from TypeScript. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";
import { chromium } from "playwright-core";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "../../../..");
export const webFolder = join(root, "dist/ui");

/** Path of a chromium: $CHROMIUM, or the first of the usual names in $PATH; undefined when there is none. */
export function findChromium() {
  const named = process.env.CHROMIUM;
  if (named !== undefined) return existsSync(named) ? named : undefined;
  const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
  return (process.env.PATH ?? "")
    .split(delimiter)
    .flatMap((folder) => names.map((name) => join(folder, name)))
    .find((path) => existsSync(path));
}

export async function launch(executablePath) {
  // As root, as in a container, chromium has no sandbox of its own.
  return chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ["--no-sandbox"] : [] });
}

/** The module fixture-server.ts. */
export async function fixtures() {
  const folder = mkdtempSync(join(tmpdir(), "firesteel-ui-"));
  try {
    const outfile = join(folder, "fixture-server.cjs");
    await build({
      entryPoints: [join(here, "fixture-server.ts")],
      bundle: true,
      platform: "node",
      target: "node20",
      format: "cjs",
      outfile,
      logLevel: "warning",
      // Loaded by parts that the fixtures do not use.
      external: ["snappy", "@bokuweb/zstd-wasm", "pino", "esbuild"],
      define: { FIRESTEEL_VERSION: '"0.1.0"' },
      nodePaths: [join(root, "node_modules")],
    });
    process.env.NODE_PATH = join(root, "node_modules");
    (await import("node:module")).default.Module._initPaths();
    return (await import(pathToFileURL(outfile).href)).default;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
