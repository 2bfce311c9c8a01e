/**
 * Benchmarks against the peers, on the same data, the same cores, in the same run:
 *
 *   npm run bench -- rdd [--threads 2] [--engines firesteel,spark,pyspark] [--cases a,b] [--repeat 5] [--cores 0,1]
 *   npm run bench -- ml [--engines firesteel,sklearn,lightgbm,xgboost,sklearnex,spark] …
 *   npm run bench -- tpch --queries DIR [--sf 1] [--data DIR] [--engines firesteel,duckdb,polars,sail,spark] …
 *   npm run bench -- files [--sf 1] [--data DIR] [--engines firesteel,duckdb,polars,spark] …
 *   npm run bench -- operations [--engines firesteel,spark,sail] …
 *
 * Prints the figures of each case and our time over the peers'. The peers come from PyPI into bench/.venv at the first use
 * (Java 17 must be installed for Spark).
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { files } from "./files/suite.mjs";
import { ml } from "./ml/suite.mjs";
import { operations } from "./operations/suite.mjs";
import { rdd } from "./rdd/suite.mjs";
import { tpch } from "./tpch/suite.mjs";

const suites = { rdd, tpch, files, operations, ml };
const here = dirname(fileURLToPath(import.meta.url));
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    threads: { type: "string", default: "2" },
    engines: { type: "string" },
    cases: { type: "string", default: "" },
    repeat: { type: "string", default: "5" },
    cores: { type: "string" },
    megabytes: { type: "string", default: "200" },
    sf: { type: "string", default: "1" },
    data: { type: "string" },
    queries: { type: "string" },
  },
});
const name = positionals[0] ?? "rdd";
const suite = suites[name];
if (suite === undefined) fail(`unknown suite "${name}"; there are: ${Object.keys(suites).join(", ")}`);
const engines = (values.engines ?? suite.engines.join(",")).split(",");
const threads = Number(values.threads);
const cores = values.cores ?? Array.from({ length: threads }, (_, i) => i).join(",");
const pin = process.platform === "linux" && existsSync("/usr/bin/taskset") ? ["taskset", "-c", cores] : [];
const common = { THREADS: values.threads, REPEAT: values.repeat, CASES: values.cases, ...suite.environment(values) };

/** case → engine → figures */
const results = new Map();
for (const engine of engines) {
  const command = suite.command(engine, values);
  if (command === undefined) fail(`unknown engine "${engine}"; there are: ${suite.engines.join(", ")}`);
  const [program, ...args] = [...pin, ...command.args];
  const run = spawnSync(program, args, {
    env: { ...process.env, ...common, ...command.env },
    encoding: "utf8",
    maxBuffer: 1 << 28,
    stdio: ["ignore", "pipe", process.env.DEBUG ? "inherit" : "pipe"],
  });
  const rows = (run.stdout ?? "").split("\n").flatMap((line) => (line.startsWith('{"engine"') ? [JSON.parse(line)] : []));
  if (rows.length === 0)
    console.error(
      `${engine}: no figures (exit ${run.status})\n${(run.stdout ?? "").slice(-2000)}\n${(run.stderr ?? "").slice(-2000)}`,
    );
  for (const row of rows) {
    if (row.error !== undefined) console.error(`${engine} ${row.case}: ${row.error}`);
    if (!results.has(row.case)) results.set(row.case, {});
    results.get(row.case)[engine] = row;
  }
}

const columns = suite.columns ?? ["best_ms", "med_ms"];
const words = { first_ms: "first", best_ms: "", med_ms: "median", auc: "AUC" };
const peers = engines.filter((engine) => engine !== "firesteel");
const table = [
  [
    "case",
    ...engines.flatMap((engine) => columns.map((column) => `${engine} ${words[column]}`.trim())),
    ...peers.map((peer) => `ratio to ${peer}`),
  ],
];
for (const [name, row] of results) {
  table.push([
    name,
    ...engines.flatMap((engine) => columns.map((column) => row[engine]?.[column] ?? "–")),
    ...peers.map((peer) => ratio(row.firesteel?.best_ms, row[peer]?.best_ms)),
  ]);
}
if (suite.summary !== undefined) {
  const mean = (engine, column) =>
    geometricMean([...results].filter(([name]) => name !== "ready").map(([, row]) => row[engine]?.[column]));
  table.push([
    suite.summary,
    ...engines.flatMap((engine) => columns.map((column) => mean(engine, column)?.toFixed(1) ?? "–")),
    ...peers.map((peer) => ratio(mean("firesteel", "best_ms"), mean(peer, "best_ms"))),
  ]);
}
console.log(
  `\nNode ${process.version}, ${threads} threads on cores ${pin.length > 0 ? cores : "(not pinned)"} of ${cpus().length} (${cpus()[0].model}), best of ${values.repeat}, ms\n`,
);
const widths = table[0].map((_, i) => Math.max(...table.map((row) => String(row[i]).length)));
for (const row of table)
  console.log(row.map((cell, i) => (i === 0 ? String(cell).padEnd(widths[i]) : String(cell).padStart(widths[i]))).join("  "));
mkdirSync(join(here, "results"), { recursive: true });
writeFileSync(
  join(here, "results", `${name}-${new Date().toISOString().slice(0, 19).replace(/:/g, "")}.json`),
  JSON.stringify(Object.fromEntries(results), null, 2),
);

function ratio(ours, theirs) {
  return ours === undefined || theirs === undefined ? "–" : (ours / theirs).toFixed(2);
}

/** Undefined where a figure is missing: a mean over fewer cases would not compare. */
function geometricMean(figures) {
  if (figures.length === 0 || figures.some((figure) => figure === undefined)) return undefined;
  return Math.exp(figures.reduce((sum, figure) => sum + Math.log(Math.max(figure, 0.1)), 0) / figures.length);
}

function fail(message) {
  console.error(message);
  process.exit(2);
}
