/** Transformations that work partition by partition: no record leaves its partition. */
import { UsageError } from "../../common/errors";
import { checkBoolean, checkNumPartitions, checkString, invalidArgument } from "../arguments";
import { CartesianNode } from "../nodes/cartesian-node";
import type { DatasetNode } from "../nodes/node";
import { OpNode, type OpPlan } from "../nodes/op-node";
import { PartitionNode, type PartitionNodeOptions } from "../nodes/partition-node";
import { coalescedGroups, RegroupedNode } from "../nodes/regrouped-node";
import { IndexPartitioner } from "../nodes/shuffle-dependency";
import { ShuffledNode } from "../nodes/shuffled-node";
import { UnionNode } from "../nodes/union-node";
import { ZippedNode } from "../nodes/zipped-node";
import { RddBase } from "../rdd-base";
import type { RDD } from "../rdd";
import type { PipeSpec } from "../stage-spec";
import { type RDDBarrier, rddBarrier } from "./barrier";
import type { Implements } from "./install";
import { callOf, partitionValues } from "./run";
import { splitCommand } from "./split-command";

/** A value, or a promise of it: functions of tasks may be asynchronous. */
export type Awaitable<T> = T | PromiseLike<T>;

/** What a function over a partition may return: an iterable (a generator's, too), an asynchronous one, or a promise of an iterable. */
export type PartitionResult<U> = Awaitable<Iterable<U>> | AsyncIterable<U>;

export interface PipeOptions {
  /** Fail the task when the command ends with another status than 0 (default true). */
  readonly checkCode?: boolean;
  /** Encoding of the command's output; default utf-8. */
  readonly encoding?: string;
}

/** Makes an evaluator for each partition, in its task. */
export interface PartitionEvaluatorFactory<T, U> {
  createEvaluator(): { eval(partition: number, records: IterableIterator<T>): Iterable<U> };
}

export interface NarrowMethods<T> {
  /**
   * Passes every record through `f`. A function that returns promises is awaited in order, a bounded number at a time
   * (`firesteel.async.maxInFlight`); its first result in a partition tells.
   *
   * @example sc.range(3).map((x) => x * x).collect() // [0, 1, 4]
   */
  map<A, B, C, D>(f: (record: T) => Awaitable<[[A, B], [C, D]]>): RDD<[[A, B], [C, D]]>;
  map<K, A, B>(f: (record: T) => Awaitable<[K, [A, B]]>): RDD<[K, [A, B]]>;
  map<A, B, V>(f: (record: T) => Awaitable<[[A, B], V]>): RDD<[[A, B], V]>;
  map<K, A, B, C>(f: (record: T) => Awaitable<[K, [A, B, C]]>): RDD<[K, [A, B, C]]>;
  map<K, V>(f: (record: T) => Awaitable<[K, V]>): RDD<[K, V]>;
  map<U>(f: (record: T) => Awaitable<U>): RDD<U>;

  /** Keeps the records for which `f` gives something true. */
  filter<S extends T>(f: (record: T) => record is S): RDD<S>;
  filter(f: (record: T) => Awaitable<unknown>): RDD<T>;

  /** All items of the iterables that `f` makes of the records. A string counts as its characters. */
  flatMap<K, A, B>(f: (record: T) => Awaitable<Iterable<[K, [A, B]]>>): RDD<[K, [A, B]]>;
  flatMap<A, B, V>(f: (record: T) => Awaitable<Iterable<[[A, B], V]>>): RDD<[[A, B], V]>;
  flatMap<K, V>(f: (record: T) => Awaitable<Iterable<[K, V]>>): RDD<[K, V]>;
  flatMap<U>(f: (record: T) => Awaitable<Iterable<U>>): RDD<U>;

  /** Pairs of `f(record)` and the record. */
  keyBy<A, B>(f: (record: T) => Awaitable<[A, B]>): RDD<[[A, B], T]>;
  keyBy<K>(f: (record: T) => Awaitable<K>): RDD<[K, T]>;

  /**
   * Calls `f` once for each partition with an iterator over its records, which are made while they are asked for.
   *
   * @param preservesPartitioning says that `f` leaves keys as they are, so that the layout stays known.
   * @example rdd.mapPartitions(function* (records) { for (const x of records) yield x * 2; })
   */
  mapPartitions<K, V>(f: (records: IterableIterator<T>) => PartitionResult<[K, V]>, preservesPartitioning?: boolean): RDD<[K, V]>;
  mapPartitions<U>(f: (records: IterableIterator<T>) => PartitionResult<U>, preservesPartitioning?: boolean): RDD<U>;

  /** As mapPartitions, with the index of the partition first. */
  mapPartitionsWithIndex<K, V>(
    f: (partition: number, records: IterableIterator<T>) => PartitionResult<[K, V]>,
    preservesPartitioning?: boolean,
  ): RDD<[K, V]>;
  mapPartitionsWithIndex<U>(
    f: (partition: number, records: IterableIterator<T>) => PartitionResult<U>,
    preservesPartitioning?: boolean,
  ): RDD<U>;

