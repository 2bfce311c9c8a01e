/**
 * Runs stages: one attempt after the other until all that a stage writes is there. Knows what a stage waits for, what a failed fetch or a
 * lost executor takes from it, and when its attempt is over. Leaves to `DagScheduler` which stages are wanted and what their ends mean
 * for jobs, and to the task level where and when a task runs and how often it is tried.
 *
 * A stage runs when the outputs of its parents are all there. When some get lost while it runs, nothing more of it is launched until
 * their map tasks ran again; tasks that run may still end well. Only a failed fetch that tells of a loss not known before fails the
 * attempt (at most `spark.stage.maxConsecutiveAttempts` in a row).
 */
import type { JobFailure } from "../commands";
import type { MapOutputId } from "../../../storage/task-env";
import type { StageFailedToPrepare, StageReady } from "../events";
import type { MapOutputRegistry } from "../map-outputs";
import type { Outbox } from "../outbox";
import type { OutputCommitCoordinator } from "../output-commit";
import type { Places } from "../tasks/pending-tasks";
import { TaskScheduler, type FetchFailure, type Success, type TaskSetOwner } from "../tasks/task-scheduler";
import { TaskSet, type TaskAttempt } from "../tasks/task-set";
import type { CachedBlocks } from "./cached-blocks";
import { cannotRollBack, indeterminateInputs, ROLLED_BACK, successorsOf } from "./indeterminate";
import type { Job } from "./job";
import { preferredPlaces, type PlacesInput } from "./preferred-places";
import { ShufflePlaces, type StatusOffsets } from "./shuffle-places";
import type { Stage } from "./stage";
import type { StageEvents } from "./stage-events";
import type { StageGraph } from "./stage-graph";
import { PastStages } from "./stage-progress";

/** A failed fetch that brings no news is tolerated this often for one task of an attempt before it counts as news. */
const MOST_REPEATED_FETCHES = 8;

/** What becomes of jobs as their stages end. */
export interface JobOwner {
  succeedJob(job: Job): void;
  /** Nothing where the job is over. */
  failJob(job: Job, failure: JobFailure): void;
}

export class StageAttempts implements TaskSetOwner {
  readonly tasks: TaskScheduler;
  readonly past = new PastStages();
  readonly #retrying = new Set<Stage>();
  /** When the stages of `#retrying` are tried again. */
  #retryAt = Infinity;
  readonly #placesInput: PlacesInput;

  /** @param statusOffsets of map outputs, for reduce locality; without it shuffle input is not looked at. */
  constructor(
    private readonly outbox: Outbox,
    private readonly graph: StageGraph,
    private readonly events: StageEvents,
    private readonly jobs: JobOwner,
    private readonly mapOutputs: MapOutputRegistry,
    private readonly commits: OutputCommitCoordinator,
    cached: CachedBlocks,
    statusOffsets: StatusOffsets | undefined,
  ) {
    this.tasks = new TaskScheduler(outbox, this, mapOutputs, commits);
    const { executors } = this.tasks;
    const byBytes = outbox.config.reduceLocality && statusOffsets !== undefined;
    this.#placesInput = { cached, executors, shuffles: byBytes ? new ShufflePlaces(mapOutputs, executors, statusOffsets) : null };
  }

  /** Lets go of a stage that no job needs any more; what runs of it is told to end. */
  remove(stage: Stage, reason: string, interrupt: boolean): void {
    const active = stage.life.is("running", "preparing");
    this.past.add(stage, stage.taskSet);
    stage.life.to("removed", reason);
    this.graph.remove(stage);
    this.#retrying.delete(stage);
    this.commits.stageEnded(stage.id);
    for (const set of stage.taskSets) {
      this.tasks.killAll(set, reason, interrupt);
      this.tasks.close(set);
    }
    if (active) this.events.stageCompleted(stage, reason);
    if (!stage.ended && stage.taskSets.size === 0 && stage.attempt >= 0) {
      stage.ended = true;
      this.outbox.push({ type: "StageEnded", stageId: stage.id, attempt: stage.attempt, retained: false });
    }
  }

