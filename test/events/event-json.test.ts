/** Our JSON has the keys of a real Spark's event log: test/golden/event-log says how that was made. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { eventFromJson } from "../../src/events/event-from-json";
import { eventToJson, type Json } from "../../src/events/event-json";
import type { ListenerEvent, ListenerEventType, TaskEndReason } from "../../src/events/listener-events";
import { SAMPLES, taskEnd } from "./samples";

const LINES = ["event-log/spark-4.jsonl", "rest/event-log.jsonl"].flatMap((file) =>
  readFileSync(join(__dirname, "../golden", file), "utf8")
    .trim()
    .split("\n"),
);
const GOLDEN = LINES.map((line) => JSON.parse(line) as Json);

/** Maps whose keys are the user's. */
const OPEN_MAPS = new Set([
  "Properties",
  "Spark Properties",
  "Hadoop Properties",
  "System Properties",
  "Metrics Properties",
  "Classpath Entries",
  "JVM Information",
  "Log Urls",
  "Executor Resource Requests",
  "Task Resource Requests",
  "modifiedConfigs",
  "metadata",
]);
/** Keys that Spark leaves out where it has no value. */
const OPTIONAL = new Set([
  "Scope",
  "Submission Time",
  "Completion Time",
  "Name",
  "Update",
  "Value",
  "Metadata",
  "Block Manager Address",
  "Loss Reason",
  // Of queries: absent without a group; newer than Spark 4.0; of subexecutions only.
  "jobGroupId",
  "rootExecutionId",
  "queryId",
  "errorMessage",
  // Of a shuffle service that there is not: left out here, and Spark reads logs without.
  "Push Based Shuffle",
]);

/** Every key on the way, with the first element of lists: "Stage Info/RDD Info/0/Name". */
function keysOf(value: unknown, path = ""): string[] {
  if (Array.isArray(value)) return value.length === 0 ? [] : keysOf(value[0], `${path}/0`);
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => {
    if (OPTIONAL.has(key)) return [];
    return [`${path}/${key}`, ...(OPEN_MAPS.has(key) ? [] : keysOf(item, `${path}/${key}`))];
  });
}

/** Samples have an element in each list; golden lists may be empty: only keys that both could have are compared. */
function comparable(keys: readonly string[], other: unknown): string[] {
  return keys.filter((key) => {
    let at: unknown = other;
    for (const part of key.split("/").slice(1, -1)) {
      if (Array.isArray(at) && at.length === 0) return false;
      at = (at as Record<string, unknown> | undefined)?.[part];
    }
    return !(Array.isArray(at) && at.length === 0) && at !== undefined;
  });
}

function expectSameKeys(ours: Json, golden: Json): void {
  expect(comparable(keysOf(ours), golden).sort()).toEqual(comparable(keysOf(golden), ours).sort());
}

function goldenOf(name: string, matches: (event: Json) => boolean = () => true): Json {
  const found = GOLDEN.find((event) => event["Event"] === name && matches(event));
  if (found === undefined) throw new Error(`The golden log has no ${name}.`);
  return found;
}

/** Spark wrote none of these in the programs of the golden log. */
const NOT_IN_GOLDEN = new Set<ListenerEventType>([
  "SpeculativeTaskSubmitted",
  "SQLAdaptiveSQLMetricUpdates",
  "FiresteelSqlProgress",
  "FiresteelExecutorSample",
  "FiresteelSearchStart",
  "FiresteelSearchProgress",
  "FiresteelSearchEnd",
  "FiresteelExecutorsAwaited",
]);

describe("Events as JSON", () => {
  const inGolden = Object.values(SAMPLES).filter((event) => !NOT_IN_GOLDEN.has(event.type));

  test.each(inGolden.map((event): [string, ListenerEvent] => [event.type, event]))("%s has Spark's keys", (_, event) => {
    const json = eventToJson(event);
    expectSameKeys(json, goldenOf(json["Event"] as string));
  });

  test.each(["Success", "ExceptionFailure", "ExecutorLostFailure", "FetchFailed", "TaskKilled"])(
    "a task that ended by %s has Spark's keys",
    (name) => {
      const reasonOf = (event: Json): unknown => (event["Task End Reason"] as Json | undefined)?.["Reason"];
      const golden = GOLDEN.find((event) => reasonOf(event) === name);
      if (golden === undefined) throw new Error(`The golden log has no task that ended by ${name}.`);
      const hasMetrics = golden["Task Metrics"] !== undefined;
      expectSameKeys(eventToJson(taskEnd(REASONS[name]!, hasMetrics)), golden);
    },
  );

  test("a failed job and a failed stage have Spark's keys", () => {
    const failedJob = eventToJson({
      type: "JobEnd",
      jobId: 1,
      time: 2,
      jobResult: {
        result: "JobFailed",
        message: "m",
        stackTrace: [{ declaringClass: "a", methodName: "b", fileName: "c", lineNumber: 1 }],
      },
    });
    expectSameKeys(
      failedJob,
      goldenOf("SparkListenerJobEnd", (event) => (event["Job Result"] as Json)["Result"] === "JobFailed"),
    );
    const { stageInfo } = SAMPLES.StageCompleted;
    const failedStage = eventToJson({ type: "StageCompleted", stageInfo: { ...stageInfo, failureReason: "r" } });
    expectSameKeys(
      failedStage,
      goldenOf("SparkListenerStageCompleted", (event) => "Failure Reason" in (event["Stage Info"] as Json)),
    );
  });

  test("every event is read back as it was", () => {
    for (const event of Object.values(SAMPLES) as ListenerEvent[]) {
      const json = JSON.parse(JSON.stringify(eventToJson(event))) as Json;
      expect(eventToJson(eventFromJson(json)!)).toEqual(eventToJson(event));
    }
  });

  test("every event of a real Spark is read", () => {
    const unknown = GOLDEN.filter((json) => eventFromJson(json) === null).map((json) => json["Event"]);
    expect(unknown).toEqual([]);
  });

  test("there is a sample of every event type", () => {
    for (const [type, event] of Object.entries(SAMPLES)) expect(event.type).toBe(type);
  });
});

const REASONS: Readonly<Record<string, TaskEndReason>> = {
  Success: { reason: "Success" },
  ExceptionFailure: {
    reason: "ExceptionFailure",
    className: "Error",
    description: "d",
    stackTrace: [{ declaringClass: "a", methodName: "b", fileName: "c", lineNumber: 1 }],
    fullStackTrace: "f",
    accumUpdates: [],
  },
  ExecutorLostFailure: { reason: "ExecutorLostFailure", executorId: "1", exitCausedByApp: true, lossReason: "r" },
  FetchFailed: { reason: "FetchFailed", blockManager: null, shuffleId: 1, mapId: 2, mapIndex: 2, reduceId: 3, message: "m" },
  TaskKilled: { reason: "TaskKilled", killReason: "k", accumUpdates: [] },
};
