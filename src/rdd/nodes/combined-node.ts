/** The values of each key combined within every partition, without a shuffle: reduceByKeyLocally. */
import type { ContextPort } from "../context-port";
import type { NodeSpec, SpecEncoder } from "../stage-spec";
import { DatasetNode, type NodeDependency, oneToOne } from "./node";
import { type AggregationPlan, encodeAggregation } from "./shuffle-dependency";

export class CombinedNode extends DatasetNode {
  override readonly className = "MapPartitionsRDD";
  protected override readonly inputs: readonly DatasetNode[];

  constructor(
    context: ContextPort,
    scope: string,
    private readonly parent: DatasetNode,
    private readonly aggregation: AggregationPlan,
  ) {
    super(context, scope);
    this.inputs = [parent];
  }

  protected override countPartitions(): number {
    return this.parent.numPartitions;
  }

  protected override listDependencies(): readonly NodeDependency[] {
    return [oneToOne(this.parent)];
  }

  override encode(encoder: SpecEncoder): NodeSpec {
    const aggregation = encodeAggregation(this.aggregation, encoder, this.scope);
    return { kind: "aggregated", parent: encoder.node(this.parent), aggregation };
  }
}
