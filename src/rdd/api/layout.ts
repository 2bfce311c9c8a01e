/** The last argument of wide operations: how their result is laid out. */
import { checkFunction, checkNumPartitions } from "../arguments";
import { FunctionPartitioner, Partitioner } from "../partitioner";

/** A number of partitions to hash the keys into, or a partitioner. Where absent: that of a parent, or Spark's default. */
export type Layout = number | Partitioner;

/**
 * @param f where given, makes a number of the key that says its partition, modulo their number.
 * @throws UsageError for what is neither, and for a partitioner whose numPartitions is no number of partitions.
 */
export function checkLayout(call: string, layout: unknown, f?: unknown): Layout | undefined {
  if (f !== undefined) {
    checkFunction(call, f, "the function of a key's partition");
    return new FunctionPartitioner(checkNumPartitions(call, layout), f as (key: never) => number);
  }
  if (layout === undefined) return layout;
  if (layout instanceof Partitioner) {
    checkNumPartitions(call, layout.numPartitions, 0, `the numPartitions of the partitioner (${layout.constructor.name})`);
    return layout;
  }
  return checkNumPartitions(call, layout);
}
