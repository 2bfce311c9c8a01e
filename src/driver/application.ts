/**
 * The running application behind a SparkContext: carries out what the pure scheduler decides and feeds back what came
 * of it. Everything that decides is in scheduler/; here are jobs' promises and the way to the executors.
 */
import type { Clock } from "../common/clock";
import { systemClock } from "../common/clock";
import { CancelledError, ClusterError, InternalError, unreachable } from "../common/errors";
import { log } from "../common/log";
import { WakeTimer } from "../common/wake-timer";
import type { ListenerBus } from "../events/listener-bus";
import type { ProfileAccumulator } from "../rdd";
import type { JobCall, JobRequest, MapOutputSizes, ShuffleRequest } from "../rdd/context-port";
import { lineageOf } from "../rdd/nodes/node";
import type { AccumulatorUpdate } from "../rdd/task-runner";
import { resultBlock } from "../storage/block-address";
import type { BackendHandlers, ExecutorBackend } from "./backend";
import { BlockRegistry, isStored, rddBlock } from "./block-registry";
import { BarrierCoordinator } from "./endpoint/barrier-coordinator";
import type {
  BlockUpdate,
  ExecutorHeartbeat,
  Inspection,
  MapOutputsAnswer,
  RegisteredExecutor,
  Removal,
  ThreadState,
} from "./endpoint/types";
import { Heartbeats } from "./heartbeats";
import { callFrame, jobError } from "./job-errors";
import { PreparedStages } from "./prepared-stages";
import { type Restartable, restartInTurn } from "./rolling-restart";
import type { Command, JobFailure, LaunchTasks, PrepareStage, StartBarrier } from "./scheduler/commands";
import type { JobSubmitted, SchedulerEvent, TaskOutcome } from "./scheduler/events";
import { Scheduler } from "./scheduler/scheduler";
import { ExecutorEvents } from "./executor-events";
import type { SchedulerConfig } from "./scheduler/config";
import { TaskOutcomes, type FinishedUpdate, type OutcomeOptions } from "./task-outcomes";
import { Warnings } from "./warnings";

interface RunningJob {
  readonly request: JobCall;
  /** Null where it only writes a shuffle. */
  readonly results: Pick<JobRequest, "action" | "onResult"> | null;
  resolve(): void;
  reject(error: Error): void;
  /** What `onResult` threw: the job fails with it. */
  callbackError?: Error;
}

export interface ApplicationOptions extends OutcomeOptions {
  readonly scheduler: SchedulerConfig;
  readonly backend: ExecutorBackend;
  readonly bus: ListenerBus;
  readonly barrierTimeoutMs: number;
  /** Between two heartbeats of an executor, unless somebody wants them more often. */
  readonly heartbeatMs: number;
  /** spark.decommission.enabled: executors that are let go move their data first. */
  readonly decommission: boolean;
  /** spark.storage.decommission.enabled: what executors hold moves when their hosts go away. */
  readonly moveBlocks: boolean;
  isPersisted(rddId: number): boolean;
  /** Where profiles of the tasks that compute a dataset go; undefined where none are wanted. */
  profileOf(rddId: number): ProfileAccumulator | undefined;
  /** An executor is lost. */
  executorGone(executorId: string): void;
  mergeAccumulators(updates: readonly AccumulatorUpdate[]): void;
  readonly clock?: Clock;
}

export class Application {
  readonly #options: ApplicationOptions;
  readonly #backend: ExecutorBackend;
  readonly #clock: Clock;
  readonly #scheduler: Scheduler;
  readonly #barriers: BarrierCoordinator;
  readonly blocks = new BlockRegistry();
  readonly heartbeats: Heartbeats;
  readonly #executorEvents: ExecutorEvents;
  readonly #outcomes: TaskOutcomes;
  readonly #jobs = new Map<number, RunningJob>();
  readonly #warnings = new Warnings();
  readonly #stages: PreparedStages;
  readonly #executors = new Map<string, RegisteredExecutor>();
  /** Executors that begin no further task, as they said last. */
  readonly #paused = new Set<string>();
  #queue: SchedulerEvent[] = [];
  #draining = false;
  #nextJobId = 0;
  readonly #wake: WakeTimer;
  #stopped: string | null = null;
  /** Why there are no executors, and will be none. */
  #noExecutors: string | null = null;
  /** To be called when executors came or went. */
  readonly #awaiting: (() => void)[] = [];
  /** The restart of executors that was asked for last. */
  #restarts: Promise<void> = Promise.resolve();

