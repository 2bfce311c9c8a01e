/** Keeping datasets, cutting their lineage, and looking at it. */
import { UsageError } from "../../common/errors";
import { StorageLevel } from "../../storage/storage-level";
import { checkInteger, checkString, invalidArgument } from "../arguments";
import { forgetRelease, releaseWith } from "../cleaner";
import { markForCheckpoint, markForLocalCheckpoint } from "../checkpoints";
import { debugString } from "../debug-string";
import { LocalCheckpointNode, ReliableCheckpointNode } from "../nodes/checkpoint-node";
import { ancestors, type DatasetNode, type NodeDependency } from "../nodes/node";
import type { Partitioner } from "../partitioner";
import type { RDD } from "../rdd";
import type { Implements } from "./install";

/** How a dataset depends on another. */
export interface RddDependency {
  /** "narrow": partitions read whole partitions; "shuffle": records move by key. */
  readonly kind: "narrow" | "shuffle";
  readonly rdd: RDD<unknown>;
  /** Of narrow dependencies: the partitions of `rdd` that `partition` reads. */
  getParents(partition: number): readonly number[];
}

export interface PersistenceMethods {
  /** Keeps the partitions in memory once they are computed. */
  cache(): this;

  /** Keeps the partitions once they are computed, as the level says; MEMORY_ONLY by default. */
  persist(level?: StorageLevel): this;

  /** Drops kept partitions. With `blocking` the promise resolves when they are gone. */
  unpersist(blocking?: boolean): Promise<this>;

  getStorageLevel(): StorageLevel;

  /**
   * Writes the partitions to the checkpoint directory after the next job that uses this RDD, and forgets how they were
   * made. They are computed a second time for that, unless the RDD is persisted.
   */
  checkpoint(): void;

  /** As checkpoint, with the partitions kept by the executors: faster, but gone with them. */
  localCheckpoint(): this;

  isCheckpointed(): Promise<boolean>;
  isLocallyCheckpointed(): Promise<boolean>;
  /** The directory that the checkpoint is in; undefined where there is none. */
  getCheckpointFile(): Promise<string | undefined>;

  /** The lineage as text: one line for each dataset, indented anew at each shuffle, partition counts in parentheses. */
  toDebugString(): Promise<string>;

  getNumPartitions(): Promise<number>;

  /** The partitioner by which the keys are laid out; undefined where that is not known. */
  partitioner(): Promise<Partitioner | undefined>;

  /** The indices of the partitions. */
  partitions(): Promise<number[]>;

  /** What this RDD is made from. */
  dependencies(): Promise<RddDependency[]>;

  /** Hosts on which the partition is best computed. */
  preferredLocations(partition: number): Promise<string[]>;

  /** A name for progress displays and `toDebugString`. */
  setName(name: string): this;

  /** Lets the shuffle files of this RDD's lineage be removed. They are written again when needed. */
  cleanShuffleDependencies(blocking?: boolean): Promise<void>;
}

function persist(rdd: RDD<unknown>, level: StorageLevel): void {
  const { node, port } = rdd;
  port.assertRunning("persist");
  if (node.persisted && !node.storageLevel.equals(level) && node.checkpointRequest?.kind !== "local") {
    throw new UsageError(
      "STORAGE_LEVEL_SET",
      "persist: cannot change the storage level of an RDD after it was already assigned a level. Call unpersist first.",
    );
  }
  if (!node.persisted) releaseCached(node);
  node.storageLevel = level;
  port.persisted(node);
}

/** Drops the partitions when nothing refers to the dataset any more. */
function releaseCached(node: DatasetNode): void {
  const { context, id } = node;
  releaseWith(node.lifeline(), () => context.unpersisted(id, false), node);
}

export const persistenceMethods = {
  cache(this: RDD<unknown>) {
    persist(this, StorageLevel.MEMORY_ONLY);
    return this;
  },
  persist(this: RDD<unknown>, level: unknown = StorageLevel.MEMORY_ONLY) {
    if (!(level instanceof StorageLevel))
      throw invalidArgument("persist", "the level", "a StorageLevel, such as StorageLevel.MEMORY_AND_DISK", level);
    persist(this, level);
    return this;
  },
  async unpersist(this: RDD<unknown>, blocking = false) {
    if (this.node.checkpoint instanceof LocalCheckpointNode) {
      throw new UsageError(
        "LOCALLY_CHECKPOINTED",
        "unpersist: the kept partitions are all that is left of a locally checkpointed RDD.",
      );
    }
    this.node.storageLevel = StorageLevel.NONE;
    forgetRelease(this.node);
    await this.port.unpersisted(this.node.id, blocking);
    return this;
  },
  getStorageLevel(this: RDD<unknown>) {
    return this.node.storageLevel;
  },
  checkpoint(this: RDD<unknown>) {
    this.port.assertRunning("checkpoint");
    markForCheckpoint(this.node);
  },
  localCheckpoint(this: RDD<unknown>) {
    this.port.assertRunning("localCheckpoint");
    markForLocalCheckpoint(this.node);
    return this;
  },
  async isCheckpointed(this: RDD<unknown>) {
    return this.node.checkpoint !== undefined;
  },
  async isLocallyCheckpointed(this: RDD<unknown>) {
    return this.node.checkpoint instanceof LocalCheckpointNode || this.node.checkpointRequest?.kind === "local";
  },
  async getCheckpointFile(this: RDD<unknown>) {
    const { checkpoint } = this.node;
    return checkpoint instanceof ReliableCheckpointNode ? checkpoint.directory : undefined;
  },
  async toDebugString(this: RDD<unknown>) {
    await this.node.prepare();
    return debugString(this.node);
  },
  async getNumPartitions(this: RDD<unknown>) {
    await this.node.prepare();
    return this.node.numPartitions;
  },
  async partitioner(this: RDD<unknown>) {
    await this.node.prepare();
    return this.node.partitioner;
  },
  async partitions(this: RDD<unknown>) {
    await this.node.prepare();
    return Array.from({ length: this.node.numPartitions }, (_, partition) => partition);
  },
  async dependencies(this: RDD<unknown>) {
    await this.node.prepare();
    return this.node.dependencies.map((dependency: NodeDependency): RddDependency => ({
      kind: dependency.kind,
      rdd: this.derive(dependency.node),
      getParents: (partition) => (dependency.kind === "narrow" ? dependency.parents(partition) : []),
    }));
  },
  async preferredLocations(this: RDD<unknown>, partition: unknown) {
    const wanted = checkInteger("preferredLocations", "the partition", partition, 0);
    await this.node.prepare();
    return [...this.node.preferredLocations(wanted)];
  },
  setName(this: RDD<unknown>, name: unknown) {
    this.node.givenName = checkString("setName", "the name", name);
    return this;
  },
  async cleanShuffleDependencies(this: RDD<unknown>, blocking = false) {
    await this.node.prepare();
    await Promise.all(shuffleIds(this).map((id) => this.port.releaseShuffle(id, blocking)));
  },
} satisfies Implements<PersistenceMethods>;

function shuffleIds(rdd: RDD<unknown>): number[] {
  return ancestors(rdd.node).flatMap((node) =>
    node.dependencies.flatMap((dependency) => (dependency.kind === "shuffle" ? [dependency.shuffleId] : [])),
  );
}
