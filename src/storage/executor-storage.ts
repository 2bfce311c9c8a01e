/**
 * The main thread's end of an executor's storage: puts the parts together, answers worker threads (`handle`) and other
 * processes (its block server), and follows what the driver says. What a task was given is kept by task, so that nothing
 * of a dead thread stays behind.
 */
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { MAX_TASK_MEMORY, READ_HOST_LOCAL_DISK } from "../common/config-entries";
import { ClusterError, InternalError } from "../common/errors";
import { parseBytes, parseDuration } from "../common/units";
import type { BlockAddress } from "./block-address";
import { fileSystemId } from "./block-address";
import { executorServing } from "./block-serving";
import { Evacuation } from "./evacuation";
import { BlockService } from "./block-service";
import { BlockStore, rddOf } from "./block-store";
import { BroadcastCache } from "./broadcast-cache";
import { FileLayout } from "./file-layout";
import type { Caller, LevelFlags, StorageOp, StorageOps } from "./host-calls";
import { LocalDirectories, localRoots, removeStaleApplications } from "./local-directories";
import { encryptLocalData, localDataKey } from "./local-data";
import { MapOutputFiles } from "./map-output-files";
import { MemoryPool } from "./memory-pool";
import type { ExecutorStorageOptions, MapOutputTable, SharedStorage, StorageStatus, Survivors } from "./ports";
import { ShuffleService } from "./shuffle-service";
import { adoptSurvivors } from "./survivors";
import type { TaskHoldings } from "./task-holdings";
import { HoldingsRegistry } from "./task-holdings";
import type { BlockId } from "./task-env";
import { TaskMemories } from "./task-memories";
import { BlockClient } from "./transfer/block-client";
import { BlockServer } from "./transfer/block-server";

type Handlers = {
  readonly [Op in StorageOp]: (
    args: StorageOps[Op]["args"],
    caller: Caller,
  ) => StorageOps[Op]["result"] | Promise<StorageOps[Op]["result"]>;
};

/** Of no dataset: nobody is told of them. */
const PRIVATE_BLOCK = /^taskresult_|_piece\d+$/;
/** The first tasks come first, ms. */
const CLEAN_AFTER = 1000;
const RESULT_LEVEL: LevelFlags = { useDisk: true, useMemory: true, useOffHeap: false, deserialized: false, replication: 1 };

export class ExecutorStorage {
  /** For the `workerData` of every worker thread. */
  readonly shared: SharedStorage;
  readonly #pool: MemoryPool;
  readonly #directories: LocalDirectories;
  readonly #layout: FileLayout;
  readonly #store: BlockStore;
  readonly #files: MapOutputFiles;
  readonly #client: BlockClient;
  readonly #blocks: BlockService;
  readonly #shuffles: ShuffleService;
  readonly #broadcasts: BroadcastCache;
  readonly #evacuation: Evacuation;
  readonly #holdings: HoldingsRegistry;
  readonly #memories = new TaskMemories();
  readonly #handlers: Handlers;
  #server: BlockServer | null = null;
  #address: BlockAddress | null = null;
  #survivors: Survivors = { mapOutputs: [], blocks: [] };
  #cleaning: NodeJS.Timeout | null = null;

