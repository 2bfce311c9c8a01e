/** Actions: they run a job and resolve to its result. */
import type { Call } from "../context-port";
import { Readable } from "node:stream";
import { decodeValue, encodeValue, KeyMap } from "../../columnar";
import { UsageError } from "../../common/errors";
import { COMBINES, isPair, notAPair, refusePromises, TAKES_IN } from "../../shuffle";
import { checkBoolean, checkFunction, checkInteger, checkString, checkSynchronous } from "../arguments";
import type { DatasetNode } from "../nodes/node";
import { OpNode } from "../nodes/op-node";
import { PartitionNode } from "../nodes/partition-node";
import type { RDD } from "../rdd";
import { decodeRows, decodeRowsInto, iterateRows } from "../row-bytes";
import type { StageAction } from "../stage-output";
import type { Implements } from "./install";
import type { Awaitable } from "./narrow";
import { type ActionOptions, callOf, partitionBytes, partitionValues, runJob } from "./run";
import type { Shape } from "./shape";
import { type Combiner, treeCombine } from "./tree-combine";

export interface ActionMethods<T> {
  /** The number of records. */
  count(options?: ActionOptions): Promise<number>;

  /** All records, in the order of their partitions. They must fit into the memory of this process. */
  collect(options?: ActionOptions): Promise<T[]>;

  /** As collect, with its job in a job group (PySpark's; `sc.withJobGroup` does the same for any calls). */
  collectWithJobGroup(groupId: string, description: string, interruptOnCancel?: boolean, options?: ActionOptions): Promise<T[]>;

  /** The first `count` records. Partitions are read a few at a time: one first, then up to four times as many as before. */
  take(count: number, options?: ActionOptions): Promise<T[]>;

  /** The first record. Rejects for an empty RDD. */
  first(options?: ActionOptions): Promise<T>;

  isEmpty(options?: ActionOptions): Promise<boolean>;

  /** Combines all records with `f`, which must be associative and commutative. Rejects for an empty RDD. */
  reduce(this: RDD<number>, f: (a: number, b: number) => number, options?: ActionOptions): Promise<number>;
  reduce(f: (a: T, b: T) => T, options?: ActionOptions): Promise<T>;

  /** Combines all records with `f`, starting from `zero` in each partition, and once more when their results are combined. */
  fold(this: RDD<number>, zero: number, f: (a: number, b: number) => number, options?: ActionOptions): Promise<number>;
  fold(zero: T, f: (a: T, b: T) => T, options?: ActionOptions): Promise<T>;

  /**
   * Takes the records of each partition into a copy of `zero` with `seq`, and combines those, starting from `zero` again,
   * with `comb`. Both may change and return their first argument.
   */
  aggregate<U extends Shape>(
    zero: U,
    seq: (aggregate: U, record: T) => U,
    comb: (a: U, b: U) => U,
    options?: ActionOptions,
  ): Promise<U>;
  aggregate<U>(zero: U, seq: (aggregate: U, record: T) => U, comb: (a: U, b: U) => U, options?: ActionOptions): Promise<U>;

  /**
   * As reduce, combining partial results in tasks, in `depth` rounds (2 by default), before they come here. Results that lie on one host
   * are combined there, so a large one seldom crosses the network; which ones meet, and in which order, depends on where tasks ran: sums of
   * floating-point numbers may differ in their last digits from run to run, as they do in Spark.
   */
  treeReduce(this: RDD<number>, f: (a: number, b: number) => number, depth?: number, options?: ActionOptions): Promise<number>;
  treeReduce(f: (a: T, b: T) => T, depth?: number, options?: ActionOptions): Promise<T>;

  /** As aggregate, combining partial results in tasks, in `depth` rounds (2 by default), before they come here; where and in which order: see `treeReduce`. */
  treeAggregate<U extends Shape>(
    zero: U,
    seq: (aggregate: U, record: T) => U,
    comb: (a: U, b: U) => U,
    depth?: number,
    options?: ActionOptions,
  ): Promise<U>;
  treeAggregate<U>(
    zero: U,
    seq: (aggregate: U, record: T) => U,
    comb: (a: U, b: U) => U,
    depth?: number,
    options?: ActionOptions,
  ): Promise<U>;

