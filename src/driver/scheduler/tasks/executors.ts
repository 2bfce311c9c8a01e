/** The executors as the task level sees them: slots, what runs in them, and what is queued behind. */
import { EXECUTOR_TRANSITIONS, Lifecycle, type ExecutorStatus } from "../states";
import type { LaunchTasks } from "../commands";
import type { ExecutorResources } from "./task-resources";
import type { Presence } from "./pending-tasks";
import type { TaskAttempt, TaskSet } from "./task-set";

export class Executor {
  readonly life: Lifecycle<ExecutorStatus>;
  /** Slots that run a task. */
  used = 0;
  /** It begins nothing new, as its memory is short. */
  paused = false;
  /** Attempts sent that wait on the executor for a slot, oldest first. */
  readonly queue: TaskAttempt[] = [];
  /** Since when nothing runs on it. */
  idleSince: number;
  /** The command that collects tasks of `batchSet` during one round of offers. */
  batch: LaunchTasks | null = null;
  batchSet: TaskSet | null = null;

  constructor(
    readonly id: string,
    readonly host: string,
    readonly slots: number,
    readonly cores: number,
    readonly port: number,
    now: number,
    /** Null where tasks take none. */
    readonly resources: ExecutorResources | null = null,
  ) {
    this.life = new Lifecycle<ExecutorStatus>(`Executor ${id}`, EXECUTOR_TRANSITIONS, "active");
    this.idleSince = now;
  }

  /** It is neither lost nor on its way out. */
  get isActive(): boolean {
    return this.life.state === "active";
  }

  get free(): number {
    return this.slots - this.used;
  }
}

export class ExecutorTable implements Presence {
  readonly #executors = new Map<string, Executor>();
  readonly #perHost = new Map<string, number>();
  readonly #lost = new Set<string>();
  /** Executors with a free slot that take tasks. */
  readonly open = new Set<Executor>();
  totalSlots = 0;
  totalCores = 0;

  get size(): number {
    return this.#executors.size;
  }

  get numHosts(): number {
    return this.#perHost.size;
  }

  /** Of the first executor: all of an application have the same. */
  get slotsPerExecutor(): number {
    for (const executor of this.#executors.values()) return executor.slots;
    return 1;
  }

  get(id: string): Executor | undefined {
    return this.#executors.get(id);
  }

  /** Remembers an id that must not come (back). */
  markLost(id: string): void {
    this.#lost.add(id);
  }

  /** Is an executor of this id known to be gone? */
  wasLost(id: string): boolean {
    return this.#lost.has(id);
  }

  /** Does it take tasks? */
  readonly hasExecutor = (executorId: string): boolean => this.#executors.get(executorId)?.isActive === true;

  /** Is there an executor that takes tasks? */
  readonly hasHost = (host: string): boolean => {
    if (!this.#perHost.has(host)) return false;
    for (const executor of this.#executors.values()) if (executor.host === host && executor.isActive) return true;
    return false;
  };

  all(): IterableIterator<Executor> {
    return this.#executors.values();
  }

  add(executor: Executor): void {
    this.#executors.set(executor.id, executor);
    this.#perHost.set(executor.host, (this.#perHost.get(executor.host) ?? 0) + 1);
    this.totalSlots += executor.slots;
    this.totalCores += executor.cores;
    this.refresh(executor);
  }

  remove(executor: Executor, cause: string): void {
    executor.life.to("lost", cause);
    this.#executors.delete(executor.id);
    this.markLost(executor.id);
    const left = this.#perHost.get(executor.host)! - 1;
    if (left === 0) this.#perHost.delete(executor.host);
    else this.#perHost.set(executor.host, left);
    this.totalSlots -= executor.slots;
    this.totalCores -= executor.cores;
    this.open.delete(executor);
  }

  /** To be called when `used` or the executor's state changed. */
  refresh(executor: Executor): void {
    if (executor.used < executor.slots && executor.life.state === "active" && !executor.paused) this.open.add(executor);
    else this.open.delete(executor);
  }
}
