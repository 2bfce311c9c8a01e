import { UsageError } from "../../common/errors";
import type { CacheData, ProfilerRecord } from "../../events/diagnostics";
import type { BlockUpdatedEvent } from "../../events/listener-events";
import type { SparkListener } from "../../events/spark-listener";
import { rddBlock } from "../block-registry";
import type { SparkContext } from "../spark-context";
import { Diagnostic, now } from "./diagnostic";

export interface CacheProfilerOptions {
  /** What is measured of a block when it is stored. Default: 1, so that blocks are counted. */
  readonly metric?: (block: Pick<BlockUpdatedEvent, "blockId" | "memSize" | "diskSize" | "storageLevel">) => number;
  /** For the picture. Default: the metric's own name, or "count". */
  readonly metricName?: string;
}

interface Held {
  readonly metric: number;
  readonly cacheTime: number;
}

/**
 * Records what is cached: each partition of a persisted dataset, on each executor that holds it, from when it was stored until it was
 * dropped, unpersisted or lost with its executor. As Dask's `CacheProfiler`, whose cache has every result that is still needed: here it
 * is what `cache`, `persist` and checkpoints keep. What is still there when the recording ends has its end as `freeTime`.
 *
 * @example
 * const cache = new CacheProfiler(sc, { metric: ({ memSize, diskSize }) => memSize + diskSize, metricName: "bytes" }).register();
 * const squares = sc.range(0, 1000, 1, 4).map((x) => x * x).cache();
 * await squares.count();
 * await squares.unpersist();
 * await cache.unregister();
 * console.table(cache.results);
 */
export class CacheProfiler extends Diagnostic<CacheData> {
  readonly metricName: string;
  readonly #metric: NonNullable<CacheProfilerOptions["metric"]>;
  readonly #names = new Map<number, string>();
  /** By executor, by block. */
  readonly #held = new Map<string, Map<string, Held>>();

  constructor(context: SparkContext, { metric, metricName }: CacheProfilerOptions = {}) {
    super(context);
    if (metric !== undefined && typeof metric !== "function")
      throw new UsageError("INVALID_ARGUMENT", "CacheProfiler: the metric must be a function of a block.");
    this.#metric = metric ?? (() => 1);
    this.metricName = metricName ?? (metric === undefined ? "count" : metric.name || "metric");
  }

  record(): ProfilerRecord {
    const { startTime, endTime } = this.period();
    return {
      kind: "cache",
      metricName: this.metricName,
      results: [...this.results, ...this.#stillHeld(endTime)],
      startTime,
      endTime,
    };
  }

  protected begin(): SparkListener {
    return {
      onStageSubmitted: ({ stageInfo }) => {
        for (const { id, name } of stageInfo.rddInfos) this.#names.set(id, name);
      },
      onBlockUpdated: (event) => this.#blockUpdated(event),
      onUnpersistRDD: ({ rddId }) => this.#unpersisted(rddId),
      onBlockManagerRemoved: ({ blockManager }) => this.#executorGone(blockManager.executorId),
    };
  }

  protected end(time: number): void {
    this.results.push(...this.#stillHeld(time));
    this.#held.clear();
  }

  #blockUpdated(event: BlockUpdatedEvent): void {
    const { blockId, blockManager, storageLevel, memSize, diskSize } = event;
    if (rddBlock(blockId) === null) return;
    const { executorId } = blockManager;
    let held = this.#held.get(executorId);
    if (held === undefined) this.#held.set(executorId, (held = new Map<string, Held>()));
    const stored = storageLevel.useMemory || storageLevel.useDisk;
    const metric = stored ? this.#metric({ blockId, memSize, diskSize, storageLevel }) : 0;
    const before = held.get(blockId);
    if (stored && before?.metric === metric) return;
    if (before !== undefined) this.results.push(this.#data(executorId, blockId, before, now()));
    if (stored) held.set(blockId, { metric, cacheTime: now() });
    else held.delete(blockId);
  }

  #unpersisted(unpersisted: number): void {
    for (const [executorId, blocks] of this.#held) {
      for (const [blockId, held] of blocks) {
        if (rddBlock(blockId)!.rddId !== unpersisted) continue;
        this.results.push(this.#data(executorId, blockId, held, now()));
        blocks.delete(blockId);
      }
    }
  }

  #executorGone(executorId: string): void {
    for (const [blockId, held] of this.#held.get(executorId) ?? [])
      this.results.push(this.#data(executorId, blockId, held, now()));
    this.#held.delete(executorId);
  }

  #stillHeld(time: number): CacheData[] {
    return [...this.#held].flatMap(([executorId, blocks]) =>
      [...blocks].map(([blockId, held]) => this.#data(executorId, blockId, held, time)),
    );
  }

  #data(workerId: string, key: string, { metric, cacheTime }: Held, freeTime: number): CacheData {
    const { rddId } = rddBlock(key)!;
    return { key, task: this.#names.get(rddId) ?? `dataset ${rddId}`, metric, cacheTime, freeTime, workerId };
  }
}
