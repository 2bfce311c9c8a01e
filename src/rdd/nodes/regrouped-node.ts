/** Partitions of another dataset put together (coalesce) or left out (filterByRange), without moving a record. */
import type { ContextPort } from "../context-port";
import type { Partitioner } from "../partitioner";
import type { NodeSpec, SpecEncoder } from "../stage-spec";
import { DatasetNode, type NodeDependency } from "./node";
import { sliceBounds } from "./slices-node";

export interface RegroupedOptions {
  readonly className: string;
  /** Partition i of the result is partitions groups[i] of the parent. */
  groups(parent: DatasetNode): readonly (readonly number[])[];
  readonly partitioner?: (parent: DatasetNode) => Partitioner | undefined;
}

export class RegroupedNode extends DatasetNode {
  protected override readonly inputs: readonly DatasetNode[];
  readonly #options: RegroupedOptions;
  #groups: readonly (readonly number[])[] = [];

  constructor(
    context: ContextPort,
    scope: string,
    private readonly parent: DatasetNode,
    options: RegroupedOptions,
  ) {
    super(context, scope);
    this.inputs = [parent];
    this.#options = options;
  }

  override get className(): string {
    return this.#options.className;
  }

  protected override doPrepare(): void {
    this.#groups = this.#options.groups(this.parent);
  }

  override get partitioner(): Partitioner | undefined {
    return this.#options.partitioner?.(this.parent);
  }

  protected override countPartitions(): number {
    return this.#groups.length;
  }

  protected override listDependencies(): readonly NodeDependency[] {
    return [{ kind: "narrow", node: this.parent, parents: (partition) => this.#groups[partition]! }];
  }

  override encode(encoder: SpecEncoder): NodeSpec {
    return { kind: "regrouped", parent: encoder.node(this.parent), groups: this.#groups };
  }
}

/** Spark's groups of coalesce where no partition has a preferred host: neighbours go together. */
export function coalescedGroups(parents: number, wanted: number): readonly (readonly number[])[] {
  const count = Math.min(parents, wanted);
  return Array.from({ length: count }, (_, group) => {
    const [start, end] = sliceBounds(group, parents, count);
    return Array.from({ length: end - start }, (_unused, i) => start + i);
  });
}
