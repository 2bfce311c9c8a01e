/** Stacks of threads that run, that wait, and that answer too late. */
import { Worker } from "node:worker_threads";
import { stacksOf } from "../../src/executor/process/thread-dump";

const CODE = `
  const { workerData: { counts, at, waits } } = require("node:worker_threads");
  const array = new Int32Array(counts);
  function spinning(n) { let sum = 0; for (let i = 0; i < n; i++) sum += Math.sqrt(i); return sum; }
  for (;;) {
    spinning(20_000);
    Atomics.add(array, at, 1);
    if (waits > 0) Atomics.wait(array, 3, 0, waits);
  }`;

const counts = new SharedArrayBuffer(16);
const array = new Int32Array(counts);
const workers: Worker[] = [];
const titles = new Set(["task-thread-0.", "task-thread-1."]);

beforeAll(async () => {
  for (const [at, waits] of [0, 5].entries())
    workers.push(new Worker(CODE, { eval: true, name: `task-thread-${at}.`, workerData: { counts, at, waits } }));
  await moving();
});
afterAll(() => Promise.all(workers.map((worker) => worker.terminate())));

/** Resolves when all threads have gone on. */
async function moving(): Promise<void> {
  const before = [array[0]!, array[1]!];
  while (before.some((count, at) => Atomics.load(array, at) <= count + 2)) await new Promise((resolve) => setTimeout(resolve, 5));
}

test("threads show what they do, and go on", async () => {
  const [first, second] = await Promise.all([stacksOf(titles), stacksOf(titles)]);
  expect(first.get("task-thread-0.")).toMatch(/at spinning \(|at <anonymous> \(/);
  expect([...first.keys()].sort()).toEqual([...titles]);
  expect(second).toBe(first);
  await moving();
});

test("threads that answer when nobody waits for it any more go on too", async () => {
  for (let round = 0; round < 15; round++) {
    await stacksOf(titles, round % 5);
    await moving();
  }
});
