/** Events of a made-up application that shows all that pages have: skew, spill, failures, a query, a search, cached data, a long stage. */
import type { ListenerEvent, RddInfo, SparkPlanInfo, StageInfo, TaskEndReason } from "../../../../src/events/listener-events";
import { newTaskMetrics } from "../../../../src/storage/task-env";

const EXECUTORS = 4;
const CORES = 4;
const MIB = 2 ** 20;

/** The same numbers each time. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

export interface StageKind {
  readonly name: string;
  readonly tasks: number;
  /** ms of a task. */
  readonly duration: (index: number) => number;
  readonly reads: boolean;
  readonly writes: boolean;
  readonly spills?: boolean;
  readonly fails?: (index: number) => boolean;
  readonly rdds: readonly RddInfo[];
  readonly parents: readonly number[];
}

export function rdd(id: number, name: string, scope: string, parentIds: readonly number[], cached = false): RddInfo {
  return {
    id,
    name,
    scope: JSON.stringify({ id: scope.split(" ")[0], name: scope.split(" ")[1] ?? name }),
    callSite: `${name} at /home/ada/churn/features.ts:${20 + id}:12`,
    parentIds,
    storageLevel: { useDisk: cached, useMemory: cached, useOffHeap: false, deserialized: cached, replication: 1 },
    barrier: false,
    numPartitions: 64,
    numCachedPartitions: 0,
    memSize: 0,
    diskSize: 0,
  };
}

export class Application {
  readonly id = "app-20261121080000-0007";
  readonly events: ListenerEvent[] = [];
  readonly #next = random(7);
  /** When each slot is free again. */
  readonly #free: number[] = new Array<number>(EXECUTORS * CORES).fill(0);
  #task = 0;
  #stage = 0;
  #job = 0;
  now: number;

  constructor(start: number) {
    this.now = start;
    this.#begin(start);
  }

