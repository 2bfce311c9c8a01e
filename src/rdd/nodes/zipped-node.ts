/** Datasets with equal numbers of partitions, partition by partition: zip and zipPartitions. */
import { UsageError } from "../../common/errors";
import type { ContextPort } from "../context-port";
import type { FunctionSource, NodeSpec, SpecEncoder } from "../stage-spec";
import { DatasetNode, type NodeDependency, oneToOne } from "./node";

export class ZippedNode extends DatasetNode {
  protected override readonly inputs: readonly DatasetNode[];

  /** @param f of zipPartitions; null for zip. */
  constructor(
    context: ContextPort,
    scope: string,
    parents: readonly DatasetNode[],
    private readonly f: FunctionSource | null,
  ) {
    super(context, scope);
    this.inputs = parents;
  }

  override get className(): string {
    return `ZippedPartitionsRDD${this.inputs.length}`;
  }

  protected override doPrepare(): void {
    const counts = this.inputs.map((parent) => parent.numPartitions);
    if (new Set(counts).size > 1) {
      throw new UsageError(
        "UNEQUAL_PARTITIONS",
        `${this.callSite}: can only zip RDDs with the same number of partitions, not ${counts.join(" and ")}.`,
      );
    }
  }

  /** Of zip, which pairs records by their places; what a function of zipPartitions does is not known. */
  override get orderSensitive(): boolean {
    return this.f === null;
  }

  protected override countPartitions(): number {
    return this.inputs[0]!.numPartitions;
  }

  protected override listDependencies(): readonly NodeDependency[] {
    return this.inputs.map(oneToOne);
  }

  override encode(encoder: SpecEncoder): NodeSpec {
    return {
      kind: "zip",
      parents: this.inputs.map((parent) => encoder.node(parent)),
      f: this.f === null ? null : encoder.function(this.f),
    };
  }
}
