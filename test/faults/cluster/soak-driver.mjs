/**
 * The soak's application: small jobs of all kinds, one after the other, until the parent process says that it is enough; none while it
 * looks at memory.
 */
import { join } from "node:path";
import { allKindNames, runJob } from "../jobs.mjs";
import { random } from "../random.mjs";

const { conf, seed, work, pause, firesteel } = JSON.parse(process.env.SOAK_PLAN);
const { SparkConf, SparkContext, SparkSession, StorageLevel } = await import(firesteel);
const mllib = await import(new URL("mllib.mjs", firesteel));
const SIZE = { rows: 4000, maps: 4, reducers: 3, nap: 0 };
/** Datasets that are kept do not fit what is measured. */
const KINDS = allKindNames.filter((kind) => kind !== "lasting");

const settings = new SparkConf();
for (const [key, value] of Object.entries(conf)) settings.set(key, value);
const sc = new SparkContext(settings);
sc.setCheckpointDir(join(work, "checkpoints"));
const spark = await SparkSession.builder.getOrCreate();
process.send({ started: sc.applicationId });

let wish = "work";
/** Between two jobs, ms: none in the warm-up. */
let between = 0;
process.on("message", (message) => {
  if (message === "warm") between = pause;
  else wish = message;
});
const pass = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** While garbage is collected, every thread has tasks now and then, so that none sleeps through it. */
async function rest() {
  process.send({ resting: true });
  for (; wish === "collect"; await pass(50))
    await sc.range(0, 16, 1, 16).foreach(() => {
      for (const end = Date.now() + 20; Date.now() < end;);
    });
  process.send({ quiet: true });
  while (wish === "rest") await pass(20);
}

const r = random(seed);
for (let number = 0; wish !== "enough"; number++) {
  const salt = r.int(1, 2 ** 30);
  const context = {
    sc,
    spark,
    mllib,
    size: SIZE,
    salt,
    number,
    random: random(salt),
    output: join(work, "output"),
    StorageLevel,
  };
  await runJob(r.pick(KINDS), context);
  process.send({ done: number + 1, heap: process.memoryUsage().heapUsed / 2 ** 20 });
  await pass(between);
  if (wish === "collect") await rest();
}
if (process.env.SOAK_SNAPSHOT !== undefined) (await import("node:v8")).writeHeapSnapshot(process.env.SOAK_SNAPSHOT);
await sc.stop();
process.disconnect();
