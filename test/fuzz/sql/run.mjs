/**
 * Random queries, answered by firesteel and by DuckDB: `node test/fuzz/sql/run.mjs [--count 2000] [--seed 1] [--seconds N] [--python PYTHON]`.
 * PYTHON has DuckDB (default: python3). A difference is printed with its seed, by which it can be had again (`--only SEED`;
 * with `--sql TEXT` another query over the same tables). `--task-memory 300k` lets hardly anything stay in memory.
 * Queries that DuckDB refuses are counted and left out, and, with `--task-memory`, those with a partition of a window (or of an INTERSECT
 * ALL) that does not fit: it is held as a whole. Needs a built dist/.
 */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Decimal, SparkSession } from "../../../dist/index.mjs";
import { QueryGenerator, randomOf, randomTables, schema } from "./generator.mjs";

const { values } = parseArgs({
  options: {
    count: { type: "string", default: "2000" },
    seed: { type: "string", default: "1" },
    seconds: { type: "string", default: "Infinity" },
    only: { type: "string" },
    python: { type: "string", default: "python3" },
    sql: { type: "string" },
    show: { type: "string", default: "20" },
    "task-memory": { type: "string" },
  },
});
const QUERIES_PER_TABLES = 50;
const WINDOW_TOO_LARGE = /\[OUT_OF_TASK_MEMORY\] The rows of one partition of a window function/;
const first = Number(values.only ?? values.seed);
const count = values.only === undefined ? Number(values.count) : 1;
const started = performance.now();
const inTime = () => performance.now() - started < Number(values.seconds) * 1000;

const duckdb = spawn(values.python, [fileURLToPath(new URL("duckdb-answers.py", import.meta.url))], {
  stdio: ["pipe", "pipe", "inherit"],
});
const answers = createInterface({ input: duckdb.stdout })[Symbol.asyncIterator]();
async function ask(request) {
  duckdb.stdin.write(`${JSON.stringify(request)}\n`);
  const { value, done } = await answers.next();
  if (done) throw new Error("DuckDB ended.");
  return JSON.parse(value);
}

/** Ways to carry a query out: the answer must not depend on them. */
const SETTINGS = [
  {},
  {
    "firesteel.sql.reduceAggregateInput.minRows": "0",
    "firesteel.sql.eagerAggregation.minRows": "0",
    "firesteel.sql.aggregateJoinedRows.minGain": "0",
  },
  // Some sides are small and others not: semi joins by marks.
  { "spark.sql.autoBroadcastJoinThreshold": "2k" },
  { "spark.sql.autoBroadcastJoinThreshold": "-1", "spark.sql.shuffle.partitions": "3" },
  {
    "spark.sql.autoBroadcastJoinThreshold": "-1",
    "firesteel.sql.filterByKnownKeys.minGain": "0",
    "spark.sql.join.preferSortMergeJoin": "false",
  },
  { "spark.sql.adaptive.enabled": "false", "spark.sql.shuffle.partitions": "2" },
  { "spark.sql.autoBroadcastJoinThreshold": "-1", "spark.sql.join.preferSortMergeJoin": "false" },
  { "spark.sql.autoBroadcastJoinThreshold": "-1", "spark.sql.join.preferSortMergeJoin": "true" },
  // As it was written, about: without what makes plans cheaper.
  {
    "spark.sql.optimizer.excludedRules":
      "CombineFilters,CombineLimits,EliminateOuterJoin,EliminateSorts,PruneFilters,PushFiltersIntoScans,CollapseProject,CombineUnions,ConstantFolding,PropagateEmptyRelation,LimitPushDown,PushDownPredicates,ColumnPruning,InferFiltersFromConstraints,ReorderJoin,EagerAggregation,PushExtraPredicateThroughJoin,ReduceAggregateInput",
  },
];

const spark = SparkSession.builder
  .master("local[2]")
  .config("spark.ui.showConsoleProgress", false)
  .config("spark.sql.session.timeZone", "UTC")
  .config("firesteel.memory.maxPerTask", values["task-memory"] ?? "")
  .getOrCreate();