  /** Makes the executor's directories and its memory; nothing listens before `start`. Throws a ClusterError when no directory can be written. */
  constructor(private readonly options: ExecutorStorageOptions) {
    const { appId, executorId, host, plan, conf, ports, ownerPid, secret } = options;
    const key = localDataKey(secret, conf);
    encryptLocalData(key);
    this.#pool = new MemoryPool(plan);
    this.#directories = LocalDirectories.create({
      roots: localRoots(conf),
      appId,
      executorId,
      ...(ownerPid === undefined ? {} : { ownerPid }),
    });
    this.#layout = new FileLayout(this.#directories.directories);
    const pool = this.#pool;
    const layout = this.#layout;
    this.#store = new BlockStore({
      executorId,
      pool,
      layout,
      report: (update) => {
        if (!PRIVATE_BLOCK.test(update.id)) ports.reportBlock(update);
      },
    });
    this.#files = new MapOutputFiles(layout);
    this.#client = new BlockClient(clientOptions(options));
    const self = (): BlockAddress => this.address;
    const release = pool.release.bind(pool);
    const bytes = pool.arena.bytes.bind(pool.arena);
    const store = this.#store;
    const client = this.#client;
    this.#blocks = new BlockService({ store, pool, layout, client, ports, self });
    this.#shuffles = new ShuffleService({
      store,
      client,
      cells: pool.cells,
      release,
      bytes,
      fetchMapOutputs: (id) => ports.fetchMapOutputs(id),
    });
    this.#broadcasts = new BroadcastCache({ store, client, driver: options.driver, self });
    this.#evacuation = new Evacuation({ store, files: this.#files, layout, client, ports, self });
    this.#holdings = new HoldingsRegistry(release);
    this.#handlers = this.#makeHandlers();
    const inPlace = conf(READ_HOST_LOCAL_DISK.key) ?? READ_HOST_LOCAL_DISK.defaultText;
    const readsInPlace = READ_HOST_LOCAL_DISK.parse(inPlace, READ_HOST_LOCAL_DISK.key);
    this.shared = {
      executorId,
      host,
      fileSystem: readsInPlace ? fileSystemId() : `${fileSystemId()}|${executorId}`,
      slots: plan.slots,
      cells: pool.cells.buffer,
      directories: this.#directories.directories,
      heapBytes: plan.heapPerSlotMb * 2 ** 20,
      mostPerTask: MAX_TASK_MEMORY.parse(conf(MAX_TASK_MEMORY.key) ?? "", MAX_TASK_MEMORY.key),
      maxOpenFiles: Math.max(32, Math.min(4096, Math.floor(openFileLimit() / 2 / plan.slots))),
      localDataKey: key,
    };
  }

  /** Takes over what dead executors left, and starts the block server. Files of dead applications are removed later. */
  async start(): Promise<void> {
    const { secret, listen, executorId, host, encryption = null } = this.options;
    this.#survivors = adoptSurvivors(this.#directories, this.#layout, this.#files, this.#store);
    const bytes = this.#pool.arena.bytes.bind(this.#pool.arena);
    const serve = executorServing({
      store: this.#store,
      blocks: this.#blocks,
      files: this.#files,
      evacuation: this.#evacuation,
      bytes,
    });
    this.#server = await BlockServer.listen(listen, { secret, serve, encryption });
    this.#address = {
      executorId,
      host,
      endpoint: this.#server.endpoint,
      fileSystem: this.shared.fileSystem,
      directories: this.shared.directories,
    };
    this.#cleaning = setTimeout(() => void this.#clean(), CLEAN_AFTER).unref();
  }

  /** Removes the files of applications that are gone, once: where there are many, looking takes its time. */
  async #clean(): Promise<void> {
    if (this.#cleaning === null) return;
    clearTimeout(this.#cleaning);
    this.#cleaning = null;
    // Drivers have theirs in the temporary directory, whatever executors are told.
    await removeStaleApplications([...new Set([...localRoots(this.options.conf), tmpdir()])]);
  }

  /** Where others reach this executor's blocks. Throws before `start`. */
  get address(): BlockAddress {
    if (this.#address === null) throw new InternalError("The storage's address is not known before it has started.");
    return this.#address;
  }

  /** What `start` took over: to be told to the driver with the registration. */
  get survivors(): Survivors {
    return this.#survivors;
  }

  /** Answers a call of a worker thread. What it throws, or rejects with, is to be thrown in the thread. */
  handle(caller: Caller, op: string, args: unknown): unknown {
    const handler = (this.#handlers as Readonly<Record<string, ((args: never, caller: Caller) => unknown) | undefined>>)[op];
    if (handler === undefined) throw new InternalError(`There is no storage operation ${op}.`);
    return handler(args as never, caller);
  }

  /**
   * The attempt is over: whatever it still holds is given back. Of a thread that was ended from outside only after it has
   * really stopped, for until then it may write to memory that was lent to it.
   */
  taskEnded(slot: number, taskId: number): void {
    const died = this.#pool.cells.runs(slot, taskId);
    if (died) {
      this.#pool.cells.clear(slot);
      this.#layout.removeTemporaryOfDead(slot, taskId);
    }
    this.#holdings.end(taskId, died);
  }

  /** Keeps bytes for the driver to fetch as block `id` ("taskresult_…") until `removeBlock`. */
  async keepResult(id: string, bytes: Uint8Array): Promise<void> {
    const pinned = await this.#store.putBytes(id, RESULT_LEVEL, 0, [bytes]);
    pinned?.unpin();
  }

  removeRdd(rddId: number): void {
    this.#store.removeRdd(rddId);
  }

  removeBlock(id: BlockId): void {
    this.#store.remove(id);
  }

  removeBroadcast(id: string): void {
    this.#broadcasts.remove(id);
  }

  removeShuffle(shuffleId: number): void {
    this.#files.removeShuffle(shuffleId);
    this.#shuffles.invalidate(shuffleId);
  }

  mapOutputsKnown(shuffleId: number, table: MapOutputTable): void {
    this.#shuffles.known(shuffleId, table);
  }

  /** Outputs of a shuffle have moved or are lost; tasks ask the driver again. */
  invalidateMapOutputs(shuffleId: number): void {
    this.#shuffles.invalidate(shuffleId);
  }

  /** Moves what is here to other executors, as far as that can be done: false when nothing more can be moved. */
  evacuate(): Promise<boolean> {
    return this.#evacuation.round();
  }

  status(): StorageStatus {
    const { arena, cells } = this.#pool;
    return {
      memoryUsed: arena.used,
      memoryLimit: arena.limit,
      executionUsed: cells.used,
      diskUsed: this.#store.diskUsed,
      blocks: this.#store.size,
    };
  }

  /** Ends all transfers and removes the executor's files. */
  async stop(): Promise<void> {
    this.#client.close();
    await Promise.all([this.#server?.close(), this.#clean()]);
    this.#holdings.endAll();
    this.removeFiles();
  }

  /** Removes the executor's files, for a process that is about to exit: synchronous, never throws. */
  removeFiles(): void {
    this.#files.close();
    this.#directories.remove();
  }

  #makeHandlers(): Handlers {
    const store = this.#store;
    const pool = this.#pool;
    const of = ({ taskId }: Caller): TaskHoldings => this.#holdings.of(taskId);
    const find = ({ taskId }: Caller): TaskHoldings | undefined => this.#holdings.find(taskId);
    return {
      "storage.slabs": () => pool.arena.memories,
      "storage.needMemory": ({ bytes }) => store.yieldToExecution(bytes),
      "storage.openBlock": ({ id }, caller) => this.#blocks.open(id, of(caller)),
      "storage.closeBlock": ({ lease }, caller) => find(caller)?.closeLease(lease),
      "storage.grant": async ({ id, bytes, most }, caller) => {
        const rdd = rddOf(id);
        if (most !== null && store.memoryOfRdd(rdd) + this.#holdings.grantedTo(rdd) + bytes > most) return null;
        const holdings = of(caller);
        const extent = await store.allocate(bytes, id);
        if (extent !== null) holdings.addGrant(extent, rdd);
        return extent;
      },
      "storage.ungrant": ({ extents }, caller) => {
        for (const extent of extents) {
          const granted = find(caller)?.takeGrant(extent);
          if (granted !== undefined) pool.release(granted);
        }
      },
      "storage.commitBlock": (commit, caller) => this.#blocks.commit(commit, of(caller)),
      "storage.corruptBlock": ({ id, path, message }) => store.corrupt(id, path, message),
      "storage.openBytes": async ({ id }, caller) => {
        const holdings = of(caller);
        const { frames, release } = await this.#broadcasts.open(id);
        return { lease: holdings.addLease(release), rows: 0, frames };
      },
      "storage.offerMemory": (offer, caller) => ({ lease: this.#memories.offer(offer, of(caller)) }),
      "storage.joinMemory": ({ key, waitMs }, caller) => this.#memories.join(key, waitMs, of(caller)),
      "storage.mapOutputs": ({ shuffleId }) => this.#shuffles.mapOutputs(shuffleId),
      "storage.commitMap": (commit) => this.#files.commit(commit),
      "storage.mapInPlace": (output) => this.#files.inPlace(output),
      "storage.badMap": ({ shuffleId, map, reduce }) => void this.#files.dropIfBad(shuffleId, map, reduce),
      "storage.startSegments": (fetch, caller) => of(caller).addTicket(fetch.ticket, this.#shuffles.start(fetch)),
      "storage.takeSegments": ({ ticket }, caller) => {
        const fetch = find(caller)?.ticket(ticket);
        if (fetch === undefined) throw new ClusterError("FETCH_ABANDONED", "The segments were given up when their task ended.");
        return fetch.result;
      },
      "storage.dropSegments": ({ ticket }, caller) => find(caller)?.dropTicket(ticket),
    };
  }
}

function clientOptions({
  secret,
  conf,
  encryption = null,
}: ExecutorStorageOptions): ConstructorParameters<typeof BlockClient>[0] {
  return {
    secret,
    encryption,
    maxBytesInFlight: parseBytes(conf("spark.reducer.maxSizeInFlight") ?? "48m", "spark.reducer.maxSizeInFlight", "m"),
    maxRetries: Number(conf("spark.shuffle.io.maxRetries") ?? 3),
    retryWait: parseDuration(conf("spark.shuffle.io.retryWait") ?? "5s", "spark.shuffle.io.retryWait", "s"),
    timeout: parseDuration(conf("spark.network.timeout") ?? "120s", "spark.network.timeout", "s"),
  };
}

/** How many files this process may have open. */
function openFileLimit(): number {
  try {
    const [, soft] = /^Max open files\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "latin1")) ?? [];
    return soft === undefined ? 1024 : Number(soft);
  } catch {
    return 1024; // no /proc
  }
}
