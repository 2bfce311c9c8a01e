/** The numbers start, start + step, …, not made until a task reads them. */
import type { ContextPort } from "../context-port";
import type { NodeSpec } from "../stage-spec";
import { DatasetNode } from "./node";

export class RangeNode extends DatasetNode {
  override readonly className = "RangeRDD";
  protected override readonly inputs = [];

  constructor(
    context: ContextPort,
    private readonly range: { readonly start: number; readonly step: number; readonly count: number },
    private readonly numSlices: number,
  ) {
    super(context, "range");
  }

  protected override countPartitions(): number {
    return this.numSlices;
  }

  protected override listDependencies(): readonly [] {
    return [];
  }

  override encode(): NodeSpec {
    return { kind: "range", ...this.range, numSlices: this.numSlices };
  }
}
