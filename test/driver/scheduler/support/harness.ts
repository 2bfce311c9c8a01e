/**
 * Drives a scheduler by hand: events in, commands out, time moved by the test. Checks the invariants after every event.
 */
import type { Command, JobFailure, LaunchTasks } from "../../../../src/driver/scheduler/commands";
import { DEFAULT_CONFIG, type SchedulerConfig } from "../../../../src/driver/scheduler/config";
import type { ExecutorLost, SchedulerEvent, TaskOutcome } from "../../../../src/driver/scheduler/events";
import { Scheduler, type SchedulerOptions } from "../../../../src/driver/scheduler/scheduler";
import type { ListenerEvent, ListenerEventType } from "../../../../src/events/listener-events";
import type { LineageNode } from "../../../../src/rdd/lineage";
import type { MapOutputId } from "../../../../src/storage/task-env";
import { checkInvariants } from "./invariants";

export interface LaunchedTask {
  readonly taskId: number;
  readonly executorId: string;
  readonly stageId: number;
  readonly attempt: number;
  readonly partition: number;
  readonly attemptNumber: number;
}

export interface HarnessOptions extends Partial<SchedulerConfig> {
  /** Answer `PrepareStage` by `StageReady` at once; true unless said otherwise. */
  readonly autoReady?: boolean;
  readonly statusOffsets?: SchedulerOptions["statusOffsets"];
}

export class Harness {
  readonly scheduler: Scheduler;
  now = 1000;
  /** Commands of the latest event. */
  last: Command[] = [];
  /** All commands so far. */
  readonly all: Command[] = [];
  readonly events: ListenerEvent[] = [];
  /** Tasks launched and not finished by the test. */
  readonly running = new Map<number, LaunchedTask>();
  readonly results = new Map<number, Map<number, unknown>>();
  readonly succeeded: number[] = [];
  readonly failed = new Map<number, JobFailure>();
  readonly killed = new Map<number, string>();
  #nextJob = 0;
  readonly #autoReady: boolean;

  constructor({ autoReady = true, statusOffsets, ...config }: HarnessOptions = {}) {
    this.#autoReady = autoReady;
    this.scheduler = new Scheduler({
      config: { ...DEFAULT_CONFIG, tasksAhead: 0, ...config },
      wants: () => true,
      ...(statusOffsets === undefined ? {} : { statusOffsets }),
    });
  }

  send(...events: SchedulerEvent[]): Command[] {
    const commands = this.scheduler.handleAll(events, this.now);
    checkInvariants(this.scheduler, this.now);
    this.last = [...commands];
    for (const command of commands) this.#note(command);
    if (this.#autoReady) {
      for (const command of commands) {
        if (command.type === "PrepareStage")
          this.last.push(...this.#nested({ type: "StageReady", stageId: command.stageId, attempt: command.attempt }));
      }
    }
    return this.last;
  }

  #nested(event: SchedulerEvent): Command[] {
    const before = this.last;
    const commands = this.send(event);
    this.last = before;
    return commands;
  }

