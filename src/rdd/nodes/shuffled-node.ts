/** The result of one shuffle: reduceByKey, groupByKey, partitionBy, sortByKey, distinct, repartition, … */
import type { ContextPort } from "../context-port";
import type { Partitioner } from "../partitioner";
import type { NodeSpec, SpecEncoder } from "../stage-spec";
import { DatasetNode, type NodeDependency } from "./node";
import { ShuffleDependency, type ShufflePlan } from "./shuffle-dependency";

export class ShuffledNode extends DatasetNode {
  override readonly className = "ShuffledRDD";
  protected override readonly inputs: readonly DatasetNode[];
  #dependency: ShuffleDependency | undefined;

  /** @param choosePartitioner called once the parent is prepared. */
  constructor(
    context: ContextPort,
    scope: string,
    private readonly parent: DatasetNode,
    private readonly choosePartitioner: () => Partitioner | Promise<Partitioner>,
    private readonly plan: ShufflePlan,
  ) {
    super(context, scope);
    this.inputs = [parent];
  }

  protected override async doPrepare(): Promise<void> {
    this.#dependency = new ShuffleDependency(this.parent, await this.choosePartitioner(), this.plan);
  }

  override get partitioner(): Partitioner | undefined {
    return this.plan.carries === "values" ? undefined : this.#dependency?.partitioner;
  }

  protected override countPartitions(): number {
    return this.#dependency!.numReducers;
  }

  protected override listDependencies(): readonly NodeDependency[] {
    return [this.#dependency!];
  }

  override encode(encoder: SpecEncoder): NodeSpec {
    return { kind: "shuffled", shuffle: this.#dependency!.encode(encoder) };
  }
}
