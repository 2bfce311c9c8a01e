/** What a context is made of: the application that runs its jobs, what it serves to executors, and what it remembers. */
import { driverClasses } from "../../closure/driver-classes";
import { packedPackage } from "../../closure/shipped-packages";
import { mapStack } from "../../closure/source-maps";
import { decodeValue } from "../../columnar";
import type { SparkConf } from "../../common/conf";
import {
  BARRIER_SYNC_TIMEOUT,
  CLEANER_INTERVAL,
  DECOMMISSION,
  EVENT_LOG_BLOCKS,
  EVENT_LOG_CODEC,
  EVENT_LOG_COMPRESS,
  EVENT_LOG_DIR,
  EVENT_LOG_ENABLED,
  EVENT_LOG_MAX_FILE,
  EVENT_LOG_ROLLING,
  EXECUTOR_MEMORY,
  HEARTBEAT_INTERVAL,
  LOCAL_IN_PROCESS,
  MASTER,
  NETWORK_TIMEOUT,
  SCHEDULER_POOLS,
  STORAGE_DECOMMISSION,
  TASK_PROFILE,
  TASK_PROFILE_DUMP,
} from "../../common/config-entries";
import { EventLogWriter } from "../../events/event-log-writer";
import { ListenerBus } from "../../events/listener-bus";
import { FileSystems } from "../../filesystem/file-systems";
import type { AccumulatorBase, ContextPort, DatasetNode } from "../../rdd";
import { registerAccumulator } from "../../rdd";
import { BlockServer, BroadcastHub } from "../../storage";
import { parseAddress } from "../../wire/address";
import { describeOrSkip, mergeOrWarn } from "../accumulables";
import { Application } from "../application";
import type { ExecutorBackend } from "../backend";
import { CollectionPressure } from "../collection-pressure";
import { checkInProcess, InProcess } from "../in-process/in-process";
import { LocalProperties } from "../local-properties";
import { collectEvery } from "../periodic-collection";
import type { ExecutorGroup } from "../platform";
import { platform } from "../platform";
import { parsePools } from "../pools";
import { Processes } from "../processes";
import { schedulerConfig } from "../scheduler/config";
import { SharedFiles } from "../shared-files";
import type { SparkContext } from "../spark-context";
import { TaskProfiles } from "../task-profiles";
import { withoutEngineFrames } from "../user-stack";
import { contextPort } from "./context-port";

export class ContextRuntime {
  readonly group: ExecutorGroup;
  readonly application: Application;
  readonly bus: ListenerBus = new ListenerBus();
  readonly properties: LocalProperties = new LocalProperties();
  /** The settings that executors get when they register. */
  readonly forExecutors: Record<string, string> = {};
  readonly fileSystems: FileSystems;
  readonly broadcasts: BroadcastHub = new BroadcastHub(undefined, packedPackage);
  readonly files: SharedFiles;
  readonly persisted: Map<number, WeakRef<DatasetNode>> = new Map<number, WeakRef<DatasetNode>>();
  readonly port: ContextPort;
  /** Cores that a task takes unless it says otherwise. */
  readonly taskCpus: number;
  /** Null where tasks are not profiled. */
  readonly profiles: TaskProfiles | null = null;
  checkpointDir: string | undefined;
  /** Set when the context is stopped. */
  stopped: Promise<void> | null = null;
  readonly #accumulators = new Map<number, WeakRef<AccumulatorBase>>();
  readonly #collected = new FinalizationRegistry<number>((accumulatorId) => void this.#accumulators.delete(accumulatorId));
  readonly #eventLog: EventLogWriter | null;
  #endCollections: () => void = () => undefined;
  #blockServer: Promise<BlockServer> | undefined;

