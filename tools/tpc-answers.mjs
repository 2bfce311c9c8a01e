/** Answers to the TPC queries, DuckDB's and ours, as plain values, and how they are compared. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const TOLERANCE = 1e-9;

/** The statements of the query in FOLDER/NAME.sql. */
export function statementsOf(folder, name) {
  return readFileSync(join(folder, `${name}.sql`), "utf8")
    .replace(/^\s*--.*$/gm, "")
    .replace(/\bcreate view\b/gi, "CREATE TEMPORARY VIEW")
    .split(";")
    .filter((statement) => statement.trim() !== "");
}

/** DuckDB's answers to the queries of these names, by name; what is a string there is an error. */
export function duckdbAnswers(python, data, queries, names) {
  const program = `
import duckdb, json, sys, os, glob, decimal, datetime
data, texts = sys.argv[1], json.load(sys.stdin)
db = duckdb.connect()
db.execute("SET enable_progress_bar = false")
db.execute("SET default_null_order = 'nulls_first_on_asc_last_on_desc'")
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
  const texts = Object.fromEntries(names.map((name) => [name, statementsOf(queries, name).map(inDuckDb)]));
  const answer = execFileSync(python, ["-c", program, data], { input: JSON.stringify(texts), maxBuffer: 1 << 30 });
  return JSON.parse(answer.toString());
}

/** The same statement where ` does not quote, and where two names that the queries give are words of the language. */
const inDuckDb = (statement) => statement.replaceAll("`", '"').replace(/\b(?:returns|at)\b/gi, '"$&"');

/** A value of a row as the answers have it: numbers as {n: text}. */
export function plain(value) {
  if (value === null || value === undefined) return null;
  if (typeof value === "number" || typeof value === "bigint") return { n: String(value) };
  if (typeof value === "string" || typeof value === "boolean") return value;
  if (value instanceof Date) return value.toISOString().slice(0, 10);
  const text = String(value);
  return /^-?\d+(\.\d+)?(E[+-]?\d+)?$/i.test(text) ? { n: text } : text;
}

/** Columns that the query's last ORDER BY names, by position. */
export function keysOf(statements, columns) {
  const text = statements.find((statement) => /^\s*(select|with)/i.test(statement)) ?? "";
  const order = /order\s+by([^)]*?)(limit\s+\d+\s*)?$/i.exec(text);
  if (order === null) return [];
  return order[1]
    .split(",")
    .map((item) => item.trim().split(/\s+/)[0].toLowerCase())
    .map((key) => columns.findIndex((column) => column.toLowerCase() === key));
}

function same(a, b, tolerance) {
  if (a !== null && b !== null && typeof a === "object" && typeof b === "object") {
    const [x, y] = [Number(a.n), Number(b.n)];
    // An average of decimals is a decimal in Spark, rounded, and a double in DuckDB.
    const places = /\.(\d+)$/.exec(a.n)?.[1].length ?? 0;
    const rounding = places > 0 && places < (/\.(\d+)$/.exec(b.n)?.[1].length ?? 0) ? 0.5000001 * 10 ** -places : 0;
    return a.n === b.n || x === y || Math.abs(x - y) <= Math.max(tolerance * Math.max(Math.abs(x), Math.abs(y)), rounding);
  }
  return a === b;
}

/** What is different, in words; undefined where nothing is. `keys`: columns that order the rows, up to ties. */
export function difference(ours, theirs, keys, tolerance = TOLERANCE) {
  if (ours.length !== theirs.length) return `${ours.length} rows, not ${theirs.length}`;
  for (let i = 0; i < ours.length; i++) {
    const key = keys.find((column) => column >= 0 && !same(ours[i][column], theirs[i][column], tolerance));
    if (key !== undefined) return `row ${i} is ${JSON.stringify(ours[i])}, not ${JSON.stringify(theirs[i])}, by its keys`;
  }
  // Numbers that differ only in their last digits must sort alike.
  const text = (row) => JSON.stringify(row.map((value) => (value?.n === undefined ? value : Number(value.n).toPrecision(6))));
  const sorted = (rows) => rows.map((row) => ({ row, text: text(row) })).sort((a, b) => (a.text < b.text ? -1 : 1));
  const [left, right] = [sorted(ours), sorted(theirs)];
  const at = left.findIndex(
    ({ row }, i) => row.length !== right[i].row.length || row.some((v, c) => !same(v, right[i].row[c], tolerance)),
  );
  return at < 0 ? undefined : `it gives ${JSON.stringify(left[at].row)}, not ${JSON.stringify(right[at].row)}`;
}