  constructor(options: ApplicationOptions) {
    this.#options = options;
    this.#backend = options.backend;
    this.#clock = options.clock ?? systemClock;
    this.#wake = new WakeTimer(this.#clock, () => this.#dispatch({ type: "Tick" }));
    this.#barriers = new BarrierCoordinator(options.barrierTimeoutMs);
    this.#executorEvents = new ExecutorEvents(options.bus, (taskId) => {
      const set = this.#scheduler.dag.tasks.attempts.get(taskId)?.set;
      return set === undefined ? null : { stageId: set.stage.id, stageAttemptId: set.attempt };
    });
    this.heartbeats = new Heartbeats(
      options.heartbeatMs,
      () => this.#executors.keys(),
      (executorId, heartbeatInterval) => void this.inspect(executorId, { heartbeatInterval }).catch(() => undefined), // one that is gone meanwhile
    );
    this.#outcomes = new TaskOutcomes(options, this.#executors);
    this.#stages = new PreparedStages({ cpus: options.scheduler.taskCpus, profileOf: (rddId) => options.profileOf(rddId) });
    this.#scheduler = new Scheduler({
      config: options.scheduler,
      wants: (type) => options.bus.wants(type),
      statusOffsets: (status) => this.#backend.mapOutputOffsets(status as Uint8Array),
    });
    this.#backend.start(this.#handlers());
  }

  get scheduler(): Scheduler {
    return this.#scheduler;
  }

  get executors(): ReadonlyMap<string, RegisteredExecutor> {
    return this.#executors;
  }

  /** Hands the scheduler something from outside: a cancellation, an unpersisted dataset. */
  tell(event: SchedulerEvent): void {
    this.#dispatch(event);
  }

  /** Ends an attempt of a task, which runs again. False where no attempt with that id runs. */
  killTaskAttempt(taskId: number, interrupt: boolean, reason: string): boolean {
    if (this.#scheduler.dag.tasks.attempts.get(taskId) === undefined) {
      log.warn(`could not kill task ${taskId}: no task with that id runs`);
      return false;
    }
    this.#dispatch({ type: "KillTaskAttempt", taskId, interrupt, reason });
    return true;
  }

  /** Drops a dataset's cached blocks everywhere. */
  unpersist(rddId: number): void {
    this.blocks.removeRdd(rddId);
    this.forget({ rdd: rddId });
    this.#dispatch({ type: "RddUnpersisted", rddId });
  }

  /** Tells the executors to forget something. */
  forget(removal: Removal): void {
    if (this.#stopped === null) this.#backend.forget(removal);
  }

  /** Asks for executors up to this number in all; there are fewer only as some are killed or end. */
  requestExecutors(total: number): void {
    this.#backend.setTotal(total);
  }

  get wantedExecutors(): number {
    return this.#backend.total;
  }

  /** Ends executors for good. False where one of them is not there; those that are end all the same. */
  killExecutors(executorIds: readonly string[]): boolean {
    const known = executorIds.filter((id) => this.#executors.has(id));
    this.#backend.setTotal(Math.max(0, this.#backend.total - known.length));
    for (const id of known) this.#backend.replace(id, "killed by the application");
    return known.length === executorIds.length;
  }

  /**
   * Lets executors go for good once what they run has ended and what they hold has moved to others. Those that are not there, or are going already,
   * are passed over.
   */
  retireExecutors(executorIds: readonly string[]): void {
    const { executors } = this.#scheduler.dag.tasks;
    const staying = executorIds.filter((id) => executors.get(id)?.life.state === "active");
    this.#backend.setTotal(Math.max(0, this.#backend.total - staying.length));
    for (const executorId of staying) {
      log.info(`executor ${executorId} is let go: what it holds moves to others`);
      this.#decommission(executorId);
    }
  }

  #decommission(executorId: string): void {
    this.#dispatch({ type: "ExecutorDecommissioned", executorId });
    this.#backend.decommission(executorId);
  }

  /** Replaces executors one after the other, as `restartInTurn` says; one restart at a time, in the order of the calls. */
  restartExecutors(executorIds: readonly string[], withinMs: number): Promise<void> {
    const cluster: Restartable = {
      executors: this.#executors,
      wantedExecutors: () => this.wantedExecutors,
      decommission: (executorId) => this.#decommission(executorId),
      replace: (executorId, reason) => this.#backend.replace(executorId, reason),
      until: (condition, ms) => this.#until(condition, ms),
    };
    const isReplaced = this.#options.scheduler.allocation === null;
    const ended = this.#restarts.then(() => restartInTurn(executorIds, { withinMs, isReplaced }, cluster));
    this.#restarts = ended.catch(() => undefined); // its caller is told
    return ended;
  }

  async #until(condition: () => boolean, withinMs: number): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined;
    const isOver = new Promise<false>((resolve) => (timer = setTimeout(resolve, withinMs, false)));
    try {
      for (;;) {
        if (this.#stopped !== null) throw new CancelledError("CONTEXT_STOPPED", `The context was stopped: ${this.#stopped}`);
        if (condition()) return true;
        const change = new Promise<true>((resolve) => this.#awaiting.push(() => resolve(true)));
        if (!(await Promise.race([change, isOver]))) return false;
      }
    } finally {
      clearTimeout(timer);
    }
  }

  /** Executors came or went, or all ends. */
  #executorsChanged(): void {
    for (const tell of this.#awaiting.splice(0)) tell();
  }

  /** What the slots of an executor do now. */
  threadDump(executorId: string): Promise<readonly ThreadState[]> {
    return this.#backend.threadDump(executorId);
  }

  inspect(executorId: string, wanted: Inspection): Promise<string> {
    return this.#backend.inspect(executorId, wanted);
  }

  runningTasks(executorId: string): number {
    return this.#scheduler.dag.tasks.executors.get(executorId)?.used ?? 0;
  }

  async runJob(request: JobRequest, properties: Readonly<Record<string, string>>): Promise<void> {
    const { node, partitions } = request;
    if (partitions.length === 0 && request.signal?.aborted !== true) return;
    await this.#run(request, request, { finalNode: lineageOf(node), partitions, properties });
  }

  /** Writes what is not there of a shuffle. */
  async writeShuffle(request: ShuffleRequest, properties: Readonly<Record<string, string>>): Promise<MapOutputSizes> {
    const { node, shuffle } = request;
    const { shuffleId, numReducers } = shuffle;
    this.#stages.learnShuffle(shuffle);
    for (;;) {
      const finalNode = lineageOf(node);
      const dependency = { kind: "shuffle", node: finalNode, shuffleId, numReducers } as const;
      await this.#run(request, null, { finalNode, partitions: [], shuffle: dependency, properties });
      // Null: outputs were lost before anybody could look at them.
      const outputs = this.#scheduler.mapOutputs.locations(shuffleId);
      if (outputs === null) continue;
      const statuses = outputs.statuses as readonly Uint8Array[];
      const { executors } = this.#scheduler.dag.tasks;
      const hosts = outputs.executors.map((executorId) => executors.get(executorId)?.host ?? "");
      return {
        numMaps: statuses.length,
        sizes: sizesOf(statuses, numReducers, (status) => this.#backend.mapOutputOffsets(status)),
        hosts: Array.from(outputs.executorOf, (executor) => hosts[executor]!),
      };
    }
  }

  async #run(
    request: JobCall,
    results: RunningJob["results"],
    submitted: Pick<JobSubmitted, "finalNode" | "partitions" | "shuffle" | "properties">,
  ): Promise<void> {
    const { signal } = request;
    if (signal?.aborted === true) throw abortError(signal, request.callSite);
    if (this.#noExecutors !== null && this.#executors.size === 0) throw new ClusterError("NO_EXECUTORS", this.#noExecutors);
    const jobId = this.#nextJobId++;
    const done = new Promise<void>((resolve, reject) => this.#jobs.set(jobId, { request, results, resolve, reject }));
    const abort = (): void => this.#dispatch({ type: "JobCancelled", jobId, reason: "because its AbortSignal was aborted" });
    signal?.addEventListener("abort", abort, { once: true });
    if (this.#jobs.size === 1) this.#warnings.working(true);
    this.#backend.keepAlive(true);
    this.#stages.learn(request.node);
    this.#dispatch({ type: "JobSubmitted", jobId, callSite: request.callSite, ...submitted });
    try {
      await done;
    } finally {
      signal?.removeEventListener("abort", abort);
    }
  }

  /** Fails what runs, ends the executors. */
  async stop(reason: string): Promise<void> {
    if (this.#stopped !== null) return;
    this.#dispatch({ type: "AllCancelled", reason });
    this.#stopped = reason;
    this.#warnings.working(false);
    this.#wake.stop();
    for (const job of this.#jobs.values()) job.reject(new CancelledError("CONTEXT_STOPPED", `The job was cancelled: ${reason}.`));
    this.#jobs.clear();
    this.#executorsChanged();
    await this.#backend.stop();
  }

  #dispatch(event: SchedulerEvent): void {
    this.#dispatchAll([event]);
  }

  /** Events that came together are decided together. Those that commands bring about are decided next, never in between. */
  #dispatchAll(events: readonly SchedulerEvent[]): void {
    if (this.#stopped !== null || events.length === 0) return;
    this.#queue.push(...events);
    if (this.#draining) return;
    this.#draining = true;
    try {
      while (this.#queue.length > 0) {
        const together = this.#queue;
        this.#queue = [];
        for (const command of this.#scheduler.handleAll(together, this.#clock.now())) this.#perform(command);
      }
    } finally {
      this.#draining = false;
      this.#queue = [];
    }
  }

  #perform(command: Command): void {
    switch (command.type) {
      case "PrepareStage":
        return this.#prepareStage(command);
      case "LaunchTasks":
        return this.#launch(command);
      case "KillTask":
        if (command.onlyIfQueued) this.#backend.recall(command.executorId, [command.taskId]);
        else this.#backend.kill(command.executorId, command.taskId, command.reason, command.interrupt);
        return;
      case "StartBarrier":
        return this.#startBarrier(command);
      case "StageEnded":
        return this.#stageEnded(command.stageId, command.attempt, command.retained);
      case "TaskResult":
        return this.#deliver(command.jobId, command.outputIndex, command.result as Uint8Array);
      case "MergeAccumulators":
        return this.#options.mergeAccumulators(command.updates as readonly AccumulatorUpdate[]);
      case "JobSucceeded":
        return this.#jobEnded(command.jobId, null);
      case "JobFailed":
        return this.#jobEnded(command.jobId, command.failure);
      case "MapOutputsChanged":
        return this.#backend.invalidateMapOutputs(command.shuffleId, command.epoch);
      case "FreeShuffle":
        this.#stages.forgetShuffle(command.shuffleId);
        return this.#backend.forget({ shuffle: command.shuffleId });
      case "RequestExecutors":
        return this.#backend.setTotal(command.total);
      case "ReleaseExecutors":
        return this.#release(command.executorIds, command.reason);
      case "WakeAt":
        return this.#wake.at(command.time);
      case "Warn":
        return log.warn(command.message);
      case "Emit":
        return this.#options.bus.post(command.event);
      default:
        unreachable(command);
    }
  }

  /** Idle executors are not needed any more. Where decommissioning is on, what they hold moves first. */
  #release(executorIds: readonly string[], reason: string): void {
    if (!this.#options.decommission) return this.#backend.release(executorIds, reason);
    for (const executorId of executorIds) this.#backend.decommission(executorId);
  }

  #launch(command: LaunchTasks): void {
    const [taskSet, tasks] = this.#stages.tasks(command);
    for (const { payload } of tasks)
      if (payload !== undefined)
        this.#warnings.sent(payload.length, "records", this.#jobs.get(taskSet.jobId)?.request.callSite ?? "a job");
    log.debug(`stage ${command.stageId}.${command.attempt}: ${tasks.length} tasks to executor ${command.executorId}`);
    this.#backend.launch(command.executorId, taskSet, tasks);
  }

  #prepareStage(command: PrepareStage): void {
    const { stageId, attempt, jobId } = command;
    try {
      const { request, results } = this.#job(jobId);
      log.debug(`stage ${stageId}.${attempt} of job ${jobId} begins: ${request.callSite}`);
      const { binary } = this.#stages.prepare(command, results?.action ?? null);
      this.#warnings.sent(binary.length, "code", request.callSite);
      this.#dispatch({ type: "StageReady", stageId, attempt });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.#dispatch({ type: "StageFailedToPrepare", stageId, attempt, message, cause: error });
    }
  }

  #startBarrier(command: StartBarrier): void {
    this.#barriers.open(this.#stages.startBarrier(command).id, command.taskIds.length);
  }

  #stageEnded(stageId: number, attempt: number, retained: boolean): void {
    const taskSet = this.#stages.end(stageId, attempt, retained);
    if (taskSet === undefined) return;
    if (taskSet.barrier !== undefined)
      this.#barriers.close(taskSet.id, "Another task of the barrier stage ended; the stage is tried again as a whole.");
    this.#backend.forget({ taskSet: taskSet.id });
    if (!retained) this.#backend.forget({ binary: taskSet.binaryId });
  }

  #deliver(jobId: number, outputIndex: number, bytes: Uint8Array): void {
    const job = this.#job(jobId);
    if (job.callbackError !== undefined) return;
    try {
      job.results!.onResult(outputIndex, bytes);
    } catch (error) {
      job.callbackError = error instanceof Error ? error : new Error(String(error));
      this.#dispatch({ type: "JobCancelled", jobId, reason: "because its results could not be taken" });
    }
  }

  #jobEnded(jobId: number, failure: JobFailure | null): void {
    const job = this.#job(jobId);
    log.debug(`job ${jobId} ended: ${failure === null ? "it succeeded" : failure.kind}`);
    this.#jobs.delete(jobId);
    if (this.#jobs.size === 0) {
      this.#backend.keepAlive(false);
      this.#warnings.working(false);
    }
    if (job.callbackError !== undefined) job.reject(job.callbackError);
    else if (failure === null) job.resolve();
    else if (failure.kind === "cancelled" && job.request.signal?.aborted === true)
      job.reject(abortError(job.request.signal, job.request.callSite));
    else job.reject(jobError(failure, job.request.callSite));
  }

  #handlers(): BackendHandlers {
    return {
      executorRegistered: (executor) => {
        this.#executors.set(executor.executorId, executor);
        this.#executorEvents.executorAdded(executor, this.#clock.now());
        this.heartbeats.executorAdded(executor.executorId);
        const { executorId, host, cores, logUrls, survivors, blockAddress, resources } = executor;
        const attributes = { ...executor.attributes, localDirectory: blockAddress.directories.join(",") };
        // Together: its slots are offered when it is known what need not be made again.
        this.#dispatchAll([
          { type: "ExecutorRegistered", executorId, host, cores, logUrls, attributes, resources },
          ...(survivors.mapOutputs.length > 0
            ? [{ type: "MapOutputsFound", executorId, outputs: survivors.mapOutputs } as const]
            : []),
        ]);
        for (const update of survivors.blocks) this.#blockUpdated(executorId, update);
        this.#executorsChanged();
      },
      executorLost: (executorId, words, causedByApp) => {
        const lost = this.#executors.get(executorId);
        if (causedByApp && lost !== undefined) this.#warnings.lost(lost, words.reason);
        this.#executors.delete(executorId);
        this.#paused.delete(executorId);
        this.blocks.executorLost(executorId);
        this.#options.executorGone(executorId);
        this.#executorEvents.executorRemoved(executorId, this.#clock.now());
        this.#dispatch({ type: "ExecutorLost", executorId, ...words, causedByApp, shuffleFilesSurvive: false });
        this.#executorsChanged();
      },
      executorsAwaited: (reason) => this.#dispatch({ type: "ExecutorsAwaited", reason }),
      executorDecommissioned: (executorId, reason) => {
        if (!this.#executors.has(executorId)) return;
        log.info(`executor ${executorId} is being decommissioned: ${reason}`);
        this.#dispatch({ type: "ExecutorDecommissioned", executorId });
        if (this.#options.moveBlocks) this.#backend.decommission(executorId);
      },
      mapOutputsMoved: (executorId, from, outputs) =>
        this.#dispatch({ type: "MapOutputsRelocated", from, to: executorId, outputs }),
      evacuated: (executorId) => {
        // Its slots are free, and what it has reported before is taken in.
        if (this.runningTasks(executorId) === 0) this.#backend.replace(executorId, "it was decommissioned");
      },
      failed: (reason) => {
        this.#noExecutors = reason;
        for (const job of this.#jobs.values()) job.callbackError = new ClusterError("NO_EXECUTORS", reason);
        this.#dispatch({ type: "AllCancelled", reason: `no executor can be had: ${reason}` });
      },
      heartbeat: (executorId, heartbeat) => {
        this.#executorEvents.heartbeat(executorId, heartbeat, this.#clock.now());
        this.#pausedOrNot(executorId, heartbeat);
        for (const task of heartbeat.running)
          this.#dispatch({
            type: "TaskProgress",
            taskId: task.taskId,
            recordsRead: task.metrics.inputRecords + task.metrics.shuffleRecordsRead,
          });
      },
      taskUpdates: (executorId, updates) => {
        const events: SchedulerEvent[] = [];
        this.#outcomes.begin();
        for (const update of updates) {
          if (update.state === "started") continue;
          if (update.state === "finished" && update.output.kind === "kept")
            void this.#fetchResult(executorId, update, update.output.bytes);
          else events.push({ type: "TaskFinished", taskId: update.taskId, executorId, outcome: this.#outcomes.of(update) });
        }
        this.#dispatchAll(events);
      },
      blockUpdates: (executorId, updates) => {
        for (const update of updates) this.#blockUpdated(executorId, update);
      },
      mapOutputs: (shuffleId) => this.#mapOutputs(shuffleId),
      blockLocations: (blockId) => this.blocks.locations(blockId),
      commitTask: ({ stageId, partition, taskId }) => this.#scheduler.commits.canCommit(stageId, partition, taskId),
      barrier: (question) => this.#barriers.meet(question),
    };
  }

  #pausedOrNot(executorId: string, heartbeat: ExecutorHeartbeat): void {
    const { paused } = heartbeat;
    if (paused === this.#paused.has(executorId)) return;
    if (paused) {
      this.#paused.add(executorId);
      this.#warnings.paused(executorId, heartbeat);
    } else this.#paused.delete(executorId);
    this.#dispatch({ type: "ExecutorPaused", executorId, paused });
  }

  /** The task's end is told when its result is here, or known to be lost. */
  async #fetchResult(executorId: string, update: FinishedUpdate, resultSize: number): Promise<void> {
    const { taskId, metrics } = update;
    this.#dispatch({ type: "TaskGettingResult", taskId, executorId, resultSize });
    const attempt = this.#scheduler.dag.tasks.attempts.get(taskId);
    let outcome: TaskOutcome;
    if (attempt === undefined) outcome = { kind: "resultLost" };
    else if (attempt.killReason !== null) outcome = { kind: "killed", reason: attempt.killReason, metrics };
    else {
      try {
        outcome = this.#outcomes.success(update, await this.#backend.fetchResult(executorId, taskId, resultSize));
      } catch (error) {
        log.warn(`the result of task ${taskId} is lost: ${error instanceof Error ? error.message : String(error)}`);
        outcome = { kind: "resultLost" };
      }
    }
    this.forget({ block: resultBlock(taskId) });
    this.#dispatch({ type: "TaskFinished", taskId, executorId, outcome });
  }

  #blockUpdated(executorId: string, update: BlockUpdate): void {
    const block = rddBlock(update.id);
    // A task that was running when the dataset was unpersisted may have stored its partition afterwards.
    if (block !== null && isStored(update) && !this.#options.isPersisted(block.rddId))
      return this.#backend.forget({ rdd: block.rddId });
    this.blocks.update(executorId, update);
    this.#executorEvents.blockUpdated(update);
    if (block === null) return;
    const stored = isStored(update);
    this.#dispatch({
      type: "BlockUpdated",
      rddId: block.rddId,
      partition: block.partition,
      executorId,
      stored,
      memSize: update.memoryBytes,
      diskSize: update.diskBytes,
    });
  }

  #mapOutputs(shuffleId: number): MapOutputsAnswer {
    const locations = this.#scheduler.mapOutputs.locations(shuffleId);
    if (locations === null) throw new ClusterError("MAP_OUTPUTS_MISSING", `Outputs of shuffle ${shuffleId} are missing.`);
    return locations;
  }

  #job(jobId: number): RunningJob {
    const job = this.#jobs.get(jobId);
    if (job === undefined) throw new InternalError(`Job ${jobId} is not known.`);
    return job;
  }
}

function sizesOf(
  statuses: readonly Uint8Array[],
  numReducers: number,
  offsetsOf: (status: Uint8Array) => Float64Array,
): Float64Array {
  const sizes = new Float64Array(statuses.length * numReducers);
  statuses.forEach((status, map) => {
    const offsets = offsetsOf(status);
    for (let reduce = 0; reduce < numReducers; reduce++)
      sizes[map * numReducers + reduce] = offsets[reduce + 1]! - offsets[reduce]!;
  });
  return sizes;
}

function abortError(signal: AbortSignal, callSite: string): Error {
  const reason = typeof signal.reason === "string" ? signal.reason : "its AbortSignal was aborted";
  return new CancelledError("JOB_CANCELLED", `The job was cancelled because ${reason}\n${callFrame(callSite)}`, {
    cause: signal.reason,
  });
}