  /** What `createEvaluator().eval(partition, records)` gives for each partition; Spark's form for functions with a state of their own. */
  mapPartitionsWithEvaluator<U>(factory: PartitionEvaluatorFactory<T, U>): RDD<U>;

  /** The older name of mapPartitionsWithIndex. */
  mapPartitionsWithSplit<U>(
    f: (partition: number, records: IterableIterator<T>) => PartitionResult<U>,
    preservesPartitioning?: boolean,
  ): RDD<U>;

  /** One array for each partition. */
  glom(): RDD<T[]>;

  /** The records of this RDD and of the others; what is in several stays as often. */
  union(...others: readonly RDD<T>[]): RDD<T>;

  /** Record i of this RDD with record i of the other. Both must have equal numbers of partitions and of records in each. */
  zip<U>(other: RDD<U>): RDD<[T, U]>;

  /** Calls `f` once for each partition with an iterator over each RDD's records there. All must have equal numbers of partitions. */
  zipPartitions<A, U>(a: RDD<A>, f: (records: IterableIterator<T>, a: IterableIterator<A>) => PartitionResult<U>): RDD<U>;
  zipPartitions<A, B, U>(
    a: RDD<A>,
    b: RDD<B>,
    f: (records: IterableIterator<T>, a: IterableIterator<A>, b: IterableIterator<B>) => PartitionResult<U>,
  ): RDD<U>;
  zipPartitions<A, B, C, U>(
    a: RDD<A>,
    b: RDD<B>,
    c: RDD<C>,
    f: (
      records: IterableIterator<T>,
      a: IterableIterator<A>,
      b: IterableIterator<B>,
      c: IterableIterator<C>,
    ) => PartitionResult<U>,
  ): RDD<U>;

  /** Pairs of the records and their positions, from 0. With several partitions a job counts their records first. */
  zipWithIndex(): RDD<[T, number]>;

  /** Pairs of the records and numbers that no other has: record i of partition k of n gets i·n + k. No job is needed. */
  zipWithUniqueId(): RDD<[T, number]>;

  /** All pairs of a record of this RDD and one of the other. */
  cartesian<U>(other: RDD<U>): RDD<[T, U]>;

  /**
   * Fewer partitions: neighbours are put together, without a shuffle. With `shuffle` records are spread anew, which can
   * give more partitions, too.
   */
  coalesce(numPartitions: number, shuffle?: boolean): RDD<T>;

  /** Spreads the records evenly over `numPartitions` partitions, by a shuffle. */
  repartition(numPartitions: number): RDD<T>;

  /**
   * Runs a command for each partition: records go to its standard input as lines, the lines of its output are the
   * result. A string is split at spaces (quotes hold together); no shell is involved.
   */
  pipe(command: string | readonly string[], env?: Readonly<Record<string, string>>, options?: PipeOptions): RDD<string>;

  /** The same records, in a stage whose tasks all start together or not at all. */
  barrier(): RDDBarrier<T>;
}

function withFunction(rdd: RDD<unknown>, op: "map" | "filter" | "flatMap" | "keyBy", f: unknown): RDD<unknown> {
  const plan: OpPlan = { op, f: rdd.capture(f, op) };
  return rdd.derive(new OpNode(rdd.port, op, rdd.node, plan, { preservesPartitioning: op === "filter" }));
}

/** mapPartitions in its forms. */
function partitionFunction(
  rdd: RddBase,
  scope: string,
  f: unknown,
  withIndex: boolean,
  options: PartitionNodeOptions,
): DatasetNode {
  return new PartitionNode(rdd.port, scope, rdd.node, { kind: "mapPartitions", f: rdd.capture(f, scope), withIndex }, options);
}

export function checkRdd(call: string, other: unknown, what = "the other RDD"): DatasetNode {
  if (other instanceof RddBase) return other.node;
  throw invalidArgument(call, what, "an RDD", other);
}

function spread(rdd: RDD<unknown>, numPartitions: number, scope: string): RDD<unknown> {
  const { port } = rdd;
  const keyed = new OpNode(port, scope, rdd.node, { op: "distribute", numPartitions });
  const shuffled = new ShuffledNode(port, scope, keyed, () => new IndexPartitioner(numPartitions), { carries: "values" });
  const coalesced = new PartitionNode(port, scope, shuffled, { kind: "pass" }, { className: "CoalescedRDD" });
  return rdd.derive(new PartitionNode(port, scope, coalesced, { kind: "pass" }));
}

