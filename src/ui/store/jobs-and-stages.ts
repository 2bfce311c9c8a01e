/** Jobs, stage attempts and their tasks, from events. Counts follow Spark's, so that its REST API can be answered. */
import type { EventOf, ExecutorMetricsInfo, StageInfo, TaskInfo, TaskMetricsInfo } from "../../events/listener-events";
import type { Limits } from "./app-store";
import type { JobStatus, StageStatus } from "../api-types";
import { distributions } from "./distributions";
import { errorText, killSummary, outcomeOf, type TaskEnded } from "./end-reasons";
import type { ExecutorStageEntry, JobEntry, StageEntry } from "./entries";
import { addPeaks } from "./peaks";
import { FAILED, Interner, KILLED, METRIC_KEYS, type Names, NUM_METRICS, SUCCESS, TaskTable } from "./task-table";

const NOTHING_SEEN: ExecutorMetricsInfo = { JVMHeapMemory: 0 };

/** Quantiles that are kept of a stage whose tasks were forgotten. */
const KEPT_QUANTILES = [0, 0.05, 0.25, 0.5, 0.75, 0.95, 1];

export class JobsAndStages {
  readonly jobs = new Map<number, JobEntry>();
  /** By `stageKey`, in the order in which they became known. */
  readonly stages = new Map<number, StageEntry>();
  readonly names: Names = { places: new Interner(), localities: new Interner() };
  /** Stage attempts of tasks that are being fetched from: by task id only, as the event names no stage. */
  readonly #attempts = new Map<number, number>();
  readonly #liveJobs = new Set<JobEntry>();
  /** Rows of all task tables. */
  #rows = 0;
  /** All that there ever were, also those that are forgotten. */
  readonly counts: { readonly jobs: Record<JobStatus, number>; readonly stages: Record<StageStatus, number> } = {
    jobs: { RUNNING: 0, SUCCEEDED: 0, FAILED: 0, UNKNOWN: 0 },
    stages: { ACTIVE: 0, COMPLETE: 0, FAILED: 0, PENDING: 0, SKIPPED: 0 },
  };

  constructor(private readonly limits: Limits) {}

  stage(id: number, attempt: number): StageEntry | undefined {
    return this.stages.get(stageKey(id, attempt));
  }

  attempts(id: number): StageEntry[] {
    const found: StageEntry[] = [];
    for (let attempt = 0; attempt <= (this.#attempts.get(id) ?? -1); attempt++) {
      const stage = this.stage(id, attempt);
      if (stage !== undefined) found.push(stage);
    }
    return found;
  }

  latest(id: number): StageEntry | undefined {
    return this.attempts(id).at(-1);
  }

  jobStarted(event: EventOf<"JobStart">): JobEntry {
    const { jobId, time, stageInfos, properties } = event;
    const last = stageInfos.reduce<StageInfo | undefined>(
      (a, b) => (a === undefined || b.stageId >= a.stageId ? b : a),
      undefined,
    );
    const sql = properties["spark.sql.execution.id"];
    const job: JobEntry = {
      id: jobId,
      name: last?.name ?? "",
      description: properties["spark.job.description"],
      group: properties["spark.jobGroup.id"],
      tags: (properties["spark.job.tags"] ?? "").split(",").filter((tag) => tag !== ""),
      submissionTime: time,
      completionTime: undefined,
      stageIds: stageInfos.map(({ stageId }) => stageId),
      status: "RUNNING",
      numTasks: stageInfos.reduce((sum, stage) => sum + (stage.completionTime === undefined ? stage.numTasks : 0), 0),
      activeTasks: 0,
      completedTasks: 0,
      failedTasks: 0,
      killedTasks: 0,
      completedIndices: 0,
      skippedTasks: 0,
      activeStages: 0,
      completedStages: new Set(),
      skippedStages: new Set(),
      failedStages: 0,
      killedSummary: new Map(),
      sqlExecutionId: sql === undefined ? undefined : Number(sql),
      failure: undefined,
    };
    this.jobs.set(jobId, job);
    this.counts.jobs.RUNNING++;
    this.#liveJobs.add(job);
    for (const info of stageInfos) this.#stageOf(info).jobIds.add(jobId);
    this.#trimJobs();
    return job;
  }

  jobEnded({ jobId, time, jobResult }: EventOf<"JobEnd">): JobEntry | undefined {
    const job = this.jobs.get(jobId);
    if (job === undefined) return undefined;
    this.#liveJobs.delete(job);
    for (const id of job.stageIds) {
      const stage = this.latest(id);
      if (stage === undefined || job.skippedStages.has(id)) continue;
      if (stage.status === "PENDING") this.#becomes(stage, "SKIPPED");
      // Jobs at the same time may have a stage in common: each of them has skipped it.
      if (stage.status !== "SKIPPED") continue;
      job.skippedStages.add(id);
      job.skippedTasks += stage.info.numTasks;
    }
    // Tasks that still end are of nobody any more.
    job.activeTasks = 0;
    job.activeStages = 0;
    job.status = jobResult.result === "JobSucceeded" ? "SUCCEEDED" : "FAILED";
    this.counts.jobs.RUNNING--;
    this.counts.jobs[job.status]++;
    if (jobResult.result === "JobFailed") job.failure = jobResult.message;
    job.completionTime = time;
    return job;
  }

  stageSubmitted({ stageInfo, properties }: EventOf<"StageSubmitted">): StageEntry {
    const stage = this.#stageOf(stageInfo);
    stage.info = stageInfo;
    this.#becomes(stage, "ACTIVE");
    stage.pool = properties["spark.scheduler.pool"] ?? "default";
    stage.description = properties["spark.job.description"];
    for (const job of this.#liveJobs) {
      if (!job.stageIds.includes(stage.id)) continue;
      stage.jobIds.add(job.id);
      job.activeStages++;
    }
    return stage;
  }

  stageCompleted({ stageInfo }: EventOf<"StageCompleted">): StageEntry {
    const stage = this.#stageOf(stageInfo);
    const ran = stage.status === "ACTIVE";
    stage.info = stageInfo;
    this.#becomes(
      stage,
      stageInfo.failureReason !== undefined ? "FAILED" : stageInfo.submissionTime !== undefined ? "COMPLETE" : "SKIPPED",
    );
    for (const one of stageInfo.accumulables) if (!one.internal && one.metadata !== "sql") stage.accumulables.set(one.id, one);
    for (const job of this.#jobsOf(stage)) {
      if (stage.status === "COMPLETE") job.completedStages.add(stage.id);
      else if (stage.status === "FAILED") job.failedStages++;
      else {
        job.skippedStages.add(stage.id);
        job.skippedTasks += stageInfo.numTasks;
      }
      if (ran) job.activeStages--;
    }
    this.#trimStages();
    return stage;
  }

