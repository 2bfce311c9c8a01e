/** Profilers with the names of Dask's, over a cluster of processes. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ProfilerRecord } from "../../src/events/diagnostics";
import type { SparkContext as Context } from "../../src/driver/spark-context";
import { until } from "../support/until";

const { CacheProfiler, Profiler, ResourceProfiler, SparkConf, SparkContext, visualize } =
  require("../../dist") as typeof import("../../src");

const directory = mkdtempSync(join(tmpdir(), "firesteel-diagnostics-"));
let sc: Context;

beforeAll(async () => {
  // So seldom that what is sampled here was asked for.
  const conf = new SparkConf().set("spark.ui.enabled", "false").set("spark.executor.heartbeatInterval", "100s");
  sc = new SparkContext("local-cluster[2,2,512]", "diagnostics", conf);
  await until(() => sc.getExecutorIds().length === 2, "executors");
});
afterAll(async () => {
  await sc.stop();
  rmSync(directory, { recursive: true });
});

test("Profiler records every attempt of a task while it is registered", async () => {
  const once = join(directory, "once");
  await sc.range(0, 2, 1, 2).count();
  const profiler = new Profiler(sc);
  expect(profiler.register()).toBe(profiler);
  const fs: typeof import("node:fs") = require("node:fs");
  const flaky = sc.range(0, 6, 1, 6).map((x) => {
    if (x === 3 && !fs.existsSync(once)) {
      fs.writeFileSync(once, "");
      throw new Error("not yet");
    }
    return x;
  });
  expect(await flaky.collect()).toEqual([0, 1, 2, 3, 4, 5]);
  await profiler.unregister();
  await sc.range(0, 2, 1, 2).count();
  const { results } = profiler;
  expect(results.map(({ status }) => status).sort()).toEqual(["ExceptionFailure", ...Array<string>(6).fill("Success")]);
  const partitions = results.map(({ key }) => Number(/^\d+\.0:(\d)$/.exec(key)![1]));
  expect(partitions.sort()).toEqual([0, 1, 2, 3, 3, 4, 5]);
  for (const { task, startTime, endTime, workerId } of results) {
    expect(task).toMatch(/^collect at .*diagnostics\.test\.ts:\d+/);
    expect(startTime).toBeGreaterThanOrEqual(Math.floor(profiler.startTime! * 1000) / 1000);
    expect(endTime).toBeGreaterThanOrEqual(startTime);
    expect(endTime).toBeLessThanOrEqual(profiler.endTime!);
    expect(sc.getExecutorIds()).toContain(workerId);
  }
  profiler.clear();
  expect([profiler.results, profiler.startTime, profiler.endTime]).toEqual([[], null, null]);
});

test("ResourceProfiler records what the driver and the executors take, as the system has it", async () => {
  const profiler = new ResourceProfiler(sc, { dt: 0.2 }).register();
  const [begun, release] = [join(directory, "begun"), join(directory, "release")];
  const fs: typeof import("node:fs") = require("node:fs");
  const job = sc
    .parallelize([begun], 1)
    .map((file) => {
      const held = Buffer.alloc(150e6, 1);
      fs.writeFileSync(file, String(process.pid));
      while (!fs.existsSync(release)) Math.sqrt(held.length);
      return held.length;
    })
    .collect();
  await until(() => existsSync(begun) && readFileSync(begun, "utf8") !== "", "the task");
  const resident = (): number =>
    Number(readFileSync(`/proc/${readFileSync(begun, "utf8")}/statm`, "utf8").split(" ")[1]) * 4096e-6;
  // Of the executor that works: its memory, told and seen at the same time, and that its CPU is at work.
  const agrees = (): boolean =>
    Object.values(profiler.results.at(-1)?.processes ?? {}).some(
      ({ mem, cpu }) => cpu > 1 && mem > 150 && Math.abs(mem / resident() - 1) < 0.1,
    );
  await until(agrees, "a sample of the executor that works");
  await until(() => Object.keys(profiler.results.at(-1)!.processes).length === 3, "samples of both executors");
  writeFileSync(release, "");
  expect(await job).toEqual([150e6]);
  await profiler.unregister();
  const { results } = profiler;
  expect(results.at(-1)!.time).toBe(profiler.endTime);
  for (const { time, mem, cpu, processes } of results) {
    expect(time).toBeGreaterThanOrEqual(profiler.startTime!);
    const all = Object.values(processes);
    expect(processes["driver"]!.mem).toBeGreaterThan(20);
    expect(mem).toBeCloseTo(all.reduce((sum, one) => sum + one.mem, 0));
    expect(cpu).toBeCloseTo(all.reduce((sum, one) => sum + one.cpu, 0));
  }
  expect(Object.keys(results.at(-1)!.processes).sort()).toEqual([...sc.getExecutorIds(), "driver"].sort());
  const recorded = results.length;
  await sc.range(0, 2, 1, 2).count();
  expect(profiler.results).toHaveLength(recorded);
  for (const dt of [0, -1, NaN, 0.01]) expect(() => new ResourceProfiler(sc, { dt })).toThrow(/dt must be a number of seconds/);
});

test("CacheProfiler records blocks from when they are stored until they go, by any metric", async () => {
  const counts = new CacheProfiler(sc).register();
  const bytes = new CacheProfiler(sc, { metric: ({ memSize, diskSize }) => memSize + diskSize, metricName: "bytes" }).register();
  const first = sc
    .range(0, 4000, 1, 4)
    .map((x) => x * x)
    .cache()
    .setName("squares");
  const second = sc.range(0, 10, 1, 2).cache().setName("kept");
  await first.count();
  const stored = sc.getRDDStorageInfo().find(({ name }) => name === "squares")!;
  await first.unpersist();
  await second.count();
  await sc.flushListeners();
  const unpersisted = Date.now() / 1000;
  await counts.unregister();
  await bytes.unregister();
  const squares = bytes.results.filter(({ task }) => task === "squares");
  expect(squares.map(({ key }) => key).sort()).toEqual([0, 1, 2, 3].map((partition) => `rdd_${first.id}_${partition}`));
  expect(squares.reduce((sum, { metric }) => sum + metric, 0)).toBe(stored.memoryBytes + stored.diskBytes);
  expect(stored.memoryBytes).toBeGreaterThan(4000);
  for (const { cacheTime, freeTime, workerId } of squares) {
    expect(cacheTime).toBeGreaterThanOrEqual(bytes.startTime!);
    expect(freeTime).toBeGreaterThanOrEqual(cacheTime);
    expect(freeTime).toBeLessThanOrEqual(unpersisted);
    expect(sc.getExecutorIds()).toContain(workerId);
  }
  const kept = counts.results.filter(({ task }) => task === "kept");
  expect(kept.map(({ metric, freeTime }) => [metric, freeTime])).toEqual(Array(2).fill([1, counts.endTime]));
  expect(counts.results).toHaveLength(6);
  await second.unpersist();
});

test("visualize draws them over one time, in a file that needs no other", async () => {
  const profilers = [new Profiler(sc), new ResourceProfiler(sc), new CacheProfiler(sc)];
  await expect(visualize(profilers)).rejects.toThrow(/nothing to draw before register/);
  await expect(visualize([])).rejects.toThrow(/at least one profiler/);
  for (const profiler of profilers) profiler.register();
  const cached = sc.range(0, 100, 1, 5).cache();
  await cached.count();
  const path = join(directory, "profile.html");
  {
    await using _registered = profilers[0]!;
    await cached.map((x) => "</script><b>" + x).count();
  }
  for (const profiler of profilers) await profiler.unregister();
  expect(await visualize(profilers, { filename: path })).toBe(path);
  const page = readFileSync(path, "utf8");
  const data = /<script type="application\/json" id="firesteel-profile">([^<]*)<\/script>/.exec(page)![1]!;
  const records = JSON.parse(data) as ProfilerRecord[];
  expect(records.map(({ kind, results }) => [kind, results])).toEqual([
    ["tasks", profilers[0]!.results],
    ["resources", profilers[1]!.results],
    ["cache", profilers[2]!.results],
  ]);
  expect(page.match(/<rect /g)).toHaveLength(10);
  expect(page.match(/<path /g)).toHaveLength(1);
  expect(page.match(/<polyline /g)).toHaveLength(2);
  expect(page).not.toMatch(/\s(?:src|href)=|url\((?!["']?data:)|@import/);
  await expect(profilers[0]!.visualize({ filename: join(directory, "none", "p.html") })).rejects.toThrow(/cannot be written/);
  await cached.unpersist();
});
