/** An application of the crowd: its jobs, so many at once, some of them cancelled and run again; each one's end is told to the parent process. */
import { createHash } from "node:crypto";
import { kinds, makeTables, openTables } from "./crowd-jobs.mjs";
import { random } from "./random.mjs";

const { jobs, conf, atOnce, tables, make, output, checkpoints, firesteel, nap, stopAfter } = JSON.parse(process.env.CROWD_PLAN);
const { SparkConf, SparkContext, SparkSession, StorageLevel, BarrierTaskContext } = await import(firesteel);
const mllib = await import(new URL("mllib.mjs", firesteel));

const settings = new SparkConf();
for (const [key, value] of Object.entries(conf)) settings.set(key, value);
const sc = new SparkContext(settings);
sc.setCheckpointDir(checkpoints);
const spark = await SparkSession.builder.getOrCreate();
if (make) await makeTables(spark, tables);
openTables(spark, tables, nap);
process.send({ started: sc.applicationId });

const described = (thrown) => {
  let text = thrown instanceof Error ? thrown.stack.slice(0, 4000) : String(thrown);
  for (let cause = thrown?.cause; cause instanceof Error; cause = cause.cause)
    text += `\nCaused by: ${cause.stack.slice(0, 2000)}`;
  return text;
};

let stopping = false;
async function run({ number, kind, salt, cancelAfter }) {
  const started = performance.now();
  process.send({ begins: number });
  const context = () => ({ sc, spark, mllib, number, random: random(salt), output, StorageLevel, BarrierTaskContext });
  let error, digest, sample;
  try {
    let found;
    if (cancelAfter !== undefined) {
      const tag = `job-${number}`;
      const timer = setTimeout(() => sc.cancelJobsWithTag(tag, "the crowd wants it"), cancelAfter);
      try {
        found = await sc.withJobTag(tag, () => kinds[kind](context()));
      } catch (thrown) {
        if (stopping || !/cancel/i.test(described(thrown))) throw thrown;
      } finally {
        clearTimeout(timer);
      }
    }
    found ??= await kinds[kind]({ ...context(), number: `${number}-again` });
    const text = JSON.stringify(found, (_, v) => (typeof v === "bigint" ? `${v}n` : v));
    digest = createHash("sha1").update(text).digest("hex");
    sample = text.slice(0, 3000);
  } catch (thrown) {
    error = described(thrown);
  }
  process.send({
    ended: number,
    ms: performance.now() - started,
    error: stopping ? undefined : error,
    digest: stopping ? undefined : digest,
    sample,
  });
}

const queue = [...jobs];
const all = Promise.all(
  Array.from({ length: atOnce }, async () => {
    for (let job = queue.shift(); job !== undefined; job = queue.shift()) await run(job);
  }),
);
if (stopAfter === undefined) await all;
else {
  await Promise.race([all, new Promise((done) => setTimeout(done, stopAfter))]);
  stopping = true;
  queue.length = 0;
}
process.send({ stopping: true });
await sc.stop();
await all;
process.send({ stopped: true });
process.disconnect();
