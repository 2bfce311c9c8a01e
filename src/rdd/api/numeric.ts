/** Statistics of datasets of numbers. */
import type { Call } from "../context-port";
import { UsageError } from "../../common/errors";
import { checkInteger, invalidArgument } from "../arguments";
import type { RDD } from "../rdd";
import { StatCounter } from "../stat-counter";
import { emptyCollection } from "./actions";
import type { Implements } from "./install";
import { type ActionOptions, callOf, partitionValues } from "./run";

export interface NumericMethods {
  /** The sum; 0 for an empty RDD. */
  sum(this: RDD<number>, options?: ActionOptions): Promise<number>;

  /** The mean. Rejects for an empty RDD. */
  mean(this: RDD<number>, options?: ActionOptions): Promise<number>;

  /** Count, mean, variance and extremes in one pass. */
  stats(this: RDD<number>, options?: ActionOptions): Promise<StatCounter>;

  /** The variance of the population. Rejects for an empty RDD. */
  variance(this: RDD<number>, options?: ActionOptions): Promise<number>;
  /** Another name of variance. */
  popVariance(this: RDD<number>, options?: ActionOptions): Promise<number>;
  /** The variance with n - 1 in the denominator; NaN of a single number. */
  sampleVariance(this: RDD<number>, options?: ActionOptions): Promise<number>;
  /** The square root of the variance. */
  stdev(this: RDD<number>, options?: ActionOptions): Promise<number>;
  /** Another name of stdev. */
  popStdev(this: RDD<number>, options?: ActionOptions): Promise<number>;
  /** The square root of the sample variance. */
  sampleStdev(this: RDD<number>, options?: ActionOptions): Promise<number>;

  /**
   * How many numbers fall into each bucket, with the edges of the buckets. A number of buckets makes them equally wide
   * between the least and the greatest number; edges are given ascending. A bucket holds its lower edge, the last one its
   * upper edge too. Numbers outside of the edges are not counted, nor NaN.
   *
   * @example sc.range(0, 51).histogram(2) // [[0, 25, 50], [25, 26]]
   */
  histogram(
    this: RDD<number>,
    buckets: number | readonly number[],
    options?: ActionOptions,
  ): Promise<[edges: number[], counts: number[]]>;
  histogram(
    this: RDD<string>,
    buckets: 1 | readonly string[],
    options?: ActionOptions,
  ): Promise<[edges: string[], counts: number[]]>;
}

async function statsOf(rdd: RDD<unknown>, scope: string, options: ActionOptions | undefined): Promise<StatCounter> {
  const states = await partitionValues<number[]>(rdd.node, callOf(rdd.node, scope, options), { kind: "stats" });
  return states.reduce((stats, state) => stats.mergeStats(StatCounter.fromState(state)), new StatCounter());
}

const statistic = (scope: "mean" | "variance" | "popVariance" | "sampleVariance" | "stdev" | "popStdev" | "sampleStdev") =>
  async function (this: RDD<unknown>, options?: ActionOptions): Promise<number> {
    const stats = await statsOf(this, scope, options);
    if (stats.count === 0) throw emptyCollection(scope);
    return stats[scope];
  };

type Edge = number | string;

/** Edges of `count` buckets between the least and the greatest number, as PySpark makes them. */
async function evenEdges(rdd: RDD<unknown>, call: Call, count: number): Promise<number[]> {
  const states = await partitionValues<number[]>(rdd.node, call, { kind: "stats" });
  const {
    count: records,
    min,
    max,
  } = states.reduce((stats, state) => stats.mergeStats(StatCounter.fromState(state)), new StatCounter());
  if (records === 0) throw emptyCollection("histogram");
  if (!Number.isFinite(min) || !Number.isFinite(max))
    throw new UsageError("INVALID_ARGUMENT", "histogram: can not generate buckets with infinite value.");
  if (min === max) return [min, min];
  const width = (max - min) / count;
  return [...Array.from({ length: count }, (_, bucket) => min + bucket * width), max];
}

function checkEdges(edges: readonly unknown[]): readonly Edge[] {
  if (edges.length < 2) throw new UsageError("INVALID_ARGUMENT", "histogram: buckets should have more than one edge.");
  const type = typeof edges[0];
  if ((type !== "number" && type !== "string") || !edges.every((edge) => typeof edge === type && edge === edge)) {
    throw invalidArgument("histogram", "buckets", "a number, or an array of numbers", edges);
  }
  const checked = edges as readonly Edge[];
  for (let i = 1; i < checked.length; i++) {
    if (checked[i]! < checked[i - 1]!) throw new UsageError("INVALID_ARGUMENT", "histogram: buckets should be sorted.");
    if (checked[i] === checked[i - 1])
      throw new UsageError("INVALID_ARGUMENT", "histogram: buckets should not contain duplicated values.");
  }
  return checked;
}

export const numericMethods = {
  async sum(this: RDD<unknown>, options?: ActionOptions) {
    const sums = await partitionValues<number>(this.node, callOf(this.node, "sum", options), { kind: "sum" });
    return sums.reduce((a, b) => a + b, 0);
  },
  mean: statistic("mean"),
  async stats(this: RDD<unknown>, options?: ActionOptions) {
    return statsOf(this, "stats", options);
  },
  variance: statistic("variance"),
  popVariance: statistic("popVariance"),
  sampleVariance: statistic("sampleVariance"),
  stdev: statistic("stdev"),
  popStdev: statistic("popStdev"),
  sampleStdev: statistic("sampleStdev"),
  async histogram(this: RDD<unknown>, buckets: unknown, options?: ActionOptions) {
    const call = callOf(this.node, "histogram", options);
    const even = typeof buckets === "number";
    const edges = even
      ? await evenEdges(this, call, checkInteger("histogram", "the number of buckets", buckets, 1))
      : Array.isArray(buckets)
        ? checkEdges(buckets)
        : undefined;
    if (edges === undefined) throw invalidArgument("histogram", "buckets", "a number, or an array of edges", buckets);
    const totals = new Array<number>(edges.length - 1).fill(0);
    for (const counts of await partitionValues<number[]>(this.node, call, {
      kind: "histogram",
      edges,
      even: even && edges[0] !== edges.at(-1),
    })) {
      counts.forEach((count, bucket) => (totals[bucket]! += count));
    }
    return [[...edges], totals];
  },
} satisfies Implements<NumericMethods>;
