/** What an executor that was killed left on disk serves on, once its replacement is there. */
import { join } from "node:path";
import { resultOf, submit, temporaryDirectory } from "./support/submit";

const directory = temporaryDirectory();

interface Counts {
  readonly sum: number;
  readonly first: number;
  readonly again: number;
}

/** A map stage of 50 tasks on two executors, one of which is killed; `wait` is what happens before the outputs are read again. */
function program(wait: string): string {
  return `
    import { existsSync, rmSync, writeFileSync } from "node:fs";
    import { SparkContext } from "firesteel";
    await using sc = new SparkContext();
    const gate = ${JSON.stringify(join(directory, "gate"))};
    writeFileSync(gate, "");
    let maps = 0;
    let added = 0;
    sc.addSparkListener({
      onTaskStart: ({ taskInfo, stageId }) => { if (mapStages.has(stageId)) maps++; },
      onStageSubmitted: ({ stageInfo }) => { if (stageInfo.numTasks > 4) mapStages.add(stageInfo.stageId); },
      onExecutorAdded: () => { added++; writeFileSync(gate, ""); },
    });
    const mapStages = new Set<number>();
    const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
    const source = sc.range(0, 50_000, 1, 50).map((i) => {
      if (i % 1000 === 0)
        do Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
        while (!existsSync(gate));
      return [i % 100, i] as [number, number];
    });
    const pids = sc.range(0, 8, 1, 8).map(() => process.pid);
    const sums = source.reduceByKey((a, b) => a + b, 4);
    await sums.count();
    await sc.flushListeners();
    const first = maps;
    const victim = (await pids.collect())[0]!;
    maps = 0;
    added = 0;
    rmSync(gate);
    process.kill(victim, "SIGKILL");
    ${wait}
    const sum = await sums.values().sum();
    await sc.flushListeners();
    console.log(JSON.stringify({ sum, first, again: maps }));
  `;
}

test("none of 50 map tasks runs again when the replacement is there in time", async () => {
  const wait = "while (added === 0) { await sleep(5); await sc.flushListeners(); }";
  const counts = await resultOf<Counts>(submit(directory, "late.ts", program(wait), { master: "local-cluster[2,1,512]" }));
  expect(counts).toEqual({ sum: 1_249_975_000, first: counts.first, again: 0 });
  expect(counts.first).toBeGreaterThanOrEqual(50);
});

test("when the outputs are wanted at once, map tasks run again only until the replacement is there", async () => {
  const counts = await resultOf<Counts>(
    submit(directory, "early.ts", program("await sleep(100);"), { master: "local-cluster[2,1,512]" }),
  );
  expect(counts.sum).toBe(1_249_975_000);
  // About 25 outputs are lost; none is made again before the new executor is there.
  expect(counts.again).toBeLessThan(20);
});

test("partitions cached on disk are found too", async () => {
  const text = `
    import { SparkContext, StorageLevel } from "firesteel";
    await using sc = new SparkContext();
    let added = 0;
    sc.addSparkListener({ onExecutorAdded: () => added++ });
    const computed = sc.longAccumulator("computed");
    const cached = sc.range(0, 1000, 1, 10).map((i) => { computed.add(1); return "row " + i; }).persist(StorageLevel.DISK_ONLY);
    await cached.count();
    const victim = (await sc.range(0, 8, 1, 8).map(() => process.pid).collect())[0]!;
    added = 0;
    process.kill(victim, "SIGKILL");
    while (added === 0) { await new Promise((resolve) => setTimeout(resolve, 5)); await sc.flushListeners(); }
    const partitions = sc.getRDDStorageInfo()[0]!.numCachedPartitions;
    console.log(JSON.stringify({ partitions, count: await cached.count(), computed: computed.value }));
  `;
  expect(await resultOf(submit(directory, "cached.ts", text, { master: "local-cluster[2,1,512]" }))).toEqual({
    partitions: 10,
    count: 1000,
    computed: 1000,
  });
});

test("an output that its task had not told of is made again: what the task counted is not lost with it", async () => {
  const text = `
    import { writeFileSync } from "node:fs";
    import { SparkSession, TaskContext, functions as F } from "firesteel";
    const spark = SparkSession.builder.getOrCreate();
    const context = spark.sparkContext;
    const done = ${JSON.stringify(join(directory, "killed-by-"))};
    /** Ends the executor of the first task that calls it, when its output is on disk and the driver does not know of it. */
    const endsOnce = (name: string): void =>
      void TaskContext.get().addTaskCompletionListener(() => {
        try {
          writeFileSync(done + name, "", { flag: "wx" });
        } catch {
          return; // not the first
        }
        process.kill(process.pid, "SIGKILL");
      });
    const seen = F.udf((id: number) => {
      endsOnce("query");
      return id;
    }, "bigint");
    const exchanged = spark.range(0, 4, 1, 1).select(seen(F.col("id")).as("id")).repartition(2, F.col("id"));
    const rows = (await exchanged.collect()).map((row) => Number(row.get(0))).sort();
    const counted = context.longAccumulator("counted");
    const pairs = context.range(0, 4, 1, 1).map((i) => {
      endsOnce("dataset");
      counted.add(1);
      return [i % 2, i] as [number, number];
    });
    const sums = (await pairs.reduceByKey((a, b) => a + b, 2).collect()).sort(([a], [b]) => a - b);
    console.log(JSON.stringify({ rows, sums, counted: counted.value }));
    await spark.stop();
  `;
  expect(await resultOf(submit(directory, "untold.ts", text, { master: "local-cluster[1,1,512]" }))).toEqual({
    rows: [0, 1, 2, 3],
    sums: [
      [0, 2],
      [1, 4],
    ],
    counted: 4,
  });
});
