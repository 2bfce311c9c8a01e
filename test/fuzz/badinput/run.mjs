/**
 * Files that have gone bad: `node test/fuzz/badinput/run.mjs [--count 2000] [--seed 1] [--seconds N] [--corpus DIR] [--format arrow]`. DIR has further Parquet files. Each spoilt file is read
 * as a whole, and must give rows or an error that is meant for whoever reads the file: no fault of the program, no crash, no hang, no
 * memory far beyond its size. A failure is printed with its seed, by which it can be had again (`--only SEED`). Needs a built dist/.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { SparkSession } from "../../../dist/index.mjs";
import { executorsOf } from "../../faults/chaos.mjs";
import { random as randomOf } from "../../faults/random.mjs";
import { corpus } from "./corpus.mjs";
import { mutated } from "./mutations.mjs";

const { values: options } = parseArgs({
  options: {
    count: { type: "string", default: "2000" },
    seed: { type: "string", default: "1" },
    seconds: { type: "string", default: "Infinity" },
    only: { type: "string" },
    corpus: { type: "string" },
    show: { type: "string", default: "20" },
    format: { type: "string" },
  },
});
const TIMEOUT_MS = 60_000;
/** What reading may take beyond the file's size: batches, schemas, code. */
const MEMORY_BYTES = 150e6;
const MEMORY_FACTOR = 100;
/** Files that are read at a time. */
const TOGETHER = 4;

const MEANT = new Set(["AnalysisError", "QueryError", "DataError", "UsageError"]);
/** What JavaScript and WebAssembly throw where a program is wrong: their words help nobody who has a bad file. */
const FAULTS = new Set(["TypeError", "RangeError", "ReferenceError", "RuntimeError", "InternalError", "ClusterError"]);

const folder = mkdtempSync(join(tmpdir(), "bad-input-"));
const spark = SparkSession.builder
  .master("local[2]")
  .config("spark.executor.memory", "1g")
  .config("spark.ui.enabled", false)
  .config("spark.ui.showConsoleProgress", false)
  .config("spark.log.level", "OFF")
  .getOrCreate();
const files = (await corpus(spark, join(folder, "corpus"), options.corpus)).filter(
  ({ format }) => options.format === undefined || options.format === format,
);
await readGood();
const first = Number(options.only ?? options.seed);
const count = options.only === undefined ? Number(options.count) : 1;
let executor = executorsOf(process.pid)[0].pid;
const outcomes = { rows: 0, errors: 0, failed: 0 };

const started = performance.now();
const inTime = () => performance.now() - started < Number(options.seconds) * 1000;
let tried = 0;
while (tried < count && inTime()) {
  const seeds = Array.from({ length: Math.min(TOGETHER, count - tried) }, (_, i) => first + tried + i);
  tried += seeds.length;
  resetPeaks();
  const before = peaks();
  let problems = await Promise.all(seeds.map((one) => readSpoilt(one)));
  if (executorsOf(process.pid)[0]?.pid !== executor) {
    // Which of them was it? Those that merely ran beside it pass alone.
    for (const [i, one] of seeds.entries()) {
      problems[i] = await readSpoilt(one);
      const now = executorsOf(process.pid)[0]?.pid;
      if (now !== executor) problems[i] = "the executor ended";
      executor = now;
    }
  } else {
    const grown = Math.max(...peaks().map((bytes, i) => bytes - before[i]));
    const sizes = seeds.map((one) => spoilt(one).bytes.length);
    if (grown > MEMORY_BYTES + MEMORY_FACTOR * sizes.reduce((a, b) => a + b))
      problems = problems.map((problem) => problem ?? `${Math.round(grown / 1e6)} MB were allocated while these were read: ${seeds.join(", ")}`); // prettier-ignore
  }
  seeds.forEach((one, i) => {
    if (problems[i] === undefined) return;
    if (++outcomes.failed <= Number(options.show)) console.log(`--- seed ${one}, ${spoilt(one).name}\n${problems[i]}\n`);
  });
}
await spark.stop();
rmSync(folder, { recursive: true });
console.log(
  `${outcomes.rows} gave rows, ${outcomes.errors} an error; ${files.length} good files, ${Math.round((performance.now() - started) / 1000)} s`,
);
console.log(`${tried - outcomes.failed} passed, ${outcomes.failed} failed`);
process.exitCode = outcomes.failed === 0 ? 0 : 1;

/** Files that are not spoilt give rows: else what is tried below says nothing. (Some of a given folder have what is not supported.) */
async function readGood() {
  for (const { format, name, bytes, options: read = {}, schema } of files.filter((file) => file.own)) {
    const path = join(folder, `good-${name}`);
    writeFileSync(path, bytes);
    let reader = spark.read.format(format).options(read);
    if (schema !== undefined) reader = reader.schema(schema);
    if ((await reader.load(path).collect()).length === 0) throw new Error(`${name} gives no rows.`);
  }
}

function spoilt(seed) {
  const random = randomOf(seed * 7919 + 17);
  random.next();
  const file = random.pick(files);
  return { ...file, bytes: mutated(file.bytes, file.isText, random) };
}

/** What is wrong with how a file is read; undefined where nothing is. */
async function readSpoilt(seed) {
  const { format, name, bytes, options: read = {}, schema } = spoilt(seed);
  const path = join(folder, `${seed}-${name}`);
  writeFileSync(path, bytes);
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  try {
    let reader = spark.read.format(format).options(read);
    if (schema !== undefined) reader = reader.schema(schema);
    await reader.load(path).collect({ signal });
    outcomes.rows++;
    return undefined;
  } catch (error) {
    if (signal.aborted) return "it was not read within 20 s";
    const fault = faultOf(error);
    if (fault === undefined) outcomes.errors++;
    if (options.only !== undefined) console.log(error);
    return fault;
  } finally {
    if (options.only === undefined) rmSync(path, { force: true });
    else console.log(path);
  }
}

/** An error that is the program's own fault, or says nothing. */
function faultOf(error) {
  const chain = [];
  for (let e = error; e instanceof Error && chain.length < 6; e = e.cause) chain.push(e);
  const meant = chain.some(({ name }) => MEANT.has(name)) && !chain.some(({ name }) => FAULTS.has(name));
  return meant ? undefined : chain.map((e) => e.stack.slice(0, 900)).join("\nCaused by: ");
}

function processes() {
  return [executor, process.pid];
}

function resetPeaks() {
  for (const pid of processes()) {
    try {
      writeFileSync(`/proc/${pid}/clear_refs`, "5");
    } catch {
      // It ended meanwhile: that is seen elsewhere.
    }
  }
}

function peaks() {
  return processes().map((pid) => {
    try {
      return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) * 1024;
    } catch {
      return 0;
    }
  });
}
