/** One shuffle: the dataset whose pairs move, where they go, and what happens to them on the way. */
import { HashPartitioner, Partitioner, RangePartitioner } from "../partitioner";
import type { AggregationSpec, CaptureRef, FunctionSource, PartitioningSpec, ShuffleSpecData, SpecEncoder } from "../stage-spec";
import { releaseWith } from "../cleaner";
import type { Frozen } from "../../closure/frozen";
import { encodeValue } from "../../columnar";
import type { DatasetNode } from "./node";

/** AggregationSpec on the driver. */
export type AggregationPlan =
  | { readonly kind: "reduce"; readonly merge: FunctionSource }
  | {
      readonly kind: "combine";
      readonly createCombiner: FunctionSource;
      readonly mergeValue: FunctionSource;
      readonly mergeCombiners: FunctionSource;
    }
  | {
      readonly kind: "aggregate";
      readonly zero: Frozen;
      readonly mergeValue: FunctionSource;
      readonly mergeCombiners: FunctionSource;
    }
  | { readonly kind: "group" }
  | { readonly kind: "distinct" };

export interface ShufflePlan {
  readonly carries: "pairs" | "keys" | "values";
  readonly aggregation?: AggregationPlan;
  readonly mapSideCombine?: boolean;
  readonly ordering?: { readonly ascending: boolean; readonly compare?: FunctionSource };
}

/** The keys are partitions already: repartition and tree aggregations make them so. */
export class IndexPartitioner extends Partitioner {
  constructor(override readonly numPartitions: number) {
    super();
  }

  override getPartition(key: unknown): number {
    return key as number;
  }
}

const BUILT_IN = [HashPartitioner, RangePartitioner, IndexPartitioner];

export class ShuffleDependency {
  readonly kind = "shuffle";
  readonly shuffleId: number;
  readonly #call: string;
  #customPartitioner: Frozen | undefined;

  /** @param owner the dataset that reads the shuffle. @param node the one whose pairs move. */
  constructor(
    owner: DatasetNode,
    readonly node: DatasetNode,
    readonly partitioner: Partitioner,
    readonly plan: ShufflePlan,
  ) {
    const { context } = node;
    const shuffleId = context.nextShuffleId();
    this.shuffleId = shuffleId;
    this.#call = owner.scope;
    releaseWith(owner.lifeline(), () => context.releaseShuffle(shuffleId, false), this);
    // A subclass of a partitioner of ours may decide otherwise.
    if (!BUILT_IN.some((known) => partitioner.constructor === known)) {
      this.#customPartitioner = node.context.freeze(partitioner, "partitionBy");
    }
  }

  get numReducers(): number {
    return this.partitioner.numPartitions;
  }

  encode(encoder: SpecEncoder): ShuffleSpecData {
    const { aggregation, ordering } = this.plan;
    return {
      shuffleId: this.shuffleId,
      partitioning: this.#encodePartitioning(encoder),
      carries: this.plan.carries,
      aggregation: aggregation === undefined ? null : encodeAggregation(aggregation, encoder, this.#call),
      mapSideCombine: this.plan.mapSideCombine ?? false,
      ordering:
        ordering === undefined
          ? null
          : {
              ascending: ordering.ascending,
              compare: ordering.compare === undefined ? null : encoder.function(ordering.compare),
            },
    };
  }

  #encodePartitioning(encoder: SpecEncoder): PartitioningSpec {
    const { partitioner } = this;
    if (this.#customPartitioner !== undefined) {
      const capture: CaptureRef = encoder.capture(this.#customPartitioner);
      return { kind: "custom", numPartitions: partitioner.numPartitions, partitioner: capture };
    }
    if (partitioner instanceof RangePartitioner) {
      return {
        kind: "range",
        bounds: encodeValue(partitioner.bounds, this.node.context.values, "bounds"),
        ascending: partitioner.ascending,
      };
    }
    return { kind: partitioner instanceof IndexPartitioner ? "index" : "hash", numPartitions: partitioner.numPartitions };
  }
}

/** @param call the user's call, for messages. */
export function encodeAggregation(plan: AggregationPlan, encoder: SpecEncoder, call: string): AggregationSpec {
  switch (plan.kind) {
    case "reduce":
      return { kind: "reduce", call, merge: encoder.function(plan.merge) };
    case "combine":
      return {
        kind: "combine",
        call,
        createCombiner: encoder.function(plan.createCombiner),
        mergeValue: encoder.function(plan.mergeValue),
        mergeCombiners: encoder.function(plan.mergeCombiners),
      };
    case "aggregate":
      return {
        kind: "aggregate",
        call,
        zero: encoder.capture(plan.zero),
        mergeValue: encoder.function(plan.mergeValue),
        mergeCombiners: encoder.function(plan.mergeCombiners),
      };
    default:
      return plan;
  }
}
