/**
 * The tasks of one attempt of a stage, by index 0 … size-1, in a few bytes each: whether a task waits, runs or is done, how
 * often it was launched, how often it failed. Objects exist only for attempts that are alive. What to do about an
 * outcome is decided by `task-scheduler`.
 *
 * A task goes pending → running → done; back to pending when its last live attempt ended without success, or when a
 * done map task's output was lost.
 */
import type { ResourceAddresses } from "../../../common/resources";
import { InternalError } from "../../../common/errors";
import type { Properties } from "../../../events/listener-events";
import type { Stage } from "../dag/stage";
import type { Executor } from "./executors";
import type { StageExclusion } from "./exclusion";
import { ANY, NODE_LOCAL, NO_PREF, PROCESS_LOCAL, PendingTasks, type Offer, type Places, type Presence } from "./pending-tasks";
import type { DurationMedian } from "./speculation";

export const PENDING = 0;
export const RUNNING = 1;
export const DONE = 2;

/** One live attempt of a task: sent to an executor, and not known to have ended. */
export class TaskAttempt {
  /** When it started, as far as is known; for queued ones the time they were sent. */
  launchTime: number;
  /** False while it waits on its executor behind others. */
  started: boolean;
  /** Why it was told to end; null when it was not. */
  killReason: string | null = null;
  /** A recall was sent. */
  recalled = false;
  recordsRead = 0;
  /** When its result began to be fetched; 0 when it was not. */
  gettingResultTime = 0;
  /** Bytes of the result that is fetched. */
  resultSize = 0;
  /** What it has of its executor's resources; null where tasks take none. */
  resources: ResourceAddresses | null = null;

  constructor(
    readonly taskId: number,
    readonly set: TaskSet,
    readonly index: number,
    readonly attemptNumber: number,
    readonly executor: Executor,
    /** Index into LOCALITY_LEVELS. */
    readonly locality: number,
    readonly speculative: boolean,
    /** Epoch of the map outputs at launch. */
    readonly epoch: number,
    now: number,
    started: boolean,
  ) {
    this.launchTime = now;
    this.started = started;
  }
}

/** How long tasks of a set run, in ms. */
export class RunTimes {
  /** Moving average of the last 8; 0 while there are none. */
  mean = 0;
  count = 0;

  /** The first ones find code that V8 has not compiled. */
  get isKnown(): boolean {
    return this.count >= 4;
  }

  add(ms: number): void {
    this.count++;
    this.mean += (ms - this.mean) / Math.min(this.count, 8);
  }
}

export interface LocalityWaits {
  readonly process: number;
  readonly node: number;
}

export class TaskSet {
  readonly size: number;
  readonly #state: Uint8Array;
  readonly #copies: Uint8Array;
  readonly #failures: Uint16Array;
  readonly #launches: Uint16Array;
  readonly pending: PendingTasks;
  pendingCount: number;
  doneCount = 0;
  /** Live attempts, queued ones too. */
  live = 0;
  /** Attempts that failed; those that were killed do not count. */
  failedAttempts = 0;
  /** No task is launched any more; live attempts run on and may still be of use. */
  closed = false;
  /** Nothing is launched until lost map outputs are back. */
  blocked = false;
  /** Results that were counted for spark.driver.maxResultSize, and their bytes. */
  results = 0;
  resultBytes = 0;
  /** Of all tasks that ended well. */
  readonly runTimes = new RunTimes();
  /** Of those that ran where their input is, and of those that had to have it moved. */
  readonly localRunTimes = new RunTimes();
  readonly movedRunTimes = new RunTimes();
  /** Fetch failures that told nothing new, by task. */
  readonly repeatedFetches = new Map<number, number>();
  exclusion: StageExclusion | null = null;
  durations: DurationMedian | null = null;
  /** Tasks that deserve a second copy and have none, with the attempt that is slow. */
  readonly speculatable = new Map<number, TaskAttempt>();
  /** Records and run time of done tasks, for their rate. */
  recordsDone = 0;
  runTimeDone = 0;
  lastFailure = "";
  /** The owner was told that no attempt of the closed set is alive. */
  drained = false;
  #levels: number[] = [ANY];
  #level = 0;
  #levelSince: number;

  constructor(
    readonly stage: Stage,
    readonly attempt: number,
    /** FIFO order: the oldest job that needs the stage. */
    readonly priority: number,
    readonly properties: Properties,
    /** Slots of the stage to compute, ascending; null for all of them. */
    private readonly slots: Int32Array | null,
    readonly waits: LocalityWaits,
    /** When it was submitted. */
    readonly submitted: number,
  ) {
    this.size = slots === null ? stage.numSlots : slots.length;
    this.#state = new Uint8Array(this.size);
    this.#copies = new Uint8Array(this.size);
    this.#failures = new Uint16Array(this.size);
    this.#launches = new Uint16Array(this.size);
    this.pendingCount = this.size;
    const state = this.#state;
    this.pending = new PendingTasks(this.size, (index) => state[index] === PENDING);
    this.#levelSince = submitted;
  }

  get barrier(): boolean {
    return this.stage.barrier;
  }

  /** Does a task of it, or a copy of one, wait for a slot that it may have now? */
  get canLaunch(): boolean {
    return !this.blocked && !this.closed && (this.pendingCount > 0 || this.speculatable.size > 0);
  }

  get isComplete(): boolean {
    return this.doneCount === this.size;
  }

  /** The name in messages: "stage 3.1". */
  get name(): string {
    return `stage ${this.stage.id}.${this.attempt}`;
  }

