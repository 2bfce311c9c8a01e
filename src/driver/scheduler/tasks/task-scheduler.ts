/**
 * The task level: which task runs where and when, what an attempt's end means for its task, and when a task set has failed
 * for good. Knows slots, locality, attempts, speculation, exclusion and barriers. Knows nothing of jobs, shuffles or why a
 * stage exists: that is the DAG level's, reached through `TaskSetOwner`.
 *
 * An executor runs the attempts it was sent in order, as many at a time as it has slots. So those beyond its slots are
 * taken as queued, and as started when one before them ends; no message tells.
 */
import type { AccumulableInfo, BlockManagerInfo, TaskEndReason, TaskInfo, TaskLocality } from "../../../events/listener-events";
import type { JobFailure, LaunchTasks, StartBarrier } from "../commands";
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
import { ANY, LOCALITY_LEVELS, NO_PREF, PROCESS_LOCAL, type Places } from "./pending-tasks";
import { Pools } from "./pools";
import { DurationMedian, isSlow, slowAt, slowerThan } from "./speculation";
import { DONE, PENDING, TaskAttempt, type TaskSet } from "./task-set";

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

const NO_ACCUMULABLES: readonly AccumulableInfo[] = [];
/** A barrier stage that waits for slots this long, in ms, has younger and poorer sets held back. */
const BARRIER_PATIENCE = 5000;
const OTHER_SUCCEEDED = "another attempt succeeded";