  /** Calls `f` for each record, in tasks. */
  foreach(f: (record: T) => Awaitable<unknown>, options?: ActionOptions): Promise<void>;

  /** Calls `f` for each partition, in tasks. */
  foreachPartition(f: (records: IterableIterator<T>) => Awaitable<unknown>, options?: ActionOptions): Promise<void>;

  /** How often each record comes. Records that are equal by content count together. */
  countByValue(options?: ActionOptions): Promise<Map<T, number>>;

  /** How many pairs each key has. */
  countByKey<K, V>(this: RDD<[K, V]>, options?: ActionOptions): Promise<Map<K, number>>;

  /** The pairs as a Map: of several pairs with one key the last one counts. */
  collectAsMap<K, V>(this: RDD<[K, V]>, options?: ActionOptions): Promise<Map<K, V>>;

  /** The values of a key. Where the layout by key is known, only its partition is read. */
  lookup<K, V>(this: RDD<[K, V]>, key: K, options?: ActionOptions): Promise<V[]>;

  /**
   * The records one by one, with one partition at a time in this process.
   *
   * @param prefetchPartitions computes the next partition while this one is read.
   */
  toLocalIterator(options?: ActionOptions & { readonly prefetchPartitions?: boolean }): AsyncIterableIterator<T>;

  /** A stream of the records, in object mode, that computes partitions as it is read. */
  toReadable(options?: ActionOptions): Readable;
}

export function emptyCollection(call: string): UsageError {
  return new UsageError("EMPTY_COLLECTION", `${call}: empty collection. There is no record to give a result.`);
}

type Binary = (a: unknown, b: unknown) => unknown;

async function rowsOf(node: DatasetNode, call: Call, action: StageAction): Promise<unknown[]> {
  const rows: unknown[] = [];
  for (const bytes of await partitionBytes(node, call, action)) decodeRowsInto(bytes, node.context.values, rows);
  return rows;
}

async function takeRecords(rdd: RDD<unknown>, call: Call, count: number): Promise<unknown[]> {
  const { node, port } = rdd;
  const scaleUp = Math.max(2, Number(port.conf("spark.rdd.limit.scaleUpFactor") ?? 4));
  const taken: unknown[] = [];
  if (count === 0) return taken;
  await node.prepare();
  const total = node.numPartitions;
  let wanted = Math.max(1, Number(port.conf("spark.rdd.limit.initialNumPartitions") ?? 1));
  for (let scanned = 0; scanned < total && taken.length < count;) {
    if (scanned > 0) {
      const left = count - taken.length;
      wanted =
        taken.length === 0 ? scanned * scaleUp : Math.min(Math.ceil((1.5 * left * scanned) / taken.length), scanned * scaleUp);
    }
    const from = scanned;
    const to = Math.min(total, from + Math.max(1, wanted));
    const partitions = Array.from({ length: to - from }, (_, i) => from + i);
    for (const bytes of await partitionBytes(node, call, { kind: "collect", limit: count - taken.length }, () => partitions)) {
      for (const record of iterateRows(bytes, port.values)) {
        if (taken.length === count) break;
        taken.push(record);
      }
    }
    scanned = to;
  }
  return taken;
}

async function* localIterator(rdd: RDD<unknown>, call: Call, prefetch: boolean): AsyncGenerator<unknown> {
  const { node } = rdd;
  await node.prepare();
  const total = node.numPartitions;
  const read = async (partition: number): Promise<Uint8Array> => {
    const [bytes] = await partitionBytes(node, call, { kind: "collect", limit: null }, () => [partition]);
    return bytes!;
  };
  const startNext = (partition: number): Promise<Uint8Array> | null => {
    if (partition >= total) return null;
    const next = read(partition);
    next.catch(() => undefined);
    return next;
  };
  let ahead: Promise<Uint8Array> | null = prefetch ? startNext(0) : null;
  for (let partition = 0; partition < total; partition++) {
    const bytes = await (ahead ?? read(partition));
    ahead = prefetch ? startNext(partition + 1) : null;
    yield* iterateRows(bytes, rdd.port.values);
  }
}

function checkDepth(call: string, depth: unknown): number {
  return checkInteger(call, "the depth", depth, 1);
}

