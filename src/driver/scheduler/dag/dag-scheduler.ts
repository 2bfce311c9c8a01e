/**
 * The DAG level: jobs, from their submission to their end. Makes the stages that a job consists of, asks for the last of them, and lets
 * go of those that no job needs any more. Leaves to `StageAttempts` how stages run and what lost map outputs mean for them, and to the
 * task level where and when a task runs and how often it is tried.
 */
import { InternalError } from "../../../common/errors";
import type { AccumulableInfo, JobResult } from "../../../events/listener-events";
import type { ShuffleDependencyInfo } from "../../../rdd/lineage";
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
import type { TaskScheduler } from "../tasks/task-scheduler";
import { barrierProblem, type BarrierProblem } from "./barrier-checks";
import { CachedBlocks } from "./cached-blocks";
import { Job } from "./job";
import { unknownAncestors } from "./lineage-walk";
import { RecoveredOutputs } from "./recovered-outputs";
import type { StatusOffsets } from "./shuffle-places";
import type { Stage } from "./stage";
import { StageAttempts, type JobOwner } from "./stage-attempts";
import { StageEvents } from "./stage-events";
import { StageGraph } from "./stage-graph";
import { progressOf, type StageProgress } from "./stage-progress";

export interface DagOptions {
  /** Where segments begin and end in map outputs, for reduce locality. */
  readonly statusOffsets?: StatusOffsets;
  /** Accumulators of a stage so far, for its `StageCompleted`. */
  readonly stageAccumulables?: (stageId: number) => readonly AccumulableInfo[];
}

export class DagScheduler implements JobOwner {
  readonly jobs = new Map<number, Job>();
  readonly cached = new CachedBlocks();
  readonly #graph: StageGraph;
  readonly #attempts: StageAttempts;
  readonly #recovered: RecoveredOutputs;
  readonly #events: StageEvents;
  /** Released while a stage still needed them. */
  readonly #released = new Set<number>();
  /** When jobs that wait for slots are tried again. */
  #deferredUntil = Infinity;