export class TaskScheduler {
  readonly executors = new ExecutorTable();
  /** Live attempts by task id, in the order of launch. */
  readonly attempts = new Map<number, TaskAttempt>();
  readonly pools: Pools;
  readonly #exclusion: ApplicationExclusion | null;
  #nextTaskId = 0;
  /** Attempts queued on executors. */
  #queued = 0;
  /** Executors on which an attempt ended since the last round of offers. */
  readonly #touched = new Set<Executor>();
  readonly #offer: { executorId: string; host: string; accepts: ((index: number) => boolean) | null } = {
    executorId: "",
    host: "",
    accepts: null,
  };
  readonly #batched: Executor[] = [];
  #enoughRegistered: boolean;
  #firstSubmission = -1;
  #lastLaunch = 0;

  constructor(
    private readonly outbox: Outbox,
    private readonly owner: TaskSetOwner,
    private readonly mapOutputs: MapOutputRegistry,
    private readonly commits: OutputCommitCoordinator,
  ) {
    this.pools = new Pools(outbox.config);
    this.#exclusion = outbox.config.exclusion === null ? null : new ApplicationExclusion(outbox.config.exclusion);
    this.#enoughRegistered = outbox.config.minRegisteredRatio <= 0;
  }

  // ── Task sets ────────────────────────────────────────────────────────────────────────────────────────────────────

  submit(set: TaskSet): void {
    const { config, now } = this.outbox;
    set.pending.prefer((index) => this.owner.preferredPlaces(set, index));
    set.startLevels(this.#hasExecutor, this.#hasHost, now);
    if (config.exclusion !== null) set.exclusion = new StageExclusion(config.exclusion, set.stage.id, set.attempt);
    if (config.speculation !== null) set.durations = new DurationMedian();
    if (this.#firstSubmission < 0) this.#firstSubmission = now;
    if (this.attempts.size === 0) this.#lastLaunch = now;
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
    for (const attempt of this.attempts.values()) if (attempt.set === set) this.#kill(attempt, reason, interrupt);
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
    for (const set of this.pools.sets) if (canLaunch(set)) pending += set.pendingCount + set.speculatable.size;
    return pending;
  }

  // ── Executors ────────────────────────────────────────────────────────────────────────────────────────────────────

  executorRegistered(event: ExecutorRegistered): void {
    const { outbox } = this;
    if (this.executors.get(event.executorId) !== undefined || this.executors.wasLost(event.executorId)) return;
    const slots = Math.floor(event.cores / outbox.config.taskCpus);
    this.executors.add(new Executor(event.executorId, event.host, slots, event.cores, event.port ?? 0, outbox.now));
    outbox.emit({
      type: "ExecutorAdded",
      time: outbox.now,
      executorId: event.executorId,
      host: event.host,
      totalCores: event.cores,
      logUrls: event.logUrls ?? {},
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
    this.#touched.delete(executor);
    this.#exclusion?.executorLost(executor.id);
    outbox.emit({ type: "ExecutorRemoved", time: outbox.now, executorId: executor.id, reason });
    this.#resetLevels();
    const gone: TaskAttempt[] = [];
    for (const attempt of this.attempts.values()) if (attempt.executor === executor) gone.push(attempt);
    this.#queued -= executor.queue.length;
    for (const attempt of gone) this.attempts.delete(attempt.taskId);
    // A culprit that has ended meanwhile leaves nobody to blame.
    const isCulprit = (attempt: TaskAttempt): boolean => event.culprits?.includes(attempt.taskId) ?? true;
    for (const attempt of gone)
      this.#failed(attempt, { kind: "executorGone", reason, causedByApp: event.causedByApp && isCulprit(attempt) });
    return true;
  }

  executorDecommissioned(executorId: string): void {
    const executor = this.executors.get(executorId);
    if (executor === undefined || executor.life.state !== "active") return;
    executor.life.to("draining", "decommissioned");
    this.executors.refresh(executor);
    for (const attempt of executor.queue) this.#recall(attempt);
  }

  // ── Attempts ─────────────────────────────────────────────────────────────────────────────────────────────────────

  /** False when the report is stale: the attempt is not known (any more). */
  taskFinished({ taskId, executorId, outcome }: TaskFinished): boolean {
    const attempt = this.attempts.get(taskId);
    if (attempt === undefined || attempt.executor.id !== executorId) return false;
    this.attempts.delete(taskId);
    this.#releaseSlot(attempt, outcome);
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
    if (outbox.wants("TaskGettingResult"))
      outbox.emit({ type: "TaskGettingResult", taskInfo: taskInfo(attempt, 0, "", NO_ACCUMULABLES) });
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
    if (attempt !== undefined) this.#kill(attempt, reason, interrupt);
  }

  #releaseSlot(attempt: TaskAttempt, outcome: TaskOutcome): void {
    const { executor } = attempt;
    const { outbox } = this;
    if (attempt.started) {
      const next = executor.queue.shift();
      if (next === undefined) executor.used--;
      else {
        this.#queued--;
        next.started = true;
        next.launchTime = outbox.now;
        this.#emitStart(next);
      }
    } else {
      executor.queue.splice(executor.queue.indexOf(attempt), 1);
      this.#queued--;
      if (!(outcome.kind === "killed" && outcome.neverStarted === true)) {
        attempt.started = true;
        this.#emitStart(attempt);
      }
    }
    if (executor.used === 0) executor.idleSince = outbox.now;
    this.executors.refresh(executor);
    this.#touched.add(executor);
  }

  #succeeded(attempt: TaskAttempt, outcome: Success): void {
    const { set, index } = attempt;
    set.ended(index);
    const slot = set.slotOf(index);
    if (set.stateOf(index) === DONE || !this.owner.wants(set, slot)) {
      this.#uncountResult(attempt);
      this.commits.attemptFailed(set.stage.id, set.partitionOf(index), attempt.taskId);
      this.#emitEnd(
        attempt,
        { reason: "TaskKilled", killReason: attempt.killReason ?? OTHER_SUCCEEDED, accumUpdates: [] },
        outcome,
      );
      this.#tellDrained(set);
      return;
    }
    this.#emitEnd(attempt, SUCCESS, outcome);
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
    set.recordRunTime(metrics === undefined ? duration : metrics.executorRunTime + metrics.executorDeserializeTime);
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
    if (attempt.started) this.#emitEnd(attempt, reason, failure);
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
      if (attempt.set === set && attempt.index === index) this.#kill(attempt, reason, true);
  }

  #kill(attempt: TaskAttempt, reason: string, interrupt: boolean): void {
    if (attempt.killReason !== null) return;
    attempt.killReason = reason;
    this.outbox.push({
      type: "KillTask",
      taskId: attempt.taskId,
      executorId: attempt.executor.id,
      reason,
      interrupt,
      onlyIfQueued: false,
    });
  }

  #recall(attempt: TaskAttempt): void {
    if (attempt.recalled || attempt.killReason !== null) return;
    attempt.recalled = true;
    this.outbox.push({
      type: "KillTask",
      taskId: attempt.taskId,
      executorId: attempt.executor.id,
      reason: "recalled",
      interrupt: false,
      onlyIfQueued: true,
    });
  }

  // ── Offers ───────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Fills free slots. To be called when all events at hand are handled. */
  offer(): void {
    if (!this.#isReady()) return;
    if (this.executors.open.size > 0) {
      if (this.outbox.config.exclusion !== null) for (const set of [...this.pools.sets]) this.#checkExclusion(set);
      if (this.pools.isFair) this.#offerFairly();
      else this.#offerInOrder(Infinity);
    }
    this.#fillAhead();
    for (const executor of this.#batched) executor.batch = executor.batchSet = null;
    this.#batched.length = 0;
    this.#touched.clear();
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

  /** Gives out one slot at a time, for every launch changes the shares. */
  #offerFairly(): void {
    const runnable = this.pools.sets.filter(canLaunch).length;
    for (;;) {
      const most = runnable > 1 ? 1 : Infinity;
      if (this.#offerInOrder(most) === 0 || most === Infinity) return;
    }
  }

  /** Offers to one set after the other until `most` tasks are launched; answers how many were. */
  #offerInOrder(most: number): number {
    let launched = 0;
    for (const set of [...this.pools.ordered()]) {
      launched += this.#offerTo(set, most - launched);
      if (launched >= most || this.#holdsBack(set)) break;
    }
    return launched;
  }

  /** Do the sets behind this one have to wait, as it needs many slots at once and would never find them free? */
  #holdsBack(set: TaskSet): boolean {
    if (!set.barrier || !canLaunch(set) || this.outbox.now - set.submitted < BARRIER_PATIENCE) return false;
    let slots = 0;
    for (const executor of this.executors.all()) if (executor.life.state === "active") slots += executor.slots;
    return slots >= set.size;
  }

  /** Launches at most `most` tasks of the set; answers how many. */
  #offerTo(set: TaskSet, most: number): number {
    const { open } = this.executors;
    if (open.size === 0 || !canLaunch(set)) return 0;
    const executors = this.#usable(set);
    if (executors.length === 0) return 0;
    if (set.barrier) return this.#offerBarrier(set, executors);
    const { now } = this.outbox;
    let launched = 0,
      best = ANY;
    for (const level of set.levels) {
      let any = true;
      while (any && set.pendingCount > 0 && launched < most) {
        any = false;
        for (const executor of executors) {
          if (executor.free <= 0) continue;
          const index = set.take(this.#offerOf(set, executor), Math.min(level, set.allowedLevel(now)), level === NO_PREF);
          if (index < 0) continue;
          best = Math.min(best, set.pending.takenLevel);
          this.#launch(set, index, executor, set.pending.takenLevel, false, true);
          any = true;
          if (++launched >= most) break;
        }
      }
    }
    if (launched < most) launched += this.#offerSpeculative(set, executors, most - launched);
    const refused = set.pendingCount > 0 && executors.some((executor) => executor.free > 0);
    if (launched > 0 && !refused) set.resetLevelTimer(best, now);
    if (refused && launched < most) this.outbox.wakeAt(set.levelDeadline);
    return launched;
  }

  #offerSpeculative(set: TaskSet, executors: readonly Executor[], most: number): number {
    if (set.speculatable.size === 0) return 0;
    let launched = 0;
    const otherHosts = this.executors.numHosts > 1;
    for (const [index, slow] of set.speculatable) {
      if (launched >= most) break;
      const executor = executors.find(
        (candidate) =>
          candidate.free > 0 &&
          candidate !== slow.executor &&
          (!otherHosts || candidate.host !== slow.executor.host) &&
          !(set.exclusion?.excludesTask(index, candidate.id, candidate.host) ?? false),
      );
      if (executor === undefined) continue;
      set.speculatable.delete(index);
      this.#launch(set, index, executor, ANY, true, true);
      launched++;
    }
    return launched;
  }

  /** All tasks at once, or none. */
  #offerBarrier(set: TaskSet, executors: readonly Executor[]): number {
    const free = executors.reduce((sum, executor) => sum + executor.free, 0);
    if (set.pendingCount !== set.size || free < set.size) return 0;
    const placed = new Array<{ readonly executor: Executor; readonly locality: number }>(set.size);
    const room = new Map(executors.map((executor) => [executor, executor.free]));
    let left = set.size;
    while (left > 0) {
      for (const executor of executors) {
        if (left === 0 || room.get(executor) === 0) continue;
        const index = this.#takeUnplaced(set, executor, placed);
        placed[index] = { executor, locality: set.pending.takenLevel };
        room.set(executor, room.get(executor)! - 1);
        left--;
      }
    }
    const taskIds: number[] = [];
    const start: StartBarrier = {
      type: "StartBarrier",
      stageId: set.stage.id,
      attempt: set.attempt,
      taskIds,
      executorIds: placed.map(({ executor }) => executor.id),
      hosts: placed.map(({ executor }) => executor.host),
    };
    this.outbox.push(start);
    for (const [index, { executor, locality }] of placed.entries())
      taskIds.push(this.#launch(set, index, executor, locality, false, true).taskId);
    return set.size;
  }

  #takeUnplaced(set: TaskSet, executor: Executor, placed: readonly unknown[]): number {
    const accepts = (index: number): boolean => placed[index] === undefined;
    return set.take({ executorId: executor.id, host: executor.host, accepts }, ANY, true);
  }

  /** Executors with a free slot that may run tasks of the set; most free slots first. */
  #usable(set: TaskSet): Executor[] {
    const { exclusion } = set;
    const usable: Executor[] = [];
    for (const executor of this.executors.open) {
      if (exclusion !== null && exclusion.excludes(executor.id, executor.host)) continue;
      if (this.#exclusion !== null && this.#exclusion.excludes(executor.id, executor.host)) continue;
      usable.push(executor);
    }
    return usable.length > 1 ? usable.sort((a, b) => b.free - a.free) : usable;
  }

  #offerOf(set: TaskSet, executor: Executor): { executorId: string; host: string; accepts: ((index: number) => boolean) | null } {
    const { exclusion } = set;
    const offer = this.#offer;
    offer.executorId = executor.id;
    offer.host = executor.host;
    offer.accepts =
      exclusion === null || exclusion.isEmpty ? null : (index) => !exclusion.excludesTask(index, executor.id, executor.host);
    return offer;
  }

  #launch(
    set: TaskSet,
    index: number,
    executor: Executor,
    locality: number,
    speculative: boolean,
    started: boolean,
  ): TaskAttempt {
    const { outbox } = this;
    const taskId = this.#nextTaskId++;
    const attempt = new TaskAttempt(
      taskId,
      set,
      index,
      set.launched(index),
      executor,
      locality,
      speculative,
      this.mapOutputs.epoch,
      outbox.now,
      started,
    );
    this.attempts.set(taskId, attempt);
    if (started) {
      executor.used++;
      this.executors.refresh(executor);
      this.#emitStart(attempt);
    } else {
      executor.queue.push(attempt);
      this.#queued++;
    }
    this.#lastLaunch = outbox.now;
    executor.idleSince = Infinity;
    if (executor.batchSet !== set) this.#startBatch(set, executor);
    const batch = executor.batch as OpenBatch;
    batch.taskIds.push(taskId);
    batch.partitions.push(set.partitionOf(index));
    batch.attemptNumbers.push(attempt.attemptNumber);
    return attempt;
  }

  #startBatch(set: TaskSet, executor: Executor): void {
    const batch: OpenBatch = {
      type: "LaunchTasks",
      executorId: executor.id,
      stageId: set.stage.id,
      attempt: set.attempt,
      taskIds: [],
      partitions: [],
      attemptNumbers: [],
      epoch: this.mapOutputs.epoch,
      cpus: this.outbox.config.taskCpus,
    };
    executor.batch = batch;
    executor.batchSet = set;
    this.#batched.push(executor);
    this.outbox.push(batch);
  }

  // ── Queueing ahead ───────────────────────────────────────────────────────────────────────────────────────────────

  /** Sends short tasks on before their slots are free, so that no slot waits for a message. */
  #fillAhead(): void {
    const { config } = this.outbox;
    if (config.tasksAhead === 0 || config.speculation !== null || config.exclusion !== null) return;
    const set = this.pools.sets.find(canLaunch);
    if (
      set === undefined ||
      set.barrier ||
      (this.pools.isFair && this.pools.sets.some((other) => other !== set && canLaunch(other)))
    )
      return;
    const level = set.pending.isPlain ? ANY : PROCESS_LOCAL;
    for (const executor of this.#touched) {
      if (executor.free > 0 || executor.life.state !== "active") continue;
      const target = this.#aheadTarget(set, executor);
      if (executor.queue.length * 2 > target) continue;
      while (executor.queue.length < target) {
        const index = set.take(this.#offerOf(set, executor), level, false);
        if (index < 0) break;
        this.#launch(set, index, executor, set.pending.takenLevel, false, false);
      }
    }
  }

  /** Enough for about `tasksAheadBelow` ms, and never so many that the last tasks of the set gather on one executor. */
  #aheadTarget(set: TaskSet, executor: Executor): number {
    const { tasksAhead, tasksAheadBelow } = this.outbox.config;
    if (set.timed < 4 || set.meanRunTime >= tasksAheadBelow) return 0;
    const perSlot = Math.min(tasksAhead, Math.ceil(tasksAheadBelow / Math.max(set.meanRunTime, 0.01)));
    return Math.min(perSlot * executor.slots, Math.floor(set.pendingCount / (2 * this.executors.size)));
  }

  // ── Time ─────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Does what is due by now. */
  onTime(): void {
    const { outbox } = this;
    if (this.#exclusion !== null) outbox.wakeAt(this.#exclusion.expire(outbox));
    this.#speculate();
    this.#recallWaiting();
    this.#warnOfStarvation();
  }

  #speculate(): void {
    const { config, now } = this.outbox;
    const { speculation } = config;
    if (speculation === null || this.attempts.size === 0) return;
    let next = Infinity;
    const slots = this.#slotsPerExecutor();
    const limits = new Map<TaskSet, ReturnType<typeof slowerThan>>();
    for (const set of this.pools.sets) limits.set(set, slowerThan(set, speculation, slots));
    for (const attempt of this.attempts.values()) {
      const limit = limits.get(attempt.set) ?? null;
      if (limit === null) continue;
      if (isSlow(attempt, limit, speculation, now)) {
        const { set, index } = attempt;
        set.speculatable.set(index, attempt);
        this.outbox.emit({
          type: "SpeculativeTaskSubmitted",
          stageId: set.stage.id,
          stageAttemptId: set.attempt,
          taskIndex: index,
          partitionId: set.partitionOf(index),
        });
      } else if (attempt.started && attempt.killReason === null) next = Math.min(next, slowAt(attempt, limit) + 1);
    }
    this.outbox.wakeAt(Math.max(next, now + speculation.interval));
  }

  #slotsPerExecutor(): number {
    for (const executor of this.executors.all()) return executor.slots;
    return 1;
  }

  /** Takes back tasks queued behind slow ones while slots are free elsewhere. */
  #recallWaiting(): void {
    const { config, now } = this.outbox;
    if (this.#queued === 0 || this.executors.open.size === 0 || this.pools.sets.some(canLaunch)) return;
    let free = 0;
    for (const executor of this.executors.open) free += executor.free;
    for (const executor of this.executors.all()) {
      for (let at = executor.queue.length - 1; at >= 0 && free > 0; at--) {
        const attempt = executor.queue[at]!;
        if (now - attempt.launchTime < config.recallAfter || attempt.recalled || attempt.killReason !== null) continue;
        this.#recall(attempt);
        free--;
      }
    }
  }

  #warnOfStarvation(): void {
    const { config, now } = this.outbox;
    if (this.attempts.size > 0 || now - this.#lastLaunch < config.starvationInterval || !this.pools.sets.some(canLaunch)) return;
    this.#lastLaunch = now;
    const { size, totalSlots } = this.executors;
    this.outbox.warn(
      size === 0
        ? "Initial job has not accepted any resources: no executor has registered. Check that workers are running and can reach the driver."
        : `Waiting tasks cannot be launched: ${size} executors with ${totalSlots} slots are registered, and none may take them (barrier stages need all ` +
            "their slots at once; executors may be excluded or too small for spark.task.cpus).",
    );
  }

  #askForTime(): void {
    const { outbox } = this;
    if (this.#queued > 0 && this.executors.open.size > 0) outbox.wakeAt(outbox.now + outbox.config.recallAfter);
    const { speculation } = outbox.config;
    if (speculation !== null && speculation.durationThreshold !== null && this.attempts.size > 0)
      outbox.wakeAt(outbox.now + speculation.interval);
    if (this.attempts.size === 0 && this.pools.sets.some(canLaunch))
      outbox.wakeAt(this.#lastLaunch + outbox.config.starvationInterval);
  }

  // ── Exclusion ────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Fails the set when some task of it can run on no executor at all; with dynamic allocation others may come. */
  #checkExclusion(set: TaskSet): void {
    const { exclusion } = set;
    if (exclusion === null || set.closed || set.pendingCount === 0 || this.outbox.config.allocation !== null) return;
    const index = this.#taskWithoutExecutor(set, exclusion);
    if (index < 0) return;
    this.owner.taskSetFailed(set, {
      kind: "excluded",
      stageId: set.stage.id,
      message:
        `Aborting TaskSet ${set.stage.id}.${set.attempt} because task ${index} (partition ${set.partitionOf(index)})\ncannot run anywhere due to node and ` +
        `executor excludeOnFailure.\nMost recent failure:\n${set.lastFailure}\n\nExcludeOnFailure behavior can be configured via spark.excludeOnFailure.*.`,
    });
  }

  #taskWithoutExecutor(set: TaskSet, exclusion: StageExclusion): number {
    const usable: Executor[] = [];
    for (const executor of this.executors.all()) {
      const excluded =
        exclusion.excludes(executor.id, executor.host) || (this.#exclusion?.excludes(executor.id, executor.host) ?? false);
      if (!excluded) usable.push(executor);
    }
    if (usable.length === 0) return set.firstPending();
    for (const index of exclusion.tasks()) {
      if (set.stateOf(index) === PENDING && usable.every((executor) => exclusion.excludesTask(index, executor.id, executor.host)))
        return index;
    }
    return -1;
  }

  // ── Events ───────────────────────────────────────────────────────────────────────────────────────────────────────

  #emitStart(attempt: TaskAttempt): void {
    const { outbox } = this;
    if (!outbox.wants("TaskStart")) return;
    outbox.emit({
      type: "TaskStart",
      stageId: attempt.set.stage.id,
      stageAttemptId: attempt.set.attempt,
      taskInfo: taskInfo(attempt, 0, "", NO_ACCUMULABLES),
    });
  }

  #emitEnd(attempt: TaskAttempt, reason: TaskEndReason, outcome: TaskOutcome): void {
    const { outbox } = this;
    if (!outbox.wants("TaskEnd")) return;
    const { set } = attempt;
    const accumulables = ("accumulables" in outcome ? outcome.accumulables : undefined) ?? NO_ACCUMULABLES;
    const metrics = "metrics" in outcome ? outcome.metrics : undefined;
    const executorMetrics = "executorMetrics" in outcome ? outcome.executorMetrics : undefined;
    outbox.emit({
      type: "TaskEnd",
      stageId: set.stage.id,
      stageAttemptId: set.attempt,
      taskType: set.stage.isMapStage ? "ShuffleMapTask" : "ResultTask",
      reason,
      taskInfo: taskInfo(attempt, outbox.now, reason.reason, accumulables),
      ...(metrics === undefined ? {} : { taskMetrics: metrics }),
      ...(executorMetrics === undefined ? {} : { taskExecutorMetrics: executorMetrics }),
    });
  }

  readonly #hasExecutor = (executorId: string): boolean => this.executors.get(executorId) !== undefined;
  readonly #hasHost = (host: string): boolean => this.executors.hasHost(host);

  readonly #blockManager = (executorId: string): BlockManagerInfo | null => {
    const executor = this.executors.get(executorId);
    return executor === undefined ? { executorId, host: "", port: 0 } : { executorId, host: executor.host, port: executor.port };
  };

  #resetLevels(): void {
    for (const set of this.pools.sets)
      if (!set.pending.isPlain) set.resetLevels(this.#hasExecutor, this.#hasHost, this.outbox.now);
  }
}

