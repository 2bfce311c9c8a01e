/**
 * SparkContext: what a program does with a cluster. Makes datasets and shared variables, starts and cancels jobs, tells
 * what is going on. What runs behind it is the Application.
 */
import { randomUUID } from "node:crypto";
import { userInfo } from "node:os";
import { resolve } from "node:path";
import { inspect } from "node:util";
import { freeze, freezeValue } from "../closure/freeze";
import { driverClasses } from "../closure/driver-classes";
import { packedPackage } from "../closure/shipped-packages";
import { mapStack } from "../closure/source-maps";
import { decodeValue } from "../columnar";
import { checkSettings } from "../common/check-settings";
import { SparkConf } from "../common/conf";
import {
  APP_NAME,
  BARRIER_SYNC_TIMEOUT,
  CLEANER_INTERVAL,
  configEntries,
  DECOMMISSION,
  DEFAULT_PARALLELISM,
  EVENT_LOG_BLOCKS,
  EVENT_LOG_CODEC,
  EVENT_LOG_COMPRESS,
  EVENT_LOG_DIR,
  EVENT_LOG_ENABLED,
  EVENT_LOG_MAX_FILE,
  EVENT_LOG_ROLLING,
  EXECUTOR_MEMORY,
  LOCAL_IN_PROCESS,
  LOG_LEVEL,
  MASTER,
  NETWORK_TIMEOUT,
  SCHEDULER_POOLS,
  STORAGE_DECOMMISSION,
} from "../common/config-entries";
import { UsageError } from "../common/errors";
import { log, setLogLevel } from "../common/log";
import { version } from "../common/version";
import { EventLogWriter } from "../events/event-log-writer";
import type { SparkListener } from "../events/listener-bus";
import { ListenerBus } from "../events/listener-bus";
import { FileSystems } from "../filesystem/file-systems";
import type {
  ActionOptions,
  ApproximateEvaluator,
  CachedPartitionsInfo,
  ContextPort,
  InputFormat,
  PartialResult,
  RDD,
  StreamOptions,
} from "../rdd";
import * as create from "../rdd";
import type { Broadcast } from "../rdd";
import {
  CollectionAccumulator,
  DoubleAccumulator,
  LongAccumulator,
  makeBroadcast,
  mergeUpdate,
  registerAccumulator,
} from "../rdd";
import type { AccumulatorBase, DatasetNode } from "../rdd";
import { setDriverFiles } from "../rdd/shared/spark-files";
import { TRAVEL } from "../rdd/shared/travel";
import { BlockServer, BroadcastHub } from "../storage";
import { parseAddress } from "../wire/address";
import { Application } from "./application";
import type { ExecutorBackend } from "./backend";
import { describeUpdate } from "./accumulables";
import { userCallSite } from "./call-site";
import { checkInProcess, InProcess } from "./in-process/in-process";
import { checkTag, INTERRUPT_ON_CANCEL, JOB_DESCRIPTION, JOB_GROUP, JOB_TAGS, LocalProperties } from "./local-properties";
import type { ContextCompanion, ExecutorGroup } from "./platform";
import { collectEvery } from "./periodic-collection";
import { platform } from "./platform";
import { Processes } from "./processes";
import { openingEvents } from "./opening-events";
import { parsePools, type PoolInfo, poolInfo } from "./pools";
import { schedulerConfig } from "./scheduler/config";
import { SharedFiles } from "./shared-files";
import { StatusTracker } from "./status-tracker";
import { withoutEngineFrames } from "./user-stack";

declare module "../rdd/context-port" {
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type -- says of what class `rdd.context` is
  interface UserContext extends SparkContext {}
}

const defaults = new Map(configEntries().map((entry) => [entry.key, entry.defaultText]));
const active: SparkContext[] = [];

/** Contexts of this process that were not stopped, the oldest first. */
export function activeContexts(): readonly SparkContext[] {
  return active;
}

