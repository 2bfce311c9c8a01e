/** What a function that runs in a task can learn about the task: TaskContext, and for barrier stages BarrierTaskContext. */
import { UsageError } from "../../common/errors";
import type { ResourceInformation } from "../../common/resources";
import { type ThreadTask, threadTask } from "./thread-task";

/** Facts about the running task. Valid while the task runs. */
export class TaskContext {
  readonly #task: ThreadTask;

  /** Internal: use `TaskContext.get()`. */
  constructor(task: ThreadTask) {
    this.#task = task;
  }

  /** The context of the task that calls it. Throws outside of tasks. */
  static get(): TaskContext {
    return new TaskContext(current("TaskContext.get"));
  }

  /** The partition of the running task; 0 outside of tasks. */
  static getPartitionId(): number {
    return threadTask()?.env.info.partition ?? 0;
  }

  /** The partition that the task computes. */
  partitionId(): number {
    return this.#task.env.info.partition;
  }

  stageId(): number {
    return this.#task.env.info.stageId;
  }

  /** How often the stage was tried before. */
  stageAttemptNumber(): number {
    return this.#task.env.info.stageAttempt;
  }

  /** How often this task was tried before: 0 at first. */
  attemptNumber(): number {
    return this.#task.env.info.attempt;
  }

  /** Unique in the application. */
  taskAttemptId(): number {
    return this.#task.env.info.taskId;
  }

  /** Partitions of the stage. */
  numPartitions(): number {
    return this.#task.env.info.numPartitions;
  }

  /** Slots that the task occupies. */
  cpus(): number {
    return this.#task.env.info.cpus;
  }

  /**
   * Resources other than cores that the task has, by name: as many addresses as `spark.task.resource.<name>.amount` says. No other task
   * that runs has them, unless that is a part of one. Empty where tasks take none.
   *
   * @example const [gpu] = TaskContext.get().resources().get("gpu")!.addresses;
   */
  resources(): ReadonlyMap<string, ResourceInformation> {
    return new Map(Object.entries(this.#task.env.resources?.() ?? {}).map(([name, addresses]) => [name, { name, addresses }]));
  }

  /** A property of the job, as set by `sc.setLocalProperty`. */
  getLocalProperty(key: string): string | undefined {
    return this.#task.env.info.localProperties[key];
  }

  /** True once the task was told to stop: long loops may look and return early. */
  isInterrupted(): boolean {
    return this.#task.env.interrupted();
  }

  /** Calls `listener` when the task has ended, whether well or not; the last one added first. */
  addTaskCompletionListener(listener: (context: TaskContext) => void): this {
    this.#task.completed.push(() => listener(this));
    return this;
  }

  /** Calls `listener` when the task has failed. */
  addTaskFailureListener(listener: (context: TaskContext, error: unknown) => void): this {
    this.#task.completed.push((error) => {
      if (error !== undefined) listener(this, error);
    });
    return this;
  }
}

/** Address of a task of a barrier stage. */
export interface BarrierTaskInfo {
  /** The host that runs it. */
  readonly address: string;
}

/** The context of a task of a barrier stage, where all tasks run at the same time and can wait for each other. */
export class BarrierTaskContext extends TaskContext {
  readonly #barrier: NonNullable<ThreadTask["env"]["barrier"]>;

  /** Internal: use `BarrierTaskContext.get()`. */
  constructor(task: ThreadTask, barrier: NonNullable<ThreadTask["env"]["barrier"]>) {
    super(task);
    this.#barrier = barrier;
  }

  /** The context of the barrier task that calls it. Throws in other tasks and outside of tasks. */
  static override get(): BarrierTaskContext {
    const task = current("BarrierTaskContext.get");
    if (task.env.barrier === undefined) {
      throw new UsageError(
        "NOT_A_BARRIER_STAGE",
        "BarrierTaskContext.get: the task is not part of a barrier stage. Use rdd.barrier().mapPartitions(…).",
      );
    }
    return new BarrierTaskContext(task, task.env.barrier);
  }

  /** Resolves when all tasks of the stage have called it. Every task must call it equally often. */
  barrier(): Promise<void> {
    return this.#barrier.barrier();
  }

  /** The messages of all tasks, by partition, once all have called it. */
  async allGather(message = ""): Promise<string[]> {
    if (typeof message !== "string") throw new UsageError("INVALID_ARGUMENT", "allGather: the message must be a string.");
    return [...(await this.#barrier.allGather(message))];
  }

  /** The tasks of the stage, by partition. */
  getTaskInfos(): BarrierTaskInfo[] {
    return this.#barrier.addresses.map((address) => ({ address }));
  }
}

function current(call: string): ThreadTask {
  const task = threadTask();
  if (task === undefined)
    throw new UsageError("NOT_IN_A_TASK", `${call}: there is a task context only in functions that run in tasks.`);
  return task;
}
