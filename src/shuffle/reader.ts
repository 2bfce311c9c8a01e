/** The reduce side of a shuffle: what the specification says, over the segments of some reduce partitions. */
import type { ChunkSource } from "../columnar/chunk";
import { UsageError } from "../common/errors";
import type { TaskEnv } from "../storage/task-env";
import { aggregated } from "./aggregate";
import { grouped } from "./cogroup";
import { segmentChunks } from "./segments";
import { sorted } from "./sort";
import { type ShuffleSpec, shipsCombiners } from "./spec";

/**
 * The records that a shuffle delivers to `reduces` (one reduce partition, or several neighbouring ones read as one). Nothing is
 * fetched before the first `next`; each chunk is valid until the next one. `next` throws FetchFailed where map outputs are
 * missing or damaged. Close it also after an error: it may hold memory and spill files.
 */
export function readShuffle(env: TaskEnv, spec: ShuffleSpec, reduces: readonly number[]): ChunkSource {
  const { aggregation, ordering, carries } = spec;
  let source = segmentChunks(env, spec.shuffleId, reduces);
  if (carries === "values") {
    if (aggregation !== undefined || ordering !== undefined) {
      throw new UsageError("INVALID_SHUFFLE", "A shuffle that carries values alone has no keys to aggregate or sort by.");
    }
    return source;
  }
  if (aggregation?.kind === "group") source = grouped(env, source);
  else if (aggregation !== undefined)
    source = aggregated(env, source, aggregation, shipsCombiners(spec) ? "combiners" : "values");
  return ordering === undefined ? source : sorted(env, source, ordering, carries);
}
