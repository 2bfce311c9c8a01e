/**
 * What is known of one application, made only by applying its listener events one after the other: as they happen, or
 * read from its event log. Bounded: what is old goes when there is more than the limits allow.
 *
 *   const store = new AppStore();
 *   for (const event of events) store.apply(event);
 *
 * Start here; `views/` makes the answers of the REST API from it.
 */
import type { EventOf, ListenerEvent } from "../../events/listener-events";
import type { Topic } from "../api-types";
import { Executors } from "./executors";
import { JobsAndStages } from "./jobs-and-stages";
import { Queries } from "./queries";
import { Searches } from "./searches";

/** How much is remembered: Spark's settings of the same names and defaults. */
export interface Limits {
  /** spark.ui.retainedJobs, …Stages, …DeadExecutors; spark.sql.ui.retainedExecutions. */
  readonly jobs: number;
  readonly stages: number;
  /** spark.ui.retainedTasks: of one stage; of all stages twice as many. */
  readonly tasks: number;
  readonly deadExecutors: number;
  readonly executions: number;
}

export const DEFAULT_LIMITS: Limits = { jobs: 1000, stages: 1000, tasks: 100_000, deadExecutors: 100, executions: 1000 };

export interface ApplicationFacts {
  id: string;
  name: string;
  user: string;
  attemptId: string | undefined;
  sparkVersion: string;
  startTime: number;
  /** Undefined while it runs, or where its log just ends. */
  endTime: number | undefined;
}

type ResourceProfile = EventOf<"ResourceProfileAdded">;

export class AppStore {
  readonly application: ApplicationFacts = {
    id: "",
    name: "",
    user: "",
    attemptId: undefined,
    sparkVersion: "",
    startTime: 0,
    endTime: undefined,
  };
  environment: EventOf<"EnvironmentUpdate"> | undefined;
  readonly resourceProfiles = new Map<number, ResourceProfile>();
  readonly work: JobsAndStages;
  readonly nodes: Executors;
  readonly queries: Queries;
  readonly searches = new Searches();
  /** Of the newest event that has a time, ms. */
  lastEventTime = 0;
  readonly #versions = new Map<Topic, number>();
  /** Of all tasks that ended, also of stages that are forgotten. */
  readonly totals = { complete: 0, failed: 0, killed: 0 };
  readonly bytes = { input: 0, output: 0, shuffleRead: 0, shuffleWrite: 0, spilled: 0 };

  constructor(readonly limits: Limits = DEFAULT_LIMITS) {
    this.work = new JobsAndStages(limits);
    this.nodes = new Executors(limits);
    this.queries = new Queries(limits);
  }

  /** Grows with each change of what the topic is about. */
  version(topic: Topic): number {
    return this.#versions.get(topic) ?? 0;
  }

  apply(event: ListenerEvent): void {
    switch (event.type) {
      case "LogStart":
        this.application.sparkVersion = event.sparkVersion;
        return;
      case "ApplicationStart": {
        const { appId, appName, user, time, appAttemptId } = event;
        Object.assign(this.application, { id: appId, name: appName, user, startTime: time, attemptId: appAttemptId });
        return this.#seen(time);
      }
      case "ApplicationEnd":
        this.application.endTime = event.time;
        return this.#changed(event.time, "jobs");
      case "EnvironmentUpdate":
        this.environment = event;
        return this.#changed(0, "environment");
      case "ResourceProfileAdded":
        this.resourceProfiles.set(event.id, event);
        return this.#changed(0, "environment");
      case "JobStart":
        this.queries.jobStarted(this.work.jobStarted(event));
        return this.#changed(event.time, "jobs", "stages", "sql");
      case "JobEnd": {
        const job = this.work.jobEnded(event);
        if (job !== undefined) this.queries.jobEnded(job);
        return this.#changed(event.time, "jobs", "stages", "sql");
      }
      case "StageSubmitted":
        this.work.stageSubmitted(event);
        this.nodes.stageSubmitted(event.stageInfo.rddInfos);
        return this.#changed(event.stageInfo.submissionTime ?? 0, "jobs", "stages");
      case "StageCompleted":
        this.work.stageCompleted(event);
        this.nodes.stageCompleted(event.stageInfo.rddInfos);
        return this.#changed(event.stageInfo.completionTime ?? 0, "jobs", "stages", "storage");
      case "TaskStart":
        this.work.taskStarted(event);
        this.nodes.taskStarted(event.taskInfo.executorId);
        return this.#changed(event.taskInfo.launchTime, "tasks");
      case "TaskGettingResult":
        return this.work.gettingResult(event);
      case "TaskEnd":
        return this.#taskEnded(event);
      case "ExecutorAdded":
        this.nodes.added(event);
        return this.#changed(event.time, "executors");
      case "ExecutorRemoved":
        this.nodes.removed(event);
        return this.#changed(event.time, "executors", "storage");
      case "BlockManagerAdded":
        this.nodes.managerAdded(event);
        return this.#changed(event.time, "executors");
      case "BlockManagerRemoved":
        return this.#changed(event.time, "executors");
      case "BlockUpdated":
        this.nodes.blockUpdated(event);
        return this.#changed(0, "storage", "executors");
      case "UnpersistRDD":
        this.nodes.unpersisted(event.rddId);
        return this.#changed(0, "storage", "executors");
      case "ExecutorMetricsUpdate":
        this.work.progress(event);
        for (const { stageId, stageAttemptId, metrics } of event.executorUpdates) {
          this.work.executorMetrics(event.executorId, stageId, stageAttemptId, metrics);
          this.nodes.peaks(event.executorId, metrics);
        }
        return this.#changed(0, "executors", "tasks");
      case "StageExecutorMetrics":
        this.work.executorMetrics(event.executorId, event.stageId, event.stageAttemptId, event.executorMetrics);
        this.nodes.peaks(event.executorId, event.executorMetrics);
        return this.#changed(0, "executors");
      case "SpeculativeTaskSubmitted": {
        const stage = this.work.stage(event.stageId, event.stageAttemptId);
        if (stage !== undefined) stage.speculation.numTasks++;
        return this.#changed(0, "stages");
      }
      case "ExecutorExcluded":
      case "ExecutorUnexcluded":
        this.nodes.excluded(event.executorId, event.type === "ExecutorExcluded");
        return this.#changed(event.time, "executors");
      case "NodeExcluded":
      case "NodeUnexcluded":
        for (const { id } of this.nodes.byHost(event.hostId)) this.nodes.excluded(id, event.type === "NodeExcluded");
        return this.#changed(event.time, "executors");
      case "ExecutorExcludedForStage":
        this.#excludedInStage(event.executorId, event.stageId, event.stageAttemptId);
        return this.#changed(event.time, "executors");
      case "NodeExcludedForStage":
        for (const { id } of this.nodes.byHost(event.hostId)) this.#excludedInStage(id, event.stageId, event.stageAttemptId);
        return this.#changed(event.time, "executors");
      default:
        return this.#applyMore(event);
    }
  }

