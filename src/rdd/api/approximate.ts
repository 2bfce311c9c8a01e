/** Actions that answer when their time is over, from the partitions that are done by then, and sketches. */
import { decodeValue, KeyMap } from "../../columnar";
import { UsageError } from "../../common/errors";
import { LONGEST_TIMER } from "../../common/wake-timer";
import { type BoundedDouble, countBound, meanBound, type Seen, sumBound } from "../approximate/bounds";
import { PartialResult } from "../approximate/partial-result";
import { estimateOf, mergeSketches, newSketch } from "../approximate/sketch";
import { checkNumber, invalidArgument } from "../arguments";
import { OpNode } from "../nodes/op-node";
import type { RDD } from "../rdd";
import { RddBase } from "../rdd-base";
import { decodeRows } from "../row-bytes";
import type { StageAction } from "../stage-output";
import { StatCounter } from "../stat-counter";
import type { Implements } from "./install";
import type { Awaitable } from "./narrow";
import { aggregated } from "./pairs";
import { type ActionOptions, callOf, partitionValues, runJob } from "./run";

export interface ApproximateMethods<T> {
  /**
   * How many records there are, as far as is known after `timeout` ms; the job goes on. The interval holds the true count with
   * probability `confidence`, if records are spread over the partitions at random.
   */
  countApprox(timeout: number, confidence?: number, options?: ActionOptions): Promise<PartialResult<BoundedDouble>>;
  /** The sum after at most `timeout` ms. */
  sumApprox(
    this: RDD<number>,
    timeout: number,
    confidence?: number,
    options?: ActionOptions,
  ): Promise<PartialResult<BoundedDouble>>;
  /** The mean after at most `timeout` ms. */
  meanApprox(
    this: RDD<number>,
    timeout: number,
    confidence?: number,
    options?: ActionOptions,
  ): Promise<PartialResult<BoundedDouble>>;
  /** How often each record occurs, after at most `timeout` ms. */
  countByValueApprox(
    timeout: number,
    confidence?: number,
    options?: ActionOptions,
  ): Promise<PartialResult<Map<T, BoundedDouble>>>;
  /** How many pairs each key has, after at most `timeout` ms. */
  countByKeyApprox<K, V>(
    this: RDD<[K, V]>,
    timeout: number,
    confidence?: number,
    options?: ActionOptions,
  ): Promise<PartialResult<Map<K, BoundedDouble>>>;
  /**
   * About how many different records there are.
   * @param relativeSD relative standard deviation of the answer, at least 0.001; 0.05 by default. Smaller takes more memory.
   */
  countApproxDistinct(relativeSD?: number, options?: ActionOptions): Promise<number>;
  /** About how many different values each key has; `relativeSD` as of countApproxDistinct. */
  countApproxDistinctByKey<K, V>(this: RDD<[K, V]>, relativeSD?: number, numPartitions?: number): RDD<[K, number]>;
}

/** Merges the partitions' results into `state` as they come; answers after `timeout` ms, or earlier with all of them. */
async function approximately<R>(
  rdd: RDD<unknown>,
  scope: string,
  [timeout, confidence, options]: readonly [unknown, unknown, ActionOptions | undefined],
  action: StageAction,
  merge: (bytes: Uint8Array) => void,
  current: (seen: Seen) => R,
): Promise<PartialResult<R>> {
  const limit = checkTimeout(scope, timeout);
  const certainty = checkNumber(scope, "the confidence", confidence, 0);
  if (certainty > 1) throw new UsageError("INVALID_ARGUMENT", `${scope}: confidence (${certainty}) must be in [0,1].`);
  const { node } = rdd;
  const call = callOf(node, scope, options);
  let partitions = 0;
  const seen = (): Seen => ({ partitions, all: node.numPartitions, confidence: certainty });
  await node.prepare();
  const job = runJob(node, call, action, (_index, bytes) => {
    partitions++;
    merge(bytes);
  });
  return inTime(job, limit, () => current(seen()));
}

const checkTimeout = (scope: string, timeout: unknown): number => checkNumber(scope, "the timeout in ms", timeout, 0);

/** What is known when the job or the time is over. The job goes on. */
async function inTime<R>(job: Promise<void>, limit: number, current: () => R): Promise<PartialResult<R>> {
  const all = job.then(current);
  let timer: NodeJS.Timeout | undefined;
  const time = new Promise<null>((resolve) => (timer = setTimeout(() => resolve(null), Math.min(limit, LONGEST_TIMER))));
  try {
    const first = await Promise.race([all.then((value) => ({ value })), time]);
    return first === null ? new PartialResult(current(), false, all) : new PartialResult(first.value, true, all);
  } finally {
    clearTimeout(timer);
  }
}

/** How `runApproximateJob` makes one answer of the results of partitions, however many have come. */
export interface ApproximateEvaluator<U, R> {
  /** Called on the driver with the result of each partition once, in the order in which they come. */
  merge(partition: number, result: U): void;
  /** The answer from what was merged so far. Also called when nothing was. */
  currentResult(): R;
}

/**
 * Runs `f` on the records of each partition, and gives what `evaluator` makes of the results that have come within `timeout` ms. The job
 * goes on for `getFinalValue`. Rejects when the job fails before the time is over, or the evaluator throws.
 */
