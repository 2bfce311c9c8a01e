/** What contexts tell under the names of Dask's clients: task streams, stories, profiles, dumps. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { SparkContext as Context } from "../../src/driver/spark-context";
import type { ProfiledCall, StoryEvent } from "../../src/events/diagnostics";
import type { TaskEndEvent } from "../../src/events/listener-events";
import type { ClusterState } from "../../src/ui/report/cluster-state";
import { HistoryUi } from "../../src/ui/history/history-ui";
import { until } from "../support/until";

const { SparkConf, SparkContext } = require("../../dist") as typeof import("../../src");
const fs: typeof import("node:fs") = require("node:fs");

const directory = mkdtempSync(join(tmpdir(), "firesteel-diagnosis-"));
const settings = {
  "spark.ui.port": "0",
  "firesteel.profiler.enabled": "true",
  "spark.eventLog.enabled": "true",
  "spark.eventLog.dir": join(directory, "log"),
};
let sc: Context;

beforeAll(async () => {
  sc = new SparkContext("local-cluster[2,1,512]", "diagnosis", new SparkConf().setAll(Object.entries(settings)));
  await until(() => sc.getExecutorIds().length === 2, "executors");
});
afterAll(async () => {
  await sc.stop();
  rmSync(directory, { recursive: true });
});

test("the task stream has what the time of each task went into", async () => {
  const ended: TaskEndEvent[] = [];
  const listener = { onTaskEnd: (event: TaskEndEvent) => ended.push(event) };
  sc.addSparkListener(listener);
  const pairs = sc.range(0, 2000, 1, 4).map((x) => [x % 7, x] as [number, number]);
  expect(await pairs.reduceByKey((a, b) => a + b, 3).count()).toBe(7);
  await sc.flushListeners();
  sc.removeSparkListener(listener);
  const records = await sc.getTaskStream();
  const expected = ended.map(({ stageId, taskInfo, taskMetrics }) => [
    `${stageId}.0:${taskInfo.partitionId}`,
    taskMetrics!.resultSize,
    taskMetrics!.executorRunTime + taskMetrics!.executorDeserializeTime,
  ]);
  const told = records.map(({ key, nbytes, startstops }) => [
    key,
    nbytes,
    Math.round(startstops.reduce((sum, { start, stop }) => sum + stop - start, 0) * 1000),
  ]);
  expect(told.map(String).sort()).toEqual(expected.map(String).sort());
  expect(records).toHaveLength(7);
  for (const { startstops, status, attempt } of records) {
    expect([status, attempt]).toEqual(["OK", 0]);
    startstops.slice(1).forEach(({ start }, i) => expect(start).toBeCloseTo(startstops[i]!.stop, 6));
  }
  expect(await sc.getTaskStream({ count: 2 })).toEqual(records.slice(-2));
  expect(await sc.getTaskStream({ start: new Date() })).toEqual([]);
  expect(await sc.getTaskStream({ start: "1h", stop: 1 })).toEqual([]);
  const filename = join(directory, "stream.html");
  expect(await sc.getTaskStream({ plot: "save", filename })).toEqual(records);
  expect(readFileSync(filename, "utf8")).toContain(`location.hash ||= "/individual/task-stream"`);
  await expect(sc.getTaskStream({ count: -1 })).rejects.toThrow(/count must be/);
});

test("the story of a partition has all its attempts", async () => {
  const once = join(directory, "once");
  const flaky = sc.range(0, 2, 1, 2).map((x) => {
    if (x === 1 && !fs.existsSync(once)) {
      fs.writeFileSync(once, "");
      throw new Error("not yet");
    }
    return x;
  });
  await flaky.count();
  const last = (await sc.getTaskStream({ count: 1 }))[0]!;
  const stage = last.key.split(".")[0]!;
  const events = await sc.story(`${stage}:1`);
  expect(events.map(({ key, event, attempt }) => [key, event, attempt])).toEqual([
    [`${stage}.0:1`, "launched", 0],
    [`${stage}.0:1`, "error", 0],
    [`${stage}.0:1`, "launched", 1],
    [`${stage}.0:1`, "OK", 1],
  ]);
  expect(events[1]!.error).toContain("not yet");
  expect((await sc.story(`${stage}.0:0`)).map(({ event }) => event)).toEqual(["launched", "OK"]);
  expect(await sc.story("999:0")).toEqual([]);
  await expect(sc.story("five")).rejects.toThrow(/such as "3:5"/);
});

test("the profile is one tree over all executors, in a file too", async () => {
  const release = join(directory, "enough");
  const job = sc
    .range(0, 2, 1, 2)
    .map(function userSpin(x) {
      let sum = x;
      while (!fs.existsSync(release)) for (let i = 0; i < 1e6; i++) sum += Math.sqrt(i);
      return sum;
    })
    .count();
  const calls = (call: ProfiledCall): ProfiledCall[] => [call, ...call.children.flatMap(calls)];
  const spins = async (): Promise<ProfiledCall | undefined> =>
    calls((await sc.profile()).root).find(({ name, count }) => name === "userSpin" && count > 0);
  await until(async () => (await spins()) !== undefined, "samples of the task");
  writeFileSync(release, "");
  await job;
  expect((await spins())!.location).toMatch(/diagnosis\.test\.ts:\d+:\d+$/);
  const filename = join(directory, "profile.html");
  const { root, executors, intervalMicros } = await sc.profile({ filename });
  expect(intervalMicros).toBe(10_000);
  expect([...executors].sort()).toEqual([...sc.getExecutorIds()].sort());
  for (const call of calls(root))
    expect(call.children.reduce((sum, { count }) => sum + count, 0)).toBeLessThanOrEqual(call.count);
  expect(readFileSync(filename, "utf8")).toContain("userSpin");
  expect((await sc.profile({ executorId: "driver" })).executors).toEqual(["driver"]);
});

test("a dump says what a cluster that hangs is about, and its log opens in a history server", async () => {
  const [begun, release] = [join(directory, "begun"), join(directory, "release")];
  const job = sc
    .parallelize([begun], 1)
    .map(function hangsHere(file) {
      fs.writeFileSync(file, "");
      while (!fs.existsSync(release)) Math.sqrt(2);
      return 1;
    })
    .count();
  await until(() => existsSync(begun), "the task");
  const dump = join(directory, "dump");
  const files = await sc.dumpClusterState(dump);
  writeFileSync(release, "");
  await job;
  expect(files.map((file) => basename(file))).toEqual(["state.json", "report.html", `eventlog_v2_${sc.applicationId}`]);
  const state = JSON.parse(readFileSync(files[0]!, "utf8")) as ClusterState;
  expect(Object.keys(state.threads).sort()).toEqual([...sc.getExecutorIds(), "driver"].sort());
  expect(JSON.stringify(state.threads)).toContain("hangsHere");
  const stories = Object.values(state.stories) as StoryEvent[][];
  expect(stories.map((events) => events.map(({ event }) => event))).toEqual([["launched"]]);
  expect((state.jobs as { status: string }[]).map(({ status }) => status)).toContain("RUNNING");
  expect(state.wantedExecutors).toBe(2);
  expect(readFileSync(files[1]!, "utf8")).toContain("firesteel-report");

  const history = new HistoryUi({
    version: "0",
    webFolder: directory,
    directory: join(dump, "events"),
    cacheFolder: mkdtempSync(join(directory, "cache-")),
    host: "127.0.0.1",
    port: 0,
    allowedHosts: [],
    framedBy: [],
    updateInterval: 50,
    retained: 2,
    cleaner: null,
  });
  const base = await history.listen();
  const jobs = (await (await fetch(`${base}/api/v1/applications/${sc.applicationId}/jobs`)).json()) as { status: string }[];
  await history.close();
  expect(jobs.map(({ status }) => status)).toContain("RUNNING");
});

test("who shows nothing, and samples nothing, says so", async () => {
  const other = new SparkContext("local[1]", "nothing", new SparkConf().set("spark.ui.enabled", "false"));
  await expect(other.getTaskStream()).rejects.toThrow("getTaskStream needs the events that the user interface keeps");
  await other.stop();
  const plain = new SparkContext("local[1]", "plain", new SparkConf());
  await expect(plain.profile()).rejects.toThrow(/firesteel.profiler.enabled=true/);
  await plain.stop();
  await expect(plain.story("1:1")).rejects.toThrow(/stopped/);
});
