/**
 * Random histories of the scheduler: `node test/fuzz/scheduler.mjs [--count 100000] [--seed 1] [--seconds N]`. Stops at the first one
 * that breaks a rule, prints its seed and its last steps, and exits with 1. A failing seed is run again with `--seed N --count 1`.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { build } from "esbuild";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const { values } = parseArgs({
  options: {
    count: { type: "string", default: "100000" },
    seed: { type: "string", default: "1" },
    seconds: { type: "string", default: "Infinity" },
  },
});
const first = Number(values.seed);

const folder = mkdtempSync(join(tmpdir(), "firesteel-fuzz-"));
try {
  const outfile = join(folder, "simulation.mjs");
  await build({
    entryPoints: [join(root, "test/driver/scheduler/support/simulation.ts")],
    bundle: true,
    platform: "node",
    format: "esm",
    outfile,
    logLevel: "error",
  });
  const { runHistory } = await import(pathToFileURL(outfile).href);
  const start = performance.now();
  const elapsed = () => (performance.now() - start) / 1000;
  let count = 0;
  for (; count < Number(values.count) && elapsed() < Number(values.seconds); count++) runHistory(first + count);
  console.log(
    `scheduler: ${count} random histories (seeds ${first} to ${first + count - 1}) without a fault, ${Math.round(count / elapsed())} a second`,
  );
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
