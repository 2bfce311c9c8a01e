/** What the store forgets, and what it says about stages. */
import type { EventOf, ListenerEvent, TaskInfo, TaskMetricsInfo } from "../../../src/events/listener-events";
import { AppStore, DEFAULT_LIMITS } from "../../../src/ui/store/app-store";
import { applicationSummary } from "../../../src/ui/views/application";
import { attention } from "../../../src/ui/views/attention";
import { executorMemory } from "../../../src/ui/views/executors";
import { jobData } from "../../../src/ui/views/jobs";
import { stageFindings } from "../../../src/ui/views/findings";
import { taskStream } from "../../../src/ui/views/task-stream";
import { searchData } from "../../../src/ui/views/searches";
import { DEFAULT_QUANTILES, stageData, taskList, taskSummary } from "../../../src/ui/views/stages";
import { SAMPLES } from "../../events/samples";

function stageStart(store: AppStore, stageId: number, numTasks: number): void {
  const stageInfo = { ...SAMPLES.StageSubmitted.stageInfo, stageId, numTasks, accumulables: [] };
  store.apply({ ...SAMPLES.StageSubmitted, stageInfo });
}

function stageEnd(store: AppStore, stageId: number, numTasks: number): void {
  store.apply({
    type: "StageCompleted",
    stageInfo: { ...SAMPLES.StageSubmitted.stageInfo, stageId, numTasks, accumulables: [] },
  });
}

const NO_METRICS = Object.fromEntries(
  Object.keys(SAMPLES.TaskEnd.taskMetrics!).map((key) => [key, 0]),
) as unknown as TaskMetricsInfo;

function task(
  store: AppStore,
  stageId: number,
  taskId: number,
  from: number,
  to: number,
  metrics: Partial<TaskMetricsInfo> = {},
  executorId = "1",
): void {
  const info: TaskInfo = { ...SAMPLES.TaskStart.taskInfo, taskId, index: taskId, executorId, accumulables: [] };
  store.apply({ ...SAMPLES.TaskStart, stageId, stageAttemptId: 0, taskInfo: { ...info, launchTime: from, finishTime: 0 } });
  const end: EventOf<"TaskEnd"> = {
    ...SAMPLES.TaskEnd,
    stageId,
    stageAttemptId: 0,
    reason: { reason: "Success" },
    taskInfo: { ...info, launchTime: from, finishTime: to },
    taskMetrics: { ...NO_METRICS, executorRunTime: to - from, ...metrics },
  };
  store.apply(end);
}

test("a stage remembers so many tasks, counts all, and keeps the quantiles of those that all stages have forgotten", () => {
  const store = new AppStore({ ...DEFAULT_LIMITS, tasks: 100 });
  stageStart(store, 1, 1000);
  for (let i = 0; i < 1000; i++) task(store, 1, i, i, i + 10);
  const first = store.work.stage(1, 0)!;
  expect(first.tasks.length).toBeLessThanOrEqual(100);
  expect(first.tasks.length + first.tasks.dropped).toBe(1000);
  expect([first.completedTasks, first.numCompletedIndices, first.activeTasks]).toEqual([1000, 1000, 0]);
  expect(taskList(store, first, { offset: 0, length: 1, sortBy: "-ID", statuses: [] })![0]!.taskId).toBe(999);
  stageEnd(store, 1, 1000);
  for (let stage = 2; stage <= 5; stage++) {
    stageStart(store, stage, 100);
    for (let i = 0; i < 100; i++) task(store, stage, 10_000 * stage + i, i, i + 20);
    stageEnd(store, stage, 100);
  }
  expect(first.tasks.length).toBe(0);
  expect(taskSummary(first, DEFAULT_QUANTILES)!.duration).toEqual([10, 10, 10, 10, 10]);
});

