/**
 * The DAG level: which stages a job consists of, which of them have to run and when, and what a lost map output means.
 * Knows jobs, stages, shuffles and cached partitions. Leaves to the task level where and when a task runs and how often
 * it is tried.
 *
 * A stage runs when the outputs of its parents are all there. When some get lost while it runs, nothing more of it is
 * launched until their map tasks ran again; tasks that run may still end well. Only a failed fetch that tells of a loss
 * not known before fails the attempt (at most `spark.stage.maxConsecutiveAttempts` in a row).
 */
import { InternalError } from "../../../common/errors";
import type { AccumulableInfo, JobResult } from "../../../events/listener-events";
import type { LineageNode, ShuffleDependencyInfo } from "../../../rdd/lineage";
import type { JobFailure } from "../commands";
import type {
  AllCancelled,
  BlockUpdated,
  GroupCancelled,
  JobCancelled,
  JobSubmitted,
  MapOutputsFound,
  MapOutputsRelocated,
  StageCancelled,
  StageFailedToPrepare,
  StageReady,
  TagCancelled,
} from "../events";
import type { MapOutputRegistry } from "../map-outputs";
import type { Outbox } from "../outbox";
import type { OutputCommitCoordinator } from "../output-commit";
import type { Places } from "../tasks/pending-tasks";
import { TaskScheduler, type FetchFailure, type Success, type TaskSetOwner } from "../tasks/task-scheduler";
import { TaskSet, type TaskAttempt } from "../tasks/task-set";
import { barrierProblem, isBarrierStage, type BarrierProblem } from "./barrier-checks";
import { CachedBlocks } from "./cached-blocks";
import { cannotRollBack, indeterminateInputs, ROLLED_BACK, successorsOf } from "./indeterminate";
import { Job } from "./job";
import { shuffleInputs, unknownAncestors } from "./lineage-walk";
import { preferredPlaces, type PlacesInput } from "./preferred-places";
import { Stage, type StageOutput } from "./stage";
import { StageEvents } from "./stage-events";

/** A failed fetch that brings no news is tolerated this often for one task of an attempt before it counts as news. */
const MOST_REPEATED_FETCHES = 8;

export interface DagOptions {
  /** Bytes of a map status for a reduce partition, for reduce locality. */
  readonly statusSize?: (status: unknown, reduce: number) => number;
  /** Accumulators of a stage so far, for its `StageCompleted`. */
  readonly stageAccumulables?: (stageId: number) => readonly AccumulableInfo[];
}

export class DagScheduler implements TaskSetOwner {
  readonly jobs = new Map<number, Job>();
  readonly stages = new Map<number, Stage>();
  readonly cached = new CachedBlocks();
  readonly #mapStages = new Map<number, Stage>();
  readonly #retrying = new Set<Stage>();
  /** When the stages of `#retrying` are tried again. */
  #retryAt = Infinity;
  /** Released while a stage still needed them. */
  readonly #released = new Set<number>();
  #deferredUntil = Infinity;
  #nextStageId = 0;
  readonly tasks: TaskScheduler;
  readonly #placesInput: PlacesInput;
  readonly #events: StageEvents;