  constructor(
    private readonly outbox: Outbox,
    { statusOffsets, stageAccumulables }: DagOptions,
    private readonly mapOutputs: MapOutputRegistry,
    commits: OutputCommitCoordinator,
  ) {
    const { cached } = this;
    const graph = (this.#graph = new StageGraph(mapOutputs, cached));
    const events = (this.#events = new StageEvents(outbox, cached, stageAccumulables ?? (() => [])));
    this.#attempts = new StageAttempts(outbox, graph, events, this, mapOutputs, commits, cached, statusOffsets);
    this.#recovered = new RecoveredOutputs(outbox, graph, this.#attempts, mapOutputs);
  }

  get tasks(): TaskScheduler {
    return this.#attempts.tasks;
  }

  /** By id, those that a job needs. */
  get stages(): ReadonlyMap<number, Stage> {
    return this.#graph.stages;
  }

  /** Running stage attempts, the oldest first. */
  activeStages(): StageProgress[] {
    const running = [...this.stages.values()].filter(({ taskSet }) => taskSet !== null && !taskSet.closed);
    return running.map((stage) => progressOf(stage, stage.taskSet));
  }

  /** Of a stage that runs or waits, or ended not long ago; undefined of others. */
  stageProgress(stageId: number): StageProgress | undefined {
    const stage = this.stages.get(stageId);
    const runs = stage !== undefined && stage.taskSet !== null && !stage.taskSet.closed;
    if (runs) return progressOf(stage, stage.taskSet);
    return this.#attempts.past.get(stageId) ?? (stage && progressOf(stage, null));
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
      this.failJob(job, { kind: "usage", message });
      return;
    }
    this.#startJob(job);
  }

  /** Makes the job's stages and asks for the last; puts the job off while a barrier stage of it does not fit. */
  #startJob(job: Job): void {
    const known = (shuffleId: number): boolean => this.#graph.mapStage(shuffleId) !== undefined;
    const ancestors = unknownAncestors(job.finalNode, known);
    if (job.shuffle !== null && !known(job.shuffle.shuffleId)) ancestors.push(job.shuffle);
    const problem = this.#barrierProblem(job, ancestors);
    if (problem !== null) {
      if (problem.mayPass && ++job.slotCheckFailures < this.outbox.config.barrierCheckMaxFailures) {
        this.#deferUntil(this.outbox.now + this.outbox.config.barrierCheckInterval);
      } else this.failJob(job, { kind: "barrier", message: problem.message });
      return;
    }
    job.life.to("running", "submitted");
    if (job.partitions.length === 0 && job.shuffle === null) {
      this.#events.jobStarted(job);
      this.succeedJob(job);
      return;
    }
    const stage = (job.finalStage = this.#makeStages(job, ancestors));
    this.#events.jobStarted(job);
    if (this.#graph.isAvailable(stage)) this.succeedJob(job);
    else this.#attempts.submit(stage);
  }

  #makeStages(job: Job, ancestors: readonly ShuffleDependencyInfo[]): Stage {
    const final = this.#graph.add(job, ancestors);
    // An earlier job had the input of some made again, and did not need these outputs.
    for (const { shuffleId } of ancestors) if (this.mapOutputs.isOutdated(shuffleId)) this.#attempts.discardOutputs(shuffleId);
    return final;
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

  succeedJob(job: Job): void {
    job.life.to("succeeded", "all results delivered");
    this.#forgetJob(job, `Job ${job.id} is finished.`);
    this.outbox.emit({ type: "JobEnd", jobId: job.id, time: this.outbox.now, jobResult: { result: "JobSucceeded" } });
    this.outbox.push({ type: "JobSucceeded", jobId: job.id });
  }

  failJob(job: Job, failure: JobFailure): void {
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
    this.#attempts.remove(stage, reason, job.life.state === "succeeded" || job.interruptOnCancel);
    if (stage.output.kind !== "shuffle") return;
    const { shuffleId } = stage.output.dependency;
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
    this.failJob(job, { kind: "cancelled", message: `Job ${job.id} cancelled ${reason}`.trimEnd() });
  }

  // ── Stages, outputs and cached partitions ────────────────────────────────────────────────────────────────────────

  stageReady(event: StageReady): void {
    this.#attempts.stageReady(event);
  }

  stageFailedToPrepare(event: StageFailedToPrepare): void {
    this.#attempts.stageFailedToPrepare(event);
  }

  executorLost(executorId: string, shuffleFilesSurvive: boolean): void {
    this.#attempts.executorLost(executorId, shuffleFilesSurvive);
  }

  mapOutputsRelocated(event: MapOutputsRelocated): void {
    this.#recovered.relocated(event);
  }

  mapOutputsFound(event: MapOutputsFound): void {
    this.#recovered.found(event);
  }

  blockUpdated(event: BlockUpdated): void {
    if (this.tasks.executors.get(event.executorId) === undefined) return;
    this.cached.update(event.rddId, event.partition, event.executorId, event.stored, event.memSize, event.diskSize);
  }

  /** Frees the shuffle, when no job needs it any more. */
  releaseShuffle(shuffleId: number): void {
    if (this.#graph.mapStage(shuffleId) !== undefined) this.#released.add(shuffleId);
    else this.#freeShuffle(shuffleId);
  }

  #freeShuffle(shuffleId: number): void {
    if (this.mapOutputs.release(shuffleId)) this.outbox.push({ type: "FreeShuffle", shuffleId });
  }

  // ── Time ─────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Does what is due by now and asks for the next time. */
  onTime(): void {
    this.#attempts.onTime();
    if (this.outbox.now >= this.#deferredUntil) {
      this.#deferredUntil = Infinity;
      this.retryDeferredJobs(true);
    }
    this.outbox.wakeAt(this.#deferredUntil);
  }
}
