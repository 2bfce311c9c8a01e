/**
 * The task level: which task runs where and when, what an attempt's end means for its task, and when a task set has failed
 * for good. Knows slots, locality, attempts, speculation, exclusion and barriers. Knows nothing of jobs, shuffles or why a
 * stage exists: that is the DAG level's, reached through `TaskSetOwner`. Here are the outcomes; slots are given out by
 * `offers`, and `live-attempts` keeps the books of them.
 */
import { amountsText, countsOf, slotsOf } from "../../../common/resources";
import type { BlockManagerInfo, TaskEndReason } from "../../../events/listener-events";
import type { JobFailure } from "../commands";
import type {
  ExecutorLost,
  ExecutorRegistered,
  KillTaskAttempt,
  TaskFinished,
  TaskGettingResult,
  TaskOutcome,
  TaskProgress,
} from "../events";
import type { MapOutputRegistry } from "../map-outputs";
import type { Outbox } from "../outbox";
import type { OutputCommitCoordinator } from "../output-commit";
import { ApplicationExclusion, StageExclusion } from "./exclusion";
import { Executor, ExecutorTable } from "./executors";
import { countsAsFailure, describeLoss, endReason, type Failure } from "./failure-reasons";
import { LiveAttempts } from "./live-attempts";
import { Offers } from "./offers";
import type { Places } from "./pending-tasks";
import { Pools } from "./pools";
import { QueueingAhead } from "./queueing-ahead";
import { DurationMedian, markSlowAttempts } from "./speculation";
import { TaskEvents } from "./task-events";
import { ExecutorResources } from "./task-resources";
import { DONE, type TaskAttempt, type TaskSet } from "./task-set";
import { WorkStealing } from "./work-stealing";

export type Success = Extract<TaskOutcome, { kind: "success" }>;
export type FetchFailure = Extract<TaskOutcome, { kind: "fetchFailed" }>;

/** What the task level asks of and tells to whoever made a task set. Called while an event is handled; may call back. */
export interface TaskSetOwner {
  preferredPlaces(set: TaskSet, index: number): Places | null;
  /** Is the outcome of this slot still of use, also when the set is closed? */
  wants(set: TaskSet, slot: number): boolean;
  taskSucceeded(set: TaskSet, slot: number, attempt: TaskAttempt, outcome: Success): void;
  /** "again": the task is to be tried again in this set, when it is unblocked. Otherwise the set was closed or was closed before. */
  fetchFailed(set: TaskSet, attempt: TaskAttempt, failure: FetchFailure): "again" | "closed";
  barrierTaskFailed(set: TaskSet, attempt: TaskAttempt, message: string): void;
  /** The set cannot succeed. The owner closes it. */
  taskSetFailed(set: TaskSet, failure: JobFailure): void;
  /** A task of a blocked set has to run again. */
  blockedSetHasPending(set: TaskSet): void;
  /** The set is closed and nothing of it is alive. Told once. */
  drained(set: TaskSet): void;
}

const OTHER_SUCCEEDED = "another attempt succeeded";

export class TaskScheduler {
  readonly executors = new ExecutorTable();
  readonly pools: Pools;
  readonly attempts: LiveAttempts;
  readonly #events: TaskEvents;
  readonly #exclusion: ApplicationExclusion | null;
  readonly #offers: Offers;
  readonly #ahead: QueueingAhead;
  #enoughRegistered: boolean;
  #firstSubmission = -1;
  /** When the first of waiting sets came, or the last warning of them. */
  #waitingSince = 0;
  /** Why there is no executor, where that is known. */
  #awaited: string | null = null;

