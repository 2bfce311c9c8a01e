/**
 * The records of a dataset in fewer partitions, each made of some map outputs of a shuffle that has one reduce partition. Which ones is
 * decided when all are written, as only then it is known where they lie; from then on it stays, so that each record is in one
 * partition however often outputs are lost and written again.
 */
import type { ContextPort } from "../context-port";
import type { ShufflePart } from "../lineage";
import type { NodeSpec } from "../stage-spec";
import { DatasetNode, type NodeDependency } from "./node";
import { OpNode } from "./op-node";
import { IndexPartitioner, ShuffleDependency } from "./shuffle-dependency";

/** Partition i reads the outputs of the map tasks groups[i]; each map task is in one group. */
export type MapGroups = readonly (readonly number[])[];

export class GatheredNode extends DatasetNode {
  override readonly className = "ShuffledRDD";
  protected override readonly inputs: readonly DatasetNode[];
  #dependency: ShuffleDependency | undefined;
  #groups: MapGroups = [];

  /** @param group writes the shuffle and settles the groups. @param site where the user's call was. */
  constructor(
    context: ContextPort,
    scope: string,
    parent: DatasetNode,
    private readonly group: (shuffle: ShuffleDependency) => Promise<MapGroups>,
    site: string,
  ) {
    super(context, scope, site);
    this.inputs = [new OpNode(context, scope, parent, { op: "constantKey" }, { site })];
  }

  protected override async doPrepare(): Promise<void> {
    const [keyed] = this.inputs;
    const dependency = new ShuffleDependency(this, keyed!, new IndexPartitioner(1), { carries: "values" });
    this.#groups = await this.group(dependency);
    this.#dependency = dependency;
  }

  protected override countPartitions(): number {
    return this.#groups.length;
  }

  protected override listDependencies(): readonly NodeDependency[] {
    return [this.#dependency!];
  }

  override shuffleParts(partition: number): readonly ShufflePart[] {
    return [{ reduce: 0, maps: this.#groups[partition]! }];
  }

  override encode(): NodeSpec {
    return { kind: "gathered", shuffleId: this.#dependency!.shuffleId, groups: this.#groups };
  }
}
