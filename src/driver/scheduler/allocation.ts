/**
 * Dynamic allocation: how many executors there should be. With a backlog of tasks for a while, more are asked for, twice
 * as many each time; executors idle for long are given back, unless they hold cached partitions or map outputs that
 * are to be kept. Spark's ExecutorAllocationManager as a pure policy: the caller carries out what `update` answers.
 */
import { slotsOf } from "../../common/resources";
import type { AllocationConfig, SchedulerConfig } from "./config";
import type { Executor } from "./tasks/executors";

/** Least ms between two looks for idle executors. */
const LOOK_INTERVAL = 100;

export interface AllocationTarget {
  /** Executors wanted in all. */
  readonly total: number;
  /** Executors that were asked to go and have not gone yet. */
  readonly leaving: readonly string[];
}

export interface AllocationInput {
  /** Tasks that wait to be launched. */
  readonly pending: number;
  /** Live attempts. */
  readonly running: number;
  readonly executors: readonly Executor[];
}

export interface Holdings {
  readonly cached: boolean;
  readonly shuffle: boolean;
}

export interface AllocationChange {
  /** The new total to ask for; null when it stays. */
  readonly request: number | null;
  readonly release: readonly string[];
  readonly wakeAt: number;
}

export class ExecutorAllocation {
  #total: number;
  #told = -1;
  #toAdd = 1;
  /** When the backlog will have lasted long enough; Infinity without one. */
  #addAt = Infinity;
  readonly #leaving = new Set<string>();
  /** Executors are not looked at before this time. */
  #lookAt = 0;
  /** There was work: until then the initial executors stay wanted. */
  #worked = false;

  constructor(
    private readonly config: AllocationConfig,
    private readonly task: Pick<SchedulerConfig, "taskCpus" | "taskResources">,
  ) {
    this.#total = Math.min(config.initialExecutors, config.maxExecutors);
  }

  get target(): AllocationTarget {
    return { total: this.#total, leaving: [...this.#leaving] };
  }

  /** To be called after every event. `holdings` is asked only for executors that are idle. */
  update(input: AllocationInput, holdings: (executor: Executor) => Holdings, now: number): AllocationChange {
    this.#grow(input, now);
    const idle = this.#shrink(input, holdings, now);
    const request = this.#total === this.#told ? null : this.#total;
    this.#told = this.#total;
    return { request, release: idle.release, wakeAt: Math.min(this.#addAt, idle.next) };
  }

  #grow({ pending, running }: AllocationInput, now: number): void {
    const { config } = this;
    const { taskCpus, taskResources } = this.task;
    const perExecutor = Math.max(1, slotsOf(config.executorCores, taskCpus, config.executorResources, taskResources));
    const needed = Math.ceil(((pending + running) * config.executorAllocationRatio) / perExecutor);
    const most = Math.max(config.minExecutors, Math.min(needed, config.maxExecutors));
    this.#worked ||= pending + running > 0;
    if (this.#worked) this.#total = Math.min(this.#total, most);
    if (pending === 0) {
      this.#addAt = Infinity;
      this.#toAdd = 1;
    } else if (this.#addAt === Infinity) this.#addAt = now + config.schedulerBacklogTimeout;
    else if (now >= this.#addAt) {
      this.#total = Math.min(this.#total + this.#toAdd, most);
      this.#toAdd = this.#total < most ? this.#toAdd * 2 : 1;
      this.#addAt = now + config.sustainedSchedulerBacklogTimeout;
    }
  }

  #shrink(
    { executors }: AllocationInput,
    holdings: (executor: Executor) => Holdings,
    now: number,
  ): { release: string[]; next: number } {
    const { config } = this;
    for (const id of [...this.#leaving]) if (!executors.some((executor) => executor.id === id)) this.#leaving.delete(id);
    const release: string[] = [];
    if (now < this.#lookAt) return { release, next: this.#lookAt };
    let next = Infinity;
    let staying = executors.length - this.#leaving.size;
    for (const executor of executors) {
      if (executor.idleSince === Infinity || this.#leaving.has(executor.id)) continue;
      if (now < executor.idleSince + config.executorIdleTimeout) {
        next = Math.min(next, executor.idleSince + config.executorIdleTimeout);
        continue;
      }
      const leaveAt = executor.idleSince + this.#patience(holdings(executor));
      if (now < leaveAt) next = Math.min(next, leaveAt);
      else if (staying > this.#total) {
        staying--;
        this.#leaving.add(executor.id);
        release.push(executor.id);
      }
    }
    this.#lookAt = Math.min(Math.max(next, now + LOOK_INTERVAL), now + config.executorIdleTimeout);
    return { release, next: executors.some((executor) => executor.idleSince !== Infinity) ? this.#lookAt : Infinity };
  }

  #patience({ cached, shuffle }: Holdings): number {
    const { config } = this;
    let patience = config.executorIdleTimeout;
    if (cached) patience = Math.max(patience, config.cachedExecutorIdleTimeout);
    if (shuffle && config.shuffleTracking) patience = Math.max(patience, config.shuffleTrackingTimeout);
    return patience;
  }
}
