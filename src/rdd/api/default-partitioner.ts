/** Spark's rule for the layout of a wide operation that names none. */
import { UsageError } from "../../common/errors";
import type { DatasetNode } from "../nodes/node";
import { HashPartitioner, Partitioner } from "../partitioner";

/**
 * Follows the largest partitioner among the parents, if it is within an order of magnitude of the largest parent or has
 * at least the default number of partitions; otherwise hashes into that number: `spark.default.parallelism` where the
 * user set it, else as many partitions as the largest parent. The parents are prepared.
 */
function defaultPartitioner(parents: readonly DatasetNode[]): Partitioner {
  const largest = Math.max(...parents.map((parent) => parent.numPartitions));
  const [port] = parents.map((parent) => parent.context);
  const count = port!.isSet("spark.default.parallelism") ? port!.defaultParallelism : largest;
  const known = parents
    .map((parent) => parent.partitioner)
    .filter((partitioner) => partitioner !== undefined && partitioner.numPartitions > 0)
    .reduce((a, b) => (a === undefined || b!.numPartitions > a.numPartitions ? b : a), undefined);
  if (known !== undefined && (Math.log10(largest) - Math.log10(known.numPartitions) < 1 || count <= known.numPartitions))
    return known;
  return new HashPartitioner(count);
}

/**
 * The partitioner that the last argument of `call` stands for: itself, a number of partitions, or the default.
 *
 * @throws UsageError for a partitioner without partitions where there may be records.
 */
export function choosePartitioner(
  call: string,
  wanted: Partitioner | number | undefined,
  parents: readonly DatasetNode[],
): Partitioner {
  if (wanted instanceof Partitioner) {
    const most = Math.max(...parents.map((parent) => parent.numPartitions));
    if (wanted.numPartitions === 0 && most > 0)
      throw new UsageError(
        "INVALID_ARGUMENT",
        `${call}: the partitioner has no partitions (its numPartitions is 0), and the RDD has ${most}, whose records would go nowhere.`,
      );
    return wanted;
  }
  return wanted === undefined ? defaultPartitioner(parents) : new HashPartitioner(wanted);
}
