/**
 * Every estimator of the compliance suite fits twice: undisturbed, and with an executor killed in its midst, when a task of the fit that is drawn
 * from the seed starts. What the models give must be the same to the last bit.
 *
 *   node dist/cli.js submit --master 'local-cluster[2,1,512]' test/faults/fits.mjs [SEED [CLASS]]
 *
 * With one executor of two cores the steps of a fit are rounds of its threads, not jobs.
 */
import { SparkSession } from "firesteel";
import * as mllib from "firesteel/mllib";
import { rows, SCHEMA } from "../mllib/compliance-data.ts";
import { SUBJECTS } from "../mllib/compliance-table.ts";
import { executorsOf } from "./chaos.mjs";
import { signal } from "./cluster/processes.mjs";
import { random } from "./random.mjs";

const [seed = "1", only] = process.argv.slice(2);
const draw = random(Number(seed));
const spark = SparkSession.builder
  .appName("fits")
  .config("spark.ui.showConsoleProgress", false)
  .config("spark.task.maxFailures", 10)
  .config("spark.log.level", "OFF")
  .getOrCreate();
const context = spark.sparkContext;
const EXECUTORS = Number(/^local-cluster\[(\d+),/.exec(context.master)[1]);

/** Ids of executors that take tasks. */
const ready = new Set();
let lost = 0;
context.addSparkListener({
  onExecutorAdded: ({ executorId }) => void ready.add(executorId),
  onExecutorRemoved({ executorId }) {
    ready.delete(executorId);
    lost++;
  },
});

const moment = () => new Promise((done) => setTimeout(done, 10));

async function allReady() {
  while (ready.size < EXECUTORS) await moment();
}

/** Fits; calls `kill` when that many tasks have started, never for 0. Gives the model and how many tasks there were. */
async function counted(fit, at, kill) {
  let tasks = 0;
  const listener = { onTaskStart: () => void (++tasks === at && kill()) };
  context.addSparkListener(listener);
  try {
    const model = await fit();
    await context.flushListeners();
    return [model, tasks];
  } finally {
    context.removeSparkListener(listener);
  }
}

function killOne() {
  const victims = executorsOf(process.pid).filter(({ id }) => ready.has(id));
  const victim = draw.pick(victims);
  if (victim !== undefined) signal(victim.pid, "SIGKILL");
}

async function output(stage, df, { output: column = "out" }) {
  const found = await stage.transform(df).select("x", column).orderBy("x").collect();
  return JSON.stringify(found.map((row) => row.toArray().map(String)));
}

let passed = 0;
const problems = [];
const data = spark.createDataFrame(rows(60), SCHEMA);
await data.count();

/** `run` gives something to make text of: the same text, whoever is killed while it runs. */
async function judge(name, run, textOf) {
  if (only !== undefined && name !== only) return;
  try {
    const [found, tasks] = await counted(run, 0, () => undefined);
    const wanted = await textOf(found);
    const at = draw.int(1, tasks);
    await allReady();
    const [again] = await counted(run, at, killOne);
    if ((await textOf(again)) === wanted) passed++;
    else problems.push(`${name}: another result with an executor killed at task ${at} of ${tasks}`);
  } catch (error) {
    problems.push(`${name}: ${error.stack}`);
  }
}

for (const subject of SUBJECTS) {
  const { name, params } = subject;
  const stage = () => new mllib[name](params);
  if (stage().fit === undefined || (only !== undefined && name !== only)) continue;
  const table = data.repartition(4).cache();
  await table.count();
  await judge(
    name,
    () => stage().fit(table),
    (model) => output(model, data, subject),
  );
  await table.unpersist();
}

// No estimators: they give a DataFrame of what they find.
const linesOf = async (df) => JSON.stringify((await df.collect()).map((row) => String(row)).sort());
const sequences = data.selectExpr("transform(words, w -> array(w)) AS sequence").repartition(4);
const prefixes = new mllib.PrefixSpan({ minSupport: 0.1 });
await judge("PrefixSpan", async () => linesOf(prefixes.findFrequentSequentialPatterns(sequences)), String);
const edges = spark
  .range(0, 60)
  .selectExpr("id AS src", "CASE WHEN id % 20 = 19 THEN id - 19 ELSE id + 1 END AS dst")
  .repartition(4);
const clusters = new mllib.PowerIterationClustering({ k: 2, maxIter: 5 });
await judge("PowerIterationClustering", async () => linesOf(clusters.assignClusters(edges)), String);
for (const problem of problems) console.log(`FAILED: ${problem}`);
console.log(`executors killed in mid-fit: ${lost}`);
console.log(`${passed} passed, ${problems.length} failed`);
await spark.stop();
process.exitCode = problems.length === 0 ? 0 : 1;
