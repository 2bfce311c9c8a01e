/** The program under test: one context, its share of the jobs one after the other, each told to the parent process as it begins and ends. */
import { kindNames, runJob } from "./jobs.mjs";
import { Accounts } from "./accounts.mjs";
import { random } from "./random.mjs";

const { jobs, size, conf, output, checkpoints, firesteel } = JSON.parse(process.env.FAULTS_PLAN);
const { SparkConf, SparkContext, SparkSession, StorageLevel } = await import(firesteel);
const mllib = jobs.some(({ kind }) => !kindNames.includes(kind)) ? await import(new URL("mllib.mjs", firesteel)) : null;

const settings = new SparkConf();
for (const [key, value] of Object.entries(conf)) settings.set(key, value);
const sc = new SparkContext(settings);
sc.setCheckpointDir(checkpoints);
const accounts = new Accounts();
const listener = {};
for (const name of ["onJobEnd", "onStageSubmitted", "onTaskStart", "onTaskEnd", "onExecutorRemoved"])
  listener[name] = (event) => accounts[name](event);
sc.addSparkListener(listener);
const spark = mllib === null ? null : await SparkSession.builder.getOrCreate();
process.send({ started: sc.applicationId });

const lasting = new Map();
for (const { number, kind, salt } of jobs) {
  process.send({ begins: number });
  const started = performance.now();
  let error;
  try {
    await runJob(kind, { sc, spark, mllib, size, salt, number, random: random(salt), lasting, output, StorageLevel });
  } catch (thrown) {
    error = thrown instanceof Error ? thrown.stack.slice(0, 6000) : String(thrown);
    for (let cause = thrown?.cause; cause instanceof Error; cause = cause.cause)
      error += `\nCaused by: ${cause.stack.slice(0, 2000)}`;
  }
  process.send({ ended: number, ms: performance.now() - started, error });
}
await sc.flushListeners();
const { launches, pieces, again, unexplained, lostAttempts, lostOutputs, exceptions, executorsRemoved } = accounts;
process.send({
  accounts: {
    jobs: accounts.jobs,
    launches,
    pieces,
    again,
    unexplained,
    lostAttempts,
    lostOutputs,
    exceptions,
    executorsRemoved,
  },
});
await sc.stop();
process.disconnect();