/** What the layers above make datasets with: not for users. */
export let portOf: (context: SparkContext) => ContextPort;
/** For what shows a context: inspections of its executors. */
export let controlOf: (context: SparkContext) => Pick<Application, "threadDump" | "inspect" | "executors">;
/** Where its executors come from. */
export let executorsOf: (context: SparkContext) => ExecutorGroup;

/**
 * The way into a cluster: one per application. Constructing it returns at once; executors start beside the program.
 *
 * @example
 * await using sc = new SparkContext("local[4]", "squares");
 * console.log(await sc.range(0, 10).map((x) => x * x).collect());
 */
export class SparkContext {
  readonly startTime = Date.now();
  readonly applicationId: string;
  /** Answers about jobs, stages and executors at this moment. */
  readonly statusTracker: StatusTracker;
  readonly #conf: SparkConf;
  readonly #group: ExecutorGroup;
  readonly #application: Application;
  readonly #bus = new ListenerBus();
  readonly #properties = new LocalProperties();
  /** The settings that executors get when they register. */
  readonly #forExecutors: Record<string, string> = {};
  readonly #port: ContextPort;

  static {
    portOf = (context) => context.#port;
    controlOf = (context) => context.#application;
    executorsOf = (context) => context.#group;
  }

  readonly #fileSystems: FileSystems;
  readonly #broadcasts = new BroadcastHub(undefined, packedPackage);
  readonly #files: SharedFiles;
  readonly #accumulators = new Map<number, WeakRef<AccumulatorBase>>();
  readonly #collected = new FinalizationRegistry<number>((accumulatorId) => void this.#accumulators.delete(accumulatorId));
  readonly #persisted = new Map<number, WeakRef<DatasetNode>>();
  readonly #eventLog: EventLogWriter | null;
  readonly #companion: ContextCompanion;
  readonly #endCollections: () => void;
  #blockServer: Promise<BlockServer> | undefined;
  #checkpointDir: string | undefined;
  #stopped: Promise<void> | null = null;

