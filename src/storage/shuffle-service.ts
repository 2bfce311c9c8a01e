/** The main thread's part in shuffles: tables of map outputs, commits, and segments of other executors for worker threads. */
import type { Extent } from "./arena";
import type { BlockStore } from "./block-store";
import type { FetchFailure, PackedMapOutputs, SegmentFetch, TakenSegments } from "./host-calls";
import { packMapOutputs } from "./map-output-table";
import type { MemoryCells } from "./memory-cells";
import type { MapOutputTable } from "./ports";
import { BufferReceiver } from "./receivers";
import type { BlockClient } from "./transfer/block-client";
import { RemoteError } from "./transfer/block-client";

export interface ShuffleServiceOptions {
  readonly store: BlockStore;
  readonly client: BlockClient;
  readonly cells: MemoryCells;
  readonly release: (extent: Extent) => void;
  readonly bytes: (extent: Extent) => Uint8Array;
  readonly fetchMapOutputs: (shuffleId: number) => Promise<MapOutputTable>;
}

/** Segments that were asked for. `drop` gives their memory back, at once or when they have come. */
export interface SegmentsUnderWay {
  readonly result: Promise<TakenSegments | FetchFailure>;
  drop(): void;
}

export class ShuffleService {
  readonly #tables = new Map<number, Promise<PackedMapOutputs>>();

  constructor(private readonly options: ShuffleServiceOptions) {}

  /** The table of a shuffle, asked of the driver once until it is invalidated. */
  async mapOutputs(shuffleId: number): Promise<PackedMapOutputs | FetchFailure> {
    let table = this.#tables.get(shuffleId);
    if (table === undefined) {
      table = this.options.fetchMapOutputs(shuffleId).then((outputs) => packMapOutputs(shuffleId, outputs));
      this.#tables.set(shuffleId, table);
    }
    try {
      return await table;
    } catch (error) {
      if (this.#tables.get(shuffleId) === table) this.#tables.delete(shuffleId);
      return { failed: true, shuffleId, map: -1, reduce: -1, executorId: null, message: (error as Error).message };
    }
  }

  /** The driver has told a table unasked. What was asked for comes with the same, or is asked for again. */
  known(shuffleId: number, table: MapOutputTable): void {
    if (!this.#tables.has(shuffleId)) this.#tables.set(shuffleId, Promise.resolve(packMapOutputs(shuffleId, table)));
  }

  /** The driver says that outputs have moved or are lost. Worker threads ask again before they next look. */
  invalidate(shuffleId: number): void {
    this.#tables.delete(shuffleId);
    this.options.cells.bumpGeneration();
  }

  /** Starts to fetch segments into the arena, or into memory of the main thread when the arena is full. */
  start(fetch: SegmentFetch): SegmentsUnderWay {
    let extent: Extent | null = null;
    let dropped = false;
    let settled = false;
    const free = (): void => {
      if (!dropped || !settled || extent === null) return;
      this.options.release(extent);
      extent = null;
    };
    const run = async (): Promise<TakenSegments | FetchFailure> => {
      extent = await this.options.store.allocate(Math.max(1, fetch.bytes), null);
      if (dropped) return failureOf(fetch, new Error("the task has ended"));
      const into = extent === null ? new Uint8Array(fetch.bytes) : this.options.bytes(extent);
      const { shuffleId, maps, reduces, owner } = fetch;
      try {
        const { client } = this.options;
        const receiver = new BufferReceiver(into);
        if (fetch.from === undefined)
          await client.request(owner.endpoint, "segments", { shuffleId, maps, reduces }, receiver, fetch.bytes);
        else {
          const part = { shuffleId, map: maps[0]!, reduce: reduces[0]!, from: fetch.from, length: fetch.bytes };
          await client.request(owner.endpoint, "segmentPart", part, receiver, fetch.bytes);
        }
        return extent === null ? { kind: "inline", bytes: into } : { kind: "memory", extent };
      } catch (error) {
        return failureOf(fetch, error);
      }
    };
    const result = run().finally(() => {
      settled = true;
      free();
    });
    return {
      result,
      drop: () => {
        dropped = true;
        free();
      },
    };
  }
}

function failureOf(fetch: SegmentFetch, error: unknown): FetchFailure {
  const { shuffleId, maps, reduces, owner } = fetch;
  const body = error instanceof RemoteError ? error.body : undefined;
  return {
    failed: true,
    shuffleId,
    map: body?.map ?? maps[0]!,
    reduce: body?.reduce ?? reduces[0]!,
    executorId: owner.executorId,
    message: `Segments of shuffle ${shuffleId} could not be fetched from executor ${owner.executorId} on ${owner.host}: ${(error as Error).message}`,
  };
}
