/** What Dask's clients tell of tasks and clusters, under its names: for a look at what was slow, or hangs. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DataError, UsageError } from "../../common/errors";
import { parseDuration } from "../../common/units";
import type { ProfileTree, StoryEvent, TaskStreamRecord } from "../../events/diagnostics";
import type { SparkContext } from "../spark-context";
import { companionBehind, runtimeOf } from "./context-base";

/** A moment: a Date, seconds since the epoch, or how long ago ("60s", "500 ms"). */
export type Moment = Date | number | string;

export interface TaskStreamOptions {
  /** Tasks that ended after this; default: all that are remembered. */
  readonly start?: Moment;
  /** … and up to this; default: now. */
  readonly stop?: Moment;
  /** The newest so many of them. */
  readonly count?: number;
  /** "save" writes a page, too, with the stream of all tasks, that needs no server and no other file. */
  readonly plot?: "save";
  /** Default "task-stream.html". */
  readonly filename?: string;
}

export interface ProfileOptions {
  /** Only of this executor, or of "driver", its main thread. */
  readonly executorId?: string;
  /** Writes a page with the flame graph, too, that needs no server and no other file. */
  readonly filename?: string;
}

export interface DiagnosisMethods {
  /**
   * The tasks that have ended, in the order of their ends, with what their time went into: those that the dashboard remembers
   * (`spark.ui.retainedTasks`), from the start of the application. Needs `spark.ui.enabled` not to be false.
   *
   * @example
   * const slow = (await sc.getTaskStream({ start: "60s" })).filter(({ startstops }) => startstops.some(({ action }) => action === "transfer"));
   */
  getTaskStream(options?: TaskStreamOptions): Promise<TaskStreamRecord[]>;

  /**
   * What happened to a partition of a stage, in all attempts: `key` is "3:5" for stage 3 and partition 5; keys of records ("3.0:5")
   * do, too. Empty where no task of it is remembered.
   */
  story(key: string): Promise<StoryEvent[]>;

  /**
   * What task threads were doing since the profiler began, as V8 sampled it, merged over all executors. Needs
   * `firesteel.profiler.enabled=true`, or that the profiler was started on the dashboard's page.
   */
  profile(options?: ProfileOptions): Promise<ProfileTree>;

  /**
   * Writes what is known of the application into a directory, for a look later and elsewhere: `state.json` with executors, what their threads
   * do now, jobs, stages and the stories of partitions of those that run or have failed; `report.html`, the dashboard's pages; and where an
   * event log is written, `events/` with what is in it so far, for the history server. Resolves with the paths.
   */
  dumpClusterState(directory?: string): Promise<string[]>;
}

export const diagnosisMethods: DiagnosisMethods & ThisType<SparkContext> = {
  async getTaskStream({ start, stop, count = Infinity, plot, filename = "task-stream.html" }: TaskStreamOptions = {}) {
    await told(this, "getTaskStream");
    if (plot !== undefined && plot !== "save")
      throw new UsageError("INVALID_ARGUMENT", `getTaskStream: plot must be "save", not ${JSON.stringify(plot)}.`);
    if (!(count >= 0))
      throw new UsageError("INVALID_ARGUMENT", `getTaskStream: count must be a number of at least 0, not ${count}.`);
    const companion = companionBehind(this);
    const [from, to] = [start === undefined ? 0 : millis(start, "start"), stop === undefined ? Infinity : millis(stop, "stop")];
    const records = await companion.taskRecords(from, to, count);
    if (plot === "save") await companion.writeReport(filename, "/individual/task-stream");
    return records;
  },

  async story(key) {
    await told(this, "story");
    const [, stage, partition] = /^(\d+)(?:\.\d+)?:(\d+)$/.exec(key) ?? [];
    if (stage === undefined)
      throw new UsageError("INVALID_ARGUMENT", `story: the key must be a stage and a partition, such as "3:5", not "${key}".`);
    return companionBehind(this).story(Number(stage), Number(partition));
  },

  async profile({ executorId, filename }: ProfileOptions = {}) {
    await told(this, "profile");
    const companion = companionBehind(this);
    const tree = await companion.profile(executorId);
    if (tree === null)
      throw new UsageError(
        "NOT_PROFILED",
        "profile: nothing is sampled; set firesteel.profiler.enabled=true before the context is made, or start the profiler on the dashboard.",
      );
    if (filename !== undefined) await companion.writeReport(filename, "/individual/profile");
    return tree;
  },

  async dumpClusterState(directory = "cluster-dump") {
    await told(this, "dumpClusterState");
    const companion = companionBehind(this);
    const [state, report] = [join(directory, "state.json"), join(directory, "report.html")];
    const text = JSON.stringify(await companion.clusterState(), null, 1);
    try {
      mkdirSync(directory, { recursive: true });
      writeFileSync(state, text);
    } catch (cause) {
      throw new DataError("REPORT_NOT_WRITABLE", `The dump ${directory} cannot be written: ${(cause as Error).message}`, {
        cause,
      });
    }
    await companion.writeReport(report);
    const events = runtimeOf(this).copyEventLog(join(directory, "events"));
    return [state, report, ...(events === null ? [] : [events])];
  },
};

/** What has happened is known, where the context runs. */
async function told(context: SparkContext, call: string): Promise<void> {
  const { port, bus } = runtimeOf(context);
  port.assertRunning(call);
  await bus.flush();
}

function millis(moment: Moment, name: string): number {
  if (typeof moment === "string") return Date.now() - parseDuration(moment, name, "s");
  const ms = typeof moment === "number" ? moment * 1000 : moment.getTime();
  if (Number.isNaN(ms)) throw new UsageError("INVALID_ARGUMENT", `getTaskStream: ${name} is no time.`);
  return ms;
}
