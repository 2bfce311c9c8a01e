/** A stage of a query plan as a dataset: it reads shuffles of other plans, and datasets that its plan names. */
import type { Frozen } from "../../closure/frozen";
import { InternalError } from "../../common/errors";
import type { ContextPort } from "../context-port";
import type { ShufflePart } from "../lineage";
import type { PlanKind } from "../plan-port";
import type { NodeSpec, SpecEncoder } from "../stage-spec";
import { DatasetNode, type NodeDependency, type ShuffleEdge } from "./node";
import type { PlanShuffle } from "./plan-shuffle";

export interface PlanInput {
  readonly node: DatasetNode;
  /** Partitions of `node` that partition `partition` of the plan reads. */
  readonly parents: (partition: number) => readonly number[];
}

export interface PlanStage {
  /** Which of the installed runtimes reads the plan; "query" where absent. */
  readonly runtime?: PlanKind;
  readonly plan: Uint8Array;
  /** What differs between partitions: one payload for each. */
  readonly payloads: readonly Uint8Array[];
  /** What the payloads name, the ids of these among it, is not in `plan`: it may be the same for many runs. */
  readonly shuffles: readonly PlanShuffle[];
  /** What a partition reads of one of them, not counting what every partition reads whole; absent: nothing. */
  readonly parts?: (partition: number, shuffle: ShuffleEdge) => readonly ShufflePart[];
  readonly inputs: readonly PlanInput[];
  /** The user's functions by the names that the plan has for them. */
  readonly functions: ReadonlyMap<string, Frozen>;
  /** Hosts near the data of each partition, where known. */
  readonly hosts?: readonly (readonly string[])[];
  /** What tasks of the stage report to; the driver knows accumulators only as long as something refers to them. */
  readonly reportsTo?: object;
  /** Rows of the result depend on the order in which the rows of the inputs come (a limit, a sample); false where absent. */
  readonly orderSensitive?: boolean;
}

export class PlanNode extends DatasetNode {
  override readonly className = "SQLExecutionRDD";
  #stage: PlanStage | undefined;

  /** @param stage a function where finding it takes jobs: they run when the dataset is prepared. */
  constructor(
    context: ContextPort,
    scope: string,
    private readonly given: PlanStage | (() => Promise<PlanStage>),
    site?: string,
  ) {
    super(context, scope, site);
    if (typeof given !== "function") this.#stage = given;
  }

  /** Those of a stage that is not known yet are told, and prepared, with it. */
  protected override get inputs(): readonly DatasetNode[] {
    const stage = this.#stage;
    return stage === undefined ? [] : [...stage.inputs.map(({ node }) => node), ...stage.shuffles.map(({ node }) => node)];
  }

  protected override async doPrepare(): Promise<void> {
    if (typeof this.given !== "function") return;
    this.#stage = await this.given();
    for (const node of this.inputs) await node.prepare();
  }

  get #known(): PlanStage {
    if (this.#stage === undefined) throw new InternalError(`The stage of ${this.toString()} is not known yet.`);
    return this.#stage;
  }

  override get hasPayload(): boolean {
    return true;
  }

  override payload(partition: number): Uint8Array {
    return this.#known.payloads[partition]!;
  }

  override locations(partition: number): readonly string[] {
    return this.#known.hosts?.[partition] ?? [];
  }

  override shuffleParts(partition: number, shuffle: ShuffleEdge): readonly ShufflePart[] {
    return this.#known.parts?.(partition, shuffle) ?? [];
  }

  override get orderSensitive(): boolean {
    return this.#known.orderSensitive ?? false;
  }

  protected override countPartitions(): number {
    return this.#known.payloads.length;
  }

  protected override listDependencies(): readonly NodeDependency[] {
    const { inputs, shuffles } = this.#known;
    return [...inputs.map(({ node, parents }) => ({ kind: "narrow" as const, node, parents })), ...shuffles];
  }

  override encode(encoder: SpecEncoder): NodeSpec {
    const { runtime = "query", plan, inputs, functions } = this.#known;
    return {
      kind: "plan",
      runtime,
      plan,
      parents: inputs.map(({ node }) => encoder.node(node)),
      functions: [...functions].map(([name, frozen]) => [name, encoder.function(frozen)] as const),
    };
  }
}
