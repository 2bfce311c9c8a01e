/**
 * TPC-H, as DataFrame programs (programs.mjs) and, where their texts are given, as SQL:
 *
 *     node test/tpch/run.mjs [--data DIR] [--queries DIR] [--python PYTHON] [--only q1,q2] [--stress] [--report] [--master M] [--memory M]
 *
 * DATA has a Parquet file a table (by default scale 0.01, made with tpchgen-cli of the PATH or of --tpchgen). With texts and a PYTHON that
 * has DuckDB, every answer is compared with DuckDB's; without them, with that of an undisturbed run of the programs. --stress runs all again with so
 * little memory that whatever can spill does, and on a cluster whose executors are killed at random (--seed). --report prints seconds,
 * spilled bytes and the peak of resident memory of each query. Needs a built dist/.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { SparkSession } from "../../dist/index.mjs";
import { difference, duckdbAnswers, keysOf, plain, statementsOf } from "../../tools/tpc-answers.mjs";
import { executorsOf } from "../faults/chaos.mjs";
import { random } from "../faults/random.mjs";
import { programs } from "./programs.mjs";

const { values: options } = parseArgs({
  options: {
    data: { type: "string" },
    queries: { type: "string" },
    python: { type: "string" },
    tpchgen: { type: "string", default: "tpchgen-cli" },
    only: { type: "string" },
    forms: { type: "string" },
    master: { type: "string", default: "local[2]" },
    memory: { type: "string", default: "2g" },
    seed: { type: "string", default: "1" },
    stress: { type: "boolean", default: false },
    report: { type: "boolean", default: false },
  },
});
const data = options.data ?? generated();
const names = Object.keys(programs).filter((name) => options.only === undefined || options.only.split(",").includes(name));
const forms = options.forms?.split(",") ?? (options.queries === undefined ? ["DataFrame"] : ["SQL", "DataFrame"]);
const byDuckdb =
  options.queries !== undefined && options.python !== undefined
    ? duckdbAnswers(options.python, data, options.queries, names)
    : undefined;
/** What a program gave when nothing disturbed it. */
const undisturbed = new Map();
let passed = 0;
let failed = 0;

