/**
 * What one shuffle does, as the map side and the reduce side both see it: plain data and revived user functions. The
 * lineage makes it from the operation (reduceByKey, sortByKey, …); nothing here knows an RDD.
 */

/** Where a key goes. Equal keys go to the same partition on every machine, whichever writer looks at them. */
export type Partitioning =
  | { readonly kind: "hash"; readonly numPartitions: number }
  /**
   * Partition i takes the keys above bounds[i - 1] up to and including bounds[i], in the order `compare` (the order of
   * keys of columnar/keys by default). `bounds` ascend in that order and are one less than the partitions; with
   * `ascending` false the partitions are numbered from the last to the first.
   */
  | {
      readonly kind: "range";
      readonly bounds: readonly unknown[];
      readonly ascending: boolean;
      readonly compare?: KeyCompare;
    }
  /** The user's own: `getPartition` must give an integer from 0 to numPartitions - 1 for every key. */
  | { readonly kind: "custom"; readonly numPartitions: number; readonly getPartition: (key: unknown) => number };

export type KeyCompare = (a: unknown, b: unknown) => number;

/** How records with equal keys become one. `call` is the user's call, for messages. Values of a group, and their combination, come in no particular order of map tasks. */
export type Aggregation =
  /** reduceByKey: values combine with each other. Associative and commutative, as Spark demands. */
  | { readonly kind: "reduce"; readonly call: string; readonly merge: (a: unknown, b: unknown) => unknown }
  /** combineByKey, aggregateByKey, foldByKey. `mergeValue` and `mergeCombiners` may change and return their first argument. */
  | {
      readonly kind: "combine";
      readonly call: string;
      readonly createCombiner: (value: unknown) => unknown;
      readonly mergeValue: (combiner: unknown, value: unknown) => unknown;
      readonly mergeCombiners: (a: unknown, b: unknown) => unknown;
    }
  /** groupByKey: an array of the values of each key, those of one map task in their order. Never combined on the map side. */
  | { readonly kind: "group" }
  /** Each key once; `carries` must be "keys". */
  | { readonly kind: "distinct" };

/** An order of keys within the partitions that a shuffle delivers. Equal keys keep the order in which they were read. */
export interface KeyOrdering {
  readonly ascending: boolean;
  /** The order of keys of columnar/keys where absent. */
  readonly compare?: KeyCompare;
}

/**
 * What the records are that go in and come out:
 * "pairs": [key, value] in and out (out: [key, combiner] with an aggregation);
 * "keys": bare keys in and out (distinct, subtract, intersection);
 * "values": [key, value] in, the bare values out; the key only says where a value goes (repartition).
 */
export type Carries = "pairs" | "keys" | "values";

export interface ShuffleSpec {
  readonly shuffleId: number;
  readonly partitioning: Partitioning;
  readonly carries: Carries;
  readonly aggregation?: Aggregation;
  /** Combine on the map side already: what crosses is combiners. Ignored without an aggregation and for "group". */
  readonly mapSideCombine: boolean;
  /** Sort what a reduce task reads (sortByKey, repartitionAndSortWithinPartitions). Not with carries "values". */
  readonly ordering?: KeyOrdering;
}

/** How many partitions the shuffle writes. */
export function numReducers(spec: { readonly partitioning: Partitioning }): number {
  const { partitioning } = spec;
  return partitioning.kind === "range" ? partitioning.bounds.length + 1 : partitioning.numPartitions;
}

/** Whether what crosses the shuffle is combiners rather than values. */
export function shipsCombiners(spec: ShuffleSpec): boolean {
  return spec.mapSideCombine && spec.aggregation !== undefined && spec.aggregation.kind !== "group";
}
