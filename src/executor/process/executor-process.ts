/**
 * An executor's main thread: joins the session with the driver, the task threads and the storage. Runs no user code, so
 * that heartbeats, blocks and kills go on whatever tasks do.
 */
import { tmpdir } from "node:os";
import { LOG_LEVEL, MEMORY_PAUSE_FRACTION } from "../../common/config-entries";
import { ClusterError } from "../../common/errors";
import { leave } from "../../common/leave";
import { log, setLogLevel, switchLevelOnSignal } from "../../common/log";
import type { ResourceAddresses } from "../../common/resources";
import { parseDuration } from "../../common/units";
import { type Endpoint, resultBlock } from "../../storage/block-address";
import { containerMemoryLimit } from "../../storage/container-limit";
import { STORAGE_OP_PREFIX } from "../../storage/host-calls";
import { removeApplication, removeStaleApplications } from "../../storage/local-directories";
import type { MemoryPlan } from "../../storage/memory-plan";
import { planMemory } from "../../storage/memory-plan";
import type { MapOutputTable, StoragePorts } from "../../storage/ports";
import { takeSecret } from "../../wire/auth";
import { decodeBlockAddress, encodeBlockAddress, encodeBlockUpdate, endpointOf } from "../../wire/block-messages";
import { decodeMapStatus } from "../../wire/map-status";
import { decodeResources, encodeResources } from "../../wire/resources";
import { encryption } from "../../wire/tls";
import type { Messages } from "../../wire/wire";
import { EXIT_DRIVER_LOST, EXIT_FAILED, EXIT_MEMORY, EXIT_OK, EXIT_TERMINATED } from "../exit-codes";
import type { ExecutorStoragePort, OpenStorage } from "../ports";
import type { FileOps, TaskSetData } from "../shared/messages";
import {
  OP_ABORT_UPLOAD,
  OP_BARRIER,
  OP_COMMIT,
  OP_KEEP_RESULT,
  OP_PAYLOAD,
  OP_READ_FILE,
  OP_RESOURCES,
  OP_TASK_SET,
  OP_UPLOAD,
} from "../shared/messages";
import { QUEUE_CAPACITY } from "../shared/task-queue";
import { UpdateWriter } from "../thread/update-writer";
import { DriverLink } from "./driver-link";
import type { ExecutorOptions } from "./options";
import { Profiler } from "./profiler";
import { RemoteFiles } from "./remote-files";
import { ThreadPool } from "./thread-pool";
import { greediest } from "./greediest";
import { hostIo } from "./host-io";
import { MemoryPause } from "./memory-pause";
import { MessageGarbage } from "./message-garbage";
import { MemoryWatchdog, residentLimit } from "./watchdog";

export interface ExecutorParts {
  /** The bundle whose entry calls `threadMain`. */
  readonly threadFile: string;
  readonly openStorage: OpenStorage;
}

const NO_ADDRESSES: ResourceAddresses = {};
const CONNECT_TIMEOUT = 120_000;
const STOP_TIMEOUT = 3000;
const PARENT_POLL = 500;
/** A process of so many times the memory at which it is ended does not wait to hear whose that is. */
const PRESSING = 1.25;
const GENTLE_FACTOR = 20;
const EVACUATION_POLL = 100;

/** Storage and threads, which need the settings. */
interface Machinery {
  readonly plan: MemoryPlan;
  readonly storage: ExecutorStoragePort;
  readonly pool: ThreadPool;
  readonly started: Promise<void>;
}

export class ExecutorProcess {
  readonly #secret = takeSecret(process.env);
  readonly #taskSets = new Map<number, TaskSetData>();
  readonly #binaries = new Map<string, SharedArrayBuffer>();
  readonly #files = new RemoteFiles((key) => this.#link?.registration.configuration[key]);
  #machinery: Machinery | null = null;
  #link: DriverLink | null = null;
  #watchdog: MemoryWatchdog | null = null;
  #pause: MemoryPause | null = null;
  readonly #garbage = new MessageGarbage();
  #beats: NodeJS.Timeout | undefined;
  readonly #profiler = new Profiler();
  #ending = false;
  #evacuating = false;

