/**
 * Where a partition is best computed: where it or what it is made from is cached, where its data set prefers, or near
 * where most of its shuffle input lies.
 */
import type { LineageNode, ShuffleDependencyInfo } from "../../../rdd/lineage";
import type { MapOutputRegistry } from "../map-outputs";
import type { ExecutorTable } from "../tasks/executors";
import type { Places } from "../tasks/pending-tasks";
import type { CachedBlocks } from "./cached-blocks";
import { nearestPlaces } from "./lineage-walk";

export interface PlacesInput {
  readonly cached: CachedBlocks;
  readonly executors: ExecutorTable;
  readonly mapOutputs: MapOutputRegistry;
  readonly reduceLocality: boolean;
  /** Bytes of a map status for a reduce partition; without it shuffle input is not looked at. */
  readonly statusSize: ((status: unknown, reduce: number) => number) | undefined;
}

/** Above this many maps or reducers places are not looked for; below this share of the input a host is not worth it. Spark's constants. */
const MOST_TASKS = 1000;
const LEAST_SHARE = 0.2;

/** Null when the partition may as well run anywhere. */
export function preferredPlaces(node: LineageNode, partition: number, input: PlacesInput): Places | null {
  return nearestPlaces(node, partition, (at, p) => placesOf(at, p, input));
}

function placesOf(node: LineageNode, partition: number, input: PlacesInput): Places | null {
  if (node.persisted) {
    const places = cachedPlaces(node, partition, input);
    if (places !== null) return places;
  }
  const preferred = node.preferredLocations(partition);
  if (preferred.length > 0) return parsePlaces(preferred);
  if (!input.reduceLocality || input.statusSize === undefined || input.executors.numHosts < 2) return null;
  for (const dependency of node.dependencies) {
    const places = dependency.kind === "shuffle" ? shufflePlaces(dependency, partition, input, input.statusSize) : null;
    if (places !== null) return places;
  }
  return null;
}

function cachedPlaces({ id: rddId }: LineageNode, partition: number, { cached, executors }: PlacesInput): Places | null {
  const alive = cached.executorsOf(rddId, partition).filter((id) => executors.get(id) !== undefined);
  if (alive.length === 0) return null;
  const hosts = [...new Set(alive.map((id) => executors.get(id)!.host))];
  return { executors: alive, hosts, bytes: cached.bytesOf(rddId, partition) };
}

/** Reads host names and `executor_<host>_<id>`. */
function parsePlaces(locations: readonly string[]): Places {
  const executors: string[] = [];
  const hosts = new Set<string>();
  for (const location of locations) {
    const match = /^executor_([^_]*)_(.*)$/.exec(location);
    if (match !== null) executors.push(match[2]!);
    hosts.add(match === null ? location : match[1]!);
  }
  return { executors, hosts: [...hosts] };
}

function shufflePlaces(
  { shuffleId, node, numReducers }: ShuffleDependencyInfo,
  reduce: number,
  { mapOutputs, executors }: PlacesInput,
  statusSize: (status: unknown, reduce: number) => number,
): Places | null {
  if (node.numPartitions >= MOST_TASKS || numReducers >= MOST_TASKS || reduce >= numReducers) return null;
  const locations = mapOutputs.locations(shuffleId);
  if (locations === null) return null;
  const bytes = new Map<string, number>();
  let total = 0;
  for (const [map, status] of locations.statuses.entries()) {
    const host = executors.get(locations.executors[locations.executorOf[map]!]!)?.host;
    const size = statusSize(status, reduce);
    total += size;
    if (host !== undefined) bytes.set(host, (bytes.get(host) ?? 0) + size);
  }
  const near = [...bytes].filter(([, size]) => size > 0 && size >= LEAST_SHARE * total);
  if (near.length === 0) return null;
  return { executors: [], hosts: near.map(([host]) => host), bytes: near.reduce((sum, [, size]) => sum + size, 0) };
}
