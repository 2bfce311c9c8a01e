/** The last argument of wide operations: how their result is laid out. */
import { checkNumPartitions } from "../arguments";
import { Partitioner } from "../partitioner";

/** A number of partitions to hash the keys into, or a partitioner. Where absent: that of a parent, or Spark's default. */
export type Layout = number | Partitioner;

export function checkLayout(call: string, layout: unknown): Layout | undefined {
  if (layout === undefined || layout instanceof Partitioner) return layout;
  return checkNumPartitions(call, layout);
}
