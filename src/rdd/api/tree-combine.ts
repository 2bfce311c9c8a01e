/**
 * Rounds of combining for treeReduce and treeAggregate. Each round writes what there is as a shuffle and puts outputs together that lie on
 * one host, as far as there are to be as many groups as hosts: then nothing crosses the network but what goes to the driver. Spark puts
 * partition i with those whose numbers are equal modulo the number of groups, wherever they are.
 */
import type { Call } from "../context-port";
import { GatheredNode, type MapGroups } from "../nodes/gathered-node";
import type { DatasetNode } from "../nodes/node";
import { PartitionNode } from "../nodes/partition-node";
import { sliceBounds } from "../nodes/slices-node";
import type { FunctionSource } from "../stage-spec";
import { writeShuffle } from "./run";

/** Of the function that combines: what it is, and what messages call it. */
export interface Combiner {
  readonly f: FunctionSource;
  readonly name: string;
}

/** Combines the one record of each partition of `partial` in rounds of tasks, until few are left: Spark's numbers of rounds and tasks. */
export async function treeCombine(partial: DatasetNode, call: Call, combiner: Combiner, depth: number): Promise<DatasetNode> {
  await partial.prepare();
  const { context } = partial;
  const { scope, site } = call;
  let node = partial;
  let partitions = partial.numPartitions;
  const scale = Math.max(Math.ceil(partitions ** (1 / depth)), 2);
  while (partitions > scale + Math.ceil(partitions / scale)) {
    partitions = Math.floor(partitions / scale);
    const wanted = partitions;
    const gathered = new GatheredNode(
      context,
      scope,
      node,
      async (shuffle) => groupsByHost((await writeShuffle(shuffle, call)).hosts, wanted),
      site,
    );
    node = new PartitionNode(context, scope, gathered, { kind: "reduce", ...combiner }, { site });
  }
  return node;
}

/**
 * `wanted` groups of the map outputs that lie on `hosts` (fewer where there are fewer outputs), about equally large and each of one
 * host. Where there are more hosts than groups, the hosts that have most make one each, and the others' outputs go to the smallest.
 */
export function groupsByHost(hosts: readonly string[], wanted: number): MapGroups {
  const byHost = new Map<string, number[]>();
  for (const [map, host] of hosts.entries()) {
    const maps = byHost.get(host);
    if (maps === undefined) byHost.set(host, [map]);
    else maps.push(map);
  }
  const lots = [...byHost.values()].sort((a, b) => b.length - a.length);
  if (lots.length > wanted) return merged(lots, wanted);
  const shares = lots.map(() => 1);
  for (let spare = Math.min(wanted, hosts.length) - lots.length; spare > 0; spare--) {
    let largest = 0;
    for (const [i, maps] of lots.entries()) if (maps.length * shares[largest]! > lots[largest]!.length * shares[i]!) largest = i;
    shares[largest]!++;
  }
  return lots.flatMap((maps, i) => Array.from({ length: shares[i]! }, (_, part) => maps.slice(...sliceBounds(part, maps.length, shares[i]!)))); // prettier-ignore
}

/** `lots`: the largest first. */
function merged(lots: readonly number[][], wanted: number): MapGroups {
  const groups = lots.slice(0, wanted).map((maps) => [...maps]);
  for (const maps of lots.slice(wanted)) {
    const smallest = groups.reduce((least, group) => (group.length < least.length ? group : least));
    smallest.push(...maps);
  }
  return groups;
}
