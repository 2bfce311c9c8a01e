/** All pairs of records of two datasets: partition i·n + j pairs partition i of the first with partition j of the second. */
import type { ContextPort } from "../context-port";
import type { NodeSpec, SpecEncoder } from "../stage-spec";
import { DatasetNode, type NodeDependency } from "./node";

export class CartesianNode extends DatasetNode {
  override readonly className = "CartesianRDD";
  protected override readonly inputs: readonly DatasetNode[];

  constructor(
    context: ContextPort,
    private readonly left: DatasetNode,
    private readonly right: DatasetNode,
  ) {
    super(context, "cartesian");
    this.inputs = [left, right];
  }

  protected override countPartitions(): number {
    return this.left.numPartitions * this.right.numPartitions;
  }

  protected override listDependencies(): readonly NodeDependency[] {
    const { left, right } = this;
    const count = right.numPartitions;
    return [
      { kind: "narrow", node: left, parents: (partition) => [Math.floor(partition / count)] },
      { kind: "narrow", node: right, parents: (partition) => [partition % count] },
    ];
  }

  override encode(encoder: SpecEncoder): NodeSpec {
    return {
      kind: "cartesian",
      left: encoder.node(this.left),
      right: encoder.node(this.right),
      rightPartitions: this.right.numPartitions,
    };
  }
}
