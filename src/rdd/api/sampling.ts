/**
 * Random samples. The same seed gives the same records, wherever the partitions are computed. Numbers are drawn by
 * Spark's generators, so that seeds of Spark's Scala API give the records that they give there.
 */
import { UsageError } from "../../common/errors";
import { encodeValue, KeyMap } from "../../columnar";
import type { Call } from "../context-port";
import { checkBoolean, checkInteger, checkNumber, invalidArgument } from "../arguments";
import type { DatasetNode } from "../nodes/node";
import { OpNode, type OpPlan } from "../nodes/op-node";
import { JavaRandom, shuffleInPlace } from "../random/java-random";
import type { RDD } from "../rdd";
import { decodeRows, decodeRowsInto } from "../row-bytes";
import type { SamplerSpec } from "../stage-spec";
import type { Implements } from "./install";
import { type ActionOptions, callOf, partitionBytes, partitionValues } from "./run";

export interface SamplingMethods<T> {
  /**
   * A sample of about `fraction` of the records: without replacement each with that probability, with replacement each
   * as often as a Poisson distribution of that mean says. The number of records varies.
   *
   * @param seed an integer; drawn at the call where absent.
   */
  sample(withReplacement: boolean, fraction: number, seed?: number): RDD<T>;

  /** Splits the records at random into parts of about the given weights. Together the parts are the RDD, and none overlap. */
  randomSplit(weights: readonly number[], seed?: number): RDD<T>[];

  /** Exactly `count` records in random order, all records where there are fewer (without replacement). */
  takeSample(withReplacement: boolean, count: number, seed?: number, options?: ActionOptions): Promise<T[]>;

  /** A sample with a fraction for each key: a Map, or an object where keys are strings. A key without one fails the job. */
  sampleByKey<K, V>(this: RDD<[K, V]>, withReplacement: boolean, fractions: KeyFractions<K>, seed?: number): RDD<[K, V]>;

  /**
   * The same with exactly ⌈fraction · n⌉ of the n pairs of each key. Two jobs find out which, when the sample is first needed; the driver holds a number for each record of the sample meanwhile. The pairs must come in the same order each time:
   * persist what a shuffle gave.
   */
  sampleByKeyExact<K, V>(this: RDD<[K, V]>, withReplacement: boolean, fractions: KeyFractions<K>, seed?: number): RDD<[K, V]>;
}

type KeyFractions<K> = ReadonlyMap<K, number> | (K extends string ? Readonly<Record<string, number>> : never);

function seedOf(call: string, seed: unknown): bigint {
  if (seed === undefined) return BigInt(Math.floor(Math.random() * 2 ** 53));
  return BigInt(checkInteger(call, "the seed", seed, Number.MIN_SAFE_INTEGER));
}

function sampled(
  rdd: RDD<unknown>,
  scope: string,
  sampler: SamplerSpec,
  seeds: (partitions: number) => readonly bigint[],
  className: string,
): RDD<unknown> {
  const plan = (parent: DatasetNode): OpPlan => ({ op: "sample", sampler, seeds: seeds(parent.numPartitions) });
  return rdd.derive(new OpNode(rdd.port, scope, rdd.node, plan, { preservesPartitioning: true, className }));
}

function partitionwise(rdd: RDD<unknown>, withReplacement: boolean, fraction: number, seed: bigint): RDD<unknown> {
  const sampler: SamplerSpec = withReplacement ? { kind: "poisson", mean: fraction } : { kind: "bernoulli", fraction };
  const seeds = (partitions: number): bigint[] => {
    const random = new JavaRandom(seed);
    return Array.from({ length: partitions }, () => random.nextLong());
  };
  return sampled(rdd, "sample", sampler, seeds, "PartitionwiseSampledRDD");
}

