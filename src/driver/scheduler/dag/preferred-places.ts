/**
 * Where a partition is best computed: where it or what it is made from is cached, where its data set prefers, or near
 * where most of its shuffle input lies.
 */
import type { LineageNode } from "../../../rdd/lineage";
import type { ExecutorTable } from "../tasks/executors";
import type { Places } from "../tasks/pending-tasks";
import type { CachedBlocks } from "./cached-blocks";
import { nearestPlaces } from "./lineage-walk";
import type { ShufflePlaces } from "./shuffle-places";

export interface PlacesInput {
  readonly cached: CachedBlocks;
  readonly executors: ExecutorTable;
  /** Null: shuffle input is not looked at. */
  readonly shuffles: ShufflePlaces | null;
}

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
  if (input.shuffles === null || input.executors.numHosts < 2) return null;
  for (const dependency of node.dependencies) {
    const places = dependency.kind === "shuffle" ? input.shuffles.placesOf(dependency, partition) : null;
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