  taskStarted({ stageId, stageAttemptId, taskInfo }: EventOf<"TaskStart">): StageEntry | undefined {
    const stage = this.stage(stageId, stageAttemptId);
    if (stage === undefined) return undefined;
    const before = stage.tasks.length;
    stage.tasks.start(taskInfo);
    this.#rows += stage.tasks.length - before;
    stage.activeTasks++;
    stage.firstTaskLaunched = Math.min(stage.firstTaskLaunched ?? Infinity, taskInfo.launchTime);
    if (taskInfo.speculative) stage.speculation.active++;
    for (const job of this.#jobsOf(stage)) job.activeTasks++;
    if (this.#rows > 2 * this.limits.tasks) this.#forgetTasks();
    return stage;
  }

  gettingResult({ taskInfo }: EventOf<"TaskGettingResult">): void {
    for (const stage of this.stages.values())
      if (stage.status === "ACTIVE") stage.tasks.gettingResult(taskInfo.taskId, taskInfo.gettingResultTime);
  }

  taskEnded(event: EventOf<"TaskEnd">): { stage: StageEntry | undefined; outcome: TaskEnded } {
    const { stageId, stageAttemptId, reason, taskInfo, taskMetrics } = event;
    const outcome = outcomeOf(reason);
    const stage = this.stage(stageId, stageAttemptId);
    if (stage === undefined) return { stage, outcome };
    const { tasks } = stage;
    let row = tasks.runningRow(taskInfo.taskId);
    // A task that ended before may be told again, as lost with its executor: its row stays as it is.
    if (row >= 0) {
      const status = outcome.succeeded > 0 ? SUCCESS : outcome.killed > 0 ? KILLED : FAILED;
      tasks.end(row, taskInfo, status, taskMetrics, errorText(reason));
      stage.activeTasks--;
    } else row = -1;
    stage.lastEvent = Math.max(stage.lastEvent, taskInfo.finishTime);
    stage.completedTasks += outcome.succeeded;
    stage.failedTasks += outcome.failed;
    stage.killedTasks += outcome.killed;
    const fresh = outcome.succeeded > 0 && complete(stage, taskInfo.index);
    const speculative = taskInfo.speculative;
    if (speculative) {
      stage.speculation.active--;
      stage.speculation.completed += outcome.succeeded;
      stage.speculation.failed += outcome.failed;
      stage.speculation.killed += outcome.killed;
    }
    const killed = killSummary(reason);
    if (killed !== undefined) bump(stage.killedSummary, killed);
    for (const job of this.#jobsOf(stage)) {
      if (row >= 0) job.activeTasks--;
      job.completedTasks += outcome.succeeded;
      job.failedTasks += outcome.failed;
      job.killedTasks += outcome.killed;
      if (fresh) job.completedIndices++;
      if (killed !== undefined) bump(job.killedSummary, killed);
    }
    this.#addTo(stage, taskInfo, outcome, taskMetrics);
    for (const one of taskInfo.accumulables)
      if (one.name !== undefined && !one.internal && one.metadata !== "sql") {
        const { update: _update, ...total } = one;
        stage.accumulables.set(one.id, total);
      }
    // As Spark: of a stage whose tasks end between two looks at the gauges all peaks are 0.
    const seen = event.taskExecutorMetrics ?? NOTHING_SEEN;
    stage.peaks = addPeaks(stage.peaks, seen);
    const executor = executorOf(stage, taskInfo.executorId);
    executor.peaks = addPeaks(executor.peaks, seen);
    return { stage, outcome };
  }

  /** Live counters of tasks that run. */
  progress({ accumUpdates }: EventOf<"ExecutorMetricsUpdate">): void {
    for (const { stageId, stageAttemptId, taskId, accumUpdates: updates } of accumUpdates) {
      const table = this.stage(stageId, stageAttemptId)?.tasks;
      const row = table?.runningRow(taskId) ?? -1;
      if (table === undefined || row < 0) continue;
      for (const { name, update } of updates) {
        const key = PROGRESS_KEYS.get(name ?? "");
        if (key !== undefined && typeof update === "number") table.progress(row, key, update);
      }
    }
  }

  /** What an executor's gauges showed while it worked on a stage. */
  executorMetrics(executorId: string, stageId: number, attempt: number, metrics: ExecutorMetricsInfo): void {
    const stage = this.stage(stageId, attempt);
    if (stage === undefined) return;
    stage.peaks = addPeaks(stage.peaks, metrics);
    const executor = executorOf(stage, executorId);
    executor.peaks = addPeaks(executor.peaks, metrics);
  }

  #addTo(stage: StageEntry, info: TaskInfo, outcome: TaskEnded, metrics: TaskMetricsInfo | undefined): void {
    const executor = executorOf(stage, info.executorId);
    executor.taskTime += Math.max(0, info.finishTime - info.launchTime);
    executor.succeeded += outcome.succeeded;
    executor.failed += outcome.failed;
    executor.killed += outcome.killed;
    if (metrics === undefined) return;
    for (let i = 0; i < NUM_METRICS; i++) {
      const value = metrics[METRIC_KEYS[i]!] ?? 0;
      stage.totals[i]! += value;
      executor.totals[i]! += value;
    }
  }

  #jobsOf(stage: StageEntry): JobEntry[] {
    const jobs: JobEntry[] = [];
    for (const id of stage.jobIds) {
      const job = this.jobs.get(id);
      if (job !== undefined && this.#liveJobs.has(job)) jobs.push(job);
    }
    return jobs;
  }

  #stageOf(info: StageInfo): StageEntry {
    const { stageId: id, attemptNumber: attempt } = info;
    const key = stageKey(id, attempt);
    const known = this.stages.get(key);
    if (known !== undefined) return known;
    const stage: StageEntry = {
      id,
      attempt,
      info,
      status: "PENDING",
      jobIds: new Set(this.latest(id)?.jobIds),
      pool: "default",
      description: undefined,
      firstTaskLaunched: undefined,
      activeTasks: 0,
      completedTasks: 0,
      failedTasks: 0,
      killedTasks: 0,
      completedIndices: new Uint8Array(0),
      numCompletedIndices: 0,
      totals: new Float64Array(NUM_METRICS),
      executors: new Map(),
      tasks: new TaskTable(this.names, this.limits.tasks),
      killedSummary: new Map(),
      accumulables: new Map(),
      speculation: { numTasks: 0, active: 0, completed: 0, failed: 0, killed: 0 },
      peaks: undefined,
      lastEvent: 0,
      distributions: undefined,
    };
    this.stages.set(key, stage);
    this.counts.stages.PENDING++;
    this.#attempts.set(id, Math.max(attempt, this.#attempts.get(id) ?? 0));
    return stage;
  }

