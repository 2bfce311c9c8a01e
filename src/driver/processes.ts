/** Executors in processes of their own: the group that starts them and the endpoint that talks to them. */
import { ClusterError } from "../common/errors";
import { log } from "../common/log";
import { BlockServer } from "../storage";
import type { Serve } from "../storage/transfer/block-server";
import { parseAddress } from "../wire/address";
import { decodeMapStatus } from "../wire/map-status";
import { encryption } from "../wire/tls";
import type { BackendHandlers, ExecutorBackend } from "./backend";
import { DriverEndpoint } from "./endpoint/driver-endpoint";
import type { Inspection, LaunchTask, Removal, TaskSetInfo, ThreadState } from "./endpoint/types";
import { KeptResults } from "./kept-results";
import type { ExecutorGroup } from "./platform";

export interface ProcessesOptions {
  readonly group: ExecutorGroup;
  readonly configuration: Readonly<Record<string, string>>;
  readonly networkTimeoutMs: number;
  /** Serves broadcasts and files, where they come over the driver's one port. */
  readonly serve: Serve;
}

/** How long a broken connection waits for the process's exit code, which says more. */
const EXIT_REASON_GRACE_MS = 3000;

export class Processes implements ExecutorBackend {
  readonly #endpoint: DriverEndpoint;
  readonly #results: KeptResults;
  /** Without a port of its own. */
  readonly #blocks: BlockServer | null;
  #launcher: ReturnType<ExecutorGroup["launch"]> | undefined;
  #handlers: BackendHandlers | undefined;
  #alive: NodeJS.Timeout | undefined;
  /** What `setTotal` told last. */
  #total: number | null = null;
  /**
   * Executors that we ended ourselves, and those that are decommissioned: their loss is nobody's failure, even where it comes before what they
   * run has ended, as when the time that a worker gives them is over. The same as Spark's.
   */
  readonly #released = new Set<string>();

