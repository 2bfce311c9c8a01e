/**
 * The attempts that were sent to executors and are not known to have ended, and the slots that they take.
 *
 * An executor runs the attempts it was sent in order, as many at a time as it has slots. So those beyond its slots are
 * taken as queued, and as started when one before them ends; no message tells.
 */
import type { ResourceAddresses } from "../../../common/resources";
import type { LaunchTasks } from "../commands";
import type { TaskOutcome } from "../events";
import type { MapOutputRegistry } from "../map-outputs";
import type { Outbox } from "../outbox";
import type { Executor, ExecutorTable } from "./executors";
import type { TaskEvents } from "./task-events";
import { TaskAttempt, type TaskSet } from "./task-set";

/** A batch while tasks are added to it. */
type OpenBatch = LaunchTasks & {
  readonly taskIds: number[];
  readonly partitions: number[];
  readonly attemptNumbers: number[];
  readonly resources?: ResourceAddresses[];
};

export class LiveAttempts {
  /** By task id, in the order of launch. */
  readonly #attempts = new Map<number, TaskAttempt>();
  #nextTaskId = 0;
  /** Executors with a batch that is open in this round. */
  readonly #batched: Executor[] = [];
  /** Executors on which an attempt ended since the last round of offers. */
  readonly touched = new Set<Executor>();
  /** Attempts queued on executors. */
  queued = 0;
  lastLaunch = 0;

  constructor(
    private readonly outbox: Outbox,
    private readonly executors: ExecutorTable,
    private readonly mapOutputs: MapOutputRegistry,
    private readonly events: TaskEvents,
  ) {}

  get size(): number {
    return this.#attempts.size;
  }

  get(taskId: number): TaskAttempt | undefined {
    return this.#attempts.get(taskId);
  }

  has(taskId: number): boolean {
    return this.#attempts.has(taskId);
  }

  values(): IterableIterator<TaskAttempt> {
    return this.#attempts.values();
  }

  /** Puts a task of the set, taken before, on the executor: into a free slot, or where `started` is false behind those. */
  launch(set: TaskSet, index: number, executor: Executor, locality: number, speculative: boolean, started: boolean): TaskAttempt {
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
    this.#attempts.set(taskId, attempt);
    if (started) {
      executor.used++;
      this.executors.refresh(executor);
      this.events.started(attempt);
    } else {
      executor.queue.push(attempt);
      this.queued++;
    }
    this.lastLaunch = outbox.now;
    executor.idleSince = Infinity;
    if (executor.batchSet !== set) this.#startBatch(set, executor);
    const batch = executor.batch as OpenBatch;
    if (executor.resources !== null) {
      attempt.resources = executor.resources.take();
      batch.resources!.push(attempt.resources);
    }
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
      ...(executor.resources === null ? {} : { resources: [] }),
    };
    executor.batch = batch;
    executor.batchSet = set;
    this.#batched.push(executor);
    this.outbox.push(batch);
  }

  /** A round of offers is over: what is launched from here on goes in other commands. */
  endRound(): void {
    for (const executor of this.#batched) executor.batch = executor.batchSet = null;
    this.#batched.length = 0;
    this.touched.clear();
  }

  /** The attempt ended: its slot goes to the next in the executor's queue. */
  end(attempt: TaskAttempt, outcome: TaskOutcome): void {
    this.#attempts.delete(attempt.taskId);
    const { executor } = attempt;
    const { outbox } = this;
    if (attempt.resources !== null) executor.resources!.giveBack(attempt.resources);
    if (attempt.started) {
      const next = executor.queue.shift();
      if (next === undefined) executor.used--;
      else {
        this.queued--;
        next.started = true;
        next.launchTime = outbox.now;
        this.events.started(next);
      }
    } else {
      executor.queue.splice(executor.queue.indexOf(attempt), 1);
      this.queued--;
      if (!(outcome.kind === "killed" && outcome.neverStarted === true)) {
        attempt.started = true;
        // What ran before it in its slot is told of later: it has waited until now for all that it did not run.
        attempt.launchTime = Math.max(attempt.launchTime, Math.floor(outbox.now - ranFor(outcome)));
        this.events.started(attempt);
      }
    }
    if (executor.used === 0) executor.idleSince = outbox.now;
    this.executors.refresh(executor);
    this.touched.add(executor);
  }

  /** The executor is gone, and all attempts on it, which are returned. */
  endAll(executor: Executor): TaskAttempt[] {
    this.touched.delete(executor);
    const gone: TaskAttempt[] = [];
    for (const attempt of this.#attempts.values()) if (attempt.executor === executor) gone.push(attempt);
    this.queued -= executor.queue.length;
    for (const attempt of gone) this.#attempts.delete(attempt.taskId);
    return gone;
  }

  /** Tells the attempt to end; once. */
  kill(attempt: TaskAttempt, reason: string, interrupt: boolean): void {
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

  /** Tells the executor to give the attempt back, unless it runs by now. */
  recall(attempt: TaskAttempt): void {
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
}

/** In ms; endless where the executor did not say. */
function ranFor(outcome: TaskOutcome): number {
  const metrics = "metrics" in outcome ? outcome.metrics : undefined;
  return metrics === undefined ? Infinity : metrics.executorRunTime + metrics.executorDeserializeTime;
}