  constructor(
    private readonly options: ExecutorOptions,
    private readonly parts: ExecutorParts,
  ) {}

  /** Resolves when the executor is registered; the process then lives until `end`. */
  async run(): Promise<void> {
    this.#watchSignals();
    const { configuration, driverBlocks } = this.options;
    // With the settings at hand threads and storage start while gRPC is loaded and the driver answers.
    if (configuration !== null) this.#machinery = this.#open(configuration, driverBlocks);
    // Told by `await machinery.started`, unless the driver turns out to be gone before.
    this.#machinery?.started.catch(() => undefined);
    const ahead = this.options.owner === "driver" && this.options.ownerPid !== null;
    const link = await DriverLink.connect({ ...this.options, secret: this.#secret, timeoutMs: CONNECT_TIMEOUT, ahead });
    this.#link = link;
    const { registration } = link;
    const told = registration.driverBlockEndpoint === "" ? null : endpointOf(registration.driverBlockEndpoint);
    const machinery = (this.#machinery ??= this.#open(registration.configuration, driverBlocks ?? told));
    setLogLevel(registration.configuration[LOG_LEVEL.key] ?? "");
    await machinery.started;
    const { executorId, host, cores } = this.options;
    machinery.pool.activate({ executorId, host, storage: machinery.storage.shared, conf: registration.configuration });
    link.send({ ready: this.#ready(machinery) });
    const mebibytes = Math.round(machinery.plan.executorMemory / 2 ** 20);
    log.info(`executor ${executorId} is registered with the driver: ${cores} slots, ${mebibytes} MiB`);
    link.listen({
      message: (message) => this.#message(message),
      lost: (reason) => void this.end(`lost the driver: ${reason}`, EXIT_DRIVER_LOST),
    });
    this.#beat(registration.configuration);
  }

  /** Ends the process: tells the driver why, stops the threads, removes the files, unless a replacement can go on with them. */
  async end(reason: string, code: number, culprits: readonly number[] = []): Promise<void> {
    if (this.#ending) return;
    this.#ending = true;
    // A replacement goes on with the files, which only an owner that lives can start.
    const filesSurvive = (code === EXIT_MEMORY || code === EXIT_FAILED) && !this.#ownerIsGone();
    setTimeout(() => {
      if (!filesSurvive) this.#machinery?.storage.removeFiles();
      leave(code);
    }, STOP_TIMEOUT);
    log.info(`executor ${this.options.executorId} ends with ${code}: ${reason}`);
    if (code !== EXIT_OK) process.stderr.write(`firesteel executor ${this.options.executorId}: ${reason}\n`);
    this.#watchdog?.stop();
    this.#link?.send({ ending: { reason, culprits: [...culprits] } });
    this.#machinery?.pool.stop();
    await Promise.allSettled([this.#link?.close(), filesSurvive ? undefined : this.#machinery?.storage.stop()]);
    // A driver that was killed left its socket and directory; one that lives, and only the connection broke, keeps them.
    if (code === EXIT_DRIVER_LOST || this.#ownerIsGone()) await this.#removeDrivers();
    leave(code);
  }

  /** For one that was not registered: removes its files, and those of a driver that is gone. Waits for `end` where that is under way. */
  async abandon(): Promise<void> {
    if (this.#ending) return new Promise(() => undefined);
    this.#ending = true;
    this.#machinery?.pool.stop();
    this.#machinery?.storage.removeFiles();
    await this.#removeDrivers();
  }

  #ownerIsGone(): boolean {
    const { ownerPid } = this.options;
    return ownerPid !== null && process.ppid !== ownerPid;
  }

  /** Removes what drivers that are gone have left, this one's at the end and at once: somebody else may be at it too. */
  async #removeDrivers(): Promise<void> {
    await removeStaleApplications([tmpdir()]);
    if (this.options.owner === "driver" && this.#ownerIsGone()) removeApplication([tmpdir()], this.options.applicationId);
  }

  #open(configuration: Readonly<Record<string, string>>, driver: Endpoint | null): Machinery {
    const { applicationId, executorId, host, cores, memoryBytes, blockListen } = this.options;
    const { localDir } = this.options;
    const conf = (key: string): string | undefined =>
      key === "spark.local.dir" && localDir !== null ? localDir : configuration[key];
    const containerLimit = containerMemoryLimit();
    const plan = planMemory({ executorMemory: memoryBytes, slots: cores, conf, containerLimit });
    const grace = parseDuration(configuration["firesteel.task.killGrace"] ?? "100ms", "firesteel.task.killGrace");
    const pool = new ThreadPool(
      {
        threadFile: this.parts.threadFile,
        slots: cores,
        limits: { maxOldGenerationSizeMb: plan.heapPerSlotMb, maxYoungGenerationSizeMb: plan.youngPerSlotMb },
        killGraceMs: grace,
        gentleKillGraceMs: grace * GENTLE_FACTOR,
      },
      {
        updates: (updates) => this.#link?.sendUpdates(updates),
        call: (slot, taskId, op, args) => this.#call(slot, taskId, op, args),
        taskEnded: (slot, taskId) => storage.taskEnded(slot, taskId),
        fatal: (reason) => this.#die(reason),
      },
    );
    const storage = this.parts.openStorage({
      appId: applicationId,
      executorId,
      host,
      secret: this.#secret,
      plan,
      conf,
      listen: blockListen,
      driver,
      ports: this.#ports(),
      encryption: this.options.tls === null ? null : encryption(this.options.tls),
      ...(this.options.ownerPid === null ? {} : { ownerPid: this.options.ownerPid }),
    });
    const limitBytes = residentLimit(memoryBytes, cores, containerLimit);
    let warned = false;
    this.#pause = new MemoryPause({
      limitBytes,
      fraction: MEMORY_PAUSE_FRACTION.parse(
        configuration[MEMORY_PAUSE_FRACTION.key] ?? MEMORY_PAUSE_FRACTION.defaultText,
        MEMORY_PAUSE_FRACTION.key,
      ),
      running: () => pool.runningThreads().length,
      allowed: () => !pool.hasBarrierTasks,
      changed: (paused, resident) => {
        pool.pause(paused);
        const mebibytes = Math.round(resident / 2 ** 20);
        // Once as a warning: more of them would tell nothing new.
        if (paused)
          log[warned ? "info" : "warn"](`${mebibytes} MiB are resident: no further task begins until memory is given back`);
        else log.info(`${mebibytes} MiB are resident: tasks begin again`);
        warned = true;
        this.#heartbeat();
      },
    });
    this.#watchdog = new MemoryWatchdog({
      limitBytes,
      seen: (resident) => this.#pause!.look(resident),
      exceeded: (resident) => {
        const mib = (bytes: number): number => Math.round(bytes / 2 ** 20);
        const reason =
          `out of memory: ${mib(resident)} MiB are resident, more than the ${mib(limitBytes)} MiB that spark.executor.memory of ` +
          `${mib(memoryBytes)} MiB allows (objects outside of the JavaScript heap, such as Buffers, count)`;
        const most = Math.min(limitBytes * PRESSING, containerLimit * 0.99);
        const pressing = (): boolean => process.memoryUsage.rss() > most;
        void greediest(this.#machinery?.pool.runningThreads() ?? [], pressing).then((culprit) =>
          this.end(reason, EXIT_MEMORY, culprit === null ? [] : [culprit]),
        );
      },
    });
    return { plan, storage, pool, started: storage.start() };
  }

  #ready(machinery: Machinery): Messages.Ready.$Properties {
    const { storage, plan } = machinery;
    const writer = new UpdateWriter();
    const { mapOutputs, blocks } = storage.survivors;
    const { logUrl } = this.options;
    return {
      cores: this.options.cores,
      host: this.options.host,
      blockAddress: encodeBlockAddress(storage.address),
      pid: process.pid,
      queueCapacity: QUEUE_CAPACITY / 2,
      memoryBytes: plan.executorMemory,
      storageBytes: plan.arenaBytes,
      logUrls:
        logUrl === null ? {} : Object.fromEntries(["stdout", "stderr"].map((stream) => [stream, `${logUrl}?stream=${stream}`])),
      resources: encodeResources(this.options.resources),
      survivors: {
        mapOutputs: mapOutputs.map((one) => ({ shuffleId: one.shuffleId, map: one.map, status: writer.encodeMapStatus(one) })),
        blocks: blocks.map(encodeBlockUpdate),
      },
    };
  }

  #message(message: Messages.ToExecutor.$Shape): void {
    const { pool, storage } = this.#machinery!;
    if (message.launchTasks) {
      const tasks = message.launchTasks.tasks ?? [];
      log.debug(`the driver launches ${tasks.length} tasks`);
      pool.launch(
        tasks.map((task) => ({
          taskId: task.taskId ?? 0,
          taskSet: task.taskSet ?? 0,
          partition: task.partition ?? 0,
          attempt: task.attempt ?? 0,
          payload: task.payload?.length ? task.payload : null,
          resources: task.resources?.length ? decodeResources(task.resources) : NO_ADDRESSES,
        })),
      );
    } else if (message.taskBinary)
      this.#binaries.set(message.taskBinary.id ?? "", shared(message.taskBinary.bytes ?? new Uint8Array(0)));
    else if (message.taskSet) this.#addTaskSet(message.taskSet);
    else if (message.killTask)
      pool.kill(message.killTask.taskId ?? 0, message.killTask.interruptThread ?? false, message.killTask.reason ?? "");
    else if (message.recallTasks) pool.recall(message.recallTasks.taskIds ?? []);
    else if (message.removal) this.#remove(message.removal);
    else if (message.invalidateMapOutputs)
      storage.invalidateMapOutputs(message.invalidateMapOutputs.shuffleId ?? 0, message.invalidateMapOutputs.epoch ?? 0);
    else if (message.mapOutputs)
      storage.mapOutputsKnown(message.mapOutputs.shuffleId ?? 0, mapOutputTable(message.mapOutputs.table ?? {}));
    else if (message.threadDump) void this.#dumpThreads(message.threadDump.requestId ?? 0);
    else if (message.inspect) void this.#inspect(message.inspect);
    else if (message.decommission) void this.#evacuate();
    else if (message.refused) void this.end(`the driver ended the session: ${message.refused.reason ?? ""}`, EXIT_FAILED);
    else if (message.shutdown) void this.end(message.shutdown.reason ?? "", EXIT_OK);
  }

  async #dumpThreads(requestId: number): Promise<void> {
    const threads = await this.#machinery!.pool.dump();
    this.#link!.send({ threadDump: { requestId, threads } });
  }

  async #inspect({
    requestId,
    heartbeatInterval,
    profile,
    profileIntervalMicros,
    logLevel,
  }: Messages.Inspect.$Properties): Promise<void> {
    if (logLevel) setLogLevel(logLevel);
    if (heartbeatInterval) this.#beatEvery(heartbeatInterval);
    let tree = "";
    let error = "";
    try {
      if (profile === "start") await this.#profiler.start(profileIntervalMicros || 10_000);
      if (profile === "read" || profile === "stop") tree = JSON.stringify(await this.#profiler.read());
      if (profile === "stop") this.#profiler.stop();
    } catch (cause) {
      error = cause instanceof Error ? cause.message : String(cause);
    }
    if (requestId) this.#link!.send({ inspected: { requestId, profile: tree, error } });
  }

  /** Moves what is here away, also what tasks that still run leave behind, and says so until the driver ends this process. */
  async #evacuate(): Promise<void> {
    if (this.#evacuating) return;
    this.#evacuating = true;
    log.info("moving what is here to other executors");
    const { pool, storage } = this.#machinery!;
    while (!this.#ending) {
      const idle = pool.running().length === 0;
      const moved = await storage.evacuate().catch(() => false);
      if (moved) continue;
      if (idle) this.#link!.send({ evacuated: {} });
      await new Promise((resolve) => setTimeout(resolve, EVACUATION_POLL));
    }
  }

  #addTaskSet(set: Messages.TaskSet.$Properties): void {
    const id = set.id ?? 0;
    const binaryId = set.binaryId ?? "";
    const binary = this.#binaries.get(binaryId);
    if (binary === undefined) return void this.end(`the driver did not send the task binary ${binaryId}`, EXIT_FAILED);
    const data: TaskSetData = {
      id,
      binaryId,
      binary,
      jobId: set.jobId ?? 0,
      stageId: set.stageId ?? 0,
      stageAttempt: set.stageAttempt ?? 0,
      numPartitions: set.numPartitions ?? 0,
      cpus: set.cpus ?? 1,
      localProperties: { ...set.localProperties },
      barrier: set.barrier ? { addresses: set.barrier.addresses ?? [] } : null,
    };
    log.debug(`stage ${data.stageId}.${data.stageAttempt} of job ${data.jobId} begins`);
    this.#taskSets.set(id, data);
    this.#machinery!.pool.addSet(data);
  }

  #remove(removal: Messages.Removal.$Shape): void {
    const { pool, storage } = this.#machinery!;
    switch (removal.what) {
      case "rddId":
        return storage.removeRdd(removal.rddId);
      case "shuffleId":
        storage.removeShuffle(removal.shuffleId);
        return pool.nudge();
      case "blockId":
        return storage.removeBlock(removal.blockId);
      case "broadcastId":
        return storage.removeBroadcast(removal.broadcastId);
      case "taskSet":
        this.#taskSets.delete(removal.taskSet);
        return pool.forgetSet(removal.taskSet);
      case "binaryId":
        this.#binaries.delete(removal.binaryId);
        return pool.forgetBinary(removal.binaryId);
      default:
        return undefined;
    }
  }

  #call(slot: number, taskId: number, op: string, args: unknown): unknown {
    if (op.startsWith(STORAGE_OP_PREFIX)) return this.#machinery!.storage.handle({ slot, taskId }, op, args);
    switch (op) {
      case OP_TASK_SET: {
        const set = this.#taskSets.get(args as number);
        if (set === undefined)
          throw new ClusterError("TASK_SET_NOT_FOUND", `The executor was not told of task set ${String(args)}.`);
        return set;
      }
      case OP_PAYLOAD:
        return this.#machinery!.pool.payloadOf(args as number);
      case OP_RESOURCES:
        return this.#machinery!.pool.resourcesOf(taskId);
      case OP_COMMIT:
        return this.#link!.ask({ commit: args as Messages.CommitRequest.$Properties }).then(
          (reply) => reply.commit?.granted ?? false,
        );
      case OP_BARRIER:
        return this.#link!.ask({ barrier: args as Messages.BarrierRequest.$Properties }).then((reply) => [
          ...(reply.barrier?.messages ?? []),
        ]);
      case OP_KEEP_RESULT:
        return this.#machinery!.storage.keepResult(resultBlock(taskId), args as Uint8Array);
      case OP_READ_FILE:
        return this.#files.read(args as FileOps["read"]);
      case OP_UPLOAD:
        return this.#files.upload(args as FileOps["upload"]);
      case OP_ABORT_UPLOAD:
        return this.#files.abort(args as FileOps["abort"]);
      default:
        throw new ClusterError("UNKNOWN_CALL", `The executor does not know the call "${op}".`);
    }
  }

  #ports(): StoragePorts {
    const addresses = (reply: { executors?: Messages.BlockAddress.$Properties[] | null } | null | undefined) =>
      (reply?.executors ?? []).map(decodeBlockAddress);
    const ask = async (call: Omit<Messages.Call.$Properties, "id">): Promise<Messages.Reply.$Shape> => {
      if (this.#link === null) throw new ClusterError("NOT_REGISTERED", "The executor is not registered yet.");
      return this.#link.ask(call);
    };
    return {
      reportBlock: (update) => this.#link?.send({ blockUpdates: { updates: [encodeBlockUpdate(update)] } }),
      peers: async () => addresses((await ask({ peers: {} })).peers),
      blockLocations: async (blockId) => addresses((await ask({ blockLocations: { blockId } })).blockLocations),
      reportTaken: (fromExecutorId, outputs) => {
        const writer = new UpdateWriter();
        const mapOutputs = outputs.map((one) => ({
          shuffleId: one.shuffleId,
          map: one.map,
          status: writer.encodeMapStatus(one),
        }));
        this.#link?.send({ mapOutputsMoved: { fromExecutorId, mapOutputs } });
      },
      fetchMapOutputs: async (shuffleId) => mapOutputTable((await ask({ mapOutputs: { shuffleId } })).mapOutputs ?? {}),
    };
  }

  #beat(configuration: Readonly<Record<string, string>>): void {
    const interval = parseDuration(
      configuration["spark.executor.heartbeatInterval"] ?? "10s",
      "spark.executor.heartbeatInterval",
    );
    this.#beatEvery(interval);
  }

  #beatEvery(interval: number): void {
    clearInterval(this.#beats);
    this.#beats = setInterval(() => this.#heartbeat(), interval);
  }

  #heartbeat(): void {
    const { pool, storage } = this.#machinery!;
    const memory = process.memoryUsage();
    this.#garbage.look(memory.arrayBuffers);
    const { user, system } = process.cpuUsage();
    const { memoryUsed, executionUsed } = storage.status();
    this.#link!.send({
      heartbeat: {
        residentBytes: memory.rss,
        peakResidentBytes: Math.max(this.#watchdog!.peak, memory.rss),
        heapBytes: memory.heapUsed,
        storageUsedBytes: memoryUsed,
        executionUsedBytes: executionUsed,
        cpuMicros: user + system,
        loopLag: this.#watchdog!.takeLag(),
        paused: this.#pause!.paused,
        pausesAtBytes: this.#pause!.pausesAt,
        uptime: performance.now(),
        ...hostIo(),
        running: pool.running(),
      },
    });
  }

  #watchSignals(): void {
    for (const signal of ["SIGTERM", "SIGHUP"] as const)
      process.on(signal, () => void this.end(`ended by ${signal}`, EXIT_TERMINATED));
    switchLevelOnSignal();
    // Ctrl-C reaches the whole group of processes; the driver decides what it means.
    process.on("SIGINT", () => undefined);
    // Nobody reads the last words when the driver is gone; they must not keep the process from removing its files.
    for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
    process.on("uncaughtException", (error) => void this.end(`defect: ${error.stack ?? String(error)}`, EXIT_FAILED));
    if (this.options.ownerPid === null) return;
    setInterval(() => {
      if (this.#ownerIsGone()) void this.end(`the ${this.options.owner}'s process is gone`, EXIT_DRIVER_LOST);
    }, PARENT_POLL).unref();
  }

  /** For what a thread cannot be talked out of: no orderly end would come to an end. */
  #die(reason: string): void {
    process.stderr.write(`firesteel executor ${this.options.executorId}: ${reason}\n`);
    this.#link?.send({ ending: { reason } });
    setTimeout(() => process.kill(process.pid, "SIGKILL"), 50);
  }
}

function shared(bytes: Uint8Array): SharedArrayBuffer {
  const memory = new SharedArrayBuffer(bytes.length);
  new Uint8Array(memory).set(bytes);
  return memory;
}

function mapOutputTable(reply: Messages.MapOutputsReply.$Properties): MapOutputTable {
  const owners = Int32Array.from(reply.owners ?? [], (owner) => owner - 1);
  const statuses = reply.statuses ?? [];
  const decoded = statuses.map((status, map) => (owners[map]! < 0 ? null : decodeMapStatus(status)));
  const numMaps = owners.length;
  const numReducers = decoded.find((status) => status !== null)?.checksums.length ?? 0;
  const offsets = new Float64Array(numMaps * (numReducers + 1));
  const checksums = new Uint32Array(numMaps * numReducers);
  decoded.forEach((status, map) => {
    if (status === null) return;
    offsets.set(status.offsets, map * (numReducers + 1));
    checksums.set(status.checksums, map * numReducers);
  });
  return {
    epoch: reply.epoch ?? 0,
    numMaps,
    numReducers,
    executors: (reply.executors ?? []).map(decodeBlockAddress),
    owners,
    offsets,
    checksums,
  };
}
