/** Second copies of slow tasks, with real executors. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { resultOf, submit, temporaryDirectory } from "./support/submit";

const directory = temporaryDirectory();
const conf = {
  "spark.speculation": "true",
  "spark.speculation.interval": "100ms",
  "spark.speculation.quantile": "0.5",
  "spark.executor.heartbeatInterval": "100ms",
};

test("a copy of a task that hangs in its first attempt wins; output and accumulators count once", async () => {
  const output = join(directory, "out");
  const program = `
    import { SparkContext, TaskContext } from "firesteel";
    await using sc = new SparkContext();
    const rows = sc.longAccumulator("rows");
    let speculative = 0;
    sc.addSparkListener({ onTaskEnd: (end) => { if (end.taskInfo.speculative && !end.taskInfo.killed && !end.taskInfo.failed) speculative++; } });
    await sc.range(0, 8, 1, 8).mapPartitions((partition) => {
      const task = TaskContext.get();
      if (task.partitionId() === 3 && task.attemptNumber() === 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 600_000);
      return [...partition].map((i) => { rows.add(1); return "row " + i; });
    }).saveAsTextFile(process.argv[2]!);
    await sc.flushListeners();
    console.log(JSON.stringify({ rows: rows.value, speculative }));
  `;
  const { rows, speculative } = await resultOf<{ rows: number; speculative: number }>(
    submit(directory, "hang.ts", program, { master: "local-cluster[2,2,512]", conf, args: [output] }),
  );
  expect(rows).toBe(8);
  // Where this machine has other work, another task may be slow enough for a copy, too.
  expect(speculative).toBeGreaterThanOrEqual(1);
  const parts = readdirSync(output)
    .filter((name) => name.startsWith("part-"))
    .sort();
  expect(parts.map((name) => readFileSync(join(output, name), "utf8"))).toEqual(
    Array.from({ length: 8 }, (_, i) => `row ${i}\n`),
  );
  expect(readdirSync(output).filter((name) => !/^part-|^_SUCCESS$|crc$/.test(name))).toEqual([]);
});

test("a task that has more to read than the others, and reads as fast, gets no copy", async () => {
  const input = join(directory, "in");
  const lines = (count: number): string => Array.from({ length: count }, (_, i) => `line ${i}`).join("\n");
  // One file of five is fifty times as long: its task runs for seconds, all the time making progress that heartbeats tell.
  const files = Array.from({ length: 5 }, (_, i) => `${input}-${i}.txt`);
  for (const [i, file] of files.entries()) writeFileSync(file, lines(i === 0 ? 100_000 : 2000));
  const program = `
    import { SparkContext } from "firesteel";
    await using sc = new SparkContext();
    let copies = 0;
    sc.addSparkListener({ onTaskStart: ({ taskInfo }) => { if (taskInfo.speculative) copies++; } });
    const spin = (line: string) => { const until = performance.now() + 0.04; while (performance.now() < until); return line.length; };
    const total = await sc.union(process.argv.slice(2).map((file) => sc.textFile(file, 1))).map(spin).count();
    await sc.flushListeners();
    console.log(JSON.stringify({ total, copies }));
  `;
  // A thousandth of the others' rate counts as progress: what else this machine does must not decide.
  const quick = {
    ...conf,
    "spark.speculation.minTaskRuntime": "3s",
    "spark.speculation.efficiency.longRunTaskFactor": "1000000",
    "spark.speculation.efficiency.processRateMultiplier": "0.001",
  };
  const run = (settings: Record<string, string>, name: string) =>
    resultOf<{ total: number; copies: number }>(
      submit(directory, name, program, { master: "local-cluster[2,2,512]", conf: settings, args: files }),
    );
  expect(await run(quick, "uneven.ts")).toEqual({ total: 108_000, copies: 0 });
  // Without a look at the progress it would be copied.
  expect((await run({ ...quick, "spark.speculation.efficiency.enabled": "false" }, "blind.ts")).copies).toBeGreaterThanOrEqual(1);
});
