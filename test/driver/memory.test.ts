/** What a task that eats all memory costs a program on `local[2]`: the job, at worst the executor, never the driver. */
import { resultOf, submit, temporaryDirectory } from "./support/submit";

const directory = temporaryDirectory();

/** Statements that never end by themselves. */
const EATERS: Readonly<Record<string, string>> = {
  objects: "let list: unknown = null; for (let k = 0; ; k++) list = { k, list, text: 'x' + k };",
  push: "const all: number[] = []; for (let k = 0; ; k++) all.push(k + 0.5);",
  "a growing Map": "const map = new Map<string, unknown>(); for (let k = 0; ; k++) map.set('key' + k, { k });",
  Buffers: "const all: Buffer[] = []; for (;;) all.push(Buffer.alloc(1e6, 1));",
  "typed arrays": "const all: Float64Array[] = []; for (;;) all.push(new Float64Array(1e6).fill(1));",
};

interface Cost {
  /** What the job that ate memory failed with. */
  readonly reason: string;
  /** What a job over an earlier shuffle gives before and after. */
  readonly before: number;
  readonly after: number;
  readonly executorsLost: number;
  /** Attempts that failed, the innocent task beside the eater included. */
  readonly attemptsFailed: number;
  /** Of 8 map tasks of the earlier shuffle, those that ran again for the job afterwards. */
  readonly mapsAgain: number;
}

function program(eat: string): string {
  return `
    import { SparkContext } from "firesteel";
    await using sc = new SparkContext();
    let executorsLost = 0, attemptsFailed = 0, maps = 0, live = 0;
    sc.addSparkListener({
      onExecutorAdded: () => live++,
      onExecutorRemoved: () => { executorsLost++; live--; },
      onTaskEnd: ({ taskInfo, taskType }) => {
        if (taskInfo.failed) attemptsFailed++;
        if (taskType === "ShuffleMapTask") maps++;
      },
    });
    const sums = sc.range(0, 8000, 1, 8).map((i) => [i % 10, i] as [number, number]).reduceByKey((a, b) => a + b, 2).values();
    const before = await sums.sum();
    let reason = "none";
    try {
      await sc.range(0, 2, 1, 2).map((i) => {
        if (i === 0) { ${eat} }
        return i;
      }).count();
    } catch (error) {
      reason = (error as Error).message;
    }
    await sc.flushListeners();
    // The replacement of a lost executor serves what that one left on disk.
    while (live === 0) { await new Promise((resolve) => setTimeout(resolve, 10)); await sc.flushListeners(); }
    const mapsBefore = maps;
    const after = await sums.sum();
    await sc.flushListeners();
    console.log(JSON.stringify({ reason, before, after, executorsLost, attemptsFailed, mapsAgain: maps - mapsBefore }));
  `;
}

test.each(Object.entries(EATERS))("%s: the job fails with a word about memory, the next one is right", async (name, eat) => {
  const conf = { "spark.executor.memory": "256m" };
  const cost = await resultOf<Cost>(submit(directory, `${name.replaceAll(" ", "-")}.ts`, program(eat), { conf }));
  expect(cost.reason).toMatch(/out of memory.*spark\.executor\.memory/s);
  expect(cost).toMatchObject({ before: 31_996_000, after: 31_996_000, mapsAgain: 0 });
  expect(cost.executorsLost).toBeLessThanOrEqual(1);
  expect(cost.attemptsFailed).toBeLessThanOrEqual(2);
});

test("executors with a slot each: the eater costs four of them, and a task on the other one nothing", async () => {
  const beside = `
    import { SparkContext } from "firesteel";
    await using sc = new SparkContext();
    let executorsLost = 0, attempts = 0;
    sc.addSparkListener({
      onExecutorRemoved: () => executorsLost++,
      onTaskEnd: ({ stageId }) => { if (stageId === 0) attempts++; },
    });
    const innocent = sc.range(0, 1, 1, 1).map(() => {
      const end = Date.now() + 4000;
      while (Date.now() < end);
      return 7;
    }).sum();
    const eater = sc.range(0, 1, 1, 1).map(() => {
      const all: Buffer[] = [];
      for (;;) all.push(Buffer.alloc(1e6, 1));
    }).count();
    const [one, other] = await Promise.allSettled([innocent, eater]);
    await sc.flushListeners();
    const reason = other.status === "rejected" ? (other.reason as Error).message : "none";
    console.log(JSON.stringify({ sum: one.status === "fulfilled" ? one.value : String(one.reason), attempts, executorsLost, reason }));
  `;
  const found = await resultOf<{ reason: string }>(submit(directory, "beside.ts", beside, { master: "local-cluster[2,1,256]" }));
  expect(found).toMatchObject({ sum: 7, attempts: 1, executorsLost: 4 });
  expect(found.reason).toMatch(/failed 4 times.*out of memory/s);
});

test("executors of several slots: only the eater is charged with their loss, its neighbours run again", async () => {
  const neighbours = `
    import { SparkContext } from "firesteel";
    await using sc = new SparkContext();
    const charged: number[] = [], spared: number[] = [];
    sc.addSparkListener({
      onTaskEnd: ({ reason, taskInfo }) => {
        if (reason.reason === "ExecutorLostFailure") (reason.exitCausedByApp ? charged : spared).push(taskInfo.index);
      },
    });
    let message = "none";
    try {
      await sc.range(0, 3, 1, 3).map((i) => {
        // Buffers that are kept, and at a pace at which the watchdog sees them however busy the machine is.
        const all: Buffer[] = [];
        const pause = new Int32Array(new SharedArrayBuffer(4));
        for (;;) {
          if (i === 1) all.push(Buffer.alloc(4e6, 1));
          Atomics.wait(pause, 0, 0, 20);
        }
        return all.length;
      }).collect();
    } catch (error) {
      message = (error as Error).message;
    }
    await sc.flushListeners();
    console.log(JSON.stringify({ charged, spared: spared.sort(), message }));
  `;
  const master = "local-cluster[1,3,512]";
  const conf = { "spark.executor.memory": "512m", "spark.task.maxFailures": "2" };
  const { charged, spared, message } = await resultOf<{ charged: number[]; spared: number[]; message: string }>(
    submit(directory, "neighbours.ts", neighbours, { master, conf }),
  );
  expect(charged).toEqual([1, 1]);
  expect(spared).toEqual([0, 0, 2, 2]);
  expect(message).toMatch(/Task 1 in stage 0\.0 failed 2 times.*out of memory/s);
});