test("jobs, stages, executors and queries beyond the limits are forgotten, those that run are not", () => {
  const store = new AppStore({ jobs: 5, stages: 5, tasks: 10, deadExecutors: 3, executions: 4 });
  for (let i = 0; i < 30; i++) {
    const stageInfo = { ...SAMPLES.StageSubmitted.stageInfo, stageId: i };
    store.apply({ ...SAMPLES.JobStart, jobId: i, stageInfos: [stageInfo] });
    store.apply({ ...SAMPLES.SQLExecutionStart, executionId: i });
    store.apply({ ...SAMPLES.ExecutorAdded, executorId: String(i) });
    stageStart(store, i, 1);
    // The first one goes on.
    if (i === 0) continue;
    stageEnd(store, i, 1);
    store.apply({ ...SAMPLES.JobEnd, jobId: i });
    store.apply({ ...SAMPLES.SQLExecutionEnd, executionId: i });
    store.apply({ ...SAMPLES.ExecutorRemoved, executorId: String(i) });
  }
  expect(store.work.jobs.size).toBeLessThanOrEqual(6);
  expect(store.work.stages.size).toBeLessThanOrEqual(6);
  expect(store.queries.executions.size).toBeLessThanOrEqual(5);
  expect(store.nodes.executors.size).toBeLessThanOrEqual(4);
  for (const kept of [store.work.jobs, store.queries.executions] as ReadonlyMap<number, unknown>[])
    expect(kept.has(0)).toBe(true);
});

test("a stage says why it is slow, with figures", () => {
  const store = new AppStore();
  stageStart(store, 1, 20);
  for (let i = 0; i < 19; i++) task(store, 1, i, 0, 1000, { shuffleLocalBytesRead: 100_000 });
  task(store, 1, 19, 0, 30_000, {
    shuffleLocalBytesRead: 50_000_000,
    diskBytesSpilled: 40_000_000,
    jvmGcTime: 15_000,
    shuffleFetchWaitTime: 12_000,
  });
  const { findings } = stageFindings(store.work.stage(1, 0)!, 30_000);
  const kinds = findings.map(({ kind }) => kind);
  expect(kinds).toEqual(expect.arrayContaining(["skew", "spill", "gc", "fetchWait"]));
  expect(kinds).not.toContain("straggler");
  const skew = findings.find(({ kind }) => kind === "skew")!;
  expect(skew.text).toContain("47.7 MiB");
  expect(skew).toMatchObject({ severity: "serious", taskIds: [19], figures: { longestMs: 30_000, medianMs: 1000 } });
  expect(findings).toEqual([...findings].sort((a, b) => b.cost - a.cost));
});

test("a task that is slow without reason is a straggler; even tasks are nothing", () => {
  const store = new AppStore();
  stageStart(store, 1, 9);
  for (let i = 0; i < 7; i++) task(store, 1, i, 0, 1000, {}, "1");
  expect(stageFindings(store.work.stage(1, 0)!, 1000).findings).toEqual([]);
  task(store, 1, 7, 0, 9000, {}, "2");
  const straggler = () => stageFindings(store.work.stage(1, 0)!, 9000).findings[0]!;
  expect(straggler()).toMatchObject({ kind: "straggler", taskIds: [7] });
  expect(straggler().text).not.toContain("executor");
  task(store, 1, 8, 0, 8000, {}, "2");
  expect(straggler()).toMatchObject({ kind: "straggler", taskIds: [7, 8] });
  expect(straggler().text).toContain("all on executor 2");
});

test("tasks that overlap lie in rows of their own", () => {
  const store = new AppStore();
  stageStart(store, 1, 3);
  task(store, 1, 0, 0, 100);
  task(store, 1, 1, 50, 150);
  task(store, 1, 2, 120, 200);
  expect(taskStream(store, 0, 10)).toMatchObject({
    total: 3,
    taskId: [0, 1, 2],
    slot: [0, 1, 0],
    start: [0, 50, 120],
    end: [100, 150, 200],
  });
  expect(taskStream(store, 150, 10).taskId).toEqual([2]);
});

function job(store: AppStore, jobId: number, failure?: string): void {
  store.apply({ ...SAMPLES.JobStart, jobId, stageInfos: [] });
  store.apply({
    type: "JobEnd",
    jobId,
    time: 5,
    jobResult: failure === undefined ? { result: "JobSucceeded" } : { result: "JobFailed", message: failure, stackTrace: [] },
  });
}