await inSession("as usual", options.master, { "spark.executor.memory": options.memory });
if (options.stress) {
  await inSession("hardly any memory", "local[2]", {
    "spark.executor.memory": "256m",
    "firesteel.memory.maxPerTask": "300k",
    "spark.sql.autoBroadcastJoinThreshold": "-1",
  });
  await inSession("executors are killed", "local-cluster[3,1,512]", { "spark.task.maxFailures": "1000", "spark.stage.maxConsecutiveAttempts": "1000" }, true); // prettier-ignore
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

/** All queries in all forms in one session. */
async function inSession(title, master, conf, kills = false) {
  let builder = SparkSession.builder
    .master(master)
    .config("spark.ui.showConsoleProgress", false)
    .config("spark.log.level", "ERROR");
  for (const [key, value] of Object.entries(conf)) builder = builder.config(key, value);
  const spark = builder.getOrCreate();
  const tables = {};
  for (const file of readdirSync(data).filter((name) => name.endsWith(".parquet"))) {
    const table = basename(file, ".parquet");
    tables[table] = spark.read.parquet(join(data, file));
    tables[table].createOrReplaceTempView(table);
  }
  let spilled = 0;
  spark.sparkContext.addSparkListener({ onTaskEnd: ({ taskMetrics }) => void (spilled += taskMetrics?.diskBytesSpilled ?? 0) });
  await spark.sql("SELECT 1").collect();
  const killer = kills ? killAtRandom() : null;
  const before = { passed, failed };
  const spilling = [];
  const started = performance.now();
  for (const form of forms) {
    for (const name of names) {
      spilled = 0;
      resetPeaks();
      const begin = performance.now();
      let problem;
      try {
        problem = compare(name, form === "SQL" ? await text(spark, name) : await program(tables, name), form);
      } catch (error) {
        problem = String(error?.stack ?? error).slice(0, 1500);
      }
      const seconds = (performance.now() - begin) / 1000;
      await spark.sparkContext.flushListeners?.();
      if (spilled > 0) spilling.push(name);
      if (problem === undefined) passed++;
      else {
        failed++;
        console.log(`${title}, ${name} as ${form}: ${problem}`);
      }
      if (options.report)
        console.log(
          `${name.padEnd(4)} ${form.padEnd(9)} ${seconds.toFixed(2).padStart(8)} s  spilled ${String(Math.round(spilled / 1e6)).padStart(6)} MB  peaks ${peaks().join(", ")} MB`,
        );
    }
  }
  const killed = killer?.stop();
  await spark.stop();
  console.log(
    `${title}: ${passed - before.passed} of ${names.length * forms.length} ${byDuckdb === undefined && undisturbed.size === names.length * forms.length && title === "as usual" ? "ended" : "right"}, ${Math.round((performance.now() - started) / 1000)} s, ` +
      `${new Set(spilling).size} queries spilled${killed === undefined ? "" : `, ${killed} executors killed`}`,
  );
}

async function program(tables, name) {
  return answer(programs[name](tables));
}

async function text(spark, name) {
  let result;
  for (const statement of statementsOf(options.queries, name)) {
    const found = await answer(spark.sql(statement));
    if (/^\s*(select|with)/i.test(statement)) result = found;
  }
  return result;
}

async function answer(frame) {
  const rows = await frame.collect();
  const columns = await frame.columns();
  return { columns, rows: rows.map((row) => columns.map((_, i) => plain(row.get(i)))) };
}

function compare(name, { columns, rows }, form) {
  const theirs = byDuckdb?.[name];
  if (typeof theirs === "string") return `DuckDB does not run it: ${theirs}`;
  const keys = options.queries === undefined ? [] : keysOf(statementsOf(options.queries, name), columns);
  if (theirs !== undefined) return difference(rows, theirs, keys);
  const key = `${name} ${form}`;
  const expected = undisturbed.get(key);
  if (expected === undefined) undisturbed.set(key, rows);
  return expected === undefined ? undefined : difference(rows, expected, keys);
}

/** Kills one executor of this program every now and then. */
function killAtRandom() {
  const { next } = random(Number(options.seed));
  let killed = 0;
  let timer;
  const again = () => {
    timer = setTimeout(
      () => {
        const executors = executorsOf(process.pid);
        if (executors.length > 1) {
          try {
            process.kill(executors[Math.floor(next() * executors.length)].pid, "SIGKILL");
            killed++;
          } catch {
            // It ended meanwhile.
          }
        }
        again();
      },
      1500 + next() * 2500,
    );
  };
  again();
  return {
    stop() {
      clearTimeout(timer);
      return killed;
    },
  };
}

function processes() {
  return [...executorsOf(process.pid).map(({ pid }) => pid), process.pid];
}

/** Writing 5 sets VmHWM to what is resident now. */
function resetPeaks() {
  if (!options.report) return;
  for (const pid of processes()) {
    try {
      writeFileSync(`/proc/${pid}/clear_refs`, "5");
    } catch {
      // It ended meanwhile, or the system does not allow it: then peaks are those of the whole run.
    }
  }
}

/** Peaks of resident memory, MB: of the executors, then of the driver. */
function peaks() {
  return processes().map((pid) => {
    const line = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
    return line === null ? 0 : Math.round((Number(line[1]) * 1024) / 1e6);
  });
}

function generated() {
  const folder = join(tmpdir(), "firesteel-tpch-sf0.01");
  if (existsSync(join(folder, "supplier.parquet"))) return folder;
  mkdirSync(folder, { recursive: true });
  execFileSync(options.tpchgen, ["parquet", "--scale-factor", "0.01", "--output-dir", folder], { stdio: "inherit" });
  return folder;
}
