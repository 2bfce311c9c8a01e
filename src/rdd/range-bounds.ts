/**
 * Bounds that divide keys into ranges of about equal weight, from a sample of each partition (Spark's RangePartitioner):
 * about 20 keys for each range, three times as many where partitions differ in size; partitions with far more records
 * than others are sampled again.
 */
import type { Call } from "./context-port";
import { compareKeys } from "../columnar";
import { partitionBytes } from "./api/run";
import type { DatasetNode } from "./nodes/node";
import { OpNode } from "./nodes/op-node";
import { RangePartitioner } from "./partitioner";
import { decodeRows } from "./row-bytes";

const POINTS_PER_RANGE = 20;
const MAX_SAMPLE = 1e6;

/** A partitioner for about `ranges` ranges of the keys of `pairs`, which is prepared. Runs a job; two where partitions are very uneven. */
export async function samplePartitioner(
  pairs: DatasetNode,
  ranges: number,
  ascending: boolean,
  call: Call,
): Promise<RangePartitioner> {
  if (ranges < 2 || pairs.numPartitions === 0) return new RangePartitioner([], ascending);
  const values = pairs.context.values;
  const keys = new OpNode(pairs.context, call.scope, pairs, { op: "keys" }, { site: call.site });
  const sampleSize = Math.min(POINTS_PER_RANGE * ranges, MAX_SAMPLE);
  const perPartition = Math.ceil((3 * sampleSize) / pairs.numPartitions);
  const sketches = (await partitionBytes(keys, call, { kind: "reservoir", size: perPartition })).map((bytes) => {
    const [seen, ...sample] = decodeRows(bytes, values) as [number, ...unknown[]];
    return { seen, sample };
  });
  const total = sketches.reduce((sum, { seen }) => sum + seen, 0);
  if (total === 0) return new RangePartitioner([], ascending);
  const fraction = Math.min(1, sampleSize / total);
  const candidates: Candidate[] = [];
  const uneven: number[] = [];
  for (const [partition, { seen, sample }] of sketches.entries()) {
    if (fraction * seen > perPartition) uneven.push(partition);
    else for (const key of sample) candidates.push({ key, weight: seen / sample.length });
  }
  if (uneven.length > 0) {
    const seeds = Array.from({ length: pairs.numPartitions }, (_, partition) => BigInt(partition));
    const again = new OpNode(
      pairs.context,
      call.scope,
      keys,
      { op: "sample", sampler: { kind: "bernoulli", fraction }, seeds },
      { site: call.site },
    );
    for (const bytes of await partitionBytes(again, call, { kind: "collect", limit: null }, () => uneven)) {
      for (const key of decodeRows(bytes, values)) candidates.push({ key, weight: 1 / fraction });
    }
  }
  return new RangePartitioner(chooseBounds(candidates, Math.min(ranges, candidates.length)), ascending);
}

interface Candidate {
  readonly key: unknown;
  /** Records that it stands for. */
  readonly weight: number;
}

/** At most `ranges` - 1 keys, ascending and different. */
function chooseBounds(candidates: readonly Candidate[], ranges: number): unknown[] {
  const ordered = [...candidates].sort((a, b) => compareKeys(a.key, b.key));
  const step = ordered.reduce((sum, { weight }) => sum + weight, 0) / ranges;
  const bounds: unknown[] = [];
  let reached = 0;
  let target = step;
  for (const { key, weight } of ordered) {
    if (bounds.length >= ranges - 1) break;
    reached += weight;
    if (reached < target || (bounds.length > 0 && compareKeys(key, bounds.at(-1)) <= 0)) continue;
    bounds.push(key);
    target += step;
  }
  return bounds;
}
