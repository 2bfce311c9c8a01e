/** A worker thread's end of the executor's storage: one per thread, from which every task gets its view. */
import type { ChunkSource } from "../columnar/chunk";
import type { ValueContext } from "../columnar/value-context";
import { FileLayout } from "./file-layout";
import type { HostCalls } from "./host-calls";
import { encryptLocalData } from "./local-data";
import { MemoryCells } from "./memory-cells";
import type { SharedStorage } from "./ports";
import { ShuffleMemory } from "./shuffle-memory";
import { SlabViews } from "./slab-views";
import { SlotMemory } from "./slot-memory";
import type { SharedMemories, TaskBlocks, TaskInfo, TaskMemory, TaskMetrics, TaskShuffle } from "./task-env";
import { WorkerBlocks } from "./worker-blocks";
import { WorkerShuffle } from "./worker-shuffle";

export interface WorkerStorageOptions {
  /** What `ExecutorStorage.shared` gave, cloned to this thread. */
  readonly shared: SharedStorage;
  readonly calls: HostCalls;
  readonly slot: number;
  /** Decodes runs of whole encoded batches (columnar/rows). The bytes may lie in shared memory. */
  readonly decode: (bytes: Uint8Array, values: ValueContext) => ChunkSource;
}

/** The task that starts in this thread. */
export interface StorageTask {
  readonly info: TaskInfo;
  readonly metrics: TaskMetrics;
  readonly values: ValueContext;
}

/** What a task sees of the storage. */
export interface TaskStorage {
  readonly memory: TaskMemory;
  readonly blocks: TaskBlocks;
  readonly shuffle: TaskShuffle;
  readonly memories: SharedMemories;
  tempFile(purpose: string): string;
  /** A directory that all tasks of the executor share. */
  readonly directory: string;
  /** Ends the task here: memory, sources, fetches and files that it left are given back. */
  close(): void;
}

export class WorkerStorage {
  readonly #slabs: SlabViews;
  readonly #layout: FileLayout;
  readonly #memory: SlotMemory;
  readonly #shuffle: ShuffleMemory;

  constructor(private readonly options: WorkerStorageOptions) {
    const { shared, calls, slot } = options;
    encryptLocalData(shared.localDataKey);
    const cells = MemoryCells.attach(shared.cells);
    this.#slabs = new SlabViews(calls);
    this.#layout = new FileLayout(shared.directories);
    this.#memory = new SlotMemory(cells, slot, calls, shared.heapBytes, shared.mostPerTask);
    const self = { executorId: shared.executorId, fileSystem: shared.fileSystem, slot };
    this.#shuffle = new ShuffleMemory(calls, cells, this.#slabs, this.#layout, self, shared.maxOpenFiles);
  }

  /** One task at a time. */
  openTask(task: StorageTask): TaskStorage {
    const { calls, slot, decode } = this.options;
    const { info, metrics, values } = task;
    const { taskId } = info;
    const layout = this.#layout;
    const blocks = new WorkerBlocks({
      calls,
      slabs: this.#slabs,
      layout,
      slot,
      taskId,
      metrics,
      decode: (bytes) => decode(bytes, values),
    });
    const shuffle = new WorkerShuffle(this.#shuffle, info, metrics);
    let files = 0;
    this.#memory.begin(taskId, metrics);
    return {
      memory: this.#memory,
      blocks,
      shuffle,
      memories: {
        offer: (key, memory, endedAt, goneAt) => void calls.call("storage.offerMemory", { key, memory, endedAt, goneAt }),
        join: (key, waitMs) => calls.call("storage.joinMemory", { key, waitMs }),
      },
      directory: this.options.shared.directories[0]!,
      tempFile: (purpose) => layout.temporary(slot, taskId, `${purpose}-${files++}`),
      close: () => {
        shuffle.close();
        blocks.close();
        this.#memory.end();
        layout.removeTemporary();
      },
    };
  }

  /** Between tasks: gives up what the main thread has removed meanwhile. Files of removed shuffles stay open until then. */
  tidy(): void {
    this.#shuffle.forgetOld();
  }
}
