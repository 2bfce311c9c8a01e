// Errors of the user, tasks that fail or never end, executors that die, jobs that are cancelled.
// Run on local[2,2] and local-cluster[2,1,1024] with --conf spark.task.maxFailures=2
import assert from "node:assert/strict";
import { SparkConf, SparkContext, TaskContext } from "firesteel";

const sc = SparkContext.getOrCreate(new SparkConf().setAppName("failures"));
const base = sc
  .range(0, 20_000, 1, 4)
  .map((i) => [i % 50, i])
  .cache();
const expected = Array.from({ length: 50 }, (_, k) => [k, 400]);
const counts = base.mapValues(() => 1).reduceByKey((a, b) => a + b, 3);
const intact = async (): Promise<void> => assert.deepEqual(await counts.sortByKey().collect(), expected);
await intact();

class Refused extends Error {
  constructor(readonly code: number) {
    super(`refused with ${code}`);
    this.name = "Refused";
  }
}
await assert.rejects(
  () =>
    base
      .map(([k]) => {
        if (k === 49) throw new Refused(7);
        return k;
      })
      .count(),
  (error: Error) => error.cause instanceof Refused && error.cause.code === 7 && /failures\./.test(error.cause.stack ?? ""),
);
await assert.rejects(
  () =>
    base
      .map(async ([k]) => {
        await null;
        if (k === 3) throw new Error("late");
        return k;
      })
      .count(),
  /late/,
);
await intact();

const retried = await sc
  .parallelize(["a", "b"], 2)
  .map((letter) => {
    const attempt = TaskContext.get().attemptNumber();
    if (letter === "b" && attempt === 0) throw new Error("once");
    return `${letter}${attempt}`;
  })
  .collect();
assert.deepEqual(retried, ["a0", "b1"]);
// The executor of the first attempt is gone, with its cached rows and its map outputs.
const survived = await sc
  .parallelize([1], 1)
  .map((x) => {
    if (TaskContext.get().attemptNumber() === 0) process.kill(process.pid, "SIGKILL");
    return x;
  })
  .collect();
assert.deepEqual(survived, [1]);
await intact();
assert.equal(await base.count(), 20_000);
const exits = await sc
  .parallelize([1], 1)
  .map((x) => {
    if (TaskContext.get().attemptNumber() === 0) process.exit(0);
    return x + 1;
  })
  .collect();
assert.deepEqual(exits, [2]);
await intact();

const abort = new AbortController();
setTimeout(() => abort.abort(), 300);
await assert.rejects(
  () =>
    sc
      .range(0, 2, 1, 2)
      .map((x) => {
        while (x >= 0) x = (x + 1) % 10;
        return x;
      })
      .count({ signal: abort.signal }),
  /abort|cancel/i,
);
const tagged = sc.withJobTag("slow", () =>
  sc
    .range(0, 2, 1, 2)
    .map(async (x) => {
      await new Promise((resolve) => setTimeout(resolve, 60_000));
      return x;
    })
    .count(),
);
setTimeout(() => sc.cancelJobsWithTag("slow", "no longer wanted"), 300);
await assert.rejects(() => tagged, /no longer wanted/);
await intact();
await sc.stop();
console.log("ok");