test("failed jobs are remembered longer than others, up to half of the room; counts are of all", () => {
  const store = new AppStore({ ...DEFAULT_LIMITS, jobs: 10 });
  job(store, 0, "no");
  for (let id = 1; id < 100; id++) job(store, id);
  expect(store.work.jobs.size).toBeLessThanOrEqual(11);
  expect(store.work.jobs.has(0)).toBe(true);
  expect(applicationSummary(store, 10).jobs).toEqual({ active: 0, succeeded: 99, failed: 1 });
  for (let id = 100; id < 200; id++) job(store, id, "no");
  expect(store.work.jobs.size).toBeLessThanOrEqual(11);
  expect(store.work.jobs.has(0)).toBe(false);
  expect(store.work.jobs.has(199)).toBe(true);
  for (let id = 200; id < 250; id++) job(store, id);
  expect([...store.work.jobs.values()].filter(({ status }) => status === "FAILED").length).toBe(5);
});

test("what to look at first: failures with their cause, lost executors but not retired ones, the stages that lost most time", () => {
  const store = new AppStore();
  for (let id = 0; id < 5; id++)
    job(
      store,
      id,
      "Job aborted due to stage failure: Task 6 in stage 4.0 failed 4 times, most recent failure: Lost task 6.3 in stage 4.0 (TID 37) (127.0.0.1 executor 0): RangeError: no such customer: 7\n    at f",
    );
  for (const [executorId, reason] of [
    ["1", "killed by SIGKILL (from outside)"],
    ["2", "idle"],
  ] as const) {
    store.apply({ ...SAMPLES.ExecutorAdded, executorId });
    store.apply({ ...SAMPLES.ExecutorRemoved, executorId, reason });
  }
  stageStart(store, 7, 20);
  for (let i = 0; i < 19; i++) task(store, 7, i, 0, 100);
  task(store, 7, 19, 0, 9000);
  stageEnd(store, 7, 20);
  const stage = store.work.stage(7, 0)!;
  stage.info = { ...stage.info, completionTime: 9000 };
  const items = attention(store, 10_000);
  expect(items.map(({ subject, more }) => [subject, more])).toEqual([
    ["Job 4 failed", 0],
    ["Job 3 failed", 0],
    ["Job 2 failed", 2],
    ["Executor 1 was lost", 0],
    ["Stage 7", 0],
  ]);
  expect(items[0]).toMatchObject({ text: "RangeError: no such customer: 7", page: ["jobs", "4"], severity: "serious" });
  expect(items[4]).toMatchObject({ kind: "slowStage", cost: 8800, page: ["stages", "7", "0"] });
});

test("the stage that lost most is told of however many have ended since", () => {
  const store = new AppStore();
  const end = (stageId: number, time: number): void => {
    stageEnd(store, stageId, 8);
    const stage = store.work.stage(stageId, 0)!;
    stage.info = { ...stage.info, completionTime: time };
  };
  stageStart(store, 1, 8);
  for (let i = 0; i < 7; i++) task(store, 1, i, 0, 100);
  task(store, 1, 7, 0, 6000);
  end(1, 6000);
  for (let id = 2; id < 202; id++) {
    stageStart(store, id, 8);
    for (let i = 0; i < 8; i++) task(store, id, i, 0, 1200);
    end(id, 1200);
  }
  expect(attention(store, 10_000).map(({ subject }) => subject)).toEqual(["Stage 1"]);
});

test("a search ranks its candidates as scores come", () => {
  const store = new AppStore();
  const start = {
    ...SAMPLES.FiresteelSearchStart,
    folds: 2,
    candidates: [{ params: { a: "1" } }, { params: { a: "2" } }, { params: { a: "3" } }],
  };
  const score = (candidate: number, fold: number, value: number): ListenerEvent => ({
    ...SAMPLES.FiresteelSearchProgress,
    candidate,
    fold,
    score: value,
    fitTime: 100 + 50 * fold,
  });
  for (const event of [start, score(0, 0, 3), score(0, 1, 5), score(1, 0, 1), score(1, 1, 2)]) store.apply(event);
  store.apply({ ...SAMPLES.FiresteelSearchProgress, candidate: 2, fold: 0, state: "failed", error: "no" });
  const entry = store.searches.searches.get("s")!;
  expect(searchData(entry, true)).toMatchObject({
    status: "RUNNING",
    total: 6,
    done: 4,
    failed: 1,
    bestIndex: 1,
    bestScore: 1.5,
    candidates: [
      // Folds run at the same time: the sum of their times could be longer than the search.
      { mean: 4, std: 1, rank: 2, status: "DONE", fitTime: 125 },
      { mean: 1.5, rank: 1, status: "DONE", fitTime: 125 },
      { mean: null, rank: null, status: "FAILED", error: "no", fitTime: null },
    ],
  });
  store.apply({ ...SAMPLES.FiresteelSearchEnd, bestIndex: 1, bestScore: 1.5 });
  expect(searchData(entry, false)).toMatchObject({ status: "COMPLETED", endTime: 3 });
  expect(searchData(entry, false).candidates).toBeUndefined();
});