const SUCCESS: TaskEndReason = { reason: "Success" };

/** A batch while tasks are added to it. */
type OpenBatch = LaunchTasks & { readonly taskIds: number[]; readonly partitions: number[]; readonly attemptNumbers: number[] };

function canLaunch(set: TaskSet): boolean {
  return !set.blocked && !set.closed && (set.pendingCount > 0 || set.speculatable.size > 0);
}

/** No-preference tasks are told as PROCESS_LOCAL, as Spark does. */
function localityName(level: number): TaskLocality {
  return level === NO_PREF ? "PROCESS_LOCAL" : LOCALITY_LEVELS[level]!;
}

function taskInfo(attempt: TaskAttempt, finishTime: number, reason: string, accumulables: readonly AccumulableInfo[]): TaskInfo {
  const { set, index, executor } = attempt;
  return {
    taskId: attempt.taskId,
    index,
    attemptNumber: attempt.attemptNumber,
    partitionId: set.partitionOf(index),
    launchTime: attempt.launchTime,
    executorId: executor.id,
    host: executor.host,
    taskLocality: localityName(attempt.locality),
    speculative: attempt.speculative,
    gettingResultTime: attempt.gettingResultTime,
    finishTime,
    failed: finishTime > 0 && reason !== "Success" && reason !== "TaskKilled",
    killed: reason === "TaskKilled",
    accumulables,
  };
}

function mebibytes(bytes: number): string {
  return bytes < 2 ** 20 ? `${(bytes / 1024).toFixed(1)} KiB` : `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
