/**
 * The scheduler: a synchronous state machine over jobs, stages, tasks and executors. It does no I/O, keeps no timers,
 * reads no clock and draws no random numbers: everything comes in by `handle`.
 *
 * How to drive it
 *
 *     const scheduler = new Scheduler({ config: schedulerConfig((key) => conf.get(key)), wants: (type) => bus.wants(type) });
 *     for (const command of scheduler.handle({ type: "JobSubmitted", … }, clock.now())) perform(command);
 *
 * - Feed every event (./events) as it happens, one at a time or, when several came in one message, together by
 *   `handleAll`: slots are then offered once, and tasks launched in larger batches. Carry the commands (./commands) out in
 *   order. Never call `handle` from within `perform`: queue the event.
 * - `JobSubmitted` → `PrepareStage` (answer `StageReady` when the task binary is made; at once, if it is known) →
 *   `LaunchTasks` → (answers `TaskFinished` for each task) → `TaskResult` for each partition as it is done →
 *   `JobSucceeded`. Or, at any time, `JobFailed`.
 * - Executors: `ExecutorRegistered` when one can take tasks, `ExecutorLost` when it is gone; its tasks are then taken as ended.
 *   An executor starts the tasks it was sent in order, as many at a time as it has slots: it may be sent more than that
 *   when tasks are short. It must answer each of them exactly once, killed ones too; a `KillTask` with `onlyIfQueued` that came
 *   too late is ignored by it.
 * - `WakeAt`: keep the earliest time asked for; send `Tick` then.
 * - Map outputs: a map task's `success.result` is its status; answer executors' questions from `mapOutputs.locations(shuffleId)`;
 *   null there means that the executor must report `fetchFailed` with map -1. Executors drop what they keep of a shuffle when
 *   a task comes with a newer `epoch`.
 * - Output commits: answer an executor's question with `commits.canCommit(stageId, partition, taskId)`.
 * - Cached partitions: report them by `BlockUpdated`, the loss of a whole executor's is implied by `ExecutorLost`.
 * - Reports may come late, twice, or about what is gone: they are ignored, `handle` never throws for them. What it throws is
 *   an InternalError, for a defect of its own.
 */
import { unreachable } from "../../common/errors";
import type { ListenerEventType } from "../../events/listener-events";
import { ExecutorAllocation, type AllocationTarget } from "./allocation";
import type { Command } from "./commands";
import type { SchedulerConfig } from "./config";
import { DagScheduler, type DagOptions } from "./dag/dag-scheduler";
import type { StageProgress } from "./dag/stage-progress";
import type { SchedulerEvent } from "./events";
import { MapOutputRegistry } from "./map-outputs";
import { Outbox } from "./outbox";
import { OutputCommitCoordinator } from "./output-commit";

export interface SchedulerOptions extends DagOptions {
  readonly config: SchedulerConfig;
  /** Is somebody interested in listener events of this type? Asked each time before one is made. */
  readonly wants?: (type: ListenerEventType) => boolean;
}

export interface JobProgress {
  readonly jobId: number;
  readonly group: string | undefined;
  readonly tags: readonly string[];
  /** All stages, skipped ones too, ascending. */
  readonly stageIds: readonly number[];
}

export class Scheduler {
  readonly mapOutputs = new MapOutputRegistry();
  readonly commits = new OutputCommitCoordinator();
  /** For reading only: tests check its invariants. */
  readonly dag: DagScheduler;
  readonly #outbox: Outbox;
  readonly #allocation: ExecutorAllocation | null;