test("jobs at the same time have each skipped a stage that they have in common, and nothing runs in a job that has ended", () => {
  const store = new AppStore();
  const info = (stageId: number) => ({ ...SAMPLES.StageSubmitted.stageInfo, stageId, numTasks: 4, accumulables: [] });
  for (const [jobId, stageId] of [
    [0, 2],
    [1, 3],
  ] as const)
    store.apply({ type: "JobStart", jobId, time: 1, stageInfos: [info(1), info(stageId)], properties: {} });
  stageStart(store, 2, 4);
  store.apply({ ...SAMPLES.TaskStart, stageId: 2, stageAttemptId: 0 });
  for (const jobId of [0, 1]) store.apply({ type: "JobEnd", jobId, time: 2, jobResult: { result: "JobSucceeded" } });
  expect([0, 1].map((id) => jobData(store.work.jobs.get(id)!)).map((job) => [job.numSkippedStages, job.numSkippedTasks])).toEqual(
    [
      [1, 4],
      [2, 8],
    ],
  );
  expect(store.work.jobs.get(0)!.activeTasks).toBe(0);
  expect(store.work.counts.stages.SKIPPED).toBe(2);
});

test("gauges of an executor count as peaks of the stages that it works on", () => {
  const store = new AppStore();
  stageStart(store, 1, 1);
  for (const heap of [5, 9, 7])
    store.apply({
      type: "ExecutorMetricsUpdate",
      executorId: "1",
      accumUpdates: [],
      executorUpdates: [{ stageId: 1, stageAttemptId: 0, metrics: { JVMHeapMemory: heap } }],
    });
  expect(store.work.stage(1, 0)!.peaks).toEqual({ JVMHeapMemory: 9 });
});

test("a stage whose tasks end before anybody looks at gauges has peaks of 0, as in Spark", () => {
  const store = new AppStore();
  stageStart(store, 1, 1);
  expect(stageData(store, store.work.stage(1, 0)!)).not.toHaveProperty("peakExecutorMetrics");
  const { taskExecutorMetrics: _none, ...ended } = SAMPLES.TaskEnd;
  store.apply({ ...ended, stageId: 1, stageAttemptId: 0 });
  expect(stageData(store, store.work.stage(1, 0)!).peakExecutorMetrics).toMatchObject({ JVMHeapMemory: 0, MajorGCCount: 0 });
});

test("executors that are there at the application's end have ended with it, and so have their tasks", () => {
  const store = new AppStore();
  store.apply({ ...SAMPLES.ExecutorAdded, executorId: "1", totalCores: 2 });
  stageStart(store, 1, 2);
  store.apply({ ...SAMPLES.TaskStart, stageId: 1, taskInfo: { ...SAMPLES.TaskStart.taskInfo, executorId: "1" } });
  const told = () => {
    const { tasks, executors } = applicationSummary(store, 0);
    return { running: tasks.active, ...executors };
  };
  const withMemory = () => executorMemory(store, 0).map(({ executorId, isActive }) => [executorId, isActive]);
  expect(told()).toEqual({ running: 1, active: 1, removed: 0, cores: 2 });
  expect(withMemory()).toEqual([["1", true]]);
  store.apply(SAMPLES.ApplicationEnd);
  expect(told()).toEqual({ running: 0, active: 0, removed: 1, cores: 0 });
  expect(withMemory()).toEqual([["1", false]]);
});

test("a driver that runs tasks, as in Spark's local mode, is counted as an executor; another is not", () => {
  const store = new AppStore();
  store.apply({ ...SAMPLES.ExecutorAdded, executorId: "driver", totalCores: 2 });
  expect(applicationSummary(store, 0).executors).toEqual({ active: 0, removed: 0, cores: 0 });
  stageStart(store, 1, 1);
  task(store, 1, 0, 0, 10, {}, "driver");
  expect(applicationSummary(store, 0).executors).toEqual({ active: 1, removed: 0, cores: 2 });
});
