/**
 * Fits on tables that grow while the executor's memory does not: rows of the airline table (airline.mjs), a little changed, streamed
 * from Parquet. Tells the most memory that the executor's process held (VmHWM), and time.
 *
 *   node bench/ml/memory.mjs [--copies 11,44,178] [--memory 1g] [--threads 2] [--cases "logistic regression,forest 10 x 5"] [--data DIR]
 *
 * A copy is 563,737 rows; 178 of them are 100 million. Files are made where they are missing, some 6 MB a copy. Linear models have 52 bytes
 * a row, trees about 30, of which an eighth of the executor's memory is in memory: with 1g, 3 copies fill that.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { SparkSession } from "../../dist/index.mjs";
import * as mllib from "../../dist/mllib.mjs";
import { ROWS, writeAirline } from "./airline.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
mkdirSync(join(here, "../data"), { recursive: true });
const { values } = parseArgs({
  options: {
    copies: { type: "string", default: "11,44,178" },
    memory: { type: "string", default: "1g" },
    threads: { type: "string", default: "2" },
    cases: { type: "string", default: "" },
    data: { type: "string", default: join(here, "../data/airline-copies") },
  },
});
const sizes = values.copies.split(",").map(Number);
const wanted = new Set(values.cases.split(",").filter((name) => name !== ""));

const fits = {
  "logistic regression": (rows) => new mllib.LogisticRegression({ maxIter: 10, tol: 1e-6 }).fit(rows),
  "linear regression": (rows) => new mllib.LinearRegression().fit(rows),
  "forest 10 x 5": (rows) => new mllib.RandomForestClassifier({ numTrees: 10, maxDepth: 5, seed: 1 }).fit(rows),
  "boosting 5 x 5": (rows) => new mllib.GBTClassifier({ maxIter: 5, maxDepth: 5, seed: 1 }).fit(rows),
};

await makeCopies(Math.max(...sizes));
for (const copies of sizes)
  for (const [name, fit] of Object.entries(fits)) {
    if (wanted.size > 0 && !wanted.has(name)) continue;
    // An executor of its own for each: the most that a process held does not fall.
    const spark = session(values.memory);
    const table = spark.read.parquet(...Array.from({ length: copies }, (_, copy) => pathOf(copy)));
    const inputCols = (await table.columns()).filter((column) => column !== "Delayed");
    const rows = new mllib.VectorAssembler({ inputCols, outputCol: "features" })
      .transform(table)
      .withColumnRenamed("Delayed", "label")
      .select("features", "label");
    const begin = performance.now();
    let outcome;
    try {
      await fit(rows);
      outcome = { seconds: Math.round(performance.now() - begin) / 1000 };
    } catch (error) {
      outcome = { error: error.message };
    }
    const [executor] = children();
    const most = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${executor}/status`, "utf8"))?.[1];
    const driver = /VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1];
    console.log(
      JSON.stringify({
        case: name,
        rows: copies * ROWS,
        executor_mib: Math.round(most / 1024),
        driver_mib: Math.round(driver / 1024),
        ...outcome,
      }),
    );
    await spark.stop();
  }

function session(memory) {
  return SparkSession.builder
    .master(`local[${values.threads}]`)
    .config("spark.executor.memory", memory)
    .config("spark.ui.enabled", false)
    .config("spark.ui.showConsoleProgress", false)
    .getOrCreate();
}

function pathOf(copy) {
  return join(values.data, String(copy));
}

/** Copies of the rows in which some numbers differ from copy to copy. */
async function makeCopies(count) {
  const missing = Array.from({ length: count }, (_, copy) => copy).filter((copy) => !existsSync(join(pathOf(copy), "_SUCCESS")));
  if (missing.length === 0) return;
  const csv = join(here, `../data/airline-train-${ROWS}.csv`);
  if (!existsSync(csv)) await writeAirline(csv);
  const spark = session("2g");
  const rows = spark.read.option("header", "true").option("inferSchema", "true").csv(csv).coalesce(1).cache();
  const names = await rows.columns();
  for (const copy of missing) {
    const added = {
      CRSDepTime: `(CRSDepTime + ${copy * 7} + CRSArrTime) % 3`,
      TaxiOut: `(${copy} + Distance) % 2`,
      Distance: `${(copy * 13) % 17}`,
    };
    const columns = names.map((name) =>
      name === "Delayed"
        ? "CAST(Delayed AS DOUBLE) AS Delayed"
        : added[name] === undefined
          ? name
          : `CAST(${name} + ${added[name]} AS INT) AS ${name}`,
    );
    await rows
      .selectExpr(...columns)
      .write.mode("overwrite")
      .parquet(pathOf(copy));
  }
  await spark.stop();
}

function children() {
  return readdirSync("/proc/self/task").flatMap((task) =>
    readFileSync(`/proc/self/task/${task}/children`, "utf8").split(" ").filter(Boolean),
  );
}
