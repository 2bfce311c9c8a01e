/**
 * Checks firesteel's answers to the TPC queries against DuckDB's, row by row. Needs a built dist/.
 *
 *     node tools/check-tpc.mjs DATA QUERIES    DATA: a folder with a Parquet file a table; QUERIES: one with q1.sql, q2.sql, …
 *     node tools/check-tpc.mjs tpcds:0.01      TPC-DS at that scale, tables and texts from DuckDB's extension (tpcds.py)
 *     node tools/check-tpc.mjs - QUERIES       each query only has to run, on empty TPC-DS tables
 *
 * CASES=q1,q2 chooses queries, DUCKDB_PYTHON is the Python that has DuckDB, MASTER the master (local[2]). Rows are compared in order where
 * the query orders them, up to ties; numbers up to 1e-9 of their size, decimals that Spark rounds as far as it rounds them.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { SparkSession } from "../dist/index.mjs";
import { difference, duckdbAnswers, keysOf, plain, statementsOf } from "./tpc-answers.mjs";

const { DUCKDB_PYTHON = "python3", CASES = "", MASTER = "local[2]" } = process.env;
/** In query 66 each quotient of decimals is rounded before it is summed. */
const ROUNDED = { q66: 2e-3 };

const [, , source = "", texts] = process.argv;
const scale = /^tpcds:([\d.]+)$/.exec(source)?.[1];
if ((scale === undefined) === (texts === undefined)) {
  console.error("usage: node tools/check-tpc.mjs DATA|- QUERIES, or node tools/check-tpc.mjs tpcds:SCALE");
  process.exit(2);
}
const made = scale === undefined ? undefined : mkdtempSync(join(tmpdir(), "tpcds-"));
process.on("exit", () => made !== undefined && rmSync(made, { recursive: true, force: true }));
if (made !== undefined)
  execFileSync(DUCKDB_PYTHON, [fileURLToPath(new URL("tpcds.py", import.meta.url)), scale, made], { stdio: "inherit" });
const data = made === undefined ? source : join(made, "data");
const queries = made === undefined ? texts : join(made, "queries");
const chosen = new Set(CASES.split(",").filter((name) => name !== ""));
const names = readdirSync(queries)
  .filter((file) => /^q\d+\w*\.sql$/.test(file))
  .map((file) => basename(file, ".sql"))
  .filter((name) => chosen.size === 0 || chosen.has(name))
  .sort((a, b) => Number.parseInt(a.slice(1), 10) - Number.parseInt(b.slice(1), 10) || (a < b ? -1 : 1));
const spark = SparkSession.builder
  .master(MASTER)
  .config("spark.ui.showConsoleProgress", false)
  .config("spark.sql.ansi.doubleQuotedIdentifiers", made !== undefined)
  .getOrCreate();
const expected = data === "-" ? await emptyTables() : answersOf();
let wrong = 0;
for (const name of names) {
  let problem;
  try {
    let rows = [];
    let columns = [];
    for (const statement of statementsOf(queries, name)) {
      const frame = spark.sql(statement);
      const found = await frame.collect();
      if (found.length > 0 || /^\s*(select|with)/i.test(statement)) {
        rows = found;
        columns = await frame.columns();
      }
    }
    const theirs = expected?.[name];
    if (typeof theirs === "string") problem = `DuckDB does not run it: ${theirs}`;
    else if (theirs !== undefined) {
      const ours = rows.map((row) => columns.map((_, i) => plain(row.get(i))));
      problem = difference(ours, theirs, keysOf(statementsOf(queries, name), columns), ROUNDED[name]);
    }
  } catch (error) {
    problem = String(error?.message ?? error).slice(0, 600);
  }
  if (problem !== undefined) wrong++;
  if (problem !== undefined) console.log(`${name}: ${problem}`);
}
await spark.stop();
console.log(expected === undefined ? "Only run, nothing compared." : "Compared with DuckDB's answers.");
console.log(`${names.length - wrong} passed, ${wrong} failed`);
process.exitCode = wrong === 0 ? 0 : 1;

/** The answers by query; what is a string there is an error. Undefined where there is no DuckDB. */
function answersOf() {
  for (const file of readdirSync(data).filter((name) => name.endsWith(".parquet")))
    spark.read.parquet(join(data, file)).createOrReplaceTempView(basename(file, ".parquet"));
  if (!existsSync(DUCKDB_PYTHON)) {
    console.log(`No DuckDB (${DUCKDB_PYTHON}): queries are run, and their answers not compared.`);
    return undefined;
  }
  return duckdbAnswers(DUCKDB_PYTHON, data, queries, names);
}

/** The tables of TPC-DS, without rows. */
async function emptyTables() {
  const { tables } = await import("./tpcds-tables.mjs");
  for (const [table, columns] of Object.entries(tables))
    await spark.sql(`CREATE TABLE ${table} (${columns}) USING parquet`).collect();
  return undefined;
}
