/**
 * Keeping tasks away from executors and hosts on which tasks fail: for a task, for a stage attempt, and for the whole
 * application for a time. Counts only failures that count towards `spark.task.maxFailures`. Spark's HealthTracker and
 * TaskSetExcludelist.
 */
import type { ExclusionConfig } from "../config";
import type { Outbox } from "../outbox";

interface ExecutorFailures {
  readonly host: string;
  /** Failures by task index. */
  readonly byTask: Map<number, number>;
}

/** Of one task set. */
export class StageExclusion {
  readonly #executors = new Map<string, ExecutorFailures>();
  readonly #excludedExecutors = new Set<string>();
  readonly #excludedHosts = new Set<string>();

  constructor(
    private readonly config: ExclusionConfig,
    private readonly stageId: number,
    private readonly attempt: number,
  ) {}

  taskFailed(index: number, executorId: string, host: string, outbox: Outbox): void {
    let failures = this.#executors.get(executorId);
    if (failures === undefined) this.#executors.set(executorId, (failures = { host, byTask: new Map() }));
    failures.byTask.set(index, (failures.byTask.get(index) ?? 0) + 1);
    const { config, stageId, attempt: stageAttemptId } = this;
    if (failures.byTask.size < config.stageMaxFailedTasksPerExecutor || this.#excludedExecutors.has(executorId)) return;
    this.#excludedExecutors.add(executorId);
    outbox.emit({
      type: "ExecutorExcludedForStage",
      time: outbox.now,
      executorId,
      taskFailures: failures.byTask.size,
      stageId,
      stageAttemptId,
    });
    let onHost = 0;
    for (const excluded of this.#excludedExecutors) if (this.#executors.get(excluded)?.host === host) onHost++;
    if (onHost < config.stageMaxFailedExecutorsPerNode || this.#excludedHosts.has(host)) return;
    this.#excludedHosts.add(host);
    outbox.emit({
      type: "NodeExcludedForStage",
      time: outbox.now,
      hostId: host,
      executorFailures: onHost,
      stageId,
      stageAttemptId,
    });
  }

  excludes(executorId: string, host: string): boolean {
    return this.#excludedExecutors.has(executorId) || this.#excludedHosts.has(host);
  }

  excludesTask(index: number, executorId: string, host: string): boolean {
    if ((this.#executors.get(executorId)?.byTask.get(index) ?? 0) >= this.config.maxTaskAttemptsPerExecutor) return true;
    let onHost = 0;
    for (const failures of this.#executors.values()) if (failures.host === host) onHost += failures.byTask.get(index) ?? 0;
    return onHost >= this.config.maxTaskAttemptsPerNode;
  }

  get isEmpty(): boolean {
    return this.#executors.size === 0;
  }

  /** Tasks that failed somewhere; one that failed on several executors comes several times. */
  *tasks(): IterableIterator<number> {
    for (const { byTask } of this.#executors.values()) yield* byTask.keys();
  }

  /** How many tasks failed on each executor. */
  *failedTasks(): IterableIterator<{ readonly executorId: string; readonly host: string; readonly tasks: number }> {
    for (const [executorId, { host, byTask }] of this.#executors) yield { executorId, host, tasks: byTask.size };
  }
}

/** Of the application: fed by stages that succeeded in spite of failures. */
export class ApplicationExclusion {
  readonly #failures = new Map<string, { readonly tasks: number; readonly until: number }[]>();
  readonly #executors = new Map<string, { readonly host: string; readonly until: number }>();
  readonly #hosts = new Map<string, number>();

  constructor(private readonly config: ExclusionConfig) {}

  excludes(executorId: string, host: string): boolean {
    return this.#executors.has(executorId) || this.#hosts.has(host);
  }

  stageSucceeded(stage: StageExclusion, outbox: Outbox): void {
    const { config } = this;
    const until = outbox.now + config.timeout;
    for (const { executorId, host, tasks } of stage.failedTasks()) {
      const entries = (this.#failures.get(executorId) ?? []).filter((entry) => entry.until > outbox.now);
      entries.push({ tasks, until });
      this.#failures.set(executorId, entries);
      const taskFailures = entries.reduce((sum, entry) => sum + entry.tasks, 0);
      if (taskFailures < config.applicationMaxFailedTasksPerExecutor || this.#executors.has(executorId)) continue;
      this.#executors.set(executorId, { host, until });
      outbox.wakeAt(until);
      outbox.emit({ type: "ExecutorExcluded", time: outbox.now, executorId, taskFailures });
      const onHost = [...this.#executors].filter(([, excluded]) => excluded.host === host).map(([id]) => id);
      if (onHost.length >= config.applicationMaxFailedExecutorsPerNode && !this.#hosts.has(host)) {
        this.#hosts.set(host, until);
        outbox.emit({ type: "NodeExcluded", time: outbox.now, hostId: host, executorFailures: onHost.length });
      }
      if (config.killExcludedExecutors)
        outbox.push({
          type: "ReleaseExecutors",
          executorIds: [executorId],
          reason: `Executor ${executorId} is excluded: too many tasks failed on it.`,
        });
    }
  }

  executorLost(executorId: string): void {
    this.#failures.delete(executorId);
  }

  /** Lets in again whose time is over; answers the next such time. */
  expire(outbox: Outbox): number {
    let next = Infinity;
    for (const [executorId, { until }] of this.#executors) {
      if (until > outbox.now) next = Math.min(next, until);
      else {
        this.#executors.delete(executorId);
        this.#failures.delete(executorId);
        outbox.emit({ type: "ExecutorUnexcluded", time: outbox.now, executorId });
      }
    }
    for (const [hostId, until] of this.#hosts) {
      if (until > outbox.now) next = Math.min(next, until);
      else {
        this.#hosts.delete(hostId);
        outbox.emit({ type: "NodeUnexcluded", time: outbox.now, hostId });
      }
    }
    return next;
  }
}