  constructor(
    private readonly outbox: Outbox,
    private readonly owner: TaskSetOwner,
    mapOutputs: MapOutputRegistry,
    private readonly commits: OutputCommitCoordinator,
  ) {
    const { executors } = this;
    this.pools = new Pools(outbox.config);
    this.#events = new TaskEvents(outbox);
    this.attempts = new LiveAttempts(outbox, executors, mapOutputs, this.#events);
    this.#exclusion = outbox.config.exclusion === null ? null : new ApplicationExclusion(outbox.config.exclusion);
    const { workStealing } = outbox.config;
    const stealing =
      workStealing === null ? null : new WorkStealing(workStealing, executors, (set, index) => owner.preferredPlaces(set, index));
    this.#offers = new Offers(outbox, executors, this.pools, this.attempts, this.#exclusion, stealing);
    this.#ahead = new QueueingAhead(outbox, executors, this.pools, this.attempts, this.#offers);
    this.#enoughRegistered = outbox.config.minRegisteredRatio <= 0;
  }

  // ── Task sets ────────────────────────────────────────────────────────────────────────────────────────────────────

  submit(set: TaskSet): void {
    const { config, now } = this.outbox;
    set.pending.prefer((index) => this.owner.preferredPlaces(set, index));
    set.startLevels(this.executors, now);
    if (config.exclusion !== null) set.exclusion = new StageExclusion(config.exclusion, set.stage.id, set.attempt);
    if (config.speculation !== null) set.durations = new DurationMedian();
    if (this.#firstSubmission < 0) this.#firstSubmission = now;
    if (this.attempts.size === 0) this.#waitingSince = now;
    this.pools.add(set);
  }

  /** Launches nothing more of the set. Its live attempts run on. */
  close(set: TaskSet): void {
    if (set.closed) return;
    set.closed = true;
    set.speculatable.clear();
    this.pools.remove(set);
    this.#tellDrained(set);
  }

  /** Tells all live attempts of the set to end. */
  killAll(set: TaskSet, reason: string, interrupt: boolean): void {
    if (set.live === 0) return;
    for (const attempt of this.attempts.values()) if (attempt.set === set) this.attempts.kill(attempt, reason, interrupt);
  }

  setBlocked(set: TaskSet, blocked: boolean): void {
    set.blocked = blocked;
  }

  /** The slot was done by an attempt of an earlier set of the stage. */
  markDone(set: TaskSet, slot: number): void {
    const index = set.indexOf(slot);
    if (index < 0 || set.stateOf(index) === DONE) return;
    set.succeeded(index);
    this.#killCopies(set, index, OTHER_SUCCEEDED);
  }

  /** Outputs of done tasks are lost: the tasks run again. */
  invalidate(set: TaskSet, slots: readonly number[]): void {
    for (const slot of slots) {
      const index = set.indexOf(slot);
      if (index < 0 || set.stateOf(index) !== DONE) continue;
      if (set.copiesOf(index) > 0) set.reopen(index);
      else this.#giveBack(set, index);
    }
  }

  /** The set did its work: failures it saw count for the application. */
  succeeded(set: TaskSet): void {
    if (set.exclusion !== null && !set.exclusion.isEmpty) this.#exclusion?.stageSucceeded(set.exclusion, this.outbox);
  }

  /** Tasks that could be launched if there were slots. */
  pendingTasks(): number {
    let pending = 0;
    for (const set of this.pools.sets) if (set.canLaunch) pending += set.pendingCount + set.speculatable.size;
    return pending;
  }

  // ── Executors ────────────────────────────────────────────────────────────────────────────────────────────────────

  executorRegistered(event: ExecutorRegistered): void {
    const { outbox } = this;
    if (this.executors.get(event.executorId) !== undefined || this.executors.wasLost(event.executorId)) return;
    const { taskCpus, taskResources } = outbox.config;
    const { executorId, host, cores, port = 0, resources = {} } = event;
    const slots = slotsOf(cores, taskCpus, countsOf(resources), taskResources);
    const shared = Object.keys(taskResources).length === 0 ? null : new ExecutorResources(resources, taskResources);
    this.executors.add(new Executor(executorId, host, slots, cores, port, outbox.now, shared));
    outbox.emit({
      type: "ExecutorAdded",
      time: outbox.now,
      executorId: event.executorId,
      host: event.host,
      totalCores: event.cores,
      logUrls: event.logUrls ?? {},
      ...(event.attributes === undefined ? {} : { attributes: event.attributes }),
      ...(event.resources === undefined ? {} : { resources: event.resources }),
    });
    this.#resetLevels();
  }

  /** False when the executor was not known. */
  executorLost(event: ExecutorLost): boolean {
    const { outbox, executors } = this;
    const executor = executors.get(event.executorId);
    if (executor === undefined) {
      executors.markLost(event.executorId);
      return false;
    }
    const reason = event.exitInfo === undefined ? event.reason : `${event.reason} (${event.exitInfo})`;
    executors.remove(executor, event.reason);
    this.#exclusion?.executorLost(executor.id);
    outbox.emit({ type: "ExecutorRemoved", time: outbox.now, executorId: executor.id, reason });
    this.#resetLevels();
    const gone = this.attempts.endAll(executor);
    // A culprit that has ended meanwhile leaves nobody to blame.
    const isCulprit = (attempt: TaskAttempt): boolean => event.culprits?.includes(attempt.taskId) ?? true;
    for (const attempt of gone)
      this.#failed(attempt, { kind: "executorGone", reason, causedByApp: event.causedByApp && isCulprit(attempt) });
    return true;
  }

  executorsAwaited(reason: string | null): void {
    if (reason === this.#awaited) return;
    this.#awaited = reason;
    this.outbox.emit({ type: "FiresteelExecutorsAwaited", time: this.outbox.now, reason });
  }

  executorDecommissioned(executorId: string): void {
    const executor = this.executors.get(executorId);
    if (executor === undefined || executor.life.state !== "active") return;
    executor.life.to("draining", "decommissioned");
    this.executors.refresh(executor);
    this.#resetLevels();
    for (const attempt of executor.queue) this.attempts.recall(attempt);
  }

  /** What has not begun there can run elsewhere, where a slot is free; what is in a slot may not have begun either. */
  executorPaused(executorId: string, paused: boolean): void {
    const executor = this.executors.get(executorId);
    if (executor === undefined || executor.paused === paused) return;
    executor.paused = paused;
    this.executors.refresh(executor);
    if (!paused) return;
    for (const attempt of executor.queue) this.attempts.recall(attempt);
    if (this.executors.open.size === 0) return;
    for (const attempt of this.attempts.values())
      if (attempt.executor === executor && !attempt.set.barrier) this.attempts.recall(attempt);
  }

  // ── Attempts ─────────────────────────────────────────────────────────────────────────────────────────────────────

  /** False when the report is stale: the attempt is not known (any more). */
  taskFinished({ taskId, executorId, outcome }: TaskFinished): boolean {
    const attempt = this.attempts.get(taskId);
    if (attempt === undefined || attempt.executor.id !== executorId) return false;
    this.attempts.end(attempt, outcome);
    if (outcome.kind === "success") this.#succeeded(attempt, outcome);
    else if (outcome.kind === "userError" && attempt.killReason !== null) {
      // What an attempt says that was told to end is no failure of its own.
      this.#failed(attempt, {
        kind: "killed",
        reason: attempt.killReason,
        ...(outcome.metrics === undefined ? {} : { metrics: outcome.metrics }),
      });
    } else this.#failed(attempt, outcome);
    return true;
  }

  taskGettingResult({ taskId, executorId, resultSize }: TaskGettingResult): void {
    const attempt = this.attempts.get(taskId);
    if (attempt === undefined || attempt.executor.id !== executorId || attempt.gettingResultTime > 0) return;
    const { outbox } = this;
    attempt.gettingResultTime = outbox.now;
    this.#events.gettingResult(attempt);
    attempt.resultSize = resultSize;
    this.#resultsFit(attempt.set, resultSize);
  }

  /** The result that was to be fetched does not come, or is not wanted. */
  #uncountResult(attempt: TaskAttempt): void {
    if (attempt.gettingResultTime === 0) return;
    attempt.set.resultBytes -= attempt.resultSize;
    attempt.set.results--;
  }

