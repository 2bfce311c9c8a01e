/** What a master knows of workers, applications and drivers. */
import type { ResourceAddresses } from "../../common/resources";
import { minimumExecutorMemory } from "../../storage/memory-plan";
import type {
  ApplicationInfo,
  ApplicationStatus,
  DriverInfo,
  DriverStatus,
  ExecutorInfo,
  ExecutorStatus,
  WorkerInfo,
  WorkerStatus,
} from "../state";
import type { ApplicationFacts, DriverFacts, WorkerFacts } from "./events";

const DEFAULT_EXECUTOR_MEMORY = 2 ** 30;

export class ExecutorRecord {
  state: ExecutorStatus = "LAUNCHING";
  /** It was told to end: it counts for its worker, and no longer for its application. */
  dismissed = false;

  constructor(
    readonly appId: string,
    readonly id: string,
    readonly workerId: string,
    readonly cores: number,
    readonly memory: number,
    readonly resources: ResourceAddresses,
  ) {}

  info(): ExecutorInfo {
    const { appId, id, workerId, cores, memory, resources, state } = this;
    return { appId, id, workerId, cores, memory, resources, state };
  }
}

export class WorkerRecord {
  state: WorkerStatus = "ALIVE";
  /** Has an open connection. */
  connected = true;
  lastHeard: number;
  /** By application and id. */
  readonly executors = new Map<string, ExecutorRecord>();
  readonly drivers = new Map<string, DriverRecord>();

  constructor(
    public facts: WorkerFacts,
    now: number,
  ) {
    this.lastHeard = now;
  }

  get coresUsed(): number {
    return sum(this.executors.values(), (one) => one.cores) + sum(this.drivers.values(), (one) => one.facts.cores);
  }

  get memoryUsed(): number {
    return sum(this.executors.values(), (one) => one.memory) + sum(this.drivers.values(), (one) => one.facts.memory);
  }

  /** Addresses that executors have: also those that were given up and have not ended. */
  get resourcesUsed(): ResourceAddresses {
    return this.#addresses((name) => [...this.executors.values()].flatMap(({ resources }) => resources[name] ?? []));
  }

  get resourcesFree(): ResourceAddresses {
    const used = this.resourcesUsed;
    return this.#addresses((name) => this.facts.resources[name]!.filter((address) => !used[name]!.includes(address)));
  }

  #addresses(of: (name: string) => readonly string[]): ResourceAddresses {
    return Object.fromEntries(Object.keys(this.facts.resources).map((name) => [name, of(name)]));
  }

  /** Whether new work can be given to it. */
  get usable(): boolean {
    return this.state === "ALIVE" && this.connected;
  }

  info(): WorkerInfo {
    const { id, host, cores, memory, webUrl, resources } = this.facts;
    return {
      id,
      host,
      webUrl: webUrl === "" ? null : webUrl,
      cores,
      coresUsed: this.coresUsed,
      memory,
      memoryUsed: this.memoryUsed,
      resources,
      resourcesUsed: this.resourcesUsed,
      // It may come back until spark.worker.timeout is over.
      state: this.state === "ALIVE" && !this.connected ? "UNKNOWN" : this.state,
      lastHeartbeat: this.lastHeard,
    };
  }
}

export class ApplicationRecord {
  state: ApplicationStatus = "WAITING";
  connected = true;
  endTime: number | null = null;
  nextExecutor = 0;
  limit: number | null;
  /** Why it has no executor; null when it has one, or wants none. */
  waitingFor: string | null = null;
  /** Those that are its own: not dismissed, not ended. */
  readonly executors = new Map<string, ExecutorRecord>();
  #most = { cores: 0, executors: 0 };

  constructor(
    public facts: ApplicationFacts,
    private readonly defaultCores: number | null,
  ) {
    this.limit = facts.executorLimit;
  }

  add(executor: ExecutorRecord): void {
    this.executors.set(executor.id, executor);
    this.#most = {
      cores: Math.max(this.#most.cores, this.coresGranted),
      executors: Math.max(this.#most.executors, this.executors.size),
    };
  }

  get coresGranted(): number {
    return sum(this.executors.values(), (one) => one.cores);
  }

  get coresMax(): number | null {
    return this.facts.coresMax ?? this.defaultCores;
  }

  memoryFor(cores: number): number {
    return this.facts.executorMemory ?? Math.max(DEFAULT_EXECUTOR_MEMORY, minimumExecutorMemory(cores));
  }

  /** Most cores for which an executor's memory is enough. */
  get mostCores(): number {
    const memory = this.facts.executorMemory;
    if (memory === null) return Infinity;
    const perCore = minimumExecutorMemory(2) - minimumExecutorMemory(1);
    return Math.max(1, 1 + Math.floor((memory - minimumExecutorMemory(1)) / perCore));
  }

  info(): ApplicationInfo {
    const { id, name, user, startTime, executorCores, executorResources, webUrl } = this.facts;
    return {
      id,
      name,
      user,
      state: this.state,
      submitTime: startTime,
      endTime: this.endTime,
      coresGranted: this.coresGranted,
      coresMax: this.coresMax,
      coresPerExecutor: executorCores,
      memoryPerExecutor: this.memoryFor(executorCores ?? 1),
      resourcesPerExecutor: executorResources,
      waitingFor: this.waitingFor,
      executorLimit: this.limit,
      webUrl: webUrl === "" ? null : webUrl,
      executors: [...this.executors.values()].map((one) => one.info()),
      most: this.#most,
    };
  }
}

export class DriverRecord {
  state: DriverStatus = "SUBMITTED";
  workerId: string | null = null;
  message = "";
  /** Was told to end. */
  killed = false;
  /** Not started again before this time. */
  notBefore = 0;
  startedAt = 0;

  constructor(
    readonly id: string,
    /** The place in the queue. */
    readonly order: number,
    public facts: DriverFacts,
  ) {}

  info(): DriverInfo {
    const { name, submitTime, cores, memory, supervise, restarts, mainFile } = this.facts;
    const { id, state, workerId, message } = this;
    return { id, name, state, submitTime, cores, memory, workerId, supervised: supervise, restarts, message, mainFile };
  }
}

export function executorKey(appId: string, executorId: string): string {
  return `${appId}/${executorId}`;
}

function sum<T>(values: Iterable<T>, of: (value: T) => number): number {
  let total = 0;
  for (const value of values) total += of(value);
  return total;
}
