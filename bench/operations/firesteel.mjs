/** One operation at a time on firesteel, with REPEAT, THREADS and CASES in the environment. One JSON line a case. */
import { readFileSync } from "node:fs";
import { performance } from "node:perf_hooks";
import { SparkSession } from "../../dist/index.mjs";

const { REPEAT = "5", THREADS = "2", CASES = "" } = process.env;
const wanted = new Set(CASES.split(",").filter((name) => name !== ""));
const { table, queries } = JSON.parse(readFileSync(new URL("cases.json", import.meta.url), "utf8"));

const spark = SparkSession.builder
  .master(`local[${THREADS}]`)
  .config("spark.executor.memory", "4g")
  .config("spark.ui.showConsoleProgress", false)
  .getOrCreate();
await spark.sql(table);
for (const [name, query] of Object.entries(queries)) {
  if (wanted.size > 0 && !wanted.has(name)) continue;
  const times = [];
  for (let i = 0; i < Number(REPEAT); i++) {
    const begin = performance.now();
    await spark.sql(query).collect();
    times.push(performance.now() - begin);
  }
  const figures = { first_ms: Math.round(times[0]), best_ms: Math.round(Math.min(...times)) };
  console.log(JSON.stringify({ engine: "firesteel", case: name, ...figures }));
}
await spark.stop();
