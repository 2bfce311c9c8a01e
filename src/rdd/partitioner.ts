/**
 * Which partition a key belongs to. A partitioner is a value: two equal ones promise the same layout, so that a join of
 * datasets that carry equal partitioners moves no data.
 */
import { compareKeys } from "../columnar";
import { UsageError } from "../common/errors";
import { boundsBelow, hashPartition } from "../shuffle";
import { checkNumPartitions } from "./arguments";

/**
 * Decides where the pairs of a dataset go. Subclass it for a layout of your own; `equals` should tell instances that
 * agree on every key, and by default only the same object is equal.
 *
 * @example
 * class ByRegion extends Partitioner {
 *   override readonly numPartitions = 3;
 *   override getPartition(key: string): number { return key.startsWith("eu") ? 0 : key.startsWith("us") ? 1 : 2; }
 *   override equals(other: unknown): boolean { return other instanceof ByRegion; }
 * }
 */
export abstract class Partitioner {
  abstract readonly numPartitions: number;
  /** The partition of `key`: an integer from 0 to numPartitions - 1, the same for equal keys on every machine. */
  abstract getPartition(key: unknown): number;

  equals(other: unknown): boolean {
    return this === other;
  }
}

/** Spreads keys by their hash (by content, stable across processes and restarts). The key null goes to partition 0. */
export class HashPartitioner extends Partitioner {
  override readonly numPartitions: number;

  constructor(numPartitions: number) {
    super();
    this.numPartitions = checkNumPartitions("new HashPartitioner", numPartitions, 0);
  }

  override getPartition(key: unknown): number {
    return hashPartition(key, this.numPartitions);
  }

  override equals(other: unknown): boolean {
    return other instanceof HashPartitioner && other.numPartitions === this.numPartitions;
  }
}

/** What a function makes of a key, an integer, modulo the number of partitions: `partitionBy(n, f)`. Equal for the same function. */
export class FunctionPartitioner extends Partitioner {
  override readonly numPartitions: number;
  readonly f: (key: never) => number;

  constructor(numPartitions: number, f: (key: never) => number) {
    super();
    this.numPartitions = numPartitions;
    this.f = f;
  }

  override getPartition(key: unknown): number {
    const number: unknown = this.f(key as never);
    if (typeof number !== "number" || !Number.isInteger(number)) {
      throw new UsageError("INVALID_PARTITION", `The function of a key's partition must give an integer, not ${String(number)}.`);
    }
    const partition = number % this.numPartitions;
    return partition < 0 ? partition + this.numPartitions : partition;
  }

  override equals(other: unknown): boolean {
    return other instanceof FunctionPartitioner && other.f === this.f && other.numPartitions === this.numPartitions;
  }
}

/** What RangePartitioner needs of an RDD of pairs. */
export interface SampledPairs {
  /** Internal. */
  samplePartitioner(ranges: number, ascending: boolean): Promise<RangePartitioner>;
}

/**
 * Gives each partition a range of keys, in their order. Made from a sample of the data by `RangePartitioner.sample`, or
 * from bounds: partition i takes the keys above bounds[i - 1] up to and including bounds[i].
 */
export class RangePartitioner extends Partitioner {
  readonly bounds: readonly unknown[];
  readonly ascending: boolean;

  /** @param bounds ascending, one less than the partitions. @param ascending false numbers the partitions from the last to the first. */
  constructor(bounds: readonly unknown[], ascending = true) {
    super();
    if (!Array.isArray(bounds))
      throw new UsageError("INVALID_ARGUMENT", "new RangePartitioner(bounds): bounds must be an array of keys.");
    this.bounds = [...(bounds as readonly unknown[])];
    this.ascending = ascending;
  }

  /**
   * Looks at a sample of the keys of `pairs` (a job) and divides them into `numPartitions` ranges of about equal numbers
   * of records; into fewer where there are not so many different keys.
   */
  static async sample(pairs: SampledPairs, numPartitions: number, ascending = true): Promise<RangePartitioner> {
    if (typeof pairs?.samplePartitioner !== "function")
      throw new UsageError("INVALID_ARGUMENT", "RangePartitioner.sample: the first argument must be an RDD of pairs.");
    return pairs.samplePartitioner(checkNumPartitions("RangePartitioner.sample", numPartitions), ascending);
  }

  override get numPartitions(): number {
    return this.bounds.length + 1;
  }

  override getPartition(key: unknown): number {
    const below = boundsBelow(this.bounds, key);
    return this.ascending ? below : this.bounds.length - below;
  }

  override equals(other: unknown): boolean {
    return (
      other instanceof RangePartitioner &&
      other.ascending === this.ascending &&
      other.bounds.length === this.bounds.length &&
      other.bounds.every((bound, i) => compareKeys(bound, this.bounds[i]) === 0)
    );
  }
}
