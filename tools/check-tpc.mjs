/**
 * Checks firesteel's answers to the TPC queries against DuckDB's, row by row: `node tools/check-tpc.mjs DATA QUERIES`. DATA is
 * a folder with a Parquet file a table, QUERIES one with q1.sql, q2.sql, …; without DATA (`-`), each query only has to run,
 * on empty TPC-DS tables. CASES=q1,q2 chooses queries, DUCKDB_PYTHON the Python that has DuckDB. Rows are compared in order
 * where the query orders them, up to ties; numbers up to 1e-9 of their size. Needs a built dist/.
 */
import { existsSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { SparkSession } from "../dist/index.mjs";
import { difference, duckdbAnswers, keysOf, plain, statementsOf } from "./tpc-answers.mjs";

const [, , data, queries] = process.argv;
if (queries === undefined) {
  console.error("usage: node tools/check-tpc.mjs DATA|- QUERIES");
  process.exit(2);
}
const { DUCKDB_PYTHON = "python3", CASES = "", MASTER = "local[2]" } = process.env;
const chosen = new Set(CASES.split(",").filter((name) => name !== ""));
const names = readdirSync(queries)
  .filter((file) => /^q\d+\w*\.sql$/.test(file))
  .map((file) => basename(file, ".sql"))
  .filter((name) => chosen.size === 0 || chosen.has(name))
  .sort((a, b) => Number.parseInt(a.slice(1), 10) - Number.parseInt(b.slice(1), 10) || (a < b ? -1 : 1));
const spark = SparkSession.builder.master(MASTER).config("spark.ui.showConsoleProgress", false).getOrCreate();
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
      problem = difference(ours, theirs, keysOf(statementsOf(queries, name), columns));
    }
  } catch (error) {
    problem = String(error?.message ?? error).slice(0, 600);
  }
  if (problem !== undefined) wrong++;
  console.log(`${name}: ${problem ?? "ok"}`);
}
await spark.stop();
console.log(`${names.length - wrong} of ${names.length}${expected === undefined ? " run" : " answer as DuckDB does"}`);
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
