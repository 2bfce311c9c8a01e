/**
 * Benchmarks against the peers, on the same data, the same cores, in the same run:
 *
 *   npm run bench -- rdd [--threads 2] [--engines firesteel,spark,pyspark] [--cases a,b] [--repeat 5] [--cores 0,1]
 *
 * Prints the best and the median of each case, CPU seconds where the engine tells, and our time over the peers'.
 * The peers come from PyPI into bench/.venv at the first use (Java 17 must be installed for Spark).
 */
import { spawnSync, execFileSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { writeWords } from "./words.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    threads: { type: "string", default: "2" },
    engines: { type: "string", default: "firesteel,spark,pyspark" },
    cases: { type: "string", default: "" },
    repeat: { type: "string", default: "5" },
    cores: { type: "string" },
    megabytes: { type: "string", default: "200" },
  },
});
const suite = positionals[0] ?? "rdd";
if (suite !== "rdd") {
  console.error(`unknown suite "${suite}"; there is: rdd`);
  process.exit(2);
}
const threads = Number(values.threads);
const cores = values.cores ?? Array.from({ length: threads }, (_, i) => i).join(",");
const pin = process.platform === "linux" && existsSync("/usr/bin/taskset") ? ["taskset", "-c", cores] : [];
const data = join(here, "data");
mkdirSync(data, { recursive: true });
const text = join(data, `words-${values.megabytes}.txt`);
if (!existsSync(text)) writeWords(text, Number(values.megabytes));

const env = { ...process.env, TEXT: text, THREADS: values.threads, REPEAT: values.repeat, CASES: values.cases };
const results = new Map();
for (const engine of values.engines.split(",")) {
  const command = commandOf(engine);
  const run = spawnSync(pin[0] ?? command[0], [...pin.slice(1), ...(pin.length > 0 ? command : command.slice(1))], {
    env: { ...env, ...environmentOf(engine) },
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
    if (!results.has(row.case)) results.set(row.case, {});
    results.get(row.case)[engine] = row;
  }
}

function commandOf(engine) {
  switch (engine) {
    case "firesteel":
      return [process.execPath, join(here, "rdd/firesteel.mjs")];
    case "spark":
      return [
        join(sparkHome(), "bin/spark-shell"),
        "--master",
        `local[${threads}]`,
        "--driver-memory",
        "8g",
        "--conf",
        "spark.ui.enabled=false",
        "-i",
        join(here, "rdd/spark.scala"),
      ];
    case "pyspark":
      return [join(venv(), "bin/python"), join(here, "rdd/pyspark_rdd.py")];
    default:
      throw new Error(`unknown engine "${engine}"; there are: firesteel, spark, pyspark`);
  }
}

function environmentOf(engine) {
  return engine === "spark" ? { SPARK_HOME: sparkHome() } : {};
}

function venv() {
  const folder = process.env.FIRESTEEL_BENCH_VENV ?? join(here, ".venv");
  if (!existsSync(join(folder, "bin/python"))) execFileSync("python3", ["-m", "venv", folder], { stdio: "inherit" });
  if (!existsSync(join(folder, "bin/spark-submit")))
    execFileSync(join(folder, "bin/pip"), ["install", "-q", "pyspark==4.2.1"], { stdio: "inherit" });
  return folder;
}

function sparkHome() {
  return execFileSync(join(venv(), "bin/python"), ["-c", "import pyspark, os; print(os.path.dirname(pyspark.__file__))"], {
    encoding: "utf8",
  }).trim();
}

console.log(
  `\nNode ${process.version}, ${threads} threads on cores ${pin.length > 0 ? cores : "(not pinned)"} of ${cpus().length} (${cpus()[0].model}), best of ${values.repeat}, ms\n`,
);
const engines = values.engines.split(",");
const header = [
  "case",
  ...engines.flatMap((e) => [e, `${e} median`]),
  ...engines.filter((e) => e !== "firesteel").map((e) => `ratio to ${e}`),
  "CPU s",
];
const table = [header];
for (const [name, row] of results) {
  table.push([
    name,
    ...engines.flatMap((e) => [row[e]?.best_ms ?? "–", row[e]?.med_ms ?? "–"]),
    ...engines
      .filter((e) => e !== "firesteel")
      .map((e) => (row[e] && row.firesteel ? (row.firesteel.best_ms / row[e].best_ms).toFixed(2) : "–")),
    row.firesteel?.cpu_s ?? "–",
  ]);
}
const widths = header.map((_, i) => Math.max(...table.map((row) => String(row[i]).length)));
for (const row of table)
  console.log(row.map((cell, i) => (i === 0 ? String(cell).padEnd(widths[i]) : String(cell).padStart(widths[i]))).join("  "));
mkdirSync(join(here, "results"), { recursive: true });
writeFileSync(
  join(here, "results", `${suite}-${new Date().toISOString().slice(0, 19).replace(/:/g, "")}.json`),
  JSON.stringify(Object.fromEntries(results), null, 2),
);