  constructor(options: SchedulerOptions) {
    const { config } = options;
    this.#outbox = new Outbox(config, options.wants ?? (() => false));
    this.dag = new DagScheduler(this.#outbox, options, this.mapOutputs, this.commits);
    this.#allocation = config.allocation === null ? null : new ExecutorAllocation(config.allocation, config);
  }

  /** Takes one event in at time `now` (ms since the epoch); answers what is to be done. */
  handle(event: SchedulerEvent, now: number): Command[] {
    return this.handleAll([event], now);
  }

  /** The same for several events that are at hand, in order. */
  handleAll(events: readonly SchedulerEvent[], now: number): Command[] {
    const outbox = this.#outbox;
    outbox.now = now;
    let ticked = false;
    for (const event of events) {
      ticked ||= event.type === "Tick";
      this.#apply(event);
    }
    if (ticked) outbox.resetWake();
    if (outbox.takeDue() || ticked) {
      this.dag.onTime();
      this.dag.tasks.onTime();
    }
    this.dag.tasks.offer();
    if (this.#allocation !== null) this.#allocate(this.#allocation);
    return outbox.take();
  }

  /** How many executors there should be by now, and which idle ones can go; null without dynamic allocation. Changes nothing. */
  desiredExecutors(): AllocationTarget | null {
    return this.#allocation?.target ?? null;
  }

  activeStages(): StageProgress[] {
    return this.dag.activeStages();
  }

  stageProgress(stageId: number): StageProgress | undefined {
    return this.dag.stageProgress(stageId);
  }

  activeJobs(): JobProgress[] {
    return [...this.dag.jobs.values()].map((job) => ({
      jobId: job.id,
      group: job.group,
      tags: job.tags,
      stageIds: [...job.stages].map((stage) => stage.id).sort((a, b) => a - b),
    }));
  }

  #apply(event: SchedulerEvent): void {
    const { dag } = this;
    switch (event.type) {
      case "TaskFinished":
        dag.tasks.taskFinished(event);
        return;
      case "TaskGettingResult":
        dag.tasks.taskGettingResult(event);
        return;
      case "TaskProgress":
        dag.tasks.taskProgress(event);
        return;
      case "JobSubmitted":
        dag.submitJob(event);
        return;
      case "StageReady":
        dag.stageReady(event);
        return;
      case "StageFailedToPrepare":
        dag.stageFailedToPrepare(event);
        return;
      case "ExecutorRegistered":
        dag.tasks.executorRegistered(event);
        dag.retryDeferredJobs(false);
        return;
      case "ExecutorLost":
        dag.cached.removeExecutor(event.executorId);
        if (dag.tasks.executorLost(event)) dag.executorLost(event.executorId, event.shuffleFilesSurvive);
        return;
      case "ExecutorPaused":
        dag.tasks.executorPaused(event.executorId, event.paused);
        return;
      case "ExecutorsAwaited":
        dag.tasks.executorsAwaited(event.reason);
        return;
      case "ExecutorDecommissioned":
        dag.tasks.executorDecommissioned(event.executorId);
        return;
      case "BlockUpdated":
        dag.blockUpdated(event);
        return;
      case "RddUnpersisted":
        dag.cached.removeRdd(event.rddId);
        this.#outbox.emit({ type: "UnpersistRDD", rddId: event.rddId });
        return;
      case "MapOutputsRelocated":
        dag.mapOutputsRelocated(event);
        return;
      case "MapOutputsFound":
        dag.mapOutputsFound(event);
        return;
      case "ShuffleReleased":
        dag.releaseShuffle(event.shuffleId);
        return;
      case "JobCancelled":
        dag.cancelJob(event);
        return;
      case "StageCancelled":
        dag.cancelStage(event);
        return;
      case "GroupCancelled":
        dag.cancelGroup(event);
        return;
      case "TagCancelled":
        dag.cancelTag(event);
        return;
      case "AllCancelled":
        dag.cancelAll(event);
        return;
      case "KillTaskAttempt":
        dag.tasks.killTaskAttempt(event);
        return;
      case "Tick":
        return;
      default:
        unreachable(event);
    }
  }

  #allocate(allocation: ExecutorAllocation): void {
    const { tasks } = this.dag;
    const outbox = this.#outbox;
    const next = allocation.update(
      { pending: tasks.pendingTasks(), running: tasks.attempts.size, executors: [...tasks.executors.all()] },
      (executor) => ({ cached: this.dag.cached.holdsBlocks(executor.id), shuffle: this.mapOutputs.holdsOutputs(executor.id) }),
      outbox.now,
    );
    if (next.request !== null) outbox.push({ type: "RequestExecutors", total: next.request });
    if (next.release.length > 0) {
      for (const executorId of next.release) tasks.executorDecommissioned(executorId);
      outbox.push({ type: "ReleaseExecutors", executorIds: next.release, reason: "idle" });
    }
    outbox.wakeAt(next.wakeAt);
  }
}
