/** The records of several datasets. Where all are laid out by one partitioner, so is the union. */
import type { ContextPort } from "../context-port";
import type { Partitioner } from "../partitioner";
import type { NodeSpec, SpecEncoder } from "../stage-spec";
import { DatasetNode, type NodeDependency, oneToOne } from "./node";

export class UnionNode extends DatasetNode {
  protected override readonly inputs: readonly DatasetNode[];
  #shared: Partitioner | undefined;

  constructor(context: ContextPort, parents: readonly DatasetNode[]) {
    super(context, "union");
    this.inputs = parents;
  }

  override get className(): string {
    return this.#shared === undefined ? "UnionRDD" : "PartitionerAwareUnionRDD";
  }

  protected override doPrepare(): void {
    const [first, ...others] = this.inputs.map((parent) => parent.partitioner);
    this.#shared = first !== undefined && others.every((other) => other !== undefined && first.equals(other)) ? first : undefined;
  }

  override get partitioner(): Partitioner | undefined {
    return this.#shared;
  }

  protected override countPartitions(): number {
    return this.#shared?.numPartitions ?? this.inputs.reduce((sum, parent) => sum + parent.numPartitions, 0);
  }

  protected override listDependencies(): readonly NodeDependency[] {
    if (this.#shared !== undefined) return this.inputs.map(oneToOne);
    let start = 0;
    return this.inputs.map((node) => {
      const from = start;
      const count = node.numPartitions;
      start += count;
      return {
        kind: "narrow",
        node,
        parents: (partition) => (partition >= from && partition < from + count ? [partition - from] : []),
      };
    });
  }

  override encode(encoder: SpecEncoder): NodeSpec {
    const parents = this.inputs.map((parent) => encoder.node(parent));
    return this.#shared === undefined
      ? { kind: "union", parents, counts: this.inputs.map((parent) => parent.numPartitions) }
      : { kind: "unionAligned", parents };
  }
}
