/** Datasets as sets and bags of records, which compare by content as keys do. */
import { PartitionNode } from "../nodes/partition-node";
import { CoGroupedNode } from "../nodes/cogrouped-node";
import { ShuffledNode } from "../nodes/shuffled-node";
import type { Partitioner } from "../partitioner";
import type { RDD } from "../rdd";
import { choosePartitioner } from "./default-partitioner";
import type { Implements } from "./install";
import { checkRdd } from "./narrow";
import { checkLayout, type Layout } from "./layout";

export interface SetMethods<T> {
  /**
   * Each record once. Of equal records one stays, no matter which. Pairs that are laid out by key in as many partitions as
   * asked for stay where they are, and their layout stays known; others move.
   *
   * @param numPartitions as many as there are, or `spark.default.parallelism` where that is set, by default.
   */
  distinct(numPartitions?: number): RDD<T>;

  /** The records that both RDDs have, each once. */
  intersection(other: RDD<T>, layout?: Layout): RDD<T>;

  /** The records that the other RDD does not have, as often as they come. */
  subtract(other: RDD<T>, layout?: Layout): RDD<T>;
}

function filtered(rdd: RDD<unknown>, scope: string, other: unknown, layout: unknown, keep: "present" | "absent"): RDD<unknown> {
  const { port } = rdd;
  port.assertRunning(scope);
  const wanted = checkLayout(scope, layout);
  const sides = [rdd.node, checkRdd(scope, other)].map((side) => new PartitionNode(port, scope, side, { kind: "pass" }));
  const choose = (): Partitioner => choosePartitioner(scope, wanted, sides);
  const result = new CoGroupedNode(port, scope, sides, choose, {
    kind: "filterByKeys",
    keep,
    carries: "keys",
    distinct: keep === "present",
  });
  return rdd.derive(new PartitionNode(port, scope, result, { kind: "pass" }));
}

export const setMethods = {
  distinct(this: RDD<unknown>, numPartitions?: unknown) {
    const { port } = this;
    port.assertRunning("distinct");
    const wanted = checkLayout("distinct", numPartitions);
    const { node } = this;
    const keyed = new PartitionNode(port, "distinct", node, { kind: "pass" }, { preservesPartitioning: true });
    // Equal records have equal keys, and are in one partition already where keys are.
    const choose = (): Partitioner => {
      const { partitioner } = node;
      const stays = partitioner !== undefined && (wanted === undefined || wanted === partitioner.numPartitions);
      return stays ? partitioner : choosePartitioner("distinct", wanted, [node]);
    };
    const shuffled = new ShuffledNode(port, "distinct", keyed, choose, {
      carries: "keys",
      aggregation: { kind: "distinct" },
      mapSideCombine: true,
    });
    return this.derive(new PartitionNode(port, "distinct", shuffled, { kind: "pass" }, { preservesPartitioning: true }));
  },
  intersection(this: RDD<unknown>, other: unknown, layout?: unknown) {
    return filtered(this, "intersection", other, layout, "present");
  },
  subtract(this: RDD<unknown>, other: unknown, layout?: unknown) {
    return filtered(this, "subtract", other, layout, "absent");
  },
} satisfies Implements<SetMethods<unknown>>;