  #begin(start: number): void {
    this.events.push({ type: "LogStart", sparkVersion: "4.2.1" });
    this.events.push({
      type: "ApplicationStart",
      appName: "Customer churn: nightly training",
      appId: this.id,
      time: start,
      user: "ada",
    });
    this.events.push({
      type: "EnvironmentUpdate",
      runtime: { "Java Version": "Node 20.20.2 (V8 11.3)", "Java Home": "/usr/local", "Scala Version": "TypeScript" },
      sparkProperties: {
        "spark.app.name": "Customer churn: nightly training",
        "spark.executor.memory": "2g",
        "spark.executor.cores": "4",
        "spark.master": "firesteel://10.0.0.4:7077",
        "spark.sql.shuffle.partitions": "64",
        "spark.warehouse.password": "*********(redacted)",
      },
      hadoopProperties: {},
      systemProperties: { "os.name": "linux", "os.arch": "x64", "node.version": "v20.20.2" },
      metricsProperties: {},
      classpathEntries: { "features.ts": "by content hash", "simple-statistics@7.8.8": "package" },
    });
    for (let executor = 1; executor <= EXECUTORS; executor++) {
      const time = start + 300 + executor * 90;
      const at = { executorId: String(executor), host: `10.0.0.${4 + executor}`, port: 41000 + executor };
      this.events.push({ type: "ExecutorAdded", time, executorId: at.executorId, host: at.host, totalCores: CORES, logUrls: {} });
      this.events.push({
        type: "BlockManagerAdded",
        time,
        blockManager: at,
        maxMem: 600 * MIB,
        maxOnHeapMem: 0,
        maxOffHeapMem: 600 * MIB,
      });
    }
    this.#free.fill(start + 900);
  }

  nextStage(): number {
    return this.#stage++;
  }

  info(id: number, kind: StageKind, submissionTime?: number, completionTime?: number, failureReason?: string): StageInfo {
    return {
      stageId: id,
      attemptNumber: 0,
      name: kind.name,
      numTasks: kind.tasks,
      rddInfos: kind.rdds,
      parentIds: kind.parents,
      details: `${kind.name}\n    at main (/home/ada/churn/train.ts:48:3)`,
      accumulables: [],
      ...(submissionTime === undefined ? {} : { submissionTime }),
      ...(completionTime === undefined ? {} : { completionTime }),
      ...(failureReason === undefined ? {} : { failureReason }),
    };
  }

  startJob(
    stages: readonly (readonly [number, StageKind])[],
    description: string,
    properties: Record<string, string> = {},
  ): number {
    const jobId = this.#job++;
    const stageInfos = stages.map(([id, kind]) => this.info(id, kind));
    this.events.push({
      type: "JobStart",
      jobId,
      time: this.now,
      stageInfos,
      properties: { "spark.job.description": description, ...properties },
    });
    return jobId;
  }

  endJob(jobId: number, failed?: string): void {
    const jobResult =
      failed === undefined
        ? ({ result: "JobSucceeded" } as const)
        : ({ result: "JobFailed", message: failed, stackTrace: [] } as const);
    this.events.push({ type: "JobEnd", jobId, time: this.now, jobResult });
  }

  /** Runs a stage's tasks in the slots; of one that is `cut`, only so many have ended and one more a slot runs. @param why it failed. */
  runStage(id: number, kind: StageKind, cut = Infinity, why?: string): void {
    const began = this.now;
    this.events.push({ type: "StageSubmitted", stageInfo: this.info(id, kind, began), properties: {} });
    let last = began;
    for (let index = 0; index < kind.tasks; index++) {
      const slot = this.#free.indexOf(Math.min(...this.#free));
      const launchTime = Math.max(began, this.#free[slot]!);
      const running = index >= cut;
      if (running && index >= cut + this.#free.length) break;
      this.#oneTask(id, kind, index, slot, launchTime, running);
      if (!running) last = Math.max(last, this.#free[slot]!);
    }
    if (cut < kind.tasks) return;
    this.now = last + 5;
    this.events.push({ type: "StageCompleted", stageInfo: this.info(id, kind, began, this.now, why) });
  }

  #oneTask(stageId: number, kind: StageKind, index: number, slot: number, launchTime: number, running: boolean): void {
    const executor = 1 + Math.floor(slot / CORES);
    const taskId = this.#task++;
    const ms = Math.max(1, Math.round(kind.duration(index)));
    const failed = kind.fails?.(index) === true;
    const taskInfo = {
      taskId,
      index,
      attemptNumber: 0,
      partitionId: index,
      launchTime,
      executorId: String(executor),
      host: `10.0.0.${4 + executor}`,
      taskLocality: index % 5 === 0 ? ("ANY" as const) : ("PROCESS_LOCAL" as const),
      speculative: false,
      gettingResultTime: 0,
      finishTime: 0,
      failed: false,
      killed: false,
      accumulables: [],
    };
    this.events.push({ type: "TaskStart", stageId, stageAttemptId: 0, taskInfo });
    this.#free[slot] = running ? Infinity : launchTime + ms + 2;
    if (running) return;
    const reason: TaskEndReason = failed
      ? {
          reason: "ExceptionFailure",
          className: "RangeError",
          description: `Row ${index * 1000} has no date`,
          stackTrace: [],
          fullStackTrace: `RangeError: Row ${index * 1000} has no date\n    at parse (/home/ada/churn/features.ts:31:11)`,
          accumUpdates: [],
        }
      : { reason: "Success" };
    const wait = kind.reads ? Math.floor(ms * 0.14 * this.#next()) : 0;
    const overhead = Math.min(6, Math.floor(ms * 0.04));
    const run = ms - overhead;
    const size = Math.round((0.4 + this.#next()) * MIB * (ms / 100));
    this.events.push({
      type: "TaskEnd",
      stageId,
      stageAttemptId: 0,
      taskType: kind.writes ? "ShuffleMapTask" : "ResultTask",
      reason,
      taskInfo: { ...taskInfo, finishTime: launchTime + ms, failed },
      taskMetrics: {
        ...newTaskMetrics(),
        executorDeserializeTime: Math.floor(overhead / 2),
        executorRunTime: run,
        executorCpuTimeNs: run * 0.9e6,
        jvmGcTime: Math.floor(run * 0.03 * this.#next()),
        resultSerializationTime: Math.floor(overhead / 3),
        resultSize: 900 + index,
        peakExecutionMemory: size,
        ...(kind.reads
          ? {
              shuffleFetchWaitTime: wait,
              shuffleLocalBytesRead: size,
              shuffleRemoteBytesRead: size * 2,
              shuffleRecordsRead: Math.round(size / 90),
              shuffleLocalBlocksFetched: 8,
            }
          : { inputBytes: size * 3, inputRecords: Math.round(size / 40) }),
        ...(kind.writes
          ? { shuffleBytesWritten: size, shuffleRecordsWritten: Math.round(size / 80), shuffleWriteTimeNs: run * 0.12e6 }
          : {}),
        ...(kind.spills === true && index % 3 === 0 ? { memoryBytesSpilled: size * 6, diskBytesSpilled: size * 2 } : {}),
      },
    });
  }

  /** Memory and CPU of the executors from `from` to now, each `step` ms. */
  samples(from: number, step: number): void {
    const limit = 2048 * MIB;
    for (let time = from; time <= this.now; time += step) {
      for (let executor = 1; executor <= EXECUTORS; executor++) {
        const phase = (time - from) / 9000 + executor;
        const level = [0.42, 0.55, 0.73, 0.86][executor - 1]! + 0.05 * Math.sin(phase);
        this.events.push({
          type: "FiresteelExecutorSample",
          time,
          executorId: String(executor),
          rss: limit * level,
          limit,
          heap: limit * level * 0.32,
          storage: limit * level * 0.28,
          execution: limit * level * 0.2,
          cpu: Math.max(0, 3.2 + Math.sin(phase * 2) * 0.8),
          activeTasks: 4,
        });
      }
    }
  }

  cache(rddId: number, partitions: number): void {
    for (let index = 0; index < partitions; index++) {
      const executor = 1 + (index % EXECUTORS);
      const onDisk = index % 9 === 0;
      this.events.push({
        type: "BlockUpdated",
        blockManager: { executorId: String(executor), host: `10.0.0.${4 + executor}`, port: 41000 + executor },
        blockId: `rdd_${rddId}_${index}`,
        storageLevel: { useDisk: onDisk, useMemory: !onDisk, useOffHeap: false, deserialized: !onDisk, replication: 1 },
        memSize: onDisk ? 0 : 3_400_000 + index * 9000,
        diskSize: onDisk ? 2_900_000 : 0,
      });
    }
  }
}

const scan: StageKind["rdds"] = [
  rdd(0, "FileScan orders", "0 scan", []),
  rdd(1, "MapPartitions", "1 map", [0]),
  rdd(2, "features", "2 keyBy", [1], true),
];
const reduce: StageKind["rdds"] = [rdd(3, "ShuffledRDD", "3 reduceByKey", [2]), rdd(4, "MapPartitions", "4 mapValues", [3])];

/** @param long tasks of the stage that goes on; so many of them have ended. */
export function application(start: number, long: { tasks: number; ended: number }): Application {
  const app = new Application(start);
  const next = random(3);
  app.now = start + 1000;

  const load: StageKind = {
    name: "keyBy at /home/ada/churn/features.ts:22:10",
    tasks: 64,
    duration: () => 220 + next() * 180,
    reads: false,
    writes: true,
    rdds: scan,
    parents: [],
  };
  const loadId = app.nextStage();
  const sum: StageKind = {
    name: "reduceByKey at /home/ada/churn/features.ts:25:6",
    tasks: 32,
    // One key has most of the data.
    duration: (index) => (index === 11 ? 3400 : 160 + next() * 240),
    reads: true,
    writes: false,
    spills: true,
    rdds: reduce,
    parents: [loadId],
  };
  const sumId = app.nextStage();
  const first = app.startJob([[loadId, load], [sumId, sum]], "count features per customer"); // prettier-ignore
  app.runStage(loadId, load);
  app.cache(2, 48);
  app.runStage(sumId, sum);
  app.endJob(first);
  app.now += 350;

  const again: StageKind = {
    ...sum,
    name: "collect at /home/ada/churn/train.ts:51:20",
    tasks: 16,
    duration: () => 90 + next() * 120,
    spills: false,
  };
  const skippedId = app.nextStage();
  const againId = app.nextStage();
  const second = app.startJob([[skippedId, load], [againId, { ...again, parents: [skippedId] }]], "collect the labels"); // prettier-ignore
  app.runStage(againId, { ...again, parents: [skippedId] });
  app.endJob(second);
  app.now += 200;

  const broken: StageKind = {
    ...load,
    name: "foreach at /home/ada/churn/check.ts:9:3",
    tasks: 24,
    duration: () => 60 + next() * 80,
    fails: (index) => index % 7 === 5,
    rdds: [rdd(6, "check", "6 foreach", [])],
    writes: false,
  };
  const brokenId = app.nextStage();
  const third = app.startJob([[brokenId, broken]], "check the dates");
  app.runStage(brokenId, broken);
  app.endJob(third, "Task 5 in stage 4.0 failed 4 times: RangeError: Row 5000 has no date");
  app.now += 150;

  query(app, next);
  search(app);

  const fit: StageKind = {
    name: "fit at /home/ada/churn/train.ts:73:18",
    tasks: long.tasks,
    duration: () => (long.tasks > 5000 ? 20 + next() * 40 : 350 + next() * 500),
    reads: true,
    writes: false,
    rdds: [rdd(9, "blocks", "9 mapPartitions", []), rdd(10, "gradients", "10 treeAggregate", [9])],
    parents: [],
  };
  const fitId = app.nextStage();
  app.startJob([[fitId, fit]], "logistic regression: fit");
  app.runStage(fitId, fit, long.ended);
  app.now = Math.max(app.now, start + 60_000);
  app.samples(start + 1000, 1000);
  return app;
}

function query(app: Application, next: () => number): void {
  let accumulator = 1000;
  const totals: [number, number][] = [];
  const node = (
    nodeName: string,
    simpleString: string,
    figures: readonly (readonly [string, "sum" | "size" | "timing" | "nsTiming", number])[],
    ...children: SparkPlanInfo[]
  ): SparkPlanInfo => ({
    nodeName,
    simpleString: `${nodeName} ${simpleString}`,
    children,
    metadata: {},
    metrics: figures.map(([name, metricType, value]) => {
      const accumulatorId = accumulator++;
      totals.push([accumulatorId, value]);
      return { name, accumulatorId, metricType };
    }),
  });
  const rows = "number of output rows";
  const orders = node("Scan parquet orders", "[customer#1, amount#2, day#3] PushedFilters: [IsNotNull(customer)]", [
    [rows, "sum", 12_400_000],
    ["size of files read", "size", 812 * MIB],
    ["scan time", "timing", 8120],
  ]);
  const filter = node("Filter", "(isnotnull(customer#1) AND (amount#2 > 10.0))", [[rows, "sum", 9_812_003]], orders);
  const customers = node("Scan parquet customers", "[customer#9, city#10]", [
    [rows, "sum", 48_211],
    ["size of files read", "size", 3 * MIB],
  ]);
  const broadcast = node(
    "BroadcastExchange",
    "HashedRelationBroadcastMode(List(customer#9))",
    [
      ["data size", "size", 6 * MIB],
      ["time to collect", "timing", 140],
    ],
    customers,
  );
  const join = node(
    "BroadcastHashJoin",
    "[customer#1], [customer#9], Inner, BuildRight",
    [[rows, "sum", 9_811_911]],
    filter,
    broadcast,
  );
  const partial = node(
    "HashAggregate",
    "(keys=[city#10], functions=[partial_sum(amount#2), partial_count(1)])",
    [
      [rows, "sum", 5120],
      ["time in aggregation build", "timing", 4100],
      ["peak memory", "size", 96 * MIB],
      ["spill size", "size", 24 * MIB],
    ],
    join,
  );
  const exchange = node(
    "Exchange",
    "hashpartitioning(city#10, 64)",
    [
      ["shuffle bytes written", "size", 412_000],
      ["shuffle records written", "sum", 5120],
    ],
    node("WholeStageCodegen (1)", "", [["duration", "timing", 14_300]], partial),
  );
  const final = node("HashAggregate", "(keys=[city#10], functions=[sum(amount#2), count(1)])", [[rows, "sum", 80]], exchange);
  const top = node("TakeOrderedAndProject", "(limit=10, orderBy=[revenue#20 DESC])", [[rows, "sum", 10]], final);
  const text =
    "== Physical Plan ==\nTakeOrderedAndProject (10)\n+- HashAggregate (9)\n   +- Exchange (8)\n      +- HashAggregate (7)\n         +- BroadcastHashJoin (6)\n            :- Filter (2)\n            :  +- Scan parquet orders (1)\n            +- BroadcastExchange (5)\n               +- Scan parquet customers (4)\n";
  app.events.push({
    type: "SQLExecutionStart",
    executionId: 0,
    description:
      "SELECT c.city, sum(o.amount) AS revenue, count(*) FROM orders o JOIN customers c USING (customer) WHERE o.amount > 10 GROUP BY c.city ORDER BY revenue DESC LIMIT 10",
    details: "",
    physicalPlanDescription: text,
    sparkPlanInfo: top,
    time: app.now,
    modifiedConfigs: {},
    jobTags: [],
    plans: {
      parsed: "'GlobalLimit 10\n+- 'Sort ['revenue DESC]\n   +- 'Aggregate ['c.city]",
      analyzed: "GlobalLimit 10\n+- Sort [revenue#20 DESC]",
      optimized: "GlobalLimit 10\n+- Sort [revenue#20 DESC]\n   +- Aggregate [city#10]",
    },
  });
  const stage: StageKind = {
    name: "collect at /home/ada/churn/train.ts:30:9",
    tasks: 64,
    duration: () => 120 + next() * 200,
    reads: false,
    writes: true,
    rdds: [rdd(7, "query stage", "7 WholeStageCodegen", [])],
    parents: [],
  };
  const id = app.nextStage();
  const last: StageKind = {
    ...stage,
    tasks: 8,
    duration: () => 30 + next() * 30,
    reads: true,
    writes: false,
    rdds: [rdd(8, "query stage", "8 HashAggregate", [7])],
    parents: [id],
  };
  const lastId = app.nextStage();
  const job = app.startJob([[id, stage], [lastId, last]], "revenue by city", { "spark.sql.execution.id": "0" }); // prettier-ignore
  app.runStage(id, stage);
  app.runStage(lastId, last);
  app.endJob(job);
  app.events.push({ type: "DriverAccumUpdates", executionId: 0, accumUpdates: totals });
  app.events.push({ type: "SQLExecutionEnd", executionId: 0, time: app.now, errorMessage: "" });
  app.now += 100;
}

function search(app: Application): void {
  const regs = ["0.001", "0.01", "0.1", "1"];
  const iterations = ["10", "20", "50", "100"];
  const nets = ["0", "0.5"];
  const candidates = regs.flatMap((regParam) =>
    iterations.flatMap((maxIter) => nets.map((elasticNetParam) => ({ params: { regParam, maxIter, elasticNetParam } }))),
  );
  const began = app.now;
  app.events.push({
    type: "FiresteelSearchStart",
    searchId: "search-1",
    name: "CrossValidator",
    estimator: "LogisticRegression",
    metric: "areaUnderROC",
    largerIsBetter: true,
    folds: 3,
    candidates,
    time: began,
  });
  candidates.forEach(({ params }, candidate) => {
    for (let fold = 0; fold < 3; fold++) {
      const at = { type: "FiresteelSearchProgress", searchId: "search-1", candidate, fold } as const;
      const time = began + candidate * 300 + fold * 90;
      if (candidate > 22) continue;
      app.events.push({ ...at, state: "running", time });
      if (candidate > 20) continue;
      if (candidate === 13 && fold === 2) {
        app.events.push({ ...at, state: "failed", error: "ArithmeticError: the loss is not finite", time: time + 80 });
        continue;
      }
      const score =
        0.71 +
        0.12 * Math.exp(-((Math.log10(Number(params.regParam)) + 2) ** 2) / 2) +
        Number(params.maxIter) / 2500 -
        Number(params.elasticNetParam) * 0.01 +
        fold * 0.003;
      app.events.push({ ...at, state: "done", score, fitTime: 240 + candidate * 11 + fold * 17, time: time + 80 });
    }
  });
}