function fractionsOf(call: string, fractions: unknown): KeyMap<number> {
  const entries =
    fractions instanceof Map
      ? fractions
      : typeof fractions === "object" && fractions !== null
        ? Object.entries(fractions)
        : undefined;
  if (entries === undefined) throw invalidArgument(call, "fractions", "a Map, or an object, from keys to fractions", fractions);
  const byKey = new KeyMap<number>();
  for (const [key, fraction] of entries as Iterable<[unknown, unknown]>)
    byKey.set(key, checkNumber(call, "each fraction", fraction, 0));
  return byKey;
}

const seedsFrom = (base: bigint, { numPartitions }: DatasetNode): bigint[] =>
  Array.from({ length: numPartitions }, (_, partition) => base + BigInt(partition));

/** For each key the bound below which exactly ⌈fraction · n⌉ of its pairs' numbers lie. */
async function exactBounds(
  rdd: RDD<unknown>,
  call: Call,
  withReplacement: boolean,
  fractions: KeyMap<number>,
  seeds: readonly bigint[],
): Promise<KeyMap<number>> {
  const { values } = rdd.port;
  const counts = new KeyMap<number>();
  for (const bytes of await partitionBytes(rdd.node, call, { kind: "countByValue", keys: true })) {
    for (const [key, count] of decodeRows(bytes, values) as [unknown, number][]) counts.set(key, (counts.get(key) ?? 0) + count);
  }
  const bounds = new KeyMap<number>();
  let limits = new KeyMap<number>();
  for (const [key, count] of counts) {
    const fraction = fractions.get(key);
    // A key without a fraction fails the sample, in words.
    if (fraction === undefined) continue;
    const deviation = Math.sqrt((withReplacement ? fraction : fraction * (1 - fraction)) / count);
    limits.set(key, fraction + 6 * deviation + 6 / count);
  }
  while (limits.size > 0) {
    const draws = new KeyMap<number[]>();
    const all = new KeyMap<number>([...counts].map(([key]) => [key, limits.get(key) ?? 0]));
    const node = new OpNode(rdd.port, call.scope, rdd.node, {
      op: "keyDraws",
      withReplacement,
      fractions: encodeValue([...all], values, "fractions"),
      seeds,
    });
    for (const bytes of await partitionBytes(node, call, { kind: "collect", limit: null })) {
      for (const [key, draw] of decodeRows(bytes, values) as [unknown, number][]) {
        const list = draws.get(key);
        if (list === undefined) draws.set(key, [draw]);
        else list.push(draw);
      }
    }
    const again = new KeyMap<number>();
    for (const [key, limit] of limits) {
      const wanted = Math.ceil(fractions.get(key)! * counts.get(key)!);
      const sorted = Float64Array.from(draws.get(key) ?? []).sort();
      if (sorted.length > wanted) bounds.set(key, sorted[wanted]!);
      else if (sorted.length === wanted || (limit >= 1 && !withReplacement)) bounds.set(key, limit);
      // So few numbers below a bound that far off are all but impossible.
      else again.set(key, withReplacement ? limit * 2 : 1);
    }
    limits = again;
  }
  return bounds;
}

/** A fraction with which a sample of `total` records has at least `count` with great probability (Spark's SamplingUtils). */
function fractionFor(count: number, total: number, withReplacement: boolean): number {
  if (withReplacement) {
    const deviations = count < 6 ? 12 : count < 16 ? 9 : 6;
    return Math.max(count + deviations * Math.sqrt(count), 1e-10) / total;
  }
  const fraction = count / total;
  const gamma = -Math.log(1e-4) / total;
  return Math.min(1, Math.max(1e-10, fraction + gamma + Math.sqrt(gamma * gamma + 2 * gamma * fraction)));
}

