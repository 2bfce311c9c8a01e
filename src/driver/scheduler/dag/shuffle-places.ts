/** Near which hosts a task that reads a shuffle would best run: those that hold much of what it reads. */
import type { ShuffleDependencyInfo, ShufflePart } from "../../../rdd/lineage";
import type { MapOutputLocations, MapOutputRegistry, MapStatus } from "../map-outputs";
import type { ExecutorTable } from "../tasks/executors";
import type { Places } from "../tasks/pending-tasks";

/** Above this many maps or reducers places are not looked for; below this share of the input a host is not worth it. Spark's constants. */
const MOST_TASKS = 1000;
const LEAST_SHARE = 0.2;
/** Input of fewer bytes is had sooner than a slot near it. */
const LEAST_BYTES = 2 ** 20;

/** Where segments begin and end in a map output: segment r is bytes [r, r + 1). */
export type StatusOffsets = (status: MapStatus) => ArrayLike<number>;

/** Bytes of each reduce partition by host: bytes[host * numReducers + reduce]; the last host stands for those that are not known. */
interface HostSizes {
  readonly epoch: number;
  readonly hosts: readonly string[];
  readonly bytes: Float64Array;
}

export class ShufflePlaces {
  /** Statuses are packed, so all reduce partitions are looked at together, once for a stage. */
  readonly #sizes = new WeakMap<ShuffleDependencyInfo, HostSizes>();

  constructor(
    private readonly mapOutputs: MapOutputRegistry,
    private readonly executors: ExecutorTable,
    private readonly offsetsOf: StatusOffsets,
  ) {}

  /** Null where it does not matter, or too much would have to be looked at. */
  placesOf(dependency: ShuffleDependencyInfo, partition: number): Places | null {
    const { shuffleId, node, numReducers } = dependency;
    if (node.numPartitions >= MOST_TASKS || numReducers >= MOST_TASKS) return null;
    const locations = this.mapOutputs.locations(shuffleId);
    if (locations === null) return null;
    const bytes = new Map<string | undefined, number>();
    let total = 0;
    const add = (host: string | undefined, size: number): void => {
      bytes.set(host, (bytes.get(host) ?? 0) + size);
      total += size;
    };
    for (const part of dependency.parts?.(partition) ?? [{ reduce: partition }]) {
      if (part.reduce >= numReducers) continue;
      if (part.maps === undefined) this.#addWhole(dependency, locations, part.reduce, add);
      else this.#addMaps(locations, part.reduce, part.maps, add);
    }
    if (total < LEAST_BYTES) return null;
    const near = [...bytes].filter(
      (entry): entry is [string, number] => entry[0] !== undefined && entry[1] >= LEAST_SHARE * total,
    );
    if (near.length === 0) return null;
    return { executors: [], hosts: near.map(([host]) => host), bytes: near.reduce((sum, [, size]) => sum + size, 0) };
  }

  #addMaps(
    locations: MapOutputLocations,
    reduce: number,
    maps: NonNullable<ShufflePart["maps"]>,
    add: (host: string | undefined, size: number) => void,
  ): void {
    for (const map of maps) {
      const offsets = this.offsetsOf(locations.statuses[map]);
      add(this.#hostOf(locations, map), offsets[reduce + 1]! - offsets[reduce]!);
    }
  }

  #addWhole(
    dependency: ShuffleDependencyInfo,
    locations: MapOutputLocations,
    reduce: number,
    add: (host: string | undefined, size: number) => void,
  ): void {
    let sizes = this.#sizes.get(dependency);
    if (sizes === undefined || sizes.epoch !== locations.epoch) {
      sizes = this.#hostSizes(locations, dependency.numReducers);
      this.#sizes.set(dependency, sizes);
    }
    const { hosts, bytes } = sizes;
    for (let host = 0; host <= hosts.length; host++) {
      const size = bytes[host * dependency.numReducers + reduce]!;
      if (size > 0) add(hosts[host], size);
    }
  }

  #hostSizes(locations: MapOutputLocations, numReducers: number): HostSizes {
    const hostOf = locations.statuses.map((_, map) => this.#hostOf(locations, map));
    const hosts = [...new Set(hostOf)].filter((host) => host !== undefined);
    const bytes = new Float64Array((hosts.length + 1) * numReducers);
    for (const [map, status] of locations.statuses.entries()) {
      const host = hostOf[map] === undefined ? hosts.length : hosts.indexOf(hostOf[map]);
      const offsets = this.offsetsOf(status);
      for (let reduce = 0; reduce < numReducers; reduce++)
        bytes[host * numReducers + reduce]! += offsets[reduce + 1]! - offsets[reduce]!;
    }
    return { epoch: locations.epoch, hosts, bytes };
  }

  /** Undefined where the executor that holds the output is not there any more. */
  #hostOf({ executors, executorOf }: MapOutputLocations, map: number): string | undefined {
    return this.executors.get(executors[executorOf[map]!]!)?.host;
  }
}