  #applyMore(event: ListenerEvent): void {
    switch (event.type) {
      case "SQLExecutionStart":
        this.queries.started(event);
        return this.#changed(event.time, "sql");
      case "SQLAdaptiveExecutionUpdate":
        this.queries.changed(event);
        return this.#changed(event.time ?? 0, "sql");
      case "SQLAdaptiveSQLMetricUpdates":
        this.queries.metricsAdded(event);
        return this.#changed(0, "sql");
      case "DriverAccumUpdates":
        this.queries.driverUpdates(event);
        return this.#changed(0, "sql");
      case "FiresteelSqlProgress":
        this.queries.progress(event);
        return this.#changed(0, "sql");
      case "SQLExecutionEnd":
        this.queries.ended(event);
        return this.#changed(event.time, "sql");
      case "FiresteelExecutorSample":
        this.nodes.sample(event);
        return this.#changed(event.time, "executors");
      case "FiresteelSearchStart":
        this.searches.started(event);
        return this.#changed(event.time, "search");
      case "FiresteelSearchProgress":
        this.searches.progress(event);
        return this.#changed(event.time, "search");
      case "FiresteelExecutorsAwaited":
        this.nodes.awaited = event.reason;
        return this.#changed(event.time, "executors");
      case "FiresteelSearchEnd":
        this.searches.ended(event);
        return this.#changed(event.time, "search");
      default:
        return undefined;
    }
  }

  #taskEnded(event: EventOf<"TaskEnd">): void {
    const { taskInfo, taskMetrics, reason } = event;
    const { stage, outcome } = this.work.taskEnded(event);
    this.totals.complete += outcome.succeeded;
    this.totals.failed += outcome.failed;
    this.totals.killed += outcome.killed;
    if (taskMetrics !== undefined && reason.reason !== "Resubmitted") {
      const { bytes } = this;
      bytes.input += taskMetrics.inputBytes;
      bytes.output += taskMetrics.outputBytes;
      bytes.shuffleRead += taskMetrics.shuffleLocalBytesRead + taskMetrics.shuffleRemoteBytesRead;
      bytes.shuffleWrite += taskMetrics.shuffleBytesWritten;
      bytes.spilled += taskMetrics.diskBytesSpilled;
    }
    const duration = Math.max(0, taskInfo.finishTime - taskInfo.launchTime);
    this.nodes.taskEnded(taskInfo.executorId, outcome, duration, taskMetrics, reason.reason === "Resubmitted");
    if (event.taskExecutorMetrics !== undefined) this.nodes.peaks(taskInfo.executorId, event.taskExecutorMetrics);
    if (stage !== undefined && outcome.succeeded > 0 && taskInfo.accumulables.length > 0)
      this.queries.taskEnded(stage, taskInfo.taskId, taskInfo.accumulables);
    this.#changed(taskInfo.finishTime, "tasks", "stages");
  }

  #excludedInStage(executorId: string, stageId: number, attempt: number): void {
    this.nodes.excludedInStage(executorId, stageId);
    const executor = this.work.stage(stageId, attempt)?.executors.get(executorId);
    if (executor !== undefined) executor.excluded = true;
  }

  #seen(time: number): void {
    if (time > this.lastEventTime) this.lastEventTime = time;
  }

  #changed(time: number, ...topics: Topic[]): void {
    this.#seen(time);
    for (const topic of topics) this.#versions.set(topic, (this.#versions.get(topic) ?? 0) + 1);
  }
}
