/** No records in no partitions. */
import type { ContextPort } from "../context-port";
import type { NodeSpec } from "../stage-spec";
import { DatasetNode } from "./node";

export class EmptyNode extends DatasetNode {
  override readonly className = "EmptyRDD";
  protected override readonly inputs = [];

  constructor(context: ContextPort) {
    super(context, "emptyRDD");
  }

  protected override countPartitions(): number {
    return 0;
  }

  protected override listDependencies(): readonly [] {
    return [];
  }

  override encode(): NodeSpec {
    return { kind: "empty" };
  }
}