export const narrowMethods = {
  map(this: RDD<unknown>, f: unknown) {
    return withFunction(this, "map", f);
  },
  filter(this: RDD<unknown>, f: unknown) {
    return withFunction(this, "filter", f);
  },
  flatMap(this: RDD<unknown>, f: unknown) {
    return withFunction(this, "flatMap", f);
  },
  keyBy(this: RDD<unknown>, f: unknown) {
    return withFunction(this, "keyBy", f);
  },
  mapPartitions(this: RDD<unknown>, f: unknown, preservesPartitioning = false) {
    return this.derive(partitionFunction(this, "mapPartitions", f, false, { preservesPartitioning }));
  },
  mapPartitionsWithIndex(this: RDD<unknown>, f: unknown, preservesPartitioning = false) {
    return this.derive(partitionFunction(this, "mapPartitionsWithIndex", f, true, { preservesPartitioning }));
  },
  mapPartitionsWithSplit(this: RDD<unknown>, f: unknown, preservesPartitioning = false) {
    return this.derive(partitionFunction(this, "mapPartitionsWithSplit", f, true, { preservesPartitioning }));
  },
  mapPartitionsWithEvaluator(this: RDD<unknown>, factory: PartitionEvaluatorFactory<unknown, unknown>) {
    if (typeof (factory as Partial<typeof factory> | undefined)?.createEvaluator !== "function")
      throw invalidArgument("mapPartitionsWithEvaluator", "the factory", "an object with a method createEvaluator", factory);
    const f = (partition: number, records: IterableIterator<unknown>): Iterable<unknown> =>
      factory.createEvaluator().eval(partition, records);
    return this.derive(partitionFunction(this, "mapPartitionsWithEvaluator", f, true, {}));
  },
  glom(this: RDD<unknown>) {
    this.port.assertRunning("glom");
    return this.derive(new PartitionNode(this.port, "glom", this.node, { kind: "glom" }));
  },
  union(this: RDD<unknown>, ...others: readonly unknown[]) {
    this.port.assertRunning("union");
    return this.derive(new UnionNode(this.port, [this.node, ...others.map((other) => checkRdd("union", other))]));
  },
  zip(this: RDD<unknown>, other: unknown) {
    this.port.assertRunning("zip");
    return this.derive(new ZippedNode(this.port, "zip", [this.node, checkRdd("zip", other)], null));
  },
  zipPartitions(this: RDD<unknown>, ...rest: readonly unknown[]) {
    const f = rest.at(-1);
    const others = rest.slice(0, -1).map((other) => checkRdd("zipPartitions", other));
    if (others.length === 0)
      throw new UsageError("MISSING_ARGUMENT", "zipPartitions: give at least one other RDD, and a function last.");
    return this.derive(new ZippedNode(this.port, "zipPartitions", [this.node, ...others], this.capture(f, "zipPartitions")));
  },
  zipWithIndex(this: RDD<unknown>) {
    const call = callOf(this.node, "zipWithIndex", undefined);
    const plan = async (parent: DatasetNode): Promise<OpPlan> => {
      const count = parent.numPartitions;
      const counts =
        count < 2
          ? []
          : await partitionValues<number>(parent, call, { kind: "count" }, () => Array.from({ length: count - 1 }, (_, i) => i));
      const starts = [0];
      for (const records of counts) starts.push(starts.at(-1)! + records);
      return { op: "index", starts };
    };
    return this.derive(new OpNode(this.port, "zipWithIndex", this.node, plan, { className: "ZippedWithIndexRDD" }));
  },
  zipWithUniqueId(this: RDD<unknown>) {
    this.port.assertRunning("zipWithUniqueId");
    const plan = (parent: DatasetNode): OpPlan => ({ op: "uniqueId", step: parent.numPartitions });
    return this.derive(new OpNode(this.port, "zipWithUniqueId", this.node, plan));
  },
  cartesian(this: RDD<unknown>, other: unknown) {
    this.port.assertRunning("cartesian");
    return this.derive(new CartesianNode(this.port, this.node, checkRdd("cartesian", other)));
  },
  coalesce(this: RDD<unknown>, numPartitions: unknown, shuffle: unknown = false) {
    this.port.assertRunning("coalesce");
    const wanted = checkNumPartitions("coalesce", numPartitions);
    if (checkBoolean("coalesce", "shuffle", shuffle)) return spread(this, wanted, "coalesce");
    return this.derive(
      new RegroupedNode(this.port, "coalesce", this.node, {
        className: "CoalescedRDD",
        groups: (parent) => coalescedGroups(parent.numPartitions, wanted),
      }),
    );
  },
  repartition(this: RDD<unknown>, numPartitions: unknown) {
    this.port.assertRunning("repartition");
    return spread(this, checkNumPartitions("repartition", numPartitions), "repartition");
  },
  pipe(this: RDD<unknown>, command: unknown, env: Readonly<Record<string, string>> = {}, options: PipeOptions = {}) {
    this.port.assertRunning("pipe");
    const words = typeof command === "string" ? splitCommand(checkString("pipe", "the command", command)) : command;
    if (!Array.isArray(words) || words.length === 0 || !words.every((word) => typeof word === "string")) {
      throw invalidArgument("pipe", "the command", "a string, or an array of a program and its arguments", command);
    }
    const pipe: PipeSpec = {
      command: words,
      env: { ...env },
      checkCode: options.checkCode ?? true,
      encoding: options.encoding ?? "utf-8",
    };
    return this.derive(new PartitionNode(this.port, "pipe", this.node, { kind: "pipe", pipe }, { className: "PipedRDD" }));
  },
  barrier(this: RDD<unknown>) {
    this.port.assertRunning("barrier");
    return rddBarrier(this);
  },
} satisfies Implements<NarrowMethods<unknown>>;
