/** What a checkpointed dataset is read from: files of a checkpoint directory, or blocks that executors keep. */
import { encodeValue } from "../../columnar";
import type { FileSplit } from "../../filesystem/splits";
import type { ContextPort } from "../context-port";
import type { Partitioner } from "../partitioner";
import type { NodeSpec } from "../stage-spec";
import { DatasetNode } from "./node";

/** Partition i is the file files[i]. */
export class ReliableCheckpointNode extends DatasetNode {
  override readonly className = "ReliableCheckpointRDD";
  protected override readonly inputs = [];

  constructor(
    context: ContextPort,
    scope: string,
    site: string,
    readonly directory: string,
    private readonly files: readonly FileSplit[],
    private readonly layout: Partitioner | undefined,
  ) {
    super(context, scope, site);
  }

  override get partitioner(): Partitioner | undefined {
    return this.layout;
  }

  protected override countPartitions(): number {
    return this.files.length;
  }

  protected override listDependencies(): readonly [] {
    return [];
  }

  override encode(): NodeSpec {
    return { kind: "files", format: { type: "objects" } };
  }

  override get hasPayload(): boolean {
    return true;
  }

  override payload(partition: number): Uint8Array {
    return encodeValue(this.files[partition], this.context.values, "split");
  }
}

/** The cached blocks of dataset `rddId`, which cannot be computed again. */
export class LocalCheckpointNode extends DatasetNode {
  override readonly className = "LocalCheckpointRDD";
  protected override readonly inputs = [];

  constructor(
    context: ContextPort,
    scope: string,
    site: string,
    private readonly rddId: number,
    private readonly count: number,
    private readonly layout: Partitioner | undefined,
  ) {
    super(context, scope, site);
  }

  override get partitioner(): Partitioner | undefined {
    return this.layout;
  }

  protected override countPartitions(): number {
    return this.count;
  }

  protected override listDependencies(): readonly [] {
    return [];
  }

  override encode(): NodeSpec {
    return { kind: "blocks", rddId: this.rddId };
  }
}