export async function runApproximateJob<T, U, R>(
  rdd: RDD<T>,
  f: (records: IterableIterator<T>, partition: number) => Awaitable<U>,
  evaluator: ApproximateEvaluator<U, R>,
  timeout: number,
  options?: ActionOptions,
): Promise<PartialResult<R>> {
  const scope = "runApproximateJob";
  if (!((rdd as unknown) instanceof RddBase)) throw invalidArgument(scope, "the RDD", "an RDD", rdd);
  if (typeof evaluator?.merge !== "function" || typeof evaluator.currentResult !== "function")
    throw invalidArgument(scope, "the evaluator", "an object with merge and currentResult", evaluator);
  const limit = checkTimeout(scope, timeout);
  const captured = rdd.capture(f, scope);
  const { node } = rdd;
  const call = callOf(node, scope, options);
  await node.prepare();
  const job = runJob(node, call, { kind: "partition", f: captured, keepResult: true }, (partition, bytes) =>
    evaluator.merge(partition, decodeValue(bytes, rdd.port.values) as U),
  );
  return inTime(job, limit, () => evaluator.currentResult());
}

type Timed = readonly [timeout: unknown, confidence: unknown, options: ActionOptions | undefined];

function ofStats(
  rdd: RDD<unknown>,
  scope: string,
  timed: Timed,
  bound: (stats: StatCounter, seen: Seen) => BoundedDouble,
): Promise<PartialResult<BoundedDouble>> {
  const stats = new StatCounter();
  const merge = (bytes: Uint8Array): void =>
    void stats.mergeStats(StatCounter.fromState(decodeValue(bytes, rdd.port.values) as number[]));
  return approximately(rdd, scope, timed, { kind: "stats" }, merge, (seen) => bound(stats, seen));
}

function ofCounts(
  rdd: RDD<unknown>,
  scope: string,
  timed: Timed,
  keys: boolean,
): Promise<PartialResult<Map<unknown, BoundedDouble>>> {
  const counts = new KeyMap<number>();
  const merge = (bytes: Uint8Array): void => {
    for (const [value, count] of decodeRows(bytes, rdd.port.values) as [unknown, number][])
      counts.set(value, (counts.get(value) ?? 0) + count);
  };
  const current = (seen: Seen): Map<unknown, BoundedDouble> =>
    new Map([...counts].map(([value, count]) => [value, countBound(count, seen)]));
  return approximately(rdd, scope, timed, { kind: "countByValue", keys }, merge, current);
}

function sketchOf(scope: string, relativeSD: unknown): Uint8Array {
  const accuracy = checkNumber(scope, "the relative standard deviation", relativeSD, 0);
  if (accuracy < 0.001) throw new UsageError("INVALID_ARGUMENT", `${scope}: accuracy (${accuracy}) must be at least 0.001.`);
  return newSketch(accuracy);
}

export const approximateMethods = {
  async countApprox(this: RDD<unknown>, timeout: unknown, confidence: unknown = 0.95, options?: ActionOptions) {
    let count = 0;
    const merge = (bytes: Uint8Array): void => void (count += decodeValue(bytes, this.port.values) as number);
    return approximately(this, "countApprox", [timeout, confidence, options], { kind: "count" }, merge, (seen) =>
      countBound(count, seen),
    );
  },
  async sumApprox(this: RDD<unknown>, timeout: unknown, confidence: unknown = 0.95, options?: ActionOptions) {
    return ofStats(this, "sumApprox", [timeout, confidence, options], sumBound);
  },
  async meanApprox(this: RDD<unknown>, timeout: unknown, confidence: unknown = 0.95, options?: ActionOptions) {
    return ofStats(this, "meanApprox", [timeout, confidence, options], meanBound);
  },
  async countByValueApprox(this: RDD<unknown>, timeout: unknown, confidence: unknown = 0.95, options?: ActionOptions) {
    return ofCounts(this, "countByValueApprox", [timeout, confidence, options], false);
  },
  async countByKeyApprox(this: RDD<unknown>, timeout: unknown, confidence: unknown = 0.95, options?: ActionOptions) {
    return ofCounts(this, "countByKeyApprox", [timeout, confidence, options], true);
  },
  async countApproxDistinct(this: RDD<unknown>, relativeSD: unknown = 0.05, options?: ActionOptions) {
    const sketch = sketchOf("countApproxDistinct", relativeSD);
    const action: StageAction = {
      kind: "aggregate",
      call: "countApproxDistinct",
      zero: this.port.freeze(sketch, "countApproxDistinct"),
      f: { builtin: "addToSketch" },
    };
    const parts = await partitionValues<Uint8Array>(this.node, callOf(this.node, "countApproxDistinct", options), action);
    return estimateOf(parts.reduce(mergeSketches, sketch));
  },
  countApproxDistinctByKey(this: RDD<unknown>, relativeSD: unknown = 0.05, numPartitions?: unknown) {
    this.port.assertRunning("countApproxDistinctByKey");
    const zero = this.port.freeze(sketchOf("countApproxDistinctByKey", relativeSD), "countApproxDistinctByKey");
    const sketches = aggregated(
      this,
      "countApproxDistinctByKey",
      { kind: "aggregate", zero, mergeValue: { builtin: "addToSketch" }, mergeCombiners: { builtin: "mergeSketches" } },
      numPartitions,
    );
    return sketches.derive(
      new OpNode(
        this.port,
        "countApproxDistinctByKey",
        sketches.node,
        { op: "mapValues", f: { builtin: "estimateOf" } },
        { preservesPartitioning: true },
      ),
    );
  },
} satisfies Implements<ApproximateMethods<unknown>>;
