/** A local collection, cut into slices. The records are copied, as encoded batches, when the dataset is made. */
import type { Frozen } from "../../closure/frozen";
import type { ContextPort } from "../context-port";
import type { NodeSpec, SpecEncoder } from "../stage-spec";
import { DatasetNode } from "./node";

export class SlicesNode extends DatasetNode {
  override readonly className = "ParallelCollectionRDD";
  protected override readonly inputs = [];
  override get hasPayload(): boolean {
    return true;
  }

  constructor(
    context: ContextPort,
    scope: string,
    private readonly slices: readonly Uint8Array[],
    /** The user's classes that records are instances of, captured. */
    private readonly classes: readonly Frozen[] = [],
    /** Hosts on which each slice is best computed, where given. */
    private readonly hosts: readonly (readonly string[])[] = [],
  ) {
    super(context, scope);
  }

  protected override countPartitions(): number {
    return this.slices.length;
  }

  protected override listDependencies(): readonly [] {
    return [];
  }

  override encode(encoder: SpecEncoder): NodeSpec {
    for (const definition of this.classes) encoder.class(definition);
    return { kind: "slices" };
  }

  override payload(partition: number): Uint8Array {
    return this.slices[partition]!;
  }

  override locations(partition: number): readonly string[] {
    return this.hosts[partition] ?? [];
  }
}

/** Bounds of slice `slice` of `count` things in `slices`: [start, end), as Spark cuts. */
export function sliceBounds(slice: number, count: number, slices: number): readonly [number, number] {
  return [Math.floor((slice * count) / slices), Math.floor(((slice + 1) * count) / slices)];
}