  constructor(readonly options: ProcessesOptions) {
    const { group, configuration, networkTimeoutMs } = options;
    this.#results = new KeptResults(
      Buffer.from(group.secret),
      networkTimeoutMs,
      group.tls === null ? null : encryption(group.tls),
    );
    const secret = Buffer.from(group.secret);
    this.#blocks =
      group.blocksListen === null ? BlockServer.withoutPort({ secret, serve: options.serve, background: true }) : null;
    this.#endpoint = new DriverEndpoint({
      applicationId: group.applicationId,
      secret,
      configuration,
      networkTimeoutMs,
      exitReasonGraceMs: EXIT_REASON_GRACE_MS,
      driverBlockEndpoint: group.blocksListen ?? "",
      tls: group.tls,
      ...(this.#blocks === null ? {} : { blocks: this.#blocks }),
      handlers: this.#endpointHandlers(),
    });
  }

  get expectedCores(): number {
    return this.options.group.cores;
  }

  get maxFailures(): number | null {
    return this.options.group.maxFailures;
  }

  start(handlers: BackendHandlers): void {
    this.#handlers = handlers;
    const address = this.#endpoint.start(parseAddress(this.options.group.driverListen));
    address.catch((error: unknown) => handlers.failed(error instanceof Error ? error.message : String(error)));
    this.#launcher = this.options.group.launch(
      {
        executorExited: (executorId, exit) => this.#endpoint.executorExited(executorId, exit.reason),
        decommissioning: (executorId, reason) => {
          this.#released.add(executorId);
          handlers.executorDecommissioned(executorId, reason);
        },
        awaited: (reason) => handlers.executorsAwaited(reason),
        gaveUp: (reason) => handlers.failed(reason),
      },
      address,
    );
  }

  #endpointHandlers(): ConstructorParameters<typeof DriverEndpoint>[0]["handlers"] {
    const handlers = (): BackendHandlers => this.#handlers!;
    return {
      executorRegistered: (executor) => {
        this.#launcher?.registered(executor.executorId);
        handlers().executorRegistered(executor);
      },
      executorLost: (executorId, words) => {
        const onPurpose = this.#released.delete(executorId);
        this.#launcher?.replace(executorId, words.reason);
        handlers().executorLost(executorId, words, !onPurpose);
      },
      heartbeat: (executorId, heartbeat) => handlers().heartbeat(executorId, heartbeat),
      taskUpdates: (executorId, updates) => handlers().taskUpdates(executorId, updates),
      blockUpdates: (executorId, updates) => handlers().blockUpdates(executorId, updates),
      mapOutputsMoved: (executorId, from, outputs) => handlers().mapOutputsMoved(executorId, from, outputs),
      evacuated: (executorId) => handlers().evacuated(executorId),
      mapOutputs: (shuffleId) => handlers().mapOutputs(shuffleId),
      blockLocations: (blockId) => handlers().blockLocations(blockId),
      commitTask: (question) => handlers().commitTask(question),
      barrier: (question) => handlers().barrier(question),
    };
  }

  launch(executorId: string, taskSet: TaskSetInfo, tasks: readonly LaunchTask[]): void {
    this.#endpoint.launchTasks(executorId, taskSet, tasks);
  }

  kill(executorId: string, taskId: number, reason: string, interrupt: boolean): void {
    this.#endpoint.killTask(executorId, taskId, reason, interrupt);
  }

  recall(executorId: string, taskIds: readonly number[]): void {
    this.#endpoint.recallTasks(executorId, taskIds);
  }

  forget(removal: Removal): void {
    this.#endpoint.remove(removal);
  }

  async fetchResult(executorId: string, taskId: number, bytes: number): Promise<Uint8Array> {
    const executor = this.#endpoint.executor(executorId);
    if (executor === undefined) throw new ClusterError("EXECUTOR_LOST", `Executor ${executorId} is gone.`);
    return this.#results.fetch(executor.blockAddress.endpoint, taskId, bytes);
  }

  invalidateMapOutputs(shuffleId: number, epoch: number): void {
    this.#endpoint.invalidateMapOutputs(shuffleId, epoch);
  }

  mapOutputOffsets(status: Uint8Array): Float64Array {
    return decodeMapStatus(status).offsets;
  }

  threadDump(executorId: string): Promise<readonly ThreadState[]> {
    return this.#endpoint.threadDump(executorId);
  }

  inspect(executorId: string, wanted: Inspection): Promise<string> {
    return this.#endpoint.inspect(executorId, wanted);
  }

  get total(): number {
    return this.#total ?? this.#launcher?.processes.size ?? 0;
  }

  setTotal(total: number): void {
    this.#total = total;
    this.#launcher?.setTotal(total);
  }

  release(executorIds: readonly string[], reason: string): void {
    // Dynamic allocation has told how many there are to be; without it there are to be fewer.
    if (this.#total === null) this.#launcher?.setTotal(Math.max(0, this.#launcher.processes.size - executorIds.length));
    for (const executorId of executorIds) this.replace(executorId, reason);
  }

  decommission(executorId: string): void {
    this.#released.add(executorId);
    this.#endpoint.decommission(executorId);
  }

  replace(executorId: string, reason: string): void {
    log.info(`executor ${executorId} is ended: ${reason}`);
    this.#released.add(executorId);
    this.#endpoint.disconnect(executorId, reason);
  }

  keepAlive(active: boolean): void {
    if (active) this.#alive ??= setInterval(() => undefined, 2 ** 30);
    else {
      clearInterval(this.#alive);
      this.#alive = undefined;
    }
  }

  async stop(): Promise<void> {
    this.keepAlive(false);
    this.#results.close();
    this.#launcher?.ending();
    await this.#endpoint.stop();
    await this.#blocks?.close();
    await this.#launcher?.stop();
    this.options.group.dispose();
  }
}
