/**
 * Checks firesteel's answers to the TPC queries against DuckDB's, row by row: `node tools/check-tpc.mjs DATA QUERIES`. DATA is
 * a folder with a Parquet file a table, QUERIES one with q1.sql, q2.sql, …; without DATA (`-`), each query only has to run,
 * on empty TPC-DS tables. CASES=q1,q2 chooses queries, DUCKDB_PYTHON the Python that has DuckDB. Rows are compared in order
 * where the query orders them, up to ties; numbers up to 1e-9 of their size. Needs a built dist/.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { SparkSession } from "../dist/index.mjs";

const [, , data, queries] = process.argv;
if (queries === undefined) {
  console.error("usage: node tools/check-tpc.mjs DATA|- QUERIES");
  process.exit(2);
}
const { DUCKDB_PYTHON = "python3", CASES = "", MASTER = "local[2]" } = process.env;
const TOLERANCE = 1e-9;
const chosen = new Set(CASES.split(",").filter((name) => name !== ""));
const names = readdirSync(queries)
  .filter((file) => /^q\d+\w*\.sql$/.test(file))
  .map((file) => basename(file, ".sql"))
  .filter((name) => chosen.size === 0 || chosen.has(name))
  .sort((a, b) => Number.parseInt(a.slice(1), 10) - Number.parseInt(b.slice(1), 10) || (a < b ? -1 : 1));
const statementsOf = (name) =>
  readFileSync(join(queries, `${name}.sql`), "utf8")
    .replace(/^\s*--.*$/gm, "")
    .replace(/\bcreate view\b/gi, "CREATE TEMPORARY VIEW")
    .split(";")
    .filter((statement) => statement.trim() !== "");

const spark = SparkSession.builder.master(MASTER).config("spark.ui.showConsoleProgress", false).getOrCreate();
const expected = data === "-" ? await emptyTables() : duckdbAnswers();
let wrong = 0;
for (const name of names) {
  let problem;
  try {
    let rows = [];
    let columns = [];
    for (const statement of statementsOf(name)) {
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
      problem = difference(ours, theirs, keysOf(name, columns));
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
function duckdbAnswers() {
  for (const file of readdirSync(data).filter((name) => name.endsWith(".parquet")))
    spark.read.parquet(join(data, file)).createOrReplaceTempView(basename(file, ".parquet"));
  if (!existsSync(DUCKDB_PYTHON)) {
    console.log(`No DuckDB (${DUCKDB_PYTHON}): queries are run, and their answers not compared.`);
    return undefined;
  }
  const program = `
import duckdb, json, sys, os, glob, decimal, datetime
data, texts = sys.argv[1], json.load(sys.stdin)
db = duckdb.connect()
for file in glob.glob(os.path.join(data, "*.parquet")):
    db.execute(f"CREATE VIEW {os.path.basename(file)[:-8]} AS SELECT * FROM '{file}'")
def plain(v):
    if isinstance(v, decimal.Decimal): return {"n": str(v)}
    if isinstance(v, bool): return v
    if isinstance(v, (int, float)): return {"n": repr(v)}
    if isinstance(v, (datetime.date, datetime.datetime)): return v.isoformat()[:10]
    return v
out = {}
for name, statements in texts.items():
    try:
        for statement in statements:
            found = db.execute(statement)
            if statement.strip()[:6].lower() in ("select", "with"[:6]) or statement.strip()[:4].lower() == "with":
                out[name] = [[plain(v) for v in row] for row in found.fetchall()]
    except Exception as error:
        out[name] = str(error).split("\\n")[0]
json.dump(out, sys.stdout)`;
  const texts = Object.fromEntries(names.map((name) => [name, statementsOf(name)]));
  const answer = execFileSync(DUCKDB_PYTHON, ["-c", program, data], { input: JSON.stringify(texts), maxBuffer: 1 << 30 });
  return JSON.parse(answer.toString());
}

function plain(value) {
  if (value === null || value === undefined) return null;
  if (typeof value === "number" || typeof value === "bigint") return { n: String(value) };
  if (typeof value === "string" || typeof value === "boolean") return value;
  if (value instanceof Date) return value.toISOString().slice(0, 10);
  const text = String(value);
  return /^-?\d+(\.\d+)?(E[+-]?\d+)?$/i.test(text) ? { n: text } : text;
}

/** Columns that the query's last ORDER BY names, by position. */
function keysOf(name, columns) {
  const text = statementsOf(name).find((statement) => /^\s*(select|with)/i.test(statement)) ?? "";
  const order = /order\s+by([^)]*?)(limit\s+\d+\s*)?$/i.exec(text);
  if (order === null) return [];
  return order[1]
    .split(",")
    .map((item) => item.trim().split(/\s+/)[0].toLowerCase())
    .map((key) => columns.findIndex((column) => column.toLowerCase() === key));
}

function same(a, b) {
  if (a !== null && b !== null && typeof a === "object" && typeof b === "object") {
    const [x, y] = [Number(a.n), Number(b.n)];
    // An average of decimals is a decimal in Spark, rounded, and a double in DuckDB.
    const places = /\.(\d+)$/.exec(a.n)?.[1].length ?? 0;
    const rounding = places > 0 && places < (/\.(\d+)$/.exec(b.n)?.[1].length ?? 0) ? 0.5000001 * 10 ** -places : 0;
    return a.n === b.n || x === y || Math.abs(x - y) <= Math.max(TOLERANCE * Math.max(Math.abs(x), Math.abs(y)), rounding);
  }
  return a === b;
}

function difference(ours, theirs, keys) {
  if (ours.length !== theirs.length) return `${ours.length} rows, not ${theirs.length}`;
  for (let i = 0; i < ours.length; i++) {
    const key = keys.find((column) => column >= 0 && !same(ours[i][column], theirs[i][column]));
    if (key !== undefined) return `row ${i} is ${JSON.stringify(ours[i])}, not ${JSON.stringify(theirs[i])}, by its keys`;
  }
  // Numbers that differ only in their last digits must sort alike.
  const text = (row) => JSON.stringify(row.map((value) => (value?.n === undefined ? value : Number(value.n).toPrecision(6))));
  const sorted = (rows) => rows.map((row) => ({ row, text: text(row) })).sort((a, b) => (a.text < b.text ? -1 : 1));
  const [left, right] = [sorted(ours), sorted(theirs)];
  const at = left.findIndex(({ row }, i) => row.length !== right[i].row.length || row.some((v, c) => !same(v, right[i].row[c])));
  return at < 0 ? undefined : `it gives ${JSON.stringify(left[at].row)}, not ${JSON.stringify(right[at].row)}`;
}

/** The tables of TPC-DS, without rows. */
async function emptyTables() {
  const { tables } = await import("./tpcds-tables.mjs");
  for (const [table, columns] of Object.entries(tables))
    await spark.sql(`CREATE TABLE ${table} (${columns}) USING parquet`).collect();
  return undefined;
}
