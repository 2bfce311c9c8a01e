/** Datasets made of another's partitions as wholes: mapPartitions, glom, pipe, partial results of tree aggregations. */
import type { Frozen } from "../../closure/frozen";
import type { ContextPort } from "../context-port";
import type { Partitioner } from "../partitioner";
import type { FunctionSource, NodeSpec, PipeSpec, SpecEncoder } from "../stage-spec";
import { DatasetNode, type NodeDependency, oneToOne } from "./node";

export type PartitionPlan =
  | { readonly kind: "mapPartitions"; readonly f: FunctionSource; readonly withIndex: boolean }
  | { readonly kind: "glom" }
  /** The same records: a dataset of Spark's lineage that ours has no step for. */
  | { readonly kind: "pass" }
  | { readonly kind: "pipe"; readonly pipe: PipeSpec }
  /** `name`: what messages call the function. */
  | { readonly kind: "reduce"; readonly f: FunctionSource; readonly name: string }
  | { readonly kind: "aggregate"; readonly zero: Frozen; readonly f: FunctionSource };

export interface PartitionNodeOptions {
  readonly preservesPartitioning?: boolean;
  readonly barrier?: boolean;
  readonly className?: string;
  /** Where the user's call was, for datasets made after it. */
  readonly site?: string;
}

export class PartitionNode extends DatasetNode {
  protected override readonly inputs: readonly DatasetNode[];
  readonly #options: PartitionNodeOptions;

  constructor(
    context: ContextPort,
    scope: string,
    private readonly parent: DatasetNode,
    private readonly plan: PartitionPlan,
    options: PartitionNodeOptions = {},
  ) {
    super(context, scope, options.site);
    this.inputs = [parent];
    this.#options = options;
  }

  override get className(): string {
    return this.#options.className ?? "MapPartitionsRDD";
  }

  override get partitioner(): Partitioner | undefined {
    return this.#options.preservesPartitioning === true ? this.parent.partitioner : undefined;
  }

  override get barrier(): boolean {
    return this.#options.barrier === true;
  }

  protected override countPartitions(): number {
    return this.parent.numPartitions;
  }

  protected override listDependencies(): readonly NodeDependency[] {
    return [oneToOne(this.parent)];
  }

  override encode(encoder: SpecEncoder): NodeSpec {
    const parent = encoder.node(this.parent);
    const { plan } = this;
    switch (plan.kind) {
      case "mapPartitions":
        return { kind: "mapPartitions", parent, f: encoder.function(plan.f), withIndex: plan.withIndex, call: this.scope };
      case "pipe":
        return { kind: "pipe", parent, pipe: plan.pipe };
      case "reduce":
        return {
          kind: "folded",
          parent,
          fold: { kind: "reduce", call: this.scope, name: plan.name, f: encoder.function(plan.f) },
        };
      case "aggregate":
        return {
          kind: "folded",
          parent,
          fold: { kind: "aggregate", call: this.scope, zero: encoder.capture(plan.zero), f: encoder.function(plan.f) },
        };
      default:
        return { kind: plan.kind, parent };
    }
  }
}