  // ── Attempts ─────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Runs the stage as soon as its inputs are there, asking for its parents first; nothing when that is under way. */
  submit(stage: Stage): void {
    const stack = [stage];
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      if (next.life.state !== "idle") continue;
      const missing = this.graph.missingParents(next);
      if (missing.length === 0) this.#startAttempt(next);
      else {
        next.life.to("waiting", `for ${missing.length} of its inputs`);
        stack.push(...missing.reverse());
      }
    }
  }

  #startAttempt(stage: Stage): void {
    const { outbox } = this;
    const rolledBack = stage.isMapStage && stage.isIndeterminate ? this.#rollBackSuccessors(stage) : [];
    const [job] = stage.jobs;
    // No job is left that could do with other outputs.
    if (job === undefined) return;
    stage.attempt++;
    stage.life.to("preparing", `attempt ${stage.attempt}`);
    stage.submissionTime = outbox.now;
    if (stage.output.kind === "shuffle") {
      const { shuffleId } = stage.output.dependency;
      if (stage.isOfOneAttempt) this.discardOutputs(shuffleId);
      this.mapOutputs.madeFrom(shuffleId, indeterminateInputs(stage));
    }
    stage.attemptTasks = this.graph.missingSlots(stage).length;
    this.commits.stageStarted(stage.id);
    this.events.stageSubmitted(stage, job);
    outbox.push({
      type: "PrepareStage",
      stageId: stage.id,
      attempt: stage.attempt,
      jobId: job.id,
      node: stage.node,
      properties: job.properties,
      ...(stage.output.kind === "shuffle" ? { shuffle: stage.output.dependency } : {}),
    });
    for (const successor of rolledBack) this.submit(successor);
  }

  stageReady({ stageId, attempt }: StageReady): void {
    const stage = this.#preparing(stageId, attempt);
    if (stage === null) return;
    const { config, now } = this.outbox;
    const missing = this.graph.missingSlots(stage);
    const slots = missing.length === stage.numSlots ? null : Int32Array.from(missing);
    const [job] = stage.jobs;
    const set = new TaskSet(
      stage,
      attempt,
      job!.id,
      job!.properties,
      slots,
      { process: config.localityWaitProcess, node: config.localityWaitNode },
      now,
    );
    stage.life.to("running", "ready");
    stage.taskSet = set;
    stage.taskSets.add(set);
    if (missing.length === 0) {
      // An attempt from before did the rest while this one was prepared.
      this.#stageSucceeded(stage);
      return;
    }
    this.tasks.submit(set);
    this.#blockOnMissing(stage);
  }

  stageFailedToPrepare({ stageId, attempt, message, cause }: StageFailedToPrepare): void {
    const stage = this.#preparing(stageId, attempt);
    if (stage === null) return;
    this.#abortStage(stage, { kind: "notPrepared", message, stageId, cause });
  }

  #preparing(stageId: number, attempt: number): Stage | null {
    const stage = this.graph.stages.get(stageId);
    return stage !== undefined && stage.life.state === "preparing" && stage.attempt === attempt ? stage : null;
  }

  /** Holds the running stage's tasks back while inputs are missing; has these made when some task waits for them. */
  #blockOnMissing(stage: Stage, more: Iterable<Stage> = []): void {
    const set = stage.taskSet;
    if (set === null || set.closed) return;
    for (const parent of this.graph.missingParents(stage)) stage.blockedOn.add(parent);
    for (const parent of more) if (!this.graph.isAvailable(parent)) stage.blockedOn.add(parent);
    this.tasks.setBlocked(set, stage.blockedOn.size > 0);
    if (set.pendingCount > 0) this.blockedSetHasPending(set);
  }

  blockedSetHasPending(set: TaskSet): void {
    for (const parent of [...set.stage.blockedOn]) this.submit(parent);
  }

  #stageSucceeded(stage: Stage): void {
    const set = stage.taskSet!;
    stage.failedAttempts = 0;
    this.#deliverHeld(stage);
    this.tasks.succeeded(set);
    this.#endAttempt(stage, "idle", "all tasks done");
    for (const old of stage.taskSets) this.tasks.killAll(old, "Stage finished", true);
    this.events.stageCompleted(stage);
    if (stage.output.kind === "shuffle") this.#outputsComplete(stage);
    else if (stage.output.job.finished) this.jobs.succeedJob(stage.output.job);
  }

  /** The current attempt is over. Its live tasks run on, in a closed set. */
  #endAttempt(stage: Stage, next: "idle" | "retrying", cause: string): void {
    const set = stage.taskSet;
    this.past.add(stage, set);
    stage.life.to(next, cause);
    stage.taskSet = null;
    stage.blockedOn.clear();
    stage.held = [];
    if (set !== null) this.tasks.close(set);
  }

  /** Goes on with the stages that waited for these outputs; jobs that only write them are done. */
  #outputsComplete(mapStage: Stage): void {
    for (const stage of [...this.graph.stages.values()]) {
      if (stage.blockedOn.delete(mapStage)) {
        this.#blockOnMissing(stage);
      } else if (stage.life.state === "waiting" && stage.parents.includes(mapStage)) {
        const missing = this.graph.missingParents(stage);
        if (missing.length === 0) this.#startAttempt(stage);
        else for (const parent of missing) this.submit(parent);
      }
    }
    for (const job of [...mapStage.jobs]) if (job.finalStage === mapStage) this.jobs.succeedJob(job);
  }

  drained(set: TaskSet): void {
    const { stage, attempt } = set;
    stage.taskSets.delete(set);
    const retained = stage.life.state !== "removed" || stage.taskSets.size > 0;
    stage.ended = !retained;
    this.outbox.push({ type: "StageEnded", stageId: stage.id, attempt, retained });
  }

  // ── Outcomes of tasks ────────────────────────────────────────────────────────────────────────────────────────────

  preferredPlaces(set: TaskSet, index: number): Places | null {
    return preferredPlaces(set.stage.node, set.partitionOf(index), this.#placesInput);
  }

  wants(set: TaskSet, slot: number): boolean {
    const { stage } = set;
    if (stage.life.state === "removed" || set.attempt < stage.firstValidAttempt) return false;
    if (stage.isOfOneAttempt) return stage.taskSet === set;
    if (stage.output.kind === "shuffle") return !this.mapOutputs.isAvailable(stage.output.dependency.shuffleId, slot);
    return stage.output.job.delivered[slot] === 0;
  }

  taskSucceeded(set: TaskSet, slot: number, attempt: TaskAttempt, outcome: Success): void {
    const { stage } = set;
    if (stage.output.kind === "shuffle") {
      const { shuffleId } = stage.output.dependency;
      this.mapOutputs.register(shuffleId, slot, attempt.executor.id, outcome.result);
      this.mapOutputs.wrote(shuffleId, outcome.metrics?.shuffleBytesWritten ?? 0);
    }
    if (stage.barrier)
      stage.held.push({ slot, taskId: attempt.taskId, result: outcome.result, accumUpdates: outcome.accumUpdates });
    else this.#deliver(stage, slot, attempt.taskId, outcome.result, outcome.accumUpdates);
    const current = stage.taskSet;
    if (current !== null && current !== set) this.tasks.markDone(current, slot);
    this.#checkProgress(stage);
  }

  #deliver(stage: Stage, slot: number, taskId: number, result: unknown, accumUpdates: unknown): void {
    if (accumUpdates !== undefined)
      this.outbox.push({ type: "MergeAccumulators", stageId: stage.id, taskId, updates: accumUpdates });
    if (stage.output.kind !== "result") return;
    const { job } = stage.output;
    job.delivered[slot] = 1;
    job.numDelivered++;
    this.outbox.push({ type: "TaskResult", jobId: job.id, outputIndex: slot, result });
  }

  #deliverHeld(stage: Stage): void {
    for (const { slot, taskId, result, accumUpdates } of stage.held) this.#deliver(stage, slot, taskId, result, accumUpdates);
  }

  /** Ends the current attempt when its work is done; starts another when outputs that it did not make are missing. */
  #checkProgress(stage: Stage): void {
    const set = stage.taskSet;
    if (set === null) {
      this.#finishBetweenAttempts(stage);
      return;
    }
    if (this.#isDone(stage, set)) this.#stageSucceeded(stage);
    else if (set.isComplete) {
      stage.failedAttempts = 0;
      this.#endAttempt(stage, "idle", "outputs of earlier attempts got lost");
      this.events.stageCompleted(stage);
      this.submit(stage);
    }
  }

  /** The last missing piece came from a closed set while no attempt runs: the next one is not needed. */
  #finishBetweenAttempts(stage: Stage): void {
    if (stage.output.kind === "result") {
      if (stage.output.job.finished) this.jobs.succeedJob(stage.output.job);
    } else if (this.graph.isAvailable(stage) && stage.life.is("retrying", "waiting")) {
      this.#retrying.delete(stage);
      stage.life.to("idle", "an earlier attempt did the rest");
      stage.failedAttempts = 0;
      this.#outputsComplete(stage);
    }
  }

  #isDone(stage: Stage, set: TaskSet): boolean {
    if (stage.barrier && !set.isComplete) return false;
    return stage.output.kind === "shuffle" ? this.graph.isAvailable(stage) : stage.barrier || stage.output.job.finished;
  }

  taskSetFailed(set: TaskSet, failure: JobFailure): void {
    this.#abortStage(set.stage, failure);
  }

  barrierTaskFailed(set: TaskSet, attempt: TaskAttempt, message: string): void {
    const text = `Stage failed because barrier task ${attempt.index} of ${set.name} finished unsuccessfully.\n${message}`;
    this.#failAttempt(set, text);
  }

  /** Every job that needs the stage fails. */
  #abortStage(stage: Stage, failure: JobFailure): void {
    const message = `Job aborted due to stage failure: ${failure.message}`;
    for (const job of [...stage.jobs]) this.jobs.failJob(job, { ...failure, message });
  }

  // ── Lost outputs ─────────────────────────────────────────────────────────────────────────────────────────────────

  fetchFailed(set: TaskSet, attempt: TaskAttempt, failure: FetchFailure): "again" | "closed" {
    const { stage } = set;
    if (stage.life.state === "removed" || set.attempt !== stage.attempt) return "closed";
    const outputs: readonly MapOutputId[] = [failure, ...(failure.also ?? [])];
    let news: readonly MapOutputId[] = outputs.filter((output) => !this.#isKnownLoss(output, attempt));
    if (news.length === 0 && this.#tooOftenRepeated(set, attempt)) news = outputs;
    if (news.length > 0) this.#unregister(failure, this.#givenUpWith(set, failure, news));
    if (set.closed) return "closed";
    const mapStages = new Set(outputs.map(({ shuffleId }) => this.graph.mapStage(shuffleId)).filter((one) => one !== undefined));
    if (news.length > 0 || stage.barrier) {
      this.#failAttempt(set, failure.message, mapStages);
      return "closed";
    }
    this.#blockOnMissing(stage, mapStages);
    for (const mapStage of mapStages) if (stage.blockedOn.has(mapStage)) this.submit(mapStage);
    return set.closed ? "closed" : "again";
  }

  /** Was the output reported missing already known to be lost, or replaced since the task was launched? */
  #isKnownLoss({ shuffleId, map }: MapOutputId, attempt: TaskAttempt): boolean {
    if (this.graph.mapStage(shuffleId) === undefined) return false;
    return map < 0 || !this.mapOutputs.isAvailable(shuffleId, map) || this.mapOutputs.isNewerThan(shuffleId, map, attempt.epoch);
  }

  #tooOftenRepeated(set: TaskSet, attempt: TaskAttempt): boolean {
    const times = (set.repeatedFetches.get(attempt.index) ?? 0) + 1;
    set.repeatedFetches.set(attempt.index, times);
    return times > MOST_REPEATED_FETCHES;
  }

  /**
   * What is given up for outputs that cannot be fetched though their executor is there: these alone at first. A stage that fails again and
   * again for such outputs meets a disk with more of them, which would cost it an attempt each: all of the executor's outputs of these
   * shuffles then, at last all outputs. (Spark gives up all that the executor holds at once.)
   */
  #givenUpWith({ stage, closed }: TaskSet, { executorId }: FetchFailure, news: readonly MapOutputId[]): readonly MapOutputId[] {
    const { mapOutputs } = this;
    const known = news.filter(({ shuffleId, map }) => map >= 0 && mapOutputs.has(shuffleId));
    // A closed set's attempt is among those that failed.
    const failedBefore = closed ? stage.failedAttempts - 1 : stage.failedAttempts;
    if (failedBefore <= 0) {
      return known.filter(({ shuffleId, map }) => executorId === null || mapOutputs.executorOf(shuffleId, map) === executorId);
    }
    const holder = failedBefore === 1 ? executorId : null;
    const shuffleIds = [...new Set(known.map(({ shuffleId }) => shuffleId))];
    return shuffleIds.flatMap((shuffleId) => mapOutputs.heldBy(shuffleId, holder).map((map) => ({ shuffleId, map })));
  }

  #unregister({ executorId, unreachable }: FetchFailure, outputs: readonly MapOutputId[]): void {
    const { mapOutputs } = this;
    if (unreachable && executorId !== null) {
      this.#outputsLost(mapOutputs.unregisterExecutor(executorId));
      return;
    }
    const lost = new Map<number, number[]>();
    for (const { shuffleId, map } of outputs) {
      if (!mapOutputs.unregister(shuffleId, map)) continue;
      const maps = lost.get(shuffleId);
      if (maps === undefined) lost.set(shuffleId, [map]);
      else maps.push(map);
    }
    this.#outputsLost(lost);
  }

  /** The attempt is over without success: it is tried again after a while, or too often tried. */
  #failAttempt(set: TaskSet, message: string, mapStages: Iterable<Stage> = []): void {
    const { stage } = set;
    const { config, now } = this.outbox;
    stage.failedAttempts++;
    if (stage.barrier) this.tasks.killAll(set, "another task of the barrier stage failed", true);
    if (stage.failedAttempts >= config.stageMaxAttempts) {
      this.#abortStage(stage, {
        kind: "stageFailed",
        stageId: stage.id,
        message: `${stage.toString()} has failed the maximum allowable number of times: ${config.stageMaxAttempts}. Most recent failure reason:\n${message}`,
      });
      return;
    }
    this.#endAttempt(stage, "retrying", message.slice(0, 200));
    this.events.stageCompleted(stage, message);
    this.#retrying.add(stage);
    for (const mapStage of mapStages) {
      // Asked for by name: the walk may not find it behind cached partitions that are not really there.
      if (mapStage.life.state === "idle" && !this.graph.isAvailable(mapStage)) this.submit(mapStage);
    }
    this.#retryAt = Math.min(this.#retryAt, now + config.resubmitDelay);
    this.outbox.wakeAt(this.#retryAt);
  }

  #retryNow(stage: Stage): void {
    this.#retrying.delete(stage);
    stage.life.to("idle", "tried again");
    this.submit(stage);
  }

  /** Map outputs are gone: running map tasks are done again, and stages that read them wait. */
  #outputsLost(lost: ReadonlyMap<number, readonly number[]>): void {
    for (const [shuffleId, maps] of lost) {
      this.outputsChanged(shuffleId);
      const set = this.graph.mapStage(shuffleId)?.taskSet ?? null;
      if (set === null) continue;
      if (set.barrier) this.#failAttempt(set, "Outputs of the barrier stage got lost before all its tasks were done.");
      else this.tasks.invalidate(set, maps);
    }
    for (const stage of [...this.graph.stages.values()]) if (stage.life.state === "running") this.#blockOnMissing(stage);
  }

  /**
   * What was made of the indeterminate outputs of `mapStage`, which runs again, is thrown away; a job fails where a part of that was
   * given out. Answers the stages whose attempts were ended.
   */
  #rollBackSuccessors(mapStage: Stage): Stage[] {
    const successors = successorsOf(mapStage, this.graph.stages.values());
    for (const stage of successors) {
      if (stage.output.kind === "result" && stage.output.job.numDelivered > 0)
        this.#abortStage(stage, { kind: "indeterminate", stageId: stage.id, message: cannotRollBack(stage) });
    }
    return successors.filter((stage) => stage.life.state !== "removed" && this.#rollBack(stage));
  }

  /** False when no attempt of the stage was running. */
  #rollBack(stage: Stage): boolean {
    const { state } = stage.life;
    if (stage.output.kind === "shuffle") this.discardOutputs(stage.output.dependency.shuffleId);
    // Nothing of an attempt that is being prepared has run.
    stage.firstValidAttempt = state === "preparing" ? stage.attempt : stage.attempt + 1;
    for (const set of stage.taskSets) this.tasks.killAll(set, ROLLED_BACK, true);
    if (state !== "running") return false;
    this.#endAttempt(stage, "idle", "rolled back");
    this.events.stageCompleted(stage, ROLLED_BACK);
    return true;
  }

  executorLost(executorId: string, shuffleFilesSurvive: boolean): void {
    this.#outputsLost(shuffleFilesSurvive ? new Map() : this.mapOutputs.unregisterExecutor(executorId));
  }

  /** Outputs of a map stage are there again that its attempt did not make. */
  outputsRecovered(stage: Stage): void {
    // Where no attempt runs, stages may wait for outputs that nobody has asked for yet.
    if (stage.life.state === "idle" && this.graph.isAvailable(stage)) this.#outputsComplete(stage);
    else this.#checkProgress(stage);
  }

  /** Throws away all outputs of the shuffle. */
  discardOutputs(shuffleId: number): void {
    if (this.mapOutputs.unregisterAll(shuffleId)) this.outputsChanged(shuffleId);
  }

  /** Executors forget where the outputs are. */
  outputsChanged(shuffleId: number): void {
    this.outbox.push({ type: "MapOutputsChanged", shuffleId, epoch: this.mapOutputs.epoch });
  }

  // ── Time ─────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Tries failed attempts again when it is time, and asks for the next time. */
  onTime(): void {
    if (this.outbox.now >= this.#retryAt) {
      this.#retryAt = Infinity;
      for (const stage of [...this.#retrying]) this.#retryNow(stage);
    }
    this.outbox.wakeAt(this.#retryAt);
  }
}
