/**
 * Datasets of pairs brought together by key: cogroup, joins, subtractions. A parent that is laid out by the partitioner
 * already is read in place; the others are shuffled.
 */
import type { ContextPort } from "../context-port";
import type { Partitioner } from "../partitioner";
import type { JoinKind, NodeSpec, SideSpec, SpecEncoder } from "../stage-spec";
import { DatasetNode, type Narrow, type NodeDependency, oneToOne } from "./node";
import { ShuffleDependency } from "./shuffle-dependency";

export type CoGroupPlan =
  | { readonly kind: "cogroup" }
  | { readonly kind: "join"; readonly join: JoinKind }
  /** Records of the first parent whose key the second has, or has not. With carries "keys" the records themselves are the keys. */
  | {
      readonly kind: "filterByKeys";
      readonly keep: "present" | "absent";
      readonly carries: "pairs" | "keys";
      readonly distinct: boolean;
    };

export class CoGroupedNode extends DatasetNode {
  protected override readonly inputs: readonly DatasetNode[];
  #partitioner: Partitioner | undefined;
  #dependencies: readonly (Narrow | ShuffleDependency)[] = [];

  /** @param choosePartitioner called once the parents are prepared. */
  constructor(
    context: ContextPort,
    scope: string,
    parents: readonly DatasetNode[],
    private readonly choosePartitioner: () => Partitioner,
    private readonly plan: CoGroupPlan,
  ) {
    super(context, scope);
    this.inputs = parents;
  }

  override get className(): string {
    return this.plan.kind === "filterByKeys" && this.plan.keep === "absent" ? "SubtractedRDD" : "CoGroupedRDD";
  }

  protected override doPrepare(): void {
    const partitioner = this.choosePartitioner();
    const { plan } = this;
    this.#partitioner = partitioner;
    this.#dependencies = this.inputs.map((parent): Narrow | ShuffleDependency => {
      if (plan.kind === "filterByKeys" && plan.carries === "keys") {
        return new ShuffleDependency(
          this,
          parent,
          partitioner,
          plan.distinct ? { carries: "keys", aggregation: { kind: "distinct" }, mapSideCombine: true } : { carries: "keys" },
        );
      }
      const inPlace = parent.partitioner !== undefined && partitioner.equals(parent.partitioner);
      return inPlace ? oneToOne(parent) : new ShuffleDependency(this, parent, partitioner, { carries: "pairs" });
    });
  }

  override get partitioner(): Partitioner | undefined {
    return this.plan.kind === "filterByKeys" && this.plan.carries === "keys" ? undefined : this.#partitioner;
  }

  protected override countPartitions(): number {
    return this.#partitioner!.numPartitions;
  }

  protected override listDependencies(): readonly NodeDependency[] {
    return this.#dependencies;
  }

  override encode(encoder: SpecEncoder): NodeSpec {
    const sides = this.#dependencies.map((dependency): SideSpec =>
      dependency.kind === "narrow" ? { parent: encoder.node(dependency.node) } : { shuffle: dependency.encode(encoder) },
    );
    const { plan } = this;
    if (plan.kind === "cogroup") return { kind: "cogroup", sides };
    const two = sides as [SideSpec, SideSpec];
    return plan.kind === "join"
      ? { kind: "join", sides: two, join: plan.join }
      : { kind: "filterByKeys", sides: two, keep: plan.keep, carries: plan.carries };
  }
}