  #becomes(stage: StageEntry, status: StageStatus): void {
    this.counts.stages[stage.status]--;
    this.counts.stages[status]++;
    stage.status = status;
  }

  #trimJobs(): void {
    trim(
      this.jobs,
      this.limits.jobs,
      (job) => job.status !== "RUNNING",
      (job) => job.status === "FAILED",
    );
  }

  #trimStages(): void {
    trim(
      this.stages,
      this.limits.stages,
      (stage) => stage.status !== "ACTIVE" && stage.status !== "PENDING" && stage.activeTasks === 0,
      (stage) => stage.status === "FAILED" || stage.failedTasks > 0,
      (stage) => {
        this.#rows -= stage.tasks.length;
        if (stage.attempt === this.#attempts.get(stage.id)) this.#attempts.delete(stage.id);
      },
    );
  }

  /** Tasks of the stages that ended first are forgotten; their quantiles stay. */
  #forgetTasks(): void {
    for (const stage of this.stages.values()) {
      if (this.#rows <= 1.5 * this.limits.tasks) return;
      const before = stage.tasks.length;
      if (stage.status === "ACTIVE" || before === 0) continue;
      stage.distributions = distributions(stage.tasks, KEPT_QUANTILES);
      stage.tasks.clear();
      this.#rows -= before - stage.tasks.length;
    }
  }
}

