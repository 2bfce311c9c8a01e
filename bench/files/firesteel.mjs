/** Files on firesteel, with DATA, ROWS, REPEAT, THREADS and CASES in the environment. One JSON line a case. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { SparkSession } from "../../dist/index.mjs";

const { DATA, ROWS, REPEAT = "5", THREADS = "2", CASES = "" } = process.env;
const wanted = new Set(CASES.split(",").filter((name) => name !== ""));
const { lineitem, orders, some, all, json } = JSON.parse(readFileSync(new URL("cases.json", import.meta.url), "utf8"));
const out = mkdtempSync(join(tmpdir(), "firesteel-bench-"));
process.on("exit", () => rmSync(out, { recursive: true, force: true }));

const spark = SparkSession.builder
  .master(`local[${THREADS}]`)
  .config("spark.executor.memory", "4g")
  .config("spark.ui.showConsoleProgress", false)
  .getOrCreate();
const ddl = (columns) => Object.entries(columns).map(([name, type]) => `${name} ${type}`).join(", "); // prettier-ignore
spark.read.schema(ddl(lineitem)).option("header", true).csv(join(ROWS, "lineitem.csv")).createOrReplaceTempView("csv");
spark.read.schema(ddl(orders)).json(join(ROWS, "orders.json")).createOrReplaceTempView("json");
const table = spark.read.parquet(join(DATA, "lineitem.parquet"));
const sql = (text) => spark.sql(text).collect();
const to = (name, write) => write(table.write.mode("overwrite"), join(out, name));
// What was found in files is known until they change: an option that means nothing makes each look a new one.
let looks = 0;
const found = (reader) => reader.option("look", looks++);
const cases = {
  "csv, types of all rows": () => found(spark.read.option("header", true).option("inferSchema", true)).csv(join(ROWS, "lineitem.csv")).dtypes(), // prettier-ignore
  "json, types of all rows": () => found(spark.read).json(join(ROWS, "orders.json")).dtypes(),
  "csv, 3 columns": () => sql(`SELECT ${some} FROM csv`),
  "csv, all columns": () => sql(`SELECT ${all} FROM csv`),
  "json lines": () => sql(`SELECT ${json} FROM json`),
  "write Parquet, snappy": () => to("snappy", (writer, path) => writer.option("compression", "snappy").parquet(path)),
  "write Parquet, zstd": () => to("zstd", (writer, path) => writer.option("compression", "zstd").parquet(path)),
  "write CSV": () => to("csv", (writer, path) => writer.option("header", true).csv(path)),
  "write JSON lines": () => to("json", (writer, path) => writer.json(path)),
};
for (const [name, run] of Object.entries(cases)) {
  if (wanted.size > 0 && !wanted.has(name)) continue;
  const times = [];
  for (let i = 0; i < Number(REPEAT); i++) {
    const begin = performance.now();
    await run();
    times.push(performance.now() - begin);
  }
  const figures = { first_ms: times[0], best_ms: Math.min(...times), med_ms: times.toSorted((a, b) => a - b)[times.length >> 1] };
  for (const key of Object.keys(figures)) figures[key] = Math.round(figures[key]);
  console.log(JSON.stringify({ engine: "firesteel", case: name, ...figures }));
}
await spark.stop();