  constructor(
    readonly conf: SparkConf,
    context: SparkContext,
  ) {
    if (conf.read(LOCAL_IN_PROCESS)) checkInProcess(conf.read(MASTER));
    this.group = platform().executors(conf);
    conf.set("spark.app.id", this.group.applicationId).set("spark.app.startTime", context.startTime);
    conf.setIfMissing("spark.submit.deployMode", "client");
    this.fileSystems = new FileSystems((key) => conf.get(key));
    this.files = new SharedFiles(this.broadcasts, () => this.serveBlocks(), this.group.directory);
    this.#eventLog = conf.read(EVENT_LOG_ENABLED) ? eventLogOf(conf, this.group.applicationId) : null;
    if (this.#eventLog !== null) this.bus.addListener(this.#eventLog);
    const scheduling = schedulerConfig((key) => conf.get(key), parsePools(conf.read(SCHEDULER_POOLS)), conf.getAll());
    this.taskCpus = scheduling.taskCpus;
    this.application = new Application({
      scheduler: this.group.maxFailures === null ? scheduling : { ...scheduling, taskMaxFailures: this.group.maxFailures },
      backend: this.#openBackend(),
      bus: this.bus,
      barrierTimeoutMs: conf.read(BARRIER_SYNC_TIMEOUT),
      heartbeatMs: conf.read(HEARTBEAT_INTERVAL),
      decommission: conf.read(DECOMMISSION),
      moveBlocks: conf.read(STORAGE_DECOMMISSION),
      decodeValue: (bytes) => decodeValue(bytes, driverClasses),
      mapStack: (stack) => mapStack(withoutEngineFrames(stack)),
      isPersisted: (rddId) => this.persisted.has(rddId),
      profileOf: (rddId) => this.profiles?.of(rddId),
      mergeAccumulators: (updates) => {
        for (const { id, value } of updates) {
          const accumulator = this.#accumulators.get(id)?.deref();
          if (accumulator !== undefined) mergeOrWarn(accumulator, value, driverClasses);
        }
      },
      describeAccumulators: (updates, totals) =>
        updates.flatMap(({ id, value }) => {
          const accumulator = this.#accumulators.get(id)?.deref();
          return accumulator?.name === undefined ? [] : describeOrSkip(accumulator, value, totals, driverClasses);
        }),
      executorGone: (executorId) => this.broadcasts.removeExecutor(executorId),
    });
    this.port = contextPort(this, context);
    if (conf.read(TASK_PROFILE)) this.profiles = new TaskProfiles((profile) => registerAccumulator(this.port, profile), mapStack);
  }

  #openBackend(): ExecutorBackend {
    const { broadcasts, conf, group } = this;
    if (!conf.read(LOCAL_IN_PROCESS))
      return new Processes({
        group,
        configuration: Object.assign(this.forExecutors, Object.fromEntries(conf.getAll())),
        networkTimeoutMs: conf.read(NETWORK_TIMEOUT),
        serve: broadcasts.serve,
      });
    return new InProcess({
      group,
      engine: platform().engine,
      broadcasts,
      memoryBytes: conf.read(EXECUTOR_MEMORY) / 2,
      conf: (key) => conf.get(key),
    });
  }

  /** The context has told its first events. */
  started(): void {
    this.#endCollections = collectEvery(this.conf.read(CLEANER_INTERVAL));
    const { mapOutputs } = this.application.scheduler;
    const pressure = new CollectionPressure(() => ({
      handles: mapOutputs.size + this.persisted.size + this.broadcasts.size,
      bytes: mapOutputs.bytesWritten,
    }));
    this.bus.addWitness({ onJobEnd: () => pressure.look() });
  }

  registerAccumulator(accumulator: AccumulatorBase): void {
    this.#accumulators.set(accumulator.id, new WeakRef(accumulator));
    this.#collected.register(accumulator, accumulator.id);
  }

  /** The server from which executors fetch broadcasts and files; it starts with the first of them. */
  serveBlocks(): void {
    if (this.conf.read(LOCAL_IN_PROCESS) || this.group.blocksListen === null) return;
    const address = parseAddress(this.group.blocksListen);
    this.#blockServer ??= BlockServer.listen(
      address.kind === "unix" ? { path: address.path } : { host: address.host, port: address.port },
      {
        secret: Buffer.from(this.group.secret),
        serve: this.broadcasts.serve,
        background: true,
      },
    );
    this.#blockServer.catch(
      (error: unknown) => void this.application.stop(`executors cannot fetch from the driver: ${String(error)}`),
    );
  }

  /** Copies the event log, as far as it is, into a directory; null where none is written. */
  copyEventLog(directory: string): string | null {
    return this.#eventLog?.copyTo(directory) ?? null;
  }

  /** @param companionStopped when nobody shows the context any more */
  async stop(exitCode: number, companionStopped: Promise<void>): Promise<void> {
    this.#endCollections();
    await this.application.stop("the SparkContext was stopped");
    await this.#showProfiles();
    await companionStopped;
    if (this.#blockServer !== undefined) await (await this.#blockServer).close();
    this.bus.post({ type: "ApplicationEnd", time: Date.now(), exitCode });
    await this.bus.flush();
    this.#eventLog?.close();
    this.fileSystems.close();
  }

  /** What nobody has asked for. */
  async #showProfiles(): Promise<void> {
    const { profiles } = this;
    if (profiles === null) return;
    const directory = this.conf.read(TASK_PROFILE_DUMP);
    if (directory !== "") await profiles.dump(directory);
    else for (const text of profiles.texts()) console.log(text);
  }
}

function eventLogOf(conf: SparkConf, applicationId: string): EventLogWriter {
  return new EventLogWriter({
    directory: conf.read(EVENT_LOG_DIR),
    applicationId,
    logBlockUpdates: conf.read(EVENT_LOG_BLOCKS),
    compress: conf.read(EVENT_LOG_COMPRESS) && /^zstd$/i.test(conf.read(EVENT_LOG_CODEC)),
    ...(conf.read(EVENT_LOG_ROLLING) ? { rollAt: conf.read(EVENT_LOG_MAX_FILE) } : {}),
    settings: Object.fromEntries(conf.getAll()),
  });
}