let wrong = 0;
let refused = 0;
let equal = 0;
let tooLarge = 0;
let rowsSeen = 0;
let tried = 0;
for (; tried < count && inTime(); tried++) {
  const seed = first + tried;
  const group = Math.floor(seed / QUERIES_PER_TABLES);
  const random = randomOf(seed * 7919 + 13);
  if (seed === first || seed % QUERIES_PER_TABLES === 0) await useTables(group);
  const sql = values.sql ?? new QueryGenerator(random).query();
  const theirs = await ask({ sql });
  if (theirs.error !== undefined) {
    refused++;
    if (values.only !== undefined) console.log(`${sql}\n${theirs.error}`);
    continue;
  }
  const settings = SETTINGS[seed % SETTINGS.length];
  let problem;
  try {
    for (const [key, value] of Object.entries(settings)) spark.conf.set(key, value);
    const rows = (await spark.sql(sql).collect()).map((row) => row.toArray().map(plain));
    problem = difference(rows, theirs.rows);
    rowsSeen += rows.length;
  } catch (error) {
    problem = String(error?.stack ?? error).slice(0, 1200);
    if (values["task-memory"] !== undefined && WINDOW_TOO_LARGE.test(problem)) {
      tooLarge++;
      continue;
    }
  } finally {
    for (const key of Object.keys(settings)) spark.conf.unset(key);
  }
  if (problem === undefined) equal++;
  else if (++wrong <= Number(values.show)) console.log(`--- seed ${seed}, ${JSON.stringify(settings)}\n${sql}\n${problem}\n`);
  else if (values.only !== undefined) console.log(sql);
}
await spark.stop();
duckdb.stdin.end();
console.log(
  `${tried} queries tried of ${count}; ${refused} were refused by DuckDB, ${tooLarge} had too large a partition; ${rowsSeen} rows compared`,
);
console.log(`${equal} passed, ${wrong} failed`);
process.exitCode = wrong === 0 && equal > tried / 2 ? 0 : 1;

async function useTables(group) {
  const random = randomOf(group + 1);
  const tables = randomTables(random);
  const answer = await ask({ tables, schema });
  if (answer.error !== undefined) throw new Error(answer.error);
  for (const [name, rows] of Object.entries(tables)) {
    const texts = rows.map((row) => `(${Object.values(row).map((value) => (value === null ? "NULL" : `'${value}'`)).join(",")})`); // prettier-ignore
    const typed = schema.split(", ").map((column) => {
      const [field, type] = [column.slice(0, column.indexOf(" ")), column.slice(column.indexOf(" ") + 1)];
      return `CAST(${field} AS ${type}) AS ${field}`;
    });
    const names = schema.split(", ").map((column) => column.slice(0, column.indexOf(" ")));
    const from = rows.length === 0 ? `(SELECT ${names.map((field) => `NULL AS ${field}`).join(", ")}) WHERE false` : `VALUES ${texts.join(",")} v(${names.join(",")})`; // prettier-ignore
    const view = spark
      .sql(`SELECT ${typed.join(", ")} FROM ${from}`)
      .repartition(random.int(1, 4))
      .cache();
    view.createOrReplaceTempView(name);
    await view.count();
  }
}

function plain(value) {
  if (value === null || typeof value === "boolean" || typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "bigint") return { n: String(value) };
  if (value instanceof Decimal) return { n: String(value) };
  return String(value);
}

function difference(ours, theirs) {
  if (ours.length !== theirs.length) return `${ours.length} rows, DuckDB has ${theirs.length}${shown(ours, theirs)}`;
  const key = (row) => row.map((value) => (value === null ? "~" : typeof value === "object" ? Number(value.n).toPrecision(10) : String(value))).join("|"); // prettier-ignore
  const sorted = (rows) => rows.map((row) => [key(row), row]).sort((a, b) => (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0)).map(([, row]) => row); // prettier-ignore
  const [a, b] = [sorted(ours), sorted(theirs)];
  return a.every((row, i) => row.every((value, k) => same(value, b[i][k]))) ? undefined : `other rows${shown(a, b)}`;
}

function same(a, b) {
  if (a === null || b === null || typeof a !== "object" || typeof b !== "object") return a === b;
  const [x, y] = [Number(a.n), Number(b.n)];
  return x === y || Math.abs(x - y) <= 1e-9 * Math.max(1, Math.abs(x), Math.abs(y)) || (Number.isNaN(x) && Number.isNaN(y));
}

function shown(ours, theirs) {
  const text = (rows) => rows.slice(0, 8).map((row) => row.map((value) => (value !== null && typeof value === "object" ? value.n : JSON.stringify(value))).join(", ")).join("\n    "); // prettier-ignore
  return `\n  ours:\n    ${text(ours)}\n  DuckDB:\n    ${text(theirs)}`;
}