export const samplingMethods = {
  sample(this: RDD<unknown>, withReplacement: unknown, fraction: unknown, seed?: unknown) {
    this.port.assertRunning("sample");
    checkBoolean("sample", "withReplacement", withReplacement);
    return partitionwise(
      this,
      withReplacement === true,
      checkNumber("sample", "the fraction", fraction, 0),
      seedOf("sample", seed),
    );
  },
  randomSplit(this: RDD<unknown>, weights: unknown, seed?: unknown) {
    this.port.assertRunning("randomSplit");
    if (!Array.isArray(weights) || weights.length === 0)
      throw invalidArgument("randomSplit", "weights", "an array of numbers", weights);
    const given = weights.map((weight) => checkNumber("randomSplit", "each weight", weight, 0));
    const total = given.reduce((a, b) => a + b, 0);
    if (total <= 0) throw new UsageError("INVALID_ARGUMENT", "randomSplit: the sum of the weights must be positive.");
    const base = seedOf("randomSplit", seed);
    let reached = 0;
    return given.map((weight) => {
      const lower = reached / total;
      reached += weight;
      const cell: SamplerSpec = { kind: "cell", lower, upper: reached / total };
      return sampled(
        this,
        "randomSplit",
        cell,
        (count) => Array.from({ length: count }, (_, partition) => base + BigInt(partition)),
        "MapPartitionsRDD",
      );
    });
  },
  async takeSample(this: RDD<unknown>, withReplacement: unknown, count: unknown, seed?: unknown, options?: ActionOptions) {
    const call = callOf(this.node, "takeSample", options);
    checkBoolean("takeSample", "withReplacement", withReplacement);
    const wanted = checkInteger("takeSample", "the number of records", count, 0);
    const random = new JavaRandom(seedOf("takeSample", seed));
    if (wanted === 0) return [];
    const total = (await partitionValues<number>(this.node, call, { kind: "count" })).reduce((a, b) => a + b, 0);
    if (total === 0) return [];
    const gather = async (rdd: RDD<unknown>): Promise<unknown[]> => {
      const records: unknown[] = [];
      for (const bytes of await partitionBytes(rdd.node, call, { kind: "collect", limit: null }))
        decodeRowsInto(bytes, this.port.values, records);
      return records;
    };
    if (withReplacement !== true && wanted >= total) {
      const all = await gather(this);
      shuffleInPlace(all, random);
      return all;
    }
    const fraction = fractionFor(wanted, total, withReplacement === true);
    let records: unknown[];
    do records = await gather(partitionwise(this, withReplacement === true, fraction, BigInt(random.nextInt())));
    while (records.length < wanted);
    shuffleInPlace(records, random);
    return records.slice(0, wanted);
  },
  sampleByKey(this: RDD<unknown>, withReplacement: unknown, fractions: unknown, seed?: unknown) {
    this.port.assertRunning("sampleByKey");
    checkBoolean("sampleByKey", "withReplacement", withReplacement);
    const byKey = fractionsOf("sampleByKey", fractions);
    const base = seedOf("sampleByKey", seed);
    const plan = (parent: DatasetNode): OpPlan => ({
      op: "sampleByKey",
      withReplacement: withReplacement === true,
      exact: false,
      fractions: encodeValue([...byKey], this.port.values, "fractions"),
      seeds: seedsFrom(base, parent),
    });
    return this.derive(new OpNode(this.port, "sampleByKey", this.node, plan, { preservesPartitioning: true }));
  },
  sampleByKeyExact(this: RDD<unknown>, withReplacement: unknown, fractions: unknown, seed?: unknown) {
    const scope = "sampleByKeyExact";
    const call = callOf(this.node, scope, undefined);
    const replace = checkBoolean(scope, "withReplacement", withReplacement);
    const byKey = fractionsOf(scope, fractions);
    const base = seedOf(scope, seed);
    const plan = async (parent: DatasetNode): Promise<OpPlan> => {
      const seeds = seedsFrom(base, parent);
      const bounds = await exactBounds(this, call, replace, byKey, seeds);
      return {
        op: "sampleByKey",
        withReplacement: replace,
        exact: true,
        fractions: encodeValue([...bounds], this.port.values, "fractions"),
        seeds,
      };
    };
    return this.derive(new OpNode(this.port, scope, this.node, plan, { preservesPartitioning: true }));
  },
} satisfies Implements<SamplingMethods<unknown>>;
