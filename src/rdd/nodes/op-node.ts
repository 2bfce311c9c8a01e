/** A dataset whose records come one by one from another's, in the same partitions: map, filter, mapValues, sample, … */
import type { ContextPort } from "../context-port";
import type { Partitioner } from "../partitioner";
import type { FunctionSource, NodeSpec, OpSpec, SpecEncoder } from "../stage-spec";
import { DatasetNode, type NodeDependency, oneToOne } from "./node";

/** Steps whose outcome for a record depends on those before it in the partition. */
const BY_POSITION: ReadonlySet<OpSpec["op"]> = new Set(["distribute", "index", "uniqueId", "sample", "sampleByKey"] as const);

/** OpSpec on the driver. `prepared` ones look at the parent's layout, or run a job, first. */
export type OpPlan =
  | { readonly op: "map" | "filter" | "flatMap" | "keyBy" | "mapValues" | "flatMapValues"; readonly f: FunctionSource }
  | Exclude<OpSpec, { readonly f: unknown }>;

export interface OpNodeOptions {
  /** Keys stay what they were, so the layout is still known. */
  readonly preservesPartitioning?: boolean;
  /** Spark's class of the dataset; MapPartitionsRDD by default. */
  readonly className?: string;
  /** Where the user's call was, for datasets made after it. */
  readonly site?: string;
}

export class OpNode extends DatasetNode {
  protected override readonly inputs: readonly DatasetNode[];
  readonly #plan: OpPlan | ((parent: DatasetNode) => OpPlan | Promise<OpPlan>);
  readonly #options: OpNodeOptions;
  #settled: OpPlan | undefined;

  /** @param plan the step, or how to find it once the parent is prepared. */
  constructor(
    context: ContextPort,
    scope: string,
    private readonly parent: DatasetNode,
    plan: OpPlan | ((parent: DatasetNode) => OpPlan | Promise<OpPlan>),
    options: OpNodeOptions = {},
  ) {
    super(context, scope, options.site);
    this.inputs = [parent];
    this.#plan = plan;
    this.#options = options;
  }

  override get className(): string {
    return this.#options.className ?? "MapPartitionsRDD";
  }

  override get partitioner(): Partitioner | undefined {
    return this.#options.preservesPartitioning === true ? this.parent.partitioner : undefined;
  }

  protected override async doPrepare(): Promise<void> {
    this.#settled = typeof this.#plan === "function" ? await this.#plan(this.parent) : this.#plan;
  }

  override get orderSensitive(): boolean {
    return BY_POSITION.has(this.#settled!.op);
  }

  protected override countPartitions(): number {
    return this.parent.numPartitions;
  }

  protected override listDependencies(): readonly NodeDependency[] {
    return [oneToOne(this.parent)];
  }

  override encode(encoder: SpecEncoder): NodeSpec {
    const plan = this.#settled!;
    const op: OpSpec = "f" in plan ? { op: plan.op, f: encoder.function(plan.f) } : plan;
    return { kind: "op", parent: encoder.node(this.parent), op };
  }
}