  #note(command: Command): void {
    this.all.push(command);
    switch (command.type) {
      case "Emit":
        this.events.push(command.event);
        return;
      case "LaunchTasks":
        for (const task of tasksOf(command)) this.running.set(task.taskId, task);
        return;
      case "KillTask":
        this.killed.set(command.taskId, command.reason);
        return;
      case "TaskResult": {
        let results = this.results.get(command.jobId);
        if (results === undefined) this.results.set(command.jobId, (results = new Map()));
        if (results.has(command.outputIndex))
          throw new Error(`Result ${command.outputIndex} of job ${command.jobId} came twice.`);
        results.set(command.outputIndex, command.result);
        return;
      }
      case "JobSucceeded":
        this.succeeded.push(command.jobId);
        return;
      case "JobFailed":
        this.failed.set(command.jobId, command.failure);
        return;
      default:
    }
  }

  executor(executorId: string, cores = 2, host = `host-${executorId}`): void {
    this.send({ type: "ExecutorRegistered", executorId, host, cores });
  }

  lose(
    executorId: string,
    {
      causedByApp = true,
      shuffleFilesSurvive = false,
      reason = "exited with code 1",
      ...more
    }: Partial<Omit<ExecutorLost, "type" | "executorId">> = {},
  ): void {
    for (const task of [...this.running.values()]) if (task.executorId === executorId) this.running.delete(task.taskId);
    this.send({ type: "ExecutorLost", executorId, reason, causedByApp, shuffleFilesSurvive, ...more });
  }

  submit(
    finalNode: LineageNode,
    { partitions, properties = {} }: { partitions?: readonly number[]; properties?: Record<string, string> } = {},
  ): number {
    const jobId = this.#nextJob++;
    const all = partitions ?? Array.from({ length: finalNode.numPartitions }, (_, i) => i);
    this.send({ type: "JobSubmitted", jobId, finalNode, partitions: all, properties, callSite: "collect at test.ts:1:1" });
    return jobId;
  }

  /** A job that only writes the first shuffle that `node` reads. */
  submitShuffle(node: LineageNode): number {
    const jobId = this.#nextJob++;
    const shuffle = node.dependencies.find((dependency) => dependency.kind === "shuffle")!;
    const { node: finalNode } = shuffle;
    this.send({ type: "JobSubmitted", jobId, finalNode, shuffle, partitions: [], properties: {}, callSite: "test" });
    return jobId;
  }

  finish(task: LaunchedTask | undefined, outcome: TaskOutcome = ok()): Command[] {
    if (task === undefined) throw new Error("There is no such task.");
    this.running.delete(task.taskId);
    return this.send({ type: "TaskFinished", taskId: task.taskId, executorId: task.executorId, outcome });
  }

  fail(task: LaunchedTask | undefined, description = "boom"): Command[] {
    return this.finish(task, userError(description));
  }

  /** Reports failures of several tasks in one message. */
  failTogether(tasks: readonly LaunchedTask[]): Command[] {
    for (const task of tasks) this.running.delete(task.taskId);
    return this.send(
      ...tasks.map(({ taskId, executorId }) => ({ type: "TaskFinished" as const, taskId, executorId, outcome: userError() })),
    );
  }

  tick(ms: number): Command[] {
    this.now += ms;
    return this.send({ type: "Tick" });
  }

  /** The running attempts of a stage by partition, latest launched last. */
  tasks(stageId?: number): LaunchedTask[] {
    return [...this.running.values()].filter((task) => stageId === undefined || task.stageId === stageId);
  }

  task(stageId: number, partition: number): LaunchedTask | undefined {
    return this.tasks(stageId).findLast((task) => task.partition === partition);
  }

  /** Lets every running task of a stage (or of all) succeed, over and over, until none runs. */
  finishAll(stageId?: number): void {
    for (let task = this.tasks(stageId)[0]; task !== undefined; task = this.tasks(stageId)[0]) this.finish(task);
  }

  eventsOf<T extends ListenerEventType>(type: T): Extract<ListenerEvent, { type: T }>[] {
    return this.events.filter((event): event is Extract<ListenerEvent, { type: T }> => event.type === type);
  }

  commandsOf<T extends Command["type"]>(type: T, from: readonly Command[] = this.all): Extract<Command, { type: T }>[] {
    return from.filter((command): command is Extract<Command, { type: T }> => command.type === type);
  }
}

export function tasksOf(command: LaunchTasks): LaunchedTask[] {
  return command.taskIds.map((taskId, i) => ({
    taskId,
    executorId: command.executorId,
    stageId: command.stageId,
    attempt: command.attempt,
    partition: command.partitions[i]!,
    attemptNumber: command.attemptNumbers[i]!,
  }));
}

export function ok(result: unknown = "ok", extra: Partial<Extract<TaskOutcome, { kind: "success" }>> = {}): TaskOutcome {
  return { kind: "success", result, ...extra };
}

export function userError(description = "boom"): TaskOutcome {
  return { kind: "userError", className: "Error", description, error: new Error(description) };
}

export function fetchFailed(
  shuffleId: number,
  map: number,
  executorId: string | null,
  { unreachable = true, reduce = 0, also = [] as readonly MapOutputId[] } = {},
): TaskOutcome {
  return {
    kind: "fetchFailed",
    shuffleId,
    map,
    reduce,
    executorId,
    also,
    unreachable,
    message: `Map output ${map} of shuffle ${shuffleId} is not to be had`,
  };
}
