/** TPC-H on firesteel, with DATA, QUERIES, REPEAT, THREADS and CASES in the environment. One JSON line a query. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { SparkSession } from "../../dist/index.mjs";

const {
  DATA,
  QUERIES,
  REPEAT = "5",
  THREADS = "2",
  CASES = "",
  MASTER = `local[${THREADS}]`,
  EXECUTOR_MEMORY = "4g",
} = process.env;
const wanted = new Set(CASES.split(",").filter((name) => name !== ""));
const say = (row) => console.log(JSON.stringify({ engine: "firesteel", ...row }));
const ms = (value) => Math.round(value * 10) / 10;

const spark = SparkSession.builder
  .master(MASTER)
  .config("spark.executor.memory", EXECUTOR_MEMORY)
  .config("spark.ui.showConsoleProgress", false)
  .getOrCreate();
for (const table of ["customer", "lineitem", "nation", "orders", "part", "partsupp", "region", "supplier"])
  spark.read.parquet(join(DATA, `${table}.parquet`)).createOrReplaceTempView(table);
await spark.sql("SELECT 1").collect();
say({ case: "ready", best_ms: Math.round(performance.now()) });

for (let number = 1; number <= 22; number++) {
  const name = `q${number}`;
  if (wanted.size > 0 && !wanted.has(name)) continue;
  const text = readFileSync(join(QUERIES, `${name}.sql`), "utf8")
    .replace(/^\s*--.*$/gm, "")
    .replace(/\bcreate view\b/gi, "CREATE TEMPORARY VIEW");
  const statements = text.split(";").filter((statement) => statement.trim() !== "");
  const times = [];
  let rows = [];
  try {
    for (let run = 0; run < Number(REPEAT); run++) {
      const begin = performance.now();
      for (const statement of statements) rows = await spark.sql(statement).collect();
      times.push(performance.now() - begin);
    }
  } catch (error) {
    say({
      case: name,
      error: String(error.message ?? error)
        .split("\n")[0]
        .slice(0, 200),
    });
    continue;
  }
  const sorted = times.toSorted((a, b) => a - b);
  say({ case: name, first_ms: ms(times[0]), best_ms: ms(sorted[0]), med_ms: ms(sorted[times.length >> 1]), rows: rows.length });
}
await spark.stop();
