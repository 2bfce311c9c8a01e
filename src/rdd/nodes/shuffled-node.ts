/**
 * The result of one shuffle: reduceByKey, groupByKey, partitionBy, sortByKey, distinct, repartition, … Where the parent
 * is laid out by the wanted partitioner already, nothing moves and the aggregation happens in place.
 */
import type { ContextPort } from "../context-port";
import type { Partitioner } from "../partitioner";
import type { NodeSpec, SpecEncoder } from "../stage-spec";
import { DatasetNode, type NodeDependency, oneToOne } from "./node";
import { encodeAggregation, ShuffleDependency, type ShufflePlan } from "./shuffle-dependency";

export class ShuffledNode extends DatasetNode {
  protected override readonly inputs: readonly DatasetNode[];
  #partitioner: Partitioner | undefined;
  /** Undefined where nothing moves. */
  #dependency: ShuffleDependency | undefined;

  /** @param choosePartitioner called once the parent is prepared. @param site where the user's call was, for datasets made after it. */
  constructor(
    context: ContextPort,
    scope: string,
    private readonly parent: DatasetNode,
    private readonly choosePartitioner: () => Partitioner | Promise<Partitioner>,
    private readonly plan: ShufflePlan,
    site?: string,
  ) {
    super(context, scope, site);
    this.inputs = [parent];
  }

  override get className(): string {
    return this.#partitioner !== undefined && this.#dependency === undefined ? "MapPartitionsRDD" : "ShuffledRDD";
  }

  protected override async doPrepare(): Promise<void> {
    const partitioner = await this.choosePartitioner();
    const { parent, plan } = this;
    this.#partitioner = partitioner;
    const inPlace =
      (plan.carries === "pairs" || plan.aggregation?.kind === "distinct") &&
      plan.ordering === undefined &&
      parent.partitioner !== undefined &&
      partitioner.equals(parent.partitioner);
    this.#dependency = inPlace ? undefined : new ShuffleDependency(this, parent, partitioner, plan);
  }

  override get partitioner(): Partitioner | undefined {
    return this.plan.carries === "pairs" || this.#dependency === undefined ? this.#partitioner : undefined;
  }

  protected override countPartitions(): number {
    return this.#partitioner!.numPartitions;
  }

  protected override listDependencies(): readonly NodeDependency[] {
    return [this.#dependency ?? oneToOne(this.parent)];
  }

  override encode(encoder: SpecEncoder): NodeSpec {
    if (this.#dependency !== undefined) return { kind: "shuffled", shuffle: this.#dependency.encode(encoder) };
    const parent = encoder.node(this.parent);
    const { aggregation } = this.plan;
    return aggregation === undefined
      ? { kind: "pass", parent }
      : { kind: "aggregated", parent, aggregation: encodeAggregation(aggregation, encoder, this.scope) };
  }
}
