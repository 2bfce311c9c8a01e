/** Barrier stages: all tasks start together, and can wait for each other (BarrierTaskContext). */
import { PartitionNode } from "../nodes/partition-node";
import type { RDD } from "../rdd";
import type { RddBase } from "../rdd-base";
import type { PartitionResult } from "./narrow";

/** What `rdd.barrier()` gives. If one task fails, all of them run again. */
export interface RDDBarrier<T> {
  /** As RDD.mapPartitions, in a barrier stage. */
  mapPartitions<K, V>(f: (records: IterableIterator<T>) => PartitionResult<[K, V]>, preservesPartitioning?: boolean): RDD<[K, V]>;
  mapPartitions<U>(f: (records: IterableIterator<T>) => PartitionResult<U>, preservesPartitioning?: boolean): RDD<U>;
  /** As RDD.mapPartitionsWithIndex, in a barrier stage. */
  mapPartitionsWithIndex<K, V>(
    f: (partition: number, records: IterableIterator<T>) => PartitionResult<[K, V]>,
    preservesPartitioning?: boolean,
  ): RDD<[K, V]>;
  mapPartitionsWithIndex<U>(
    f: (partition: number, records: IterableIterator<T>) => PartitionResult<U>,
    preservesPartitioning?: boolean,
  ): RDD<U>;
}

export function rddBarrier(rdd: RddBase): RDDBarrier<unknown> {
  const make = (scope: string, f: unknown, withIndex: boolean, preservesPartitioning: boolean): RDD<never> =>
    rdd.derive(
      new PartitionNode(
        rdd.port,
        scope,
        rdd.node,
        { kind: "mapPartitions", f: rdd.capture(f, scope), withIndex },
        { preservesPartitioning, barrier: true },
      ),
    );
  return {
    mapPartitions: (f: unknown, preservesPartitioning = false) => make("mapPartitions", f, false, preservesPartitioning),
    mapPartitionsWithIndex: (f: unknown, preservesPartitioning = false) =>
      make("mapPartitionsWithIndex", f, true, preservesPartitioning),
  };
}