export const actionMethods = {
  async count(this: RDD<unknown>, options?: ActionOptions) {
    const counts = await partitionValues<number>(this.node, callOf(this.node, "count", options), { kind: "count" });
    return counts.reduce((a, b) => a + b, 0);
  },
  async collect(this: RDD<unknown>, options?: ActionOptions) {
    return rowsOf(this.node, callOf(this.node, "collect", options), { kind: "collect", limit: null });
  },
  async collectWithJobGroup(
    this: RDD<unknown>,
    groupId: unknown,
    description: unknown,
    interruptOnCancel: unknown = false,
    options?: ActionOptions,
  ) {
    const scope = "collectWithJobGroup";
    const properties = {
      "spark.jobGroup.id": checkString(scope, "the group", groupId),
      "spark.job.description": checkString(scope, "the description", description),
      "spark.job.interruptOnCancel": String(checkBoolean(scope, "interruptOnCancel", interruptOnCancel)),
    };
    return rowsOf(this.node, { ...callOf(this.node, scope, options), properties }, { kind: "collect", limit: null });
  },
  async take(this: RDD<unknown>, count: unknown, options?: ActionOptions) {
    return takeRecords(this, callOf(this.node, "take", options), checkInteger("take", "the number of records", count, 0));
  },
  async first(this: RDD<unknown>, options?: ActionOptions) {
    const records = await takeRecords(this, callOf(this.node, "first", options), 1);
    if (records.length === 0) throw emptyCollection("first");
    return records[0];
  },
  async isEmpty(this: RDD<unknown>, options?: ActionOptions) {
    return (await takeRecords(this, callOf(this.node, "isEmpty", options), 1)).length === 0;
  },
  async reduce(this: RDD<unknown>, f: Binary, options?: ActionOptions) {
    const captured = this.captureCombiner(f, "reduce");
    const partials = await rowsOf(this.node, callOf(this.node, "reduce", options), {
      kind: "reduce",
      call: "reduce",
      f: captured,
    });
    if (partials.length === 0) throw emptyCollection("reduce");
    return combined("reduce", "the function", partials.slice(1), partials[0], f);
  },
  async fold(this: RDD<unknown>, zero: unknown, f: Binary, options?: ActionOptions) {
    const captured = this.captureCombiner(f, "fold");
    const action: StageAction = { kind: "aggregate", call: "fold", zero: this.port.freeze(zero, "fold"), f: captured };
    const start = copyOf(zero, this);
    const partials = await partitionValues<unknown>(this.node, callOf(this.node, "fold", options), action);
    return combined("fold", "the function", partials, start, f);
  },
  async aggregate(this: RDD<unknown>, zero: unknown, seq: Binary, comb: Binary, options?: ActionOptions) {
    checkFunction("aggregate", comb, COMBINES);
    checkSynchronous("aggregate", comb, COMBINES);
    const captured = this.captureCombiner(seq, "aggregate", TAKES_IN);
    const action: StageAction = { kind: "aggregate", call: "aggregate", zero: this.port.freeze(zero, "aggregate"), f: captured };
    const start = copyOf(zero, this);
    const partials = await partitionValues<unknown>(this.node, callOf(this.node, "aggregate", options), action);
    return combined("aggregate", COMBINES, partials, start, comb);
  },
  async treeReduce(this: RDD<unknown>, f: Binary, depth: unknown = 2, options?: ActionOptions) {
    const rounds = checkDepth("treeReduce", depth);
    const combiner: Combiner = { f: this.captureCombiner(f, "treeReduce"), name: "the function" };
    const call = callOf(this.node, "treeReduce", options);
    const partial = new PartitionNode(this.port, "treeReduce", this.node, { kind: "reduce", ...combiner });
    const partials = await rowsOf(await treeCombine(partial, call, combiner, rounds), call, { kind: "collect", limit: null });
    if (partials.length === 0) throw emptyCollection("treeReduce");
    return combined("treeReduce", combiner.name, partials.slice(1), partials[0], f);
  },
  async treeAggregate(this: RDD<unknown>, zero: unknown, seq: Binary, comb: Binary, depth: unknown = 2, options?: ActionOptions) {
    const rounds = checkDepth("treeAggregate", depth);
    const captured = this.captureCombiner(seq, "treeAggregate", TAKES_IN);
    const combiner: Combiner = { f: this.captureCombiner(comb, "treeAggregate", COMBINES), name: COMBINES };
    const call = callOf(this.node, "treeAggregate", options);
    const start = copyOf(zero, this);
    const plan = { kind: "aggregate", zero: this.port.freeze(zero, "treeAggregate"), f: captured } as const;
    const partial = new PartitionNode(this.port, "treeAggregate", this.node, plan);
    const partials = await rowsOf(await treeCombine(partial, call, combiner, rounds), call, { kind: "collect", limit: null });
    return combined("treeAggregate", COMBINES, partials, start, comb);
  },
  async foreach(this: RDD<unknown>, f: unknown, options?: ActionOptions) {
    const captured = this.capture(f, "foreach");
    await partitionBytes(this.node, callOf(this.node, "foreach", options), { kind: "foreach", f: captured });
  },
  async foreachPartition(this: RDD<unknown>, f: unknown, options?: ActionOptions) {
    const captured = this.capture(f, "foreachPartition");
    await partitionBytes(this.node, callOf(this.node, "foreachPartition", options), {
      kind: "partition",
      f: captured,
      keepResult: false,
    });
  },
  async countByValue(this: RDD<unknown>, options?: ActionOptions) {
    return counted(this.node, callOf(this.node, "countByValue", options), false);
  },
  async countByKey(this: RDD<unknown>, options?: ActionOptions) {
    return counted(this.node, callOf(this.node, "countByKey", options), true);
  },
  async collectAsMap(this: RDD<unknown>, options?: ActionOptions) {
    const pairs = await rowsOf(this.node, callOf(this.node, "collectAsMap", options), { kind: "collect", limit: null });
    return new Map(new KeyMap(pairs.map((pair) => (isPair(pair) ? pair : notAPair(pair)))));
  },
  async lookup(this: RDD<unknown>, key: unknown, options?: ActionOptions) {
    const call = callOf(this.node, "lookup", options);
    const encoded = encodeValue(key, this.port.values, "key");
    const values = new OpNode(this.port, "lookup", this.node, { op: "valuesOf", key: encoded });
    await values.prepare();
    const { partitioner } = this.node;
    const found: unknown[] = [];
    const partitions = partitioner === undefined ? undefined : (): number[] => [partitioner.getPartition(key)];
    const results = await partitionBytes(values, call, { kind: "collect", limit: null }, partitions);
    for (const bytes of results) decodeRowsInto(bytes, this.port.values, found);
    return found;
  },
  toLocalIterator(this: RDD<unknown>, options?: ActionOptions & { readonly prefetchPartitions?: boolean }) {
    return localIterator(this, callOf(this.node, "toLocalIterator", options), options?.prefetchPartitions === true);
  },
  toReadable(this: RDD<unknown>, options?: ActionOptions) {
    const records = localIterator(this, callOf(this.node, "toReadable", options), false);
    return Readable.from(records, { objectMode: true });
  },
} satisfies Implements<ActionMethods<unknown>>;

/** The results of partitions combined by `f`, which messages call `name`. */
function combined(call: string, name: string, partials: readonly unknown[], start: unknown, f: Binary): unknown {
  const result = partials.reduce((a, b) => f(a, b), start);
  refusePromises([result], call, name);
  return result;
}

async function counted(node: DatasetNode, call: Call, keys: boolean): Promise<Map<unknown, number>> {
  const counts = new KeyMap<number>();
  await runJob(node, call, { kind: "countByValue", keys }, (_index, bytes) => {
    for (const [value, count] of decodeRows(bytes, node.context.values) as [unknown, number][])
      counts.set(value, (counts.get(value) ?? 0) + count);
  });
  return new Map(counts);
}

/** What results are combined into here: functions may change it, and the caller's value must stay as it is. */
function copyOf(zero: unknown, rdd: RDD<unknown>): unknown {
  return typeof zero === "object" && zero !== null
    ? decodeValue(encodeValue(zero, rdd.port.values, "zero"), rdd.port.values)
    : zero;
}
