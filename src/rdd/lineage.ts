/**
 * The lineage as the scheduler sees it: plain facts about each dataset, no functions of the user. The driver asks an RDD
 * for these after `prepare()` has resolved everything that needs a look at storage or a job of its own (file lists,
 * range bounds).
 */
import type { Determinism } from "./determinism";

export interface LineageNode {
  readonly id: number;
  /** The name shown to users: what `setName` gave, or the kind of dataset. */
  readonly name: string;
  /** The API call that made it and where: `scope` "reduceByKey", `callSite` "reduceByKey at app.ts:12:7". */
  readonly scope: string;
  readonly callSite: string;
  readonly numPartitions: number;
  readonly dependencies: readonly Dependency[];
  /** Persisted at any level: block ids are `rdd_<id>_<partition>`. */
  readonly persisted: boolean;
  /** The level's string form, for events. */
  readonly storageLevel: string;
  /** Hosts or `executor_<host>_<id>` on which a partition is best computed. */
  preferredLocations(partition: number): readonly string[];
  /** All tasks of the stage start together or not at all. */
  readonly barrier: boolean;
  /** Of its records, each time they are computed. */
  readonly determinism: Determinism;
}

export type Dependency = NarrowDependency | ShuffleDependencyInfo;

export interface NarrowDependency {
  readonly kind: "narrow";
  readonly node: LineageNode;
  /** The parent partitions that child partition `partition` reads. */
  parents(partition: number): readonly number[];
}

export interface ShuffleDependencyInfo {
  readonly kind: "shuffle";
  readonly node: LineageNode;
  readonly shuffleId: number;
  readonly numReducers: number;
  /** What child partition `partition` reads of it; absent: reduce partition `partition`. */
  parts?(partition: number): readonly ShufflePart[];
}

/** Reduce partition `reduce` as the map tasks `maps` wrote it; as all of them did where absent. */
export interface ShufflePart {
  readonly reduce: number;
  readonly maps?: readonly number[];
}