  taskProgress({ taskId, recordsRead }: TaskProgress): void {
    const attempt = this.attempts.get(taskId);
    if (attempt !== undefined) attempt.recordsRead = recordsRead;
  }

  killTaskAttempt({ taskId, interrupt, reason }: KillTaskAttempt): void {
    const attempt = this.attempts.get(taskId);
    if (attempt !== undefined) this.attempts.kill(attempt, reason, interrupt);
  }

  #succeeded(attempt: TaskAttempt, outcome: Success): void {
    const { set, index } = attempt;
    set.ended(index);
    const slot = set.slotOf(index);
    if (set.stateOf(index) === DONE || !this.owner.wants(set, slot)) {
      this.#uncountResult(attempt);
      this.commits.attemptFailed(set.stage.id, set.partitionOf(index), attempt.taskId);
      this.#events.ended(
        attempt,
        { reason: "TaskKilled", killReason: attempt.killReason ?? OTHER_SUCCEEDED, accumUpdates: [] },
        outcome,
      );
      this.#tellDrained(set);
      return;
    }
    this.#events.ended(attempt, SUCCESS, outcome);
    set.succeeded(index);
    this.#recordTimes(attempt, outcome);
    this.#killCopies(set, index, OTHER_SUCCEEDED);
    // A result that was fetched apart has been counted by then.
    if (attempt.gettingResultTime === 0 && !this.#resultsFit(set, outcome.metrics?.resultSize ?? 0)) return;
    this.owner.taskSucceeded(set, slot, attempt, outcome);
    this.#tellDrained(set);
  }

  #recordTimes(attempt: TaskAttempt, outcome: Success): void {
    const { set } = attempt;
    const { outbox } = this;
    const { metrics } = outcome;
    const duration = outbox.now - attempt.launchTime;
    const ran = metrics === undefined ? duration : metrics.executorRunTime + metrics.executorDeserializeTime;
    set.recordRunTime(ran, attempt.locality);
    if (set.durations === null) return;
    set.durations.add(duration);
    set.runTimeDone += duration;
    if (metrics !== undefined) set.recordsDone += metrics.inputRecords + metrics.shuffleRecordsRead;
    if (set.live > 0) outbox.wakeAt(outbox.now + outbox.config.speculation!.interval);
  }

  #resultsFit(set: TaskSet, resultSize: number): boolean {
    const { maxResultSize } = this.outbox.config;
    if (set.stage.isMapStage) return true;
    set.resultBytes += resultSize;
    set.results++;
    if (set.closed || maxResultSize === 0 || set.resultBytes <= maxResultSize) return true;
    this.owner.taskSetFailed(set, {
      kind: "resultTooLarge",
      stageId: set.stage.id,
      message:
        `Total size of serialized results of ${set.results} ${set.results === 1 ? "task" : "tasks"} (${mebibytes(set.resultBytes)}) is bigger than spark.driver.maxResultSize ` +
        `(${mebibytes(maxResultSize)}). Collect less (filter, take, aggregate), write the data out, or raise spark.driver.maxResultSize.`,
    });
    this.#tellDrained(set);
    return false;
  }

  #failed(attempt: TaskAttempt, failure: Failure): void {
    const { set, index } = attempt;
    set.ended(index);
    this.#uncountResult(attempt);
    const reason = endReason(attempt, failure, this.#blockManager);
    if (attempt.started) this.#events.ended(attempt, reason, failure);
    this.commits.attemptFailed(set.stage.id, set.partitionOf(index), attempt.taskId);
    if (failure.kind === "fetchFailed") this.#fetchFailed(attempt, failure);
    else if (!set.closed && set.stateOf(index) !== DONE) this.#taskFailed(attempt, failure, reason);
    this.#tellDrained(set);
  }

  #fetchFailed(attempt: TaskAttempt, failure: FetchFailure): void {
    const { set, index } = attempt;
    if (set.stateOf(index) === DONE) return;
    if (this.owner.fetchFailed(set, attempt, failure) === "again" && set.copiesOf(index) === 0) this.#giveBack(set, index);
  }

  #taskFailed(attempt: TaskAttempt, failure: Exclude<Failure, FetchFailure>, reason: TaskEndReason): void {
    const { set, index, executor } = attempt;
    const { outbox, owner } = this;
    const fatal = failure.kind === "userError" && failure.fatal === true;
    if (fatal || countsAsFailure(attempt, failure)) {
      const text = describeLoss(attempt, reason);
      set.lastFailure = text;
      const failures = set.failed(index);
      if (fatal || failures >= outbox.config.taskMaxFailures) {
        const times = `${failures} ${failures === 1 ? "time" : "times"}`;
        owner.taskSetFailed(set, {
          kind: "taskFailed",
          stageId: set.stage.id,
          message: fatal
            ? `Task ${index}.${attempt.attemptNumber} in ${set.name} (TID ${attempt.taskId}) had a result that cannot be sent: ${text}`
            : `Task ${index} in ${set.name} failed ${times}, most recent failure: ${text}`,
          ...("error" in failure ? { cause: failure.error } : {}),
        });
        return;
      }
      set.exclusion?.taskFailed(index, executor.id, executor.host, outbox);
    }
    if (set.barrier) owner.barrierTaskFailed(set, attempt, describeLoss(attempt, reason));
    else if (set.copiesOf(index) === 0) this.#giveBack(set, index);
  }

  #giveBack(set: TaskSet, index: number): void {
    set.giveBack(index, set.pending.isPlain ? null : this.owner.preferredPlaces(set, index));
    if (set.blocked) this.owner.blockedSetHasPending(set);
  }

  #tellDrained(set: TaskSet): void {
    if (!set.closed || set.live > 0 || set.drained) return;
    set.drained = true;
    this.owner.drained(set);
  }

  #killCopies(set: TaskSet, index: number, reason: string): void {
    if (set.copiesOf(index) === 0) return;
    for (const attempt of this.attempts.values())
      if (attempt.set === set && attempt.index === index) this.attempts.kill(attempt, reason, true);
  }

  // ── Offers ───────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Fills free slots. To be called when all events at hand are handled. */
  offer(): void {
    if (!this.#isReady()) return;
    if (this.executors.open.size > 0) {
      if (this.outbox.config.exclusion !== null) for (const set of [...this.pools.sets]) this.#checkExclusion(set);
      this.#offers.fill();
    }
    this.#ahead.fill();
    this.attempts.endRound();
    this.#askForTime();
  }

  /** False while it waits for executors to register before the first task. */
  get isOffering(): boolean {
    return this.#enoughRegistered;
  }

  #isReady(): boolean {
    const { config, now } = this.outbox;
    if (this.#enoughRegistered) return true;
    const registered = this.executors.totalCores >= config.minRegisteredRatio * config.expectedCores;
    const deadline = this.#firstSubmission + config.maxRegisteredWait;
    if (registered || (this.#firstSubmission >= 0 && now >= deadline)) this.#enoughRegistered = true;
    else if (this.#firstSubmission >= 0) this.outbox.wakeAt(deadline);
    return this.#enoughRegistered;
  }

  // ── Time ─────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Does what is due by now. */
  onTime(): void {
    const { outbox } = this;
    if (this.#exclusion !== null) outbox.wakeAt(this.#exclusion.expire(outbox));
    const { speculation } = outbox.config;
    if (speculation !== null)
      markSlowAttempts(this.attempts, this.pools.sets, this.executors.slotsPerExecutor, speculation, outbox);
    this.#ahead.recallWaiting();
    this.#warnOfStarvation();
  }

  #warnOfStarvation(): void {
    const { now } = this.outbox;
    if (now < this.#starvedAt) return;
    this.#waitingSince = now;
    const { size, totalSlots } = this.executors;
    this.outbox.warn(
      size === 0
        ? `Initial job has not accepted any resources: ${this.#awaited ?? "no executor has registered. Check that workers are running and can reach the driver."}`
        : `Waiting tasks cannot be launched: ${size} executors with ${totalSlots} slots are registered, and none may take them (barrier stages need all ` +
            `their slots at once; executors may be excluded or too small for spark.task.cpus${this.#taskResources}).`,
    );
  }

  get #taskResources(): string {
    const amounts = amountsText(this.outbox.config.taskResources);
    return amounts === "" ? "" : `, or have not what each task takes: ${amounts}`;
  }

  #askForTime(): void {
    const { outbox } = this;
    if (this.attempts.queued > 0 && this.executors.open.size > 0) outbox.wakeAt(outbox.now + outbox.config.recallAfter);
    const { speculation } = outbox.config;
    if (speculation !== null && speculation.durationThreshold !== null && this.attempts.size > 0)
      outbox.wakeAt(outbox.now + speculation.interval);
    outbox.wakeAt(this.#starvedAt);
  }

  /** When tasks have waited for so long, with nothing running, that a word is due; Infinity while that is not so. */
  get #starvedAt(): number {
    if (this.attempts.size > 0 || !this.pools.sets.some((set) => set.canLaunch)) return Infinity;
    return Math.max(this.attempts.lastLaunch, this.#waitingSince) + this.outbox.config.starvationInterval;
  }

  // ── Exclusion ────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Fails the set when some task of it can run on no executor at all; with dynamic allocation others may come. */
  #checkExclusion(set: TaskSet): void {
    const { exclusion } = set;
    if (exclusion === null || set.closed || set.pendingCount === 0 || this.outbox.config.allocation !== null) return;
    const index = this.#offers.taskWithoutExecutor(set, exclusion);
    if (index < 0) return;
    this.owner.taskSetFailed(set, {
      kind: "excluded",
      stageId: set.stage.id,
      message:
        `Aborting TaskSet ${set.stage.id}.${set.attempt} because task ${index} (partition ${set.partitionOf(index)})\ncannot run anywhere due to node and ` +
        `executor excludeOnFailure.\nMost recent failure:\n${set.lastFailure}\n\nExcludeOnFailure behavior can be configured via spark.excludeOnFailure.*.`,
    });
  }

  readonly #blockManager = (executorId: string): BlockManagerInfo | null => {
    const executor = this.executors.get(executorId);
    return executor === undefined ? { executorId, host: "", port: 0 } : { executorId, host: executor.host, port: executor.port };
  };

  #resetLevels(): void {
    for (const set of this.pools.sets) if (!set.pending.isPlain) set.resetLevels(this.executors, this.outbox.now);
  }
}

const SUCCESS: TaskEndReason = { reason: "Success" };

function mebibytes(bytes: number): string {
  return bytes < 2 ** 20 ? `${(bytes / 1024).toFixed(1)} KiB` : `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
