/**
 * What tasks that run in the driver's own thread share: cached blocks in memory, map outputs and spill files in a
 * directory of the driver. The plain counterpart of an executor's storage, without shared memory, eviction or transfers.
 */
import { mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { getHeapStatistics } from "node:v8";
import { crc32 } from "node:zlib";
import type { ChunkSource } from "../../columnar/chunk";
import { decodeBatches } from "../../columnar";
import type { ValueContext } from "../../columnar/value-context";
import { HeapGauge } from "../../storage/heap-gauge";
import { closeLocal, openLocal, readLocal } from "../../storage/local-data";
import type { BlockUpdate } from "../../storage/ports";
import type { StorageLevel } from "../../storage/storage-level";
import { FetchFailed } from "../../storage/task-env";
import type {
  BlockWriter,
  MapOutputs,
  MapOutputWritten,
  SegmentRequest,
  TaskBlocks,
  TaskInfo,
  TaskMemory,
  TaskMetrics,
  TaskShuffle,
} from "../../storage/task-env";

interface StoredOutput extends MapOutputWritten {
  readonly path: string;
}

export interface TaskStoreOptions {
  readonly executorId: string;
  /** Exists; removed by somebody else. */
  readonly directory: string;
  /** Bytes that a task may hold in typed arrays before it spills. */
  readonly memoryBytes: number;
  /** Bytes of a broadcast or shared file. */
  namedBytes(id: string): Uint8Array;
  /** Map tasks of a shuffle; null while some have no output. */
  numMaps(shuffleId: number): number | null;
  blockChanged(update: BlockUpdate): void;
}

export class TaskStore {
  readonly #blocks = new Map<string, { readonly bytes: Uint8Array; readonly rows: number }>();
  readonly #outputs = new Map<number, Map<number, StoredOutput>>();
  readonly #gauge = new HeapGauge(getHeapStatistics().heap_size_limit);
  #files = 0;

  constructor(private readonly options: TaskStoreOptions) {
    mkdirSync(options.directory, { recursive: true });
  }

  get directory(): string {
    return this.options.directory;
  }

  get blockBytes(): number {
    let total = 0;
    for (const { bytes } of this.#blocks.values()) total += bytes.length;
    return total;
  }

  newPath(purpose: string): string {
    return join(this.options.directory, `${purpose}-${this.#files++}`);
  }

  /** Memory for one task: what it still holds when it ends is forgotten with it. */
  memory(metrics: TaskMetrics): TaskMemory {
    let held = 0;
    return {
      reserve: (bytes) => {
        if (held + bytes > this.options.memoryBytes) return false;
        held += bytes;
        metrics.peakExecutionMemory = Math.max(metrics.peakExecutionMemory, held);
        return true;
      },
      release: (bytes) => {
        held -= bytes;
      },
      heapFull: () => this.#gauge.full(),
    };
  }

  blocks(values: ValueContext): TaskBlocks {
    return {
      get: (id) => {
        const block = this.#blocks.get(id);
        return block === undefined ? null : decodeBatches(block.bytes, values);
      },
      writer: (id, level) => this.#writer(id, level, values),
      fetchBytes: (id) => this.options.namedBytes(id),
    };
  }

  #writer(id: string, level: StorageLevel, values: ValueContext): BlockWriter {
    const parts: Uint8Array[] = [];
    return {
      write: (bytes) => void parts.push(Uint8Array.from(bytes)),
      commit: (rows): ChunkSource => {
        const bytes = new Uint8Array(Buffer.concat(parts));
        this.#blocks.set(id, { bytes, rows });
        this.#report(id, rows, bytes.length, level.deserialized);
        return decodeBatches(bytes, values);
      },
      abort: () => void (parts.length = 0),
    };
  }

  /** Every level that keeps anything keeps it in memory here, and says so. */
  #report(id: string, rows: number, memoryBytes: number, deserialized: boolean): void {
    const level = { useMemory: memoryBytes > 0 || rows > 0, useDisk: false, useOffHeap: false, deserialized, replication: 1 };
    this.options.blockChanged({ id, executorId: this.options.executorId, level, rows, memoryBytes, diskBytes: 0 });
  }

  shuffle(info: TaskInfo, metrics: TaskMetrics): TaskShuffle {
    const staging = (shuffleId: number, map: number): string =>
      join(this.options.directory, `staged-${shuffleId}-${map}-${info.taskId}`);
    return {
      mapOutputs: (shuffleId) => this.#mapOutputs(shuffleId),
      fetch: (shuffleId, requests) => this.#fetch(shuffleId, requests, metrics),
      stagingFile: staging,
      commit: (shuffleId, map, output) => {
        let outputs = this.#outputs.get(shuffleId);
        if (outputs === undefined) this.#outputs.set(shuffleId, (outputs = new Map<number, StoredOutput>()));
        const path = join(this.options.directory, `shuffle-${shuffleId}-${map}`);
        renameSync(staging(shuffleId, map), path);
        outputs.set(map, { path, offsets: output.offsets.slice(), checksums: output.checksums.slice() });
      },
    };
  }

  #mapOutputs(shuffleId: number): MapOutputs {
    const numMaps = this.options.numMaps(shuffleId);
    if (numMaps === null) throw new FetchFailed(shuffleId, -1, -1, null, `Outputs of shuffle ${shuffleId} are missing.`);
    return {
      numMaps,
      epoch: 0,
      size: (map, reduce) => {
        const { offsets } = this.#output(shuffleId, map, reduce);
        return offsets[reduce + 1]! - offsets[reduce]!;
      },
    };
  }

  #output(shuffleId: number, map: number, reduce: number): StoredOutput {
    const output = this.#outputs.get(shuffleId)?.get(map);
    if (output === undefined) throw this.#failed(shuffleId, map, reduce, "is missing");
    return output;
  }

  #failed(shuffleId: number, map: number, reduce: number, what: string): FetchFailed {
    return new FetchFailed(
      shuffleId,
      map,
      reduce,
      this.options.executorId,
      `Segment ${reduce} of map output ${map} of shuffle ${shuffleId} ${what}.`,
    );
  }

  *#fetch(
    shuffleId: number,
    requests: Iterable<SegmentRequest>,
    metrics: TaskMetrics,
  ): Generator<SegmentRequest & { readonly bytes: Uint8Array }> {
    for (const { map, reduce } of requests) {
      const { path, offsets, checksums } = this.#output(shuffleId, map, reduce);
      const length = offsets[reduce + 1]! - offsets[reduce]!;
      if (length === 0) continue;
      const bytes = readSegment(path, offsets[reduce]!, length);
      if (bytes === null || crc32(bytes) !== checksums[reduce])
        throw this.#failed(shuffleId, map, reduce, "does not match its checksum");
      metrics.shuffleLocalBlocksFetched++;
      metrics.shuffleLocalBytesRead += length;
      yield { map, reduce, bytes };
    }
  }

  removeRdd(rddId: number): void {
    for (const id of [...this.#blocks.keys()]) if (id.startsWith(`rdd_${rddId}_`)) this.removeBlock(id);
  }

  removeBlock(id: string): void {
    if (this.#blocks.delete(id)) this.#report(id, 0, 0, false);
  }

  removeShuffle(shuffleId: number): void {
    for (const { path } of this.#outputs.get(shuffleId)?.values() ?? []) rmSync(path, { force: true });
    this.#outputs.delete(shuffleId);
  }
}

/** Null when the file is gone or too short. */
function readSegment(path: string, position: number, length: number): Uint8Array | null {
  let fd: number;
  try {
    fd = openLocal(path, "r");
  } catch {
    return null;
  }
  try {
    const bytes = new Uint8Array(length);
    for (let done = 0; done < length;) {
      const read = readLocal(fd, bytes, done, length - done, position + done);
      if (read === 0) return null;
      done += read;
    }
    return bytes;
  } finally {
    closeLocal(fd);
  }
}
