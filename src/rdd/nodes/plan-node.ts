/** A stage of a query plan as a dataset: it reads shuffles of other plans, and datasets that its plan names. */
import type { Frozen } from "../../closure/frozen";
import type { ContextPort } from "../context-port";
import type { NodeSpec, SpecEncoder } from "../stage-spec";
import { DatasetNode, type NodeDependency } from "./node";
import type { PlanShuffle } from "./plan-shuffle";

export interface PlanInput {
  readonly node: DatasetNode;
  /** Partitions of `node` that partition `partition` of the plan reads. */
  readonly parents: (partition: number) => readonly number[];
}

export interface PlanStage {
  /** The plan, as the installed PlanRuntime reads it. */
  readonly plan: Uint8Array;
  /** What differs between partitions: one payload for each. */
  readonly payloads: readonly Uint8Array[];
  /** As the plan numbers them. */
  readonly shuffles: readonly PlanShuffle[];
  readonly inputs: readonly PlanInput[];
  /** The user's functions by the names that the plan has for them. */
  readonly functions: ReadonlyMap<string, Frozen>;
  /** Hosts near the data of each partition, where known. */
  readonly hosts?: readonly (readonly string[])[];
}

export class PlanNode extends DatasetNode {
  override readonly className = "SQLExecutionRDD";
  protected override readonly inputs: readonly DatasetNode[];

  constructor(
    context: ContextPort,
    scope: string,
    private readonly stage: PlanStage,
    site?: string,
  ) {
    super(context, scope, site);
    this.inputs = [...stage.inputs.map(({ node }) => node), ...stage.shuffles.map(({ node }) => node)];
  }

  override get hasPayload(): boolean {
    return true;
  }

  override payload(partition: number): Uint8Array {
    return this.stage.payloads[partition]!;
  }

  override locations(partition: number): readonly string[] {
    return this.stage.hosts?.[partition] ?? [];
  }

  protected override countPartitions(): number {
    return this.stage.payloads.length;
  }

  protected override listDependencies(): readonly NodeDependency[] {
    return [
      ...this.stage.inputs.map(({ node, parents }) => ({ kind: "narrow" as const, node, parents })),
      ...this.stage.shuffles,
    ];
  }

  override encode(encoder: SpecEncoder): NodeSpec {
    const { plan, shuffles, inputs, functions } = this.stage;
    return {
      kind: "plan",
      plan,
      shuffles: shuffles.map(({ shuffleId }) => shuffleId),
      parents: inputs.map(({ node }) => encoder.node(node)),
      functions: [...functions].map(([name, frozen]) => [name, encoder.function(frozen)] as const),
    };
  }
}