  constructor(
    private readonly outbox: Outbox,
    options: DagOptions,
    private readonly mapOutputs: MapOutputRegistry,
    private readonly commits: OutputCommitCoordinator,
  ) {
    this.tasks = new TaskScheduler(outbox, this, mapOutputs, commits);
    this.#events = new StageEvents(outbox, this.cached, options.stageAccumulables ?? (() => []));
    this.#placesInput = {
      cached: this.cached,
      executors: this.tasks.executors,
      mapOutputs,
      reduceLocality: outbox.config.reduceLocality,
      statusSize: options.statusSize,
    };
  }

  // ── Jobs ─────────────────────────────────────────────────────────────────────────────────────────────────────────

  submitJob(event: JobSubmitted): void {
    if (this.jobs.has(event.jobId)) throw new InternalError(`Job ${event.jobId} is submitted twice.`);
    const job = new Job(
      event.jobId,
      event.finalNode,
      event.partitions,
      event.properties,
      event.callSite,
      event.callSiteDetails ?? event.callSite,
      event.shuffle ?? null,
    );
    this.jobs.set(job.id, job);
    const { numPartitions } = event.finalNode;
    const wrong = event.partitions.find((partition) => !(partition >= 0 && partition < numPartitions));
    if (wrong !== undefined) {
      const message = `Attempting to access a non-existent partition: ${wrong}. Total number of partitions: ${numPartitions}`;
      this.#failJob(job, { kind: "usage", message });
      return;
    }
    this.#startJob(job);
  }

  /** Makes the job's stages and asks for the last; puts the job off while a barrier stage of it does not fit. */
  #startJob(job: Job): void {
    const known = (shuffleId: number): boolean => this.#mapStages.has(shuffleId);
    const ancestors = unknownAncestors(job.finalNode, known);
    if (job.shuffle !== null && !known(job.shuffle.shuffleId)) ancestors.push(job.shuffle);
    const problem = this.#barrierProblem(job, ancestors);
    if (problem !== null) {
      if (problem.mayPass && ++job.slotCheckFailures < this.outbox.config.barrierCheckMaxFailures) {
        this.#deferUntil(this.outbox.now + this.outbox.config.barrierCheckInterval);
      } else this.#failJob(job, { kind: "barrier", message: problem.message });
      return;
    }
    job.life.to("running", "submitted");
    if (job.partitions.length === 0 && job.shuffle === null) {
      this.#events.jobStarted(job);
      this.#succeedJob(job);
      return;
    }
    const stage = (job.finalStage = this.#makeStages(job, ancestors));
    this.#events.jobStarted(job);
    if (this.#isAvailable(stage)) this.#succeedJob(job);
    else this.#submitStage(stage);
  }

  #barrierProblem(job: Job, ancestors: readonly ShuffleDependencyInfo[]): BarrierProblem | null {
    const { config } = this.outbox;
    const { totalSlots } = this.tasks.executors;
    for (const { node } of ancestors) {
      const problem = barrierProblem(node, node.numPartitions, config, totalSlots);
      if (problem !== null) return problem;
    }
    // A stage that only writes a shuffle is among them, or runs already.
    return job.shuffle === null ? barrierProblem(job.finalNode, job.partitions.length, config, totalSlots) : null;
  }

  #deferUntil(time: number): void {
    this.#deferredUntil = Math.min(this.#deferredUntil, time);
    this.outbox.wakeAt(this.#deferredUntil);
  }

  /** Tries jobs again that waited for slots: when it is time, and when an executor came (which does not count as a try). */
  retryDeferredJobs(onTime: boolean): void {
    for (const job of [...this.jobs.values()]) {
      if (job.life.state !== "deferred") continue;
      if (!onTime) job.slotCheckFailures--;
      this.#startJob(job);
    }
  }

  #succeedJob(job: Job): void {
    job.life.to("succeeded", "all results delivered");
    this.#forgetJob(job, `Job ${job.id} is finished.`);
    this.outbox.emit({ type: "JobEnd", jobId: job.id, time: this.outbox.now, jobResult: { result: "JobSucceeded" } });
    this.outbox.push({ type: "JobSucceeded", jobId: job.id });
  }

  #failJob(job: Job, failure: JobFailure): void {
    const { state } = job.life;
    if (state === "succeeded" || state === "failed") return;
    job.life.to("failed", failure.kind);
    this.#forgetJob(job, failure.message);
    if (state === "running") {
      const jobResult: JobResult = { result: "JobFailed", message: failure.message, stackTrace: [] };
      this.outbox.emit({ type: "JobEnd", jobId: job.id, time: this.outbox.now, jobResult });
    }
    this.outbox.push({ type: "JobFailed", jobId: job.id, failure });
  }

  /** Lets go of the job and of the stages that only it needed; what runs of them is told to end. */
  #forgetJob(job: Job, reason: string): void {
    this.jobs.delete(job.id);
    for (const stage of job.stages) {
      stage.jobs.delete(job);
      if (stage.jobs.size === 0) this.#removeStage(stage, job, reason);
    }
    job.stages.clear();
  }

  #removeStage(stage: Stage, job: Job, reason: string): void {
    const { state } = stage.life;
    const active = state === "running" || state === "preparing";
    stage.life.to("removed", reason);
    this.stages.delete(stage.id);
    this.#retrying.delete(stage);
    this.commits.stageEnded(stage.id);
    for (const set of stage.taskSets) {
      this.tasks.killAll(set, reason, job.life.state === "succeeded" || job.interruptOnCancel);
      this.tasks.close(set);
    }
    if (active) this.#events.stageCompleted(stage, reason);
    if (!stage.ended && stage.taskSets.size === 0 && stage.attempt >= 0) {
      stage.ended = true;
      this.outbox.push({ type: "StageEnded", stageId: stage.id, attempt: stage.attempt, retained: false });
    }
    if (stage.output.kind !== "shuffle") return;
    const { shuffleId } = stage.output.dependency;
    this.#mapStages.delete(shuffleId);
    if (this.#released.delete(shuffleId)) this.#freeShuffle(shuffleId);
  }

  // ── Cancellation ─────────────────────────────────────────────────────────────────────────────────────────────────

  cancelJob({ jobId, reason }: JobCancelled): void {
    const job = this.jobs.get(jobId);
    if (job !== undefined) this.#cancel(job, reason ?? "");
  }

  cancelStage({ stageId, reason }: StageCancelled): void {
    const stage = this.stages.get(stageId);
    if (stage === undefined) return;
    for (const job of [...stage.jobs])
      this.#cancel(job, `because Stage ${stageId} was cancelled${reason === undefined ? "" : `: ${reason}`}`);
  }

  cancelGroup({ group, reason }: GroupCancelled): void {
    this.#cancelWhere((job) => job.group === group, reason ?? `part of cancelled job group ${group}`);
  }

  cancelTag({ tag, reason }: TagCancelled): void {
    this.#cancelWhere((job) => job.tags.includes(tag), reason ?? `part of cancelled job tags ${tag}`);
  }

  cancelAll({ reason }: AllCancelled): void {
    this.#cancelWhere(() => true, reason ?? "as part of cancellation of all jobs");
  }

  #cancelWhere(matches: (job: Job) => boolean, reason: string): void {
    for (const job of [...this.jobs.values()]) if (matches(job)) this.#cancel(job, reason);
  }

  #cancel(job: Job, reason: string): void {
    this.#failJob(job, { kind: "cancelled", message: `Job ${job.id} cancelled ${reason}`.trimEnd() });
  }

  // ── Making stages ────────────────────────────────────────────────────────────────────────────────────────────────

  #makeStages(job: Job, ancestors: readonly ShuffleDependencyInfo[]): Stage {
    for (const dependency of ancestors) {
      const { shuffleId } = dependency;
      const stage = this.#newStage(
        dependency.node,
        dependency.node.numPartitions,
        { kind: "shuffle", dependency },
        dependency.node.callSite,
        dependency.node.callSite,
      );
      this.#mapStages.set(shuffleId, stage);
      this.mapOutputs.declare(shuffleId, dependency.node.numPartitions, stage.isOfOneAttempt);
      // An earlier job had its input made again, and did not need these outputs.
      if (this.mapOutputs.isOutdated(shuffleId)) this.#discardOutputs(shuffleId);
    }
    const final =
      job.shuffle === null
        ? this.#newStage(job.finalNode, job.partitions.length, { kind: "result", job }, job.callSite, job.callSiteDetails)
        : this.#mapStages.get(job.shuffle.shuffleId)!;
    const stack = [final];
    for (let stage = stack.pop(); stage !== undefined; stage = stack.pop()) {
      if (job.stages.has(stage)) continue;
      job.stages.add(stage);
      stage.jobs.add(job);
      stack.push(...stage.parents);
    }
    return final;
  }

  #newStage(node: LineageNode, numSlots: number, output: StageOutput, name: string, details: string): Stage {
    const parents = shuffleInputs(node).map(({ shuffleId }) => this.#mapStages.get(shuffleId)!);
    const stage = new Stage(this.#nextStageId++, node, numSlots, output, parents, isBarrierStage(node), name, details);
    this.stages.set(stage.id, stage);
    return stage;
  }

  // ── Running stages ───────────────────────────────────────────────────────────────────────────────────────────────

  /** Runs the stage as soon as its inputs are there, asking for its parents first; nothing when that is under way. */
  #submitStage(stage: Stage): void {
    const stack = [stage];
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      if (next.life.state !== "idle") continue;
      const missing = this.#missingParents(next);
      if (missing.length === 0) this.#startAttempt(next);
      else {
        next.life.to("waiting", `for ${missing.length} of its inputs`);
        stack.push(...missing.reverse());
      }
    }
  }

  /** Parents whose outputs are not all there and not made needless by cached partitions. */
  #missingParents(stage: Stage): Stage[] {
    if (stage.parents.every((parent) => this.#isAvailable(parent))) return [];
    const needed = shuffleInputs(stage.node, (node) => !(node.persisted && this.cached.isComplete(node.id, node.numPartitions)));
    const missing: Stage[] = [];
    for (const { shuffleId } of needed) {
      const parent = this.#mapStages.get(shuffleId)!;
      if (!this.#isAvailable(parent)) missing.push(parent);
    }
    return missing;
  }

  #isAvailable(stage: Stage): boolean {
    return stage.output.kind === "shuffle" && this.mapOutputs.isComplete(stage.output.dependency.shuffleId);
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
      if (stage.isOfOneAttempt) this.#discardOutputs(shuffleId);
      this.mapOutputs.madeFrom(shuffleId, indeterminateInputs(stage));
    }
    stage.attemptTasks = this.#missingSlots(stage).length;
    this.commits.stageStarted(stage.id);
    this.#events.stageSubmitted(stage, job);
    outbox.push({
      type: "PrepareStage",
      stageId: stage.id,
      attempt: stage.attempt,
      jobId: job.id,
      node: stage.node,
      properties: job.properties,
      ...(stage.output.kind === "shuffle" ? { shuffle: stage.output.dependency } : {}),
    });
    for (const successor of rolledBack) this.#submitStage(successor);
  }

  stageReady({ stageId, attempt }: StageReady): void {
    const stage = this.#preparing(stageId, attempt);
    if (stage === null) return;
    const { config, now } = this.outbox;
    const missing = this.#missingSlots(stage);
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
    const stage = this.stages.get(stageId);
    return stage !== undefined && stage.life.state === "preparing" && stage.attempt === attempt ? stage : null;
  }

  #missingSlots(stage: Stage): number[] {
    if (stage.output.kind === "shuffle") return this.mapOutputs.missing(stage.output.dependency.shuffleId);
    const { delivered } = stage.output.job;
    const missing: number[] = [];
    for (let slot = 0; slot < delivered.length; slot++) if (delivered[slot] === 0) missing.push(slot);
    return missing;
  }

  /** Holds the running stage's tasks back while inputs are missing; has these made when some task waits for them. */
  #blockOnMissing(stage: Stage, more: Stage | null = null): void {
    const set = stage.taskSet;
    if (set === null || set.closed) return;
    for (const parent of this.#missingParents(stage)) stage.blockedOn.add(parent);
    if (more !== null && !this.#isAvailable(more)) stage.blockedOn.add(more);
    this.tasks.setBlocked(set, stage.blockedOn.size > 0);
    if (set.pendingCount > 0) this.blockedSetHasPending(set);
  }

  blockedSetHasPending(set: TaskSet): void {
    for (const parent of [...set.stage.blockedOn]) this.#submitStage(parent);
  }

  #stageSucceeded(stage: Stage): void {
    const set = stage.taskSet!;
    stage.failedAttempts = 0;
    this.#deliverHeld(stage);
    this.tasks.succeeded(set);
    this.#endAttempt(stage, "idle", "all tasks done");
    for (const old of stage.taskSets) this.tasks.killAll(old, "Stage finished", true);
    this.#events.stageCompleted(stage);
    if (stage.output.kind === "shuffle") this.#outputsComplete(stage);
    else if (stage.output.job.finished) this.#succeedJob(stage.output.job);
  }

  /** The current attempt is over. Its live tasks run on, in a closed set. */
  #endAttempt(stage: Stage, next: "idle" | "retrying", cause: string): void {
    const set = stage.taskSet;
    stage.life.to(next, cause);
    stage.taskSet = null;
    stage.blockedOn.clear();
    stage.held = [];
    if (set !== null) this.tasks.close(set);
  }

  /** Goes on with the stages that waited for these outputs; jobs that only write them are done. */
  #outputsComplete(mapStage: Stage): void {
    for (const stage of [...this.stages.values()]) {
      if (stage.blockedOn.delete(mapStage)) {
        this.#blockOnMissing(stage);
      } else if (stage.life.state === "waiting" && stage.parents.includes(mapStage)) {
        const missing = this.#missingParents(stage);
        if (missing.length === 0) this.#startAttempt(stage);
        else for (const parent of missing) this.#submitStage(parent);
      }
    }
    for (const job of [...mapStage.jobs]) if (job.finalStage === mapStage) this.#succeedJob(job);
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
      this.#events.stageCompleted(stage);
      this.#submitStage(stage);
    }
  }

  /** The last missing piece came from a closed set while no attempt runs: the next one is not needed. */
  #finishBetweenAttempts(stage: Stage): void {
    if (stage.output.kind === "result") {
      if (stage.output.job.finished) this.#succeedJob(stage.output.job);
    } else if (this.#isAvailable(stage) && stage.life.is("retrying", "waiting")) {
      this.#retrying.delete(stage);
      stage.life.to("idle", "an earlier attempt did the rest");
      stage.failedAttempts = 0;
      this.#outputsComplete(stage);
    }
  }

  #isDone(stage: Stage, set: TaskSet): boolean {
    if (stage.barrier && !set.isComplete) return false;
    return stage.output.kind === "shuffle" ? this.#isAvailable(stage) : stage.barrier || stage.output.job.finished;
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
    for (const job of [...stage.jobs]) this.#failJob(job, { ...failure, message });
  }

  // ── Lost outputs ─────────────────────────────────────────────────────────────────────────────────────────────────

  fetchFailed(set: TaskSet, attempt: TaskAttempt, failure: FetchFailure): "again" | "closed" {
    const { stage } = set;
    if (stage.life.state === "removed" || set.attempt !== stage.attempt) return "closed";
    const mapStage = this.#mapStages.get(failure.shuffleId);
    const isNews = mapStage === undefined || !this.#isKnownLoss(failure, attempt) || this.#tooOftenRepeated(set, attempt);
    if (isNews) this.#unregister(failure);
    if (set.closed) return "closed";
    if (isNews || stage.barrier) {
      this.#failAttempt(set, failure.message, mapStage);
      return "closed";
    }
    this.#blockOnMissing(stage, mapStage);
    if (stage.blockedOn.has(mapStage)) this.#submitStage(mapStage);
    return set.closed ? "closed" : "again";
  }

  /** Was the output reported missing already known to be lost, or replaced since the task was launched? */
  #isKnownLoss({ shuffleId, map }: FetchFailure, attempt: TaskAttempt): boolean {
    return map < 0 || !this.mapOutputs.isAvailable(shuffleId, map) || this.mapOutputs.isNewerThan(shuffleId, map, attempt.epoch);
  }

  #tooOftenRepeated(set: TaskSet, attempt: TaskAttempt): boolean {
    const times = (set.repeatedFetches.get(attempt.index) ?? 0) + 1;
    set.repeatedFetches.set(attempt.index, times);
    return times > MOST_REPEATED_FETCHES;
  }

  #unregister({ shuffleId, map, executorId, unreachable }: FetchFailure): void {
    if (unreachable && executorId !== null) this.#outputsLost(this.mapOutputs.unregisterExecutor(executorId));
    else if (
      map >= 0 &&
      this.mapOutputs.has(shuffleId) &&
      this.mapOutputs.executorOf(shuffleId, map) === executorId &&
      this.mapOutputs.unregister(shuffleId, map)
    ) {
      this.#outputsLost(new Map([[shuffleId, [map]]]));
    }
  }

  /** The attempt is over without success: it is tried again after a while, or too often tried. */
  #failAttempt(set: TaskSet, message: string, mapStage: Stage | undefined = undefined): void {
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
    this.#events.stageCompleted(stage, message);
    this.#retrying.add(stage);
    if (mapStage !== undefined && mapStage.life.state === "idle" && !this.#isAvailable(mapStage)) {
      // Asked for by name: the walk may not find it behind cached partitions that are not really there.
      this.#submitStage(mapStage);
    }
    this.#retryAt = Math.min(this.#retryAt, now + config.resubmitDelay);
    this.outbox.wakeAt(this.#retryAt);
  }

  #retryNow(stage: Stage): void {
    this.#retrying.delete(stage);
    stage.life.to("idle", "tried again");
    this.#submitStage(stage);
  }

  /** Map outputs are gone: running map tasks are done again, and stages that read them wait. */
  #outputsLost(lost: ReadonlyMap<number, readonly number[]>): void {
    for (const [shuffleId, maps] of lost) {
      this.outbox.push({ type: "MapOutputsChanged", shuffleId, epoch: this.mapOutputs.epoch });
      const set = this.#mapStages.get(shuffleId)?.taskSet ?? null;
      if (set === null) continue;
      if (set.barrier) this.#failAttempt(set, "Outputs of the barrier stage got lost before all its tasks were done.");
      else this.tasks.invalidate(set, maps);
    }
    for (const stage of [...this.stages.values()]) if (stage.life.state === "running") this.#blockOnMissing(stage);
  }

  #discardOutputs(shuffleId: number): void {
    if (this.mapOutputs.unregisterAll(shuffleId))
      this.outbox.push({ type: "MapOutputsChanged", shuffleId, epoch: this.mapOutputs.epoch });
  }

  /**
   * What was made of the indeterminate outputs of `mapStage`, which runs again, is thrown away; a job fails where a part of that was
   * given out. Answers the stages whose attempts were ended.
   */
  #rollBackSuccessors(mapStage: Stage): Stage[] {
    const successors = successorsOf(mapStage, this.stages.values());
    for (const stage of successors) {
      if (stage.output.kind === "result" && stage.output.job.numDelivered > 0)
        this.#abortStage(stage, { kind: "indeterminate", stageId: stage.id, message: cannotRollBack(stage) });
    }
    return successors.filter((stage) => stage.life.state !== "removed" && this.#rollBack(stage));
  }

  /** False when no attempt of the stage was running. */
  #rollBack(stage: Stage): boolean {
    const { state } = stage.life;
    if (stage.output.kind === "shuffle") this.#discardOutputs(stage.output.dependency.shuffleId);
    // Nothing of an attempt that is being prepared has run.
    stage.firstValidAttempt = state === "preparing" ? stage.attempt : stage.attempt + 1;
    for (const set of stage.taskSets) this.tasks.killAll(set, ROLLED_BACK, true);
    if (state !== "running") return false;
    this.#endAttempt(stage, "idle", "rolled back");
    this.#events.stageCompleted(stage, ROLLED_BACK);
    return true;
  }

  executorLost(executorId: string, shuffleFilesSurvive: boolean): void {
    this.#outputsLost(shuffleFilesSurvive ? new Map() : this.mapOutputs.unregisterExecutor(executorId));
  }

  mapOutputsRelocated({ from, to, outputs }: MapOutputsRelocated): void {
    if (outputs !== undefined) return this.#outputsMoved(from, to, outputs);
    if (to === null || this.tasks.executors.get(to) === undefined) {
      this.#outputsLost(this.mapOutputs.unregisterExecutor(from));
      return;
    }
    for (const shuffleId of this.mapOutputs.relocate(from, to))
      this.outbox.push({ type: "MapOutputsChanged", shuffleId, epoch: this.mapOutputs.epoch });
  }

  /** The executor that they come from may be gone by now: then they are found again. Those that were made again elsewhere stay there. */
  #outputsMoved(from: string, to: string | null, outputs: NonNullable<MapOutputsRelocated["outputs"]>): void {
    if (to === null || this.tasks.executors.get(to) === undefined) return;
    const found = outputs.filter(({ shuffleId, map, status }) => {
      if (!this.mapOutputs.has(shuffleId) || !this.mapOutputs.move(shuffleId, map, from, to, status)) return true;
      this.outbox.push({ type: "MapOutputsChanged", shuffleId, epoch: this.mapOutputs.epoch });
      return false;
    });
    if (found.length > 0) this.mapOutputsFound({ type: "MapOutputsFound", executorId: to, outputs: found });
  }

  /** Only what a task has reported counts: of others nobody knows what their tasks told accumulators, so they run again. */
  mapOutputsFound({ executorId, outputs }: MapOutputsFound): void {
    if (this.tasks.executors.get(executorId) === undefined) return;
    const touched = new Set<Stage>();
    const released = new Set<number>();
    for (const { shuffleId, map, status } of outputs) {
      const stage = this.#mapStages.get(shuffleId);
      if (!this.mapOutputs.has(shuffleId)) released.add(shuffleId);
      else if (this.#canTakeBack(shuffleId, map)) {
        this.mapOutputs.register(shuffleId, map, executorId, status);
        if (stage === undefined) continue;
        touched.add(stage);
        if (stage.taskSet !== null) this.tasks.markDone(stage.taskSet, map);
      }
    }
    for (const shuffleId of released) this.outbox.push({ type: "FreeShuffle", shuffleId });
    for (const stage of touched) {
      // Where no attempt runs, stages may wait for outputs that nobody has asked for yet.
      if (stage.life.state === "idle" && this.#isAvailable(stage)) this.#outputsComplete(stage);
      else this.#checkProgress(stage);
    }
  }

  #canTakeBack(shuffleId: number, map: number): boolean {
    const { mapOutputs } = this;
    const isLost = mapOutputs.wasRegistered(shuffleId, map) && !mapOutputs.isAvailable(shuffleId, map);
    return isLost && !mapOutputs.isOfOneAttempt(shuffleId);
  }

  blockUpdated(event: BlockUpdated): void {
    if (this.tasks.executors.get(event.executorId) === undefined) return;
    this.cached.update(event.rddId, event.partition, event.executorId, event.stored, event.memSize, event.diskSize);
  }

  /** Frees the shuffle, when no job needs it any more. */
  releaseShuffle(shuffleId: number): void {
    if (this.#mapStages.has(shuffleId)) this.#released.add(shuffleId);
    else this.#freeShuffle(shuffleId);
  }

  #freeShuffle(shuffleId: number): void {
    if (this.mapOutputs.release(shuffleId)) this.outbox.push({ type: "FreeShuffle", shuffleId });
  }

  // ── Time and events ──────────────────────────────────────────────────────────────────────────────────────────────

  /** Does what is due by now and asks for the next time. */
  onTime(): void {
    const { now } = this.outbox;
    if (now >= this.#retryAt) {
      this.#retryAt = Infinity;
      for (const stage of [...this.#retrying]) this.#retryNow(stage);
    }
    this.outbox.wakeAt(this.#retryAt);
    if (now >= this.#deferredUntil) {
      this.#deferredUntil = Infinity;
      this.retryDeferredJobs(true);
    }
    this.outbox.wakeAt(this.#deferredUntil);
  }
}
