/** firesteel.local.inProcess: tasks in the driver's own thread. */
import { join } from "node:path";
import { resultOf, submit, temporaryDirectory } from "./support/submit";

const directory = temporaryDirectory();
const conf = { "firesteel.local.inProcess": "true" };

test("runs shuffles, caches, broadcasts, accumulators and asynchronous functions in the program's own process", async () => {
  const program = `
    import { SparkContext, SparkFiles, StorageLevel } from "firesteel";
    import { readFileSync } from "node:fs";
    await using sc = new SparkContext();
    sc.addFile(process.argv[1]!);
    const seen = sc.longAccumulator("seen");
    const names = sc.broadcast(new Map([[0, "even"], [1, "odd"]]));
    const pairs = sc.range(0, 1000, 1, 4).map((i) => { seen.add(1); return [names.value.get(i % 2)!, i] as [string, number]; }).persist(StorageLevel.MEMORY_AND_DISK);
    const sums = await pairs.reduceByKey((a, b) => a + b, 3).sortByKey().collect();
    const again = await pairs.count();
    const later = await sc.range(0, 5, 1, 2).map(async (i) => { await new Promise((resolve) => setTimeout(resolve, 5)); return i * 2; }).collect();
    const pids = await sc.range(0, 4, 1, 4).map(() => process.pid).distinct().collect();
    const long = (await sc.range(0, 2, 1, 1).map(() => "x".repeat(3_000_000)).collect()).map((text) => text.length);
    const shared = await sc.range(0, 1, 1, 1).map(() => readFileSync(SparkFiles.get("all.ts"), "utf8").includes("firesteel")).first();
    console.log(JSON.stringify({ sums, again, seen: seen.value, later, own: pids.length === 1 && pids[0] === process.pid, long, shared, executors: sc.getExecutorIds(), cores: sc.defaultParallelism }));
  `;
  expect(await resultOf(submit(directory, "all.ts", program, { master: "local[4]", conf }))).toEqual({
    sums: [
      ["even", 249_500],
      ["odd", 250_000],
    ],
    again: 1000,
    seen: 1000,
    later: [0, 2, 4, 6, 8],
    own: true,
    long: [3_000_000, 3_000_000],
    shared: true,
    executors: ["driver"],
    cores: 4,
  });
});

test("a debugger stops at a breakpoint in a user function, and sees its variables", async () => {
  const program = `import { SparkContext } from "firesteel";
    import { once } from "node:events";
    import { readFileSync } from "node:fs";
    import { Worker } from "node:worker_threads";
    const line = readFileSync(process.argv[1], "utf8").split("\\n").findIndex((text) => text.endsWith("// here"));
    const debug = new Worker(\`
      const { Session } = require("node:inspector");
      const { parentPort, workerData } = require("node:worker_threads");
      const session = new Session();
      const hits = [];
      session.connectToMainThread();
      session.on("Debugger.paused", ({ params: { callFrames: [frame] } }) => {
        session.post("Debugger.evaluateOnCallFrame", { callFrameId: frame.callFrameId, expression: "[i, factor, doubled]", returnByValue: true }, (error, { result }) => {
          hits.push({ line: frame.location.lineNumber, values: result.value });
          session.post("Debugger.resume");
        });
      });
      session.post("Debugger.enable", () => {
        session.post("Debugger.setBreakpointByUrl", workerData, (error) => parentPort.postMessage(String(error)));
      });
      parentPort.on("message", () => { session.disconnect(); parentPort.postMessage(hits); parentPort.close(); });
    \`, { eval: true, workerData: { lineNumber: line, urlRegex: "debugged\\\\.mjs" } });
    await once(debug, "message");
    const sc = new SparkContext();
    const factor = 2;
    const result = await sc.range(0, 3, 1, 1).map((i) => {
      const doubled = i * factor;
      return doubled + 1; // here
    }).collect();
    debug.postMessage("stop");
    const [hits] = await once(debug, "message");
    await sc.stop();
    console.log(JSON.stringify({ result, line, hits }));
  `;
  const { result, line, hits } = await resultOf<{ result: number[]; line: number; hits: unknown[] }>(
    submit(directory, "debugged.mjs", program, { master: "local[2]", conf }),
  );
  expect(result).toEqual([1, 3, 5]);
  expect(hits).toEqual([0, 1, 2].map((i) => ({ line, values: [i, 2, i * 2] })));
});

test("errors, retries, cancellation, and what it refuses", async () => {
  const program = `
    import { SparkConf, SparkContext, TaskContext } from "firesteel";
    class Bad extends Error {}
    const sc = new SparkContext();
    const failure = await sc.range(0, 1, 1, 1).map(() => { throw new Bad("no"); }).count().catch((error) => error);
    const retried = await sc.range(0, 2, 1, 2).map((i) => { if (TaskContext.get().attemptNumber() === 0) throw new Error("at first"); return i; }).collect();
    const abort = new AbortController();
    const hanging = sc.range(0, 2, 1, 2).map(() => new Promise<number>(() => undefined)).collect({ signal: abort.signal }).catch((error) => error.errorClass);
    setTimeout(() => abort.abort(), 50);
    const cancelled = await hanging;
    const after = await sc.range(0, 3, 1, 1).sum();
    const remote = await sc.binaryFiles("/nowhere").count().catch((error) => error.errorClass);
    await sc.stop();
    const refused = (() => { try { return new SparkContext(new SparkConf().setMaster("local-cluster[2,1,512]")); } catch (error) { return (error as Error).message; } })();
    console.log(JSON.stringify({ bad: failure.cause instanceof Bad, message: failure.message, retried, cancelled, after, remote, refused }));
  `;
  expect(await resultOf(submit(directory, "faults.ts", program, { master: "local[2,2]", conf }))).toEqual({
    bad: true,
    message: expect.stringMatching(/Task 0 in stage 0\.0 failed 2 times.*\n.*faults\.ts:5:\d+\)?\n {4}at count/),
    retried: [0, 1],
    cancelled: "JOB_CANCELLED",
    after: 3,
    remote: "PATH_NOT_FOUND",
    refused: expect.stringMatching(/^\[IN_PROCESS_MASTER\] .* must be local or local\[N\], not local-cluster\[2,1,512\]\.$/),
  });
});

test("the process ends by itself and leaves nothing", async () => {
  const program = `
    import { SparkContext } from "firesteel";
    const sc = new SparkContext();
    console.log(JSON.stringify(await sc.parallelize([1, 2, 3]).map((x) => x * 2).collect()));
  `;
  expect(await resultOf(submit(directory, "end.ts", program, { master: "local[2]", conf }))).toEqual([2, 4, 6]);
});

test("each application has checkpoints of its own, so that a program runs again; a sum begins where it is told", async () => {
  const program = `
    import { SparkContext } from "firesteel";
    await using sc = new SparkContext();
    sc.setCheckpointDir(process.argv[2]!);
    const doubled = sc.parallelize([1, 2, 3]).map((x) => x * 2);
    doubled.checkpoint();
    const count = await doubled.count();
    const seen = sc.accumulator(10);
    await doubled.foreach((x) => seen.add(x));
    const file = (await doubled.getCheckpointFile())!;
    console.log(JSON.stringify({ count, seen: seen.value, below: file.includes(sc.getCheckpointDir()!) }));
  `;
  for (let run = 0; run < 2; run++) {
    const args = [join(directory, "checkpoints")];
    expect(await resultOf(submit(directory, "again.ts", program, { master: "local[2]", conf, args }))).toEqual({
      count: 3,
      seen: 22,
      below: true,
    });
  }
});