export function stageKey(id: number, attempt: number): number {
  return id * 4096 + attempt;
}

/**
 * Deletes the oldest entries that may go, a tenth at once, when there are more than `limit`. What failed goes last: it is what
 * people come to look for. But it never takes more than half of the room.
 */
export function trim<V>(
  map: Map<number, V>,
  limit: number,
  mayGo: (value: V) => boolean,
  failed: (value: V) => boolean,
  gone?: (value: V) => void,
): void {
  if (map.size <= limit) return;
  let left = Math.max(map.size - limit, Math.floor(limit / 10));
  let spare = Math.floor(limit / 2);
  for (const value of map.values()) if (failed(value)) spare--;
  for (const [key, value] of map) {
    if (left === 0) return;
    if (!mayGo(value)) continue;
    if (failed(value)) {
      if (spare >= 0) continue;
      spare++;
    }
    map.delete(key);
    gone?.(value);
    left--;
  }
}

function bump(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** True when the index had not succeeded before. */
function complete(stage: StageEntry, index: number): boolean {
  if (index >= stage.completedIndices.length) {
    const larger = new Uint8Array(Math.max(index + 1, stage.info.numTasks));
    larger.set(stage.completedIndices);
    stage.completedIndices = larger;
  }
  if (stage.completedIndices[index] === 1) return false;
  stage.completedIndices[index] = 1;
  stage.numCompletedIndices++;
  return true;
}

export function executorOf(stage: StageEntry, executorId: string): ExecutorStageEntry {
  let entry = stage.executors.get(executorId);
  if (entry === undefined) {
    entry = {
      taskTime: 0,
      succeeded: 0,
      failed: 0,
      killed: 0,
      totals: new Float64Array(NUM_METRICS),
      excluded: false,
      peaks: undefined,
    };
    stage.executors.set(executorId, entry);
  }
  return entry;
}

/** Counters that heartbeats tell, by the names of Spark's internal accumulators. */
const PROGRESS_KEYS = new Map<string, (typeof METRIC_KEYS)[number]>([
  ["internal.metrics.executorRunTime", "executorRunTime"],
  ["internal.metrics.executorCpuTime", "executorCpuTimeNs"],
  ["internal.metrics.jvmGCTime", "jvmGcTime"],
  ["internal.metrics.memoryBytesSpilled", "memoryBytesSpilled"],
  ["internal.metrics.diskBytesSpilled", "diskBytesSpilled"],
  ["internal.metrics.peakExecutionMemory", "peakExecutionMemory"],
  ["internal.metrics.input.bytesRead", "inputBytes"],
  ["internal.metrics.input.recordsRead", "inputRecords"],
  ["internal.metrics.output.bytesWritten", "outputBytes"],
  ["internal.metrics.output.recordsWritten", "outputRecords"],
  ["internal.metrics.shuffle.read.fetchWaitTime", "shuffleFetchWaitTime"],
  ["internal.metrics.shuffle.read.remoteBytesRead", "shuffleRemoteBytesRead"],
  ["internal.metrics.shuffle.read.localBytesRead", "shuffleLocalBytesRead"],
  ["internal.metrics.shuffle.read.recordsRead", "shuffleRecordsRead"],
  ["internal.metrics.shuffle.write.bytesWritten", "shuffleBytesWritten"],
  ["internal.metrics.shuffle.write.recordsWritten", "shuffleRecordsWritten"],
]);