  static {
    setDriverFiles(() => (active.length === 0 ? undefined : active.at(-1)!.#files));
  }

  constructor(conf?: SparkConf);
  constructor(master: string, appName: string, conf?: SparkConf);
  constructor(first?: SparkConf | string, appName?: string, given?: SparkConf) {
    const conf = (first instanceof SparkConf ? first : (given ?? new SparkConf())).clone();
    if (typeof first === "string") conf.setMaster(first);
    if (appName !== undefined) conf.setAppName(appName);
    conf.setIfMissing(MASTER.key, MASTER.defaultText);
    conf.setIfMissing(APP_NAME.key, programName());
    applyLogLevel(conf);
    for (const warning of checkSettings(conf.getAll())) log.warn(warning);
    this.#conf = conf;
    if (conf.read(LOCAL_IN_PROCESS)) checkInProcess(conf.read(MASTER));
    this.#group = platform().executors(conf);
    this.applicationId = this.#group.applicationId;
    conf.set("spark.app.id", this.applicationId).set("spark.app.startTime", this.startTime);
    this.#fileSystems = new FileSystems((key) => conf.get(key));
    this.#files = new SharedFiles(this.#broadcasts, () => this.#serveBlocks(), this.#group.directory);
    this.#eventLog = conf.read(EVENT_LOG_ENABLED)
      ? new EventLogWriter({
          directory: conf.read(EVENT_LOG_DIR),
          applicationId: this.applicationId,
          logBlockUpdates: conf.read(EVENT_LOG_BLOCKS),
          compress: conf.read(EVENT_LOG_COMPRESS) && /^zstd$/i.test(conf.read(EVENT_LOG_CODEC)),
          ...(conf.read(EVENT_LOG_ROLLING) ? { rollAt: conf.read(EVENT_LOG_MAX_FILE) } : {}),
          settings: Object.fromEntries(conf.getAll()),
        })
      : null;
    if (this.#eventLog !== null) this.#bus.addListener(this.#eventLog);
    const scheduling = schedulerConfig((key) => conf.get(key), parsePools(conf.read(SCHEDULER_POOLS)));
    const backend = this.#openBackend();
    this.#application = new Application({
      scheduler: this.#group.maxFailures === null ? scheduling : { ...scheduling, taskMaxFailures: this.#group.maxFailures },
      backend,
      bus: this.#bus,
      barrierTimeoutMs: conf.read(BARRIER_SYNC_TIMEOUT),
      decommission: conf.read(DECOMMISSION),
      moveBlocks: conf.read(STORAGE_DECOMMISSION),
      decodeValue: (bytes) => decodeValue(bytes, driverClasses),
      mapStack: (stack) => mapStack(withoutEngineFrames(stack, __dirname)),
      isPersisted: (rddId) => this.#persisted.has(rddId),
      mergeAccumulators: (updates) => {
        for (const { id, value } of updates) {
          const accumulator = this.#accumulators.get(id)?.deref();
          if (accumulator !== undefined) mergeUpdate(accumulator, value, driverClasses);
        }
      },
      describeAccumulators: (updates, totals) =>
        updates.flatMap(({ id, value }) => {
          const accumulator = this.#accumulators.get(id)?.deref();
          return accumulator?.name === undefined ? [] : [describeUpdate(accumulator, value, totals, driverClasses)];
        }),
      executorGone: (executorId) => this.#broadcasts.removeExecutor(executorId),
    });
    this.statusTracker = new StatusTracker(this.#application, this.#bus);
    this.#port = this.#makePort();
    this.#companion = platform().contextStarted(this);
    for (const event of openingEvents(this, conf, scheduling.taskCpus)) this.#bus.post(event);
    this.#endCollections = collectEvery(conf.read(CLEANER_INTERVAL));
    active.push(this);
    for (const path of list(conf.get("spark.files"))) this.addFile(path);
    for (const path of list(conf.get("spark.archives"))) this.addArchive(path);
  }

  #openBackend(): ExecutorBackend {
    const conf = this.#conf;
    if (!conf.read(LOCAL_IN_PROCESS))
      return new Processes({
        group: this.#group,
        configuration: Object.assign(this.#forExecutors, Object.fromEntries(conf.getAll())),
        networkTimeoutMs: conf.read(NETWORK_TIMEOUT),
        serve: this.#broadcasts.serve,
      });
    return new InProcess({
      group: this.#group,
      engine: platform().engine,
      broadcasts: this.#broadcasts,
      memoryBytes: conf.read(EXECUTOR_MEMORY) / 2,
      conf: (key) => conf.get(key),
    });
  }

  /** The latest context that was not stopped, or a new one with `conf`. */
  static getOrCreate(conf?: SparkConf): SparkContext {
    return active.at(-1) ?? new SparkContext(conf);
  }

  toString(): string {
    return `SparkContext (${this.appName} on ${this.master})`;
  }

  [inspect.custom](): string {
    return this.toString();
  }

  get master(): string {
    return this.#conf.read(MASTER);
  }

  get appName(): string {
    return this.#conf.read(APP_NAME);
  }

  get version(): string {
    return version;
  }

  get sparkUser(): string {
    return userInfo().username;
  }

  get isLocal(): boolean {
    return /^local(\[|$)/.test(this.master);
  }

  get isStopped(): boolean {
    return this.#stopped !== null;
  }

  /** Partitions of parallelize and of shuffles that follow no parent: spark.default.parallelism, else all cores. */
  get defaultParallelism(): number {
    return this.#conf.read(DEFAULT_PARALLELISM) ?? (this.isLocal ? this.#group.cores : Math.max(2, this.#group.cores));
  }

  get defaultMinPartitions(): number {
    return Math.min(2, this.defaultParallelism);
  }

  /** A copy of the settings; changing it changes nothing here. */
  getConf(): SparkConf {
    return this.#conf.clone();
  }

  // Datasets

  parallelize<K, V>(data: Iterable<readonly [K, V] | [K, V]>, numSlices?: number): RDD<[K, V]>;
  parallelize<T>(data: Iterable<T>, numSlices?: number): RDD<T>;
  /** The records of a local collection, cut into `numSlices` partitions. They are copied now. */
  parallelize<T>(data: Iterable<T>, numSlices?: number): RDD<T> {
    return create.parallelize(this.#port, data, numSlices);
  }

  /** One partition for each record, computed on one of its hosts where that is possible. */
  makeRDD<T>(data: Iterable<readonly [record: T, hosts: readonly string[]]>): RDD<T> {
    return create.makeRDD(this.#port, data);
  }

  /** The integers from `start` up to but without `end`; with one number, from 0 up to it. */
  range(start: number, end?: number, step?: number, numSlices?: number): RDD<number> {
    return create.range(this.#port, start, end, step, numSlices);
  }

  emptyRDD<T>(): RDD<T> {
    return create.emptyRDD(this.#port);
  }

  union<T>(rdds: readonly RDD<T>[]): RDD<T> {
    return create.union(this.#port, rdds);
  }

  /** The records of a Node stream or asynchronous iterable, read once when the first job needs them. */
  fromStream<T>(stream: AsyncIterable<T>, options?: StreamOptions): RDD<T> {
    return create.fromStream(this.#port, stream, options);
  }

  /** The lines of a file, a directory, a glob or a comma list of them; .gz and .bz2 files are decompressed. */
  textFile(path: string, minPartitions?: number): RDD<string> {
    return create.textFile(this.#port, path, minPartitions);
  }

  wholeTextFiles(path: string, minPartitions?: number): RDD<[string, string]> {
    return create.wholeTextFiles(this.#port, path, minPartitions);
  }

  binaryFiles(path: string, minPartitions?: number): RDD<[string, Uint8Array]> {
    return create.binaryFiles(this.#port, path, minPartitions);
  }

  binaryRecords(path: string, recordLength: number): RDD<Uint8Array> {
    return create.binaryRecords(this.#port, path, recordLength);
  }

  objectFile<T>(path: string, minPartitions?: number): RDD<T> {
    return create.objectFile(this.#port, path, minPartitions);
  }

  /** As objectFile, under the name of PySpark: what `saveAsPickleFile` wrote. */
  pickleFile<T>(path: string, minPartitions?: number): RDD<T> {
    return this.objectFile(path, minPartitions);
  }

  checkpointFile<T>(path: string): RDD<T> {
    return create.checkpointFile(this.#port, path);
  }

  /** Records that a format of your own reads: it lists splits on the driver and reads one in a task. */
  inputFormat<T, S>(format: InputFormat<T, S>, minPartitions?: number): RDD<T> {
    return create.inputFormat(this.#port, format, minPartitions);
  }

  // Shared variables

  /** A read-only value that every executor fetches once, however many tasks use it. */
  broadcast<T>(value: T): Broadcast<T> {
    return makeBroadcast(this.#port, value);
  }

  longAccumulator(name?: string): LongAccumulator {
    return this.#registered(new LongAccumulator(), name);
  }

  doubleAccumulator(name?: string): DoubleAccumulator {
    return this.#registered(new DoubleAccumulator(), name);
  }

  /** A sum that begins with `initial`, as PySpark's. */
  accumulator(initial = 0, name?: string): DoubleAccumulator {
    const accumulator = this.doubleAccumulator(name);
    accumulator.add(initial);
    return accumulator;
  }

  collectionAccumulator<T>(name?: string): CollectionAccumulator<T> {
    return this.#registered(new CollectionAccumulator<T>(), name);
  }

  /** Lets tasks add to an accumulator of a class of your own. */
  register(accumulator: AccumulatorBase, name?: string): void {
    registerAccumulator(this.#port, accumulator, name);
  }

  #registered<A extends AccumulatorBase>(accumulator: A, name: string | undefined): A {
    registerAccumulator(this.#port, accumulator, name);
    return accumulator;
  }

  /** Makes a file readable as `SparkFiles.get(name)` in tasks of the jobs that follow. */
  addFile(path: string, recursive = false): void {
    this.#port.assertRunning("addFile");
    this.#files.addFile(path, recursive);
  }

  /** Makes an archive (.zip, .tar, .tar.gz, .tgz) readable in the same way, unpacked; `file#name` gives the folder's name. */
  addArchive(path: string): void {
    this.#port.assertRunning("addArchive");
    this.#files.addArchive(path);
  }

  listFiles(): string[] {
    return this.#files.list("file");
  }

  listArchives(): string[] {
    return this.#files.list("archive");
  }

  // Jobs

  /** Runs `f` on the records of each partition, or of the partitions given; its results, in that order. */
  runJob<T, U>(
    rdd: RDD<T>,
    f: (records: IterableIterator<T>, partition: number) => U | PromiseLike<U>,
    partitions?: readonly number[],
    options?: ActionOptions,
  ): Promise<U[]> {
    return create.runJob(rdd, f, partitions, options);
  }

  /**
   * Runs `f` on the records of each partition, and gives what `evaluator` makes of the results that have come within `timeout` ms; the job
   * goes on for `getFinalValue()`.
   *
   * @example
   * let sum = 0;
   * const evaluator = { merge: (_partition: number, part: number) => void (sum += part), currentResult: () => sum };
   * const soFar = await sc.runApproximateJob(rdd, (records) => [...records].length, evaluator, 500);
   */
  runApproximateJob<T, U, R>(
    rdd: RDD<T>,
    f: (records: IterableIterator<T>, partition: number) => U | PromiseLike<U>,
    evaluator: ApproximateEvaluator<U, R>,
    timeout: number,
    options?: ActionOptions,
  ): Promise<PartialResult<R>> {
    return create.runApproximateJob(rdd, f, evaluator, timeout, options);
  }

  /**
   * Where `checkpoint()` writes, on a file system that all executors reach: into a directory of this application's own below
   * it, so that a program may run again.
   */
  setCheckpointDir(directory: string): void {
    this.#port.assertRunning("setCheckpointDir");
    if (typeof directory !== "string" || directory === "") {
      throw new UsageError("INVALID_ARGUMENT", "setCheckpointDir: the directory must be a path or URL.");
    }
    const base = /^[a-z0-9]+:/i.test(directory) ? directory : resolve(directory);
    this.#checkpointDir = `${base.replace(/\/+$/, "")}/${randomUUID()}`;
  }

  /** The application's own directory below the one that was set. */
  getCheckpointDir(): string | undefined {
    return this.#checkpointDir;
  }

  /** A property that jobs started from this asynchronous call chain have, e.g. spark.scheduler.pool; null removes it. */
  setLocalProperty(key: string, value: string | null): void {
    this.#properties.set({ [key]: value });
  }

  getLocalProperty(key: string): string | undefined {
    return this.#properties.get(key);
  }

  /** Jobs started from this call chain belong to the group, until `clearJobGroup`. */
  setJobGroup(groupId: string, description: string, interruptOnCancel = false): void {
    this.#properties.set({
      [JOB_GROUP]: groupId,
      [JOB_DESCRIPTION]: description,
      [INTERRUPT_ON_CANCEL]: String(interruptOnCancel),
    });
  }

  clearJobGroup(): void {
    this.#properties.set({ [JOB_GROUP]: null, [JOB_DESCRIPTION]: null, [INTERRUPT_ON_CANCEL]: null });
  }

  /** Jobs that `body` starts belong to the group; what stands outside is untouched. */
  withJobGroup<R>(
    groupId: string,
    body: () => R,
    options: { readonly description?: string; readonly interruptOnCancel?: boolean } = {},
  ): R {
    const { description = null, interruptOnCancel = false } = options;
    return this.#properties.run(
      { [JOB_GROUP]: groupId, [JOB_DESCRIPTION]: description, [INTERRUPT_ON_CANCEL]: String(interruptOnCancel) },
      body,
    );
  }

  setJobDescription(description: string | null): void {
    this.#properties.set({ [JOB_DESCRIPTION]: description });
  }

  setInterruptOnCancel(interruptOnCancel: boolean): void {
    this.#properties.set({ [INTERRUPT_ON_CANCEL]: String(interruptOnCancel) });
  }

  addJobTag(tag: string): void {
    this.#setTags(this.#properties.tags().add(checkTag(tag)));
  }

  removeJobTag(tag: string): void {
    const tags = this.#properties.tags();
    tags.delete(checkTag(tag));
    this.#setTags(tags);
  }

  getJobTags(): Set<string> {
    return this.#properties.tags();
  }

  clearJobTags(): void {
    this.#properties.set({ [JOB_TAGS]: null });
  }

  withJobTag<R>(tag: string, body: () => R): R {
    return this.#properties.run({ [JOB_TAGS]: [...this.#properties.tags().add(checkTag(tag))].join(",") }, body);
  }

  #setTags(tags: ReadonlySet<string>): void {
    this.#properties.set({ [JOB_TAGS]: tags.size === 0 ? null : [...tags].join(",") });
  }

  cancelJobGroup(groupId: string, reason?: string): void {
    this.#application.tell({ type: "GroupCancelled", group: groupId, ...(reason === undefined ? {} : { reason }) });
  }

  cancelJobsWithTag(tag: string, reason?: string): void {
    this.#application.tell({ type: "TagCancelled", tag: checkTag(tag), ...(reason === undefined ? {} : { reason }) });
  }

  cancelAllJobs(): void {
    this.#application.tell({ type: "AllCancelled" });
  }

  cancelJob(jobId: number, reason?: string): void {
    this.#application.tell({ type: "JobCancelled", jobId, ...(reason === undefined ? {} : { reason }) });
  }

  cancelStage(stageId: number, reason?: string): void {
    this.#application.tell({ type: "StageCancelled", stageId, ...(reason === undefined ? {} : { reason }) });
  }

  /** Ends one attempt of a task; the task runs again. */
  killTaskAttempt(taskId: number, interruptThread = true, reason = "killed via SparkContext.killTaskAttempt"): void {
    this.#application.tell({ type: "KillTaskAttempt", taskId, interrupt: interruptThread, reason });
  }

  // What is going on

  /**
   * Address of the dashboard once its port is open: from the start with `spark.ui.enabled=true`, otherwise after a job has run
   * for a second, or `openUi` was called.
   */
  get uiWebUrl(): string | undefined {
    return this.#companion.uiWebUrl;
  }

  /** Opens the dashboard's port now; resolves with its address. Rejects with a UsageError when `spark.ui.enabled` is false. */
  openUi(): Promise<string> {
    this.#port.assertRunning("openUi");
    return this.#companion.openUi();
  }

  /** Writes the dashboard with all that is known so far to one HTML file that needs no server and no other file. */
  async performanceReport(path: string): Promise<void> {
    this.#port.assertRunning("performanceReport");
    await this.#bus.flush();
    await this.#companion.writeReport(path);
  }

  /** From now on `listener` hears of jobs, stages, tasks, executors and blocks. */
  addSparkListener(listener: SparkListener): void {
    this.#bus.addListener(listener);
  }

  removeSparkListener(listener: SparkListener): void {
    this.#bus.removeListener(listener);
  }

  /** Resolves when listeners have heard of all that has happened so far. */
  flushListeners(): Promise<void> {
    return this.#bus.flush();
  }

  /** The fair pools that there are by now; none where `spark.scheduler.mode` is FIFO. */
  getAllPools(): PoolInfo[] {
    const { pools } = this.#application.scheduler.dag.tasks;
    return pools.isFair ? pools.pools.map(poolInfo) : [];
  }

  /** The pool of this name, or null. */
  getPoolForName(name: string): PoolInfo | null {
    return this.getAllPools().find((pool) => pool.name === name) ?? null;
  }

  getExecutorIds(): string[] {
    return [...this.#application.executors.keys()];
  }

  /** By executor: the most that cached blocks may take, and what of it is free, in bytes. */
  getExecutorMemoryStatus(): Map<string, readonly [maximum: number, remaining: number]> {
    return new Map(
      [...this.#application.executors].map(([id, { storageBytes }]) => [
        id,
        [storageBytes, Math.max(0, storageBytes - this.#application.blocks.memoryOf(id))],
      ]),
    );
  }

  /** Datasets that are marked to be persisted, by id. */
  getPersistentRDDs(): Map<number, string> {
    const names = new Map<number, string>();
    for (const [id, reference] of this.#persisted) {
      const node = reference.deref();
      if (node !== undefined) names.set(id, node.toString());
    }
    return names;
  }

  getRDDStorageInfo(): ({ readonly id: number; readonly name: string; readonly numPartitions: number } & CachedPartitionsInfo)[] {
    return [...this.#persisted].flatMap(([id, reference]) => {
      const node = reference.deref();
      const cached = this.#application.blocks.cached(id);
      return node === undefined || cached === undefined
        ? []
        : [{ id, name: node.name, numPartitions: node.numPartitions, ...cached }];
    });
  }

  /**
   * From now on there are to be so many executors. There are never more than the master has room for, nor fewer than live: see
   * `killExecutors`. With dynamic allocation its own next decision counts again. False on local[N], where there is just one.
   */
  requestTotalExecutors(total: number): boolean {
    this.#port.assertRunning("requestTotalExecutors");
    if (!Number.isSafeInteger(total) || total < 0)
      throw new UsageError(
        "INVALID_ARGUMENT",
        `requestTotalExecutors: the number must be a whole one of at least 0, got ${total}.`,
      );
    if (this.isLocal) return unsupported("requestTotalExecutors");
    this.#application.requestExecutors(total);
    return true;
  }

  /** As `requestTotalExecutors`, beside those that are wanted already. */
  requestExecutors(additional: number): boolean {
    return this.requestTotalExecutors(this.#application.wantedExecutors + additional);
  }

  /**
   * Ends executors for good; `requestExecutors` gives others. What they held is computed again where it is needed. True where
   * all of them were there; false on local[N].
   */
  killExecutors(executorIds: readonly string[]): boolean {
    this.#port.assertRunning("killExecutors");
    if (this.isLocal) return unsupported("killExecutors");
    return this.#application.killExecutors(executorIds);
  }

  killExecutor(executorId: string): boolean {
    return this.killExecutors([executorId]);
  }

  /** ALL, TRACE, DEBUG, INFO, WARN, ERROR, FATAL or OFF, for the log of this process and those of all executors, now and later. */
  setLogLevel(level: string): void {
    if (!setLogLevel(level))
      throw new UsageError(
        "INVALID_LOG_LEVEL",
        `setLogLevel: "${level}" is none of ALL, TRACE, DEBUG, INFO, WARN, ERROR, FATAL, OFF.`,
      );
    this.#forExecutors[LOG_LEVEL.key] = level;
    for (const id of this.#application.executors.keys())
      void this.#application.inspect(id, { logLevel: level }).catch(() => undefined); // one that is gone meanwhile
  }

  /**
   * Cancels what runs and ends the executors; resolves when no process and no file of the application is left. A second
   * call is harmless.
   */
  stop(exitCode = 0): Promise<void> {
    this.#stopped ??= this.#stop(exitCode);
    return this.#stopped;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  /** Contexts do not travel to tasks. */
  [TRAVEL](): { refuse: string } {
    return {
      refuse: "a SparkContext cannot be used inside of a function that runs in tasks; take what is needed into a variable first",
    };
  }

  async #stop(exitCode: number): Promise<void> {
    active.splice(active.indexOf(this), 1);
    const companionStopped = this.#companion.stop();
    this.#endCollections();
    await this.#application.stop("the SparkContext was stopped");
    await companionStopped;
    if (this.#blockServer !== undefined) await (await this.#blockServer).close();
    this.#bus.post({ type: "ApplicationEnd", time: Date.now(), exitCode });
    await this.#bus.flush();
    this.#eventLog?.close();
    this.#fileSystems.close();
  }

  /** The server from which executors fetch broadcasts and files; it starts with the first of them. */
  #serveBlocks(): void {
    if (this.#conf.read(LOCAL_IN_PROCESS) || this.#group.blocksListen === null) return;
    const address = parseAddress(this.#group.blocksListen);
    this.#blockServer ??= BlockServer.listen(
      address.kind === "unix" ? { path: address.path } : { host: address.host, port: address.port },
      {
        secret: Buffer.from(this.#group.secret),
        serve: this.#broadcasts.serve,
        background: true,
      },
    );
    this.#blockServer.catch(
      (error: unknown) => void this.#application.stop(`executors cannot fetch from the driver: ${String(error)}`),
    );
  }

  #makePort(): ContextPort {
    const application = this.#application;
    let rddIds = 0;
    let shuffleIds = 0;
    let sharedIds = 0;
    // eslint-disable-next-line @typescript-eslint/no-this-alias -- the port's getters have a `this` of their own
    const context = this;
    return {
      context: this,
      applicationId: this.applicationId,
      fileSystems: this.#fileSystems,
      nextRddId: () => rddIds++,
      nextShuffleId: () => shuffleIds++,
      nextSharedVariableId: () => sharedIds++,
      conf: (key) => this.#conf.get(key) ?? (defaults.get(key) || undefined),
      isSet: (key) => this.#conf.contains(key),
      get defaultParallelism() {
        return context.defaultParallelism;
      },
      get defaultMinPartitions() {
        return context.defaultMinPartitions;
      },
      values: driverClasses,
      freeze: (value, callName) =>
        typeof value === "function" ? freeze(value, { name: callName }) : freezeValue(value, { name: callName }),
      callSite: userCallSite,
      assertRunning: (call) => {
        if (this.isStopped) throw stopped(call);
      },
      runJob: (job) => {
        if (this.isStopped) return Promise.reject(stopped(job.scope));
        return application.runJob(job, { ...this.#files.properties, ...this.#properties.all(), ...job.properties });
      },
      writeShuffle: (job) => {
        if (this.isStopped) return Promise.reject(stopped(job.scope));
        return application.writeShuffle(job, { ...this.#files.properties, ...this.#properties.all(), ...job.properties });
      },
      persisted: (node) => void this.#persisted.set(node.id, new WeakRef(node)),
      unpersisted: async (rddId) => {
        this.#persisted.delete(rddId);
        application.unpersist(rddId);
      },
      releaseShuffle: async (shuffleId) => application.tell({ type: "ShuffleReleased", shuffleId }),
      get checkpointDir() {
        return context.getCheckpointDir();
      },
      storageInfo: (rddId) => application.blocks.cached(rddId),
      publishBroadcast: (id, bytes) => {
        this.#serveBlocks();
        this.#broadcasts.put(`broadcast_${id}`, bytes);
      },
      removeBroadcast: async (id, destroy) => {
        if (destroy) this.#broadcasts.remove(`broadcast_${id}`);
        application.forget({ broadcast: `broadcast_${id}` });
      },
      wantsEvent: (type) => this.#bus.wants(type),
      registerAccumulator: (accumulator) => {
        this.#accumulators.set(accumulator.id, new WeakRef(accumulator));
        this.#collected.register(accumulator, accumulator.id);
      },
      postEvent: (event) => this.#bus.post(event),
    };
  }
}

function stopped(call: string): UsageError {
  return new UsageError("CONTEXT_STOPPED", `${call} cannot be called: the SparkContext was stopped.`);
}

function applyLogLevel(conf: SparkConf): void {
  const level = conf.read(LOG_LEVEL);
  if (level !== "" && !setLogLevel(level))
    throw new UsageError("INVALID_CONF_VALUE", `${LOG_LEVEL.key} must be a log level such as WARN, not "${level}".`);
}

/** As Spark says it. */
function unsupported(call: string): boolean {
  log.warn(`${call} does nothing on local[N]: its only executor stays`);
  return false;
}

function programName(): string {
  const file = process.argv[1];
  return file === undefined ? "firesteel" : file.replace(/^.*[\\/]/, "").replace(/\.[^.]+$/, "");
}

function list(text: string | undefined): string[] {
  return (text ?? "")
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}