  slotOf(index: number): number {
    return this.slots === null ? index : this.slots[index]!;
  }

  /** Index of a slot, or -1 when it is not in this set. */
  indexOf(slot: number): number {
    if (this.slots === null) return slot;
    let low = 0,
      high = this.slots.length - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const value = this.slots[middle]!;
      if (value === slot) return middle;
      if (value < slot) low = middle + 1;
      else high = middle - 1;
    }
    return -1;
  }

  partitionOf(index: number): number {
    return this.stage.partitionOf(this.slotOf(index));
  }

  /** The first task that waits, or -1. */
  firstPending(): number {
    return this.#state.indexOf(PENDING);
  }

  stateOf(index: number): number {
    return this.#state[index]!;
  }

  copiesOf(index: number): number {
    return this.#copies[index]!;
  }

  failuresOf(index: number): number {
    return this.#failures[index]!;
  }

  /** Takes a pending task for the executor, or -1; its locality is then in `pending.takenLevel`. The task must be launched. */
  take(offer: Offer, most: number, noPrefs: boolean): number {
    return this.pendingCount === 0 ? -1 : this.pending.take(offer, most, noPrefs);
  }

  /** An attempt of the task is launched; answers its number. */
  launched(index: number): number {
    if (this.#state[index] === DONE) throw new InternalError(`Task ${index} of ${this.name} is launched though it is done.`);
    if (this.#state[index] === PENDING) {
      this.#state[index] = RUNNING;
      this.pendingCount--;
    }
    this.#copies[index]!++;
    this.live++;
    return this.#launches[index]!++;
  }

  /** An attempt ended, however it did. The task stays as it is: `succeeded`, `giveBack` or nothing follows. */
  ended(index: number): void {
    if (this.#copies[index] === 0 || this.live === 0)
      throw new InternalError(`An attempt of task ${index} of ${this.name} ended that was not alive.`);
    this.#copies[index]!--;
    this.live--;
  }

  /** The task has its result (of this or another attempt of the stage). */
  succeeded(index: number): void {
    if (this.#state[index] === DONE) throw new InternalError(`Task ${index} of ${this.name} is done twice.`);
    if (this.#state[index] === PENDING) this.pendingCount--;
    this.#state[index] = DONE;
    this.doneCount++;
    this.speculatable.delete(index);
  }

  /** Counts a failure; answers how many there were. */
  failed(index: number): number {
    return ++this.#failures[index]!;
  }

  /** Makes a task pending again that is running with no live attempt, or done with its output lost. */
  giveBack(index: number, places: Places | null): void {
    if (this.#state[index] === PENDING) throw new InternalError(`Task ${index} of ${this.name} is pending twice.`);
    if (this.#state[index] === DONE) this.doneCount--;
    this.#state[index] = PENDING;
    this.pendingCount++;
    this.speculatable.delete(index);
    this.pending.giveBack(index, places);
  }

  /** A done task's output was lost while another attempt of it still runs. */
  reopen(index: number): void {
    if (this.#state[index] !== DONE || this.#copies[index] === 0)
      throw new InternalError(`Task ${index} of ${this.name} cannot be reopened.`);
    this.#state[index] = RUNNING;
    this.doneCount--;
  }

  recordRunTime(ms: number, locality: number): void {
    this.runTimes.add(ms);
    if (locality === this.#levels[0]) this.localRunTimes.add(ms);
    else if (locality !== NO_PREF) this.movedRunTimes.add(ms);
  }

  /** To be called when executors came or went. A better level that becomes possible is waited for as after submission. */
  resetLevels(there: Presence, now: number): void {
    const current = this.#levels[this.#level]!;
    const best = this.#levels[0]!;
    this.#levels = this.pending.levels(there);
    if (this.#levels[0]! < best) {
      this.#level = 0;
      this.#levelSince = now;
    } else {
      this.#level = this.#levels.findIndex((level) => level >= current);
    }
  }

  /** Starts again at the best level, as after submission. */
  startLevels(there: Presence, now: number): void {
    this.#levels = this.pending.levels(there);
    this.#level = 0;
    this.#levelSince = now;
  }

  get levels(): readonly number[] {
    return this.#levels;
  }

  /** The worst locality that may be used now: moves on when nothing that is there is left to wait for at a level, or when its wait is over. */
  allowedLevel(now: number, there: Presence): number {
    while (this.#level < this.#levels.length - 1) {
      const level = this.#levels[this.#level]!;
      const wait = this.#waitAt(level);
      if (!this.pending.hasMoreAt(level, there)) this.#levelSince = now;
      else if (now - this.#levelSince >= wait) this.#levelSince += wait;
      else break;
      this.#level++;
    }
    return this.#levels[this.#level]!;
  }

  /** When the next worse level will be allowed; Infinity at the last one. */
  get levelDeadline(): number {
    if (this.#level >= this.#levels.length - 1) return Infinity;
    return this.#levelSince + this.#waitAt(this.#levels[this.#level]!);
  }

  /** All that was offered could be used: the waits start again at the level of the best task launched. */
  resetLevelTimer(bestLaunched: number, now: number): void {
    const at = this.#levels.findIndex((level) => level >= bestLaunched);
    if (at >= 0 && at < this.#level) this.#level = at;
    this.#levelSince = now;
  }

  #waitAt(level: number): number {
    return level === PROCESS_LOCAL ? this.waits.process : level === NODE_LOCAL ? this.waits.node : 0;
  }
}
