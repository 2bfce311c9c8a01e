/**
 * A dataset of the lineage, on the driver: where its records come from, in how many partitions, and how its part of a
 * task is described. One subclass per kind, each in a file of its own; the code that runs in tasks is in exec/, under
 * the kind's name.
 *
 * What needs a look at storage or a job of its own (file lists, bounds of a sort, default partition counts) is settled by
 * `prepare`; before that the layout is unknown and asking for it is an error.
 */
import { InternalError } from "../../common/errors";
import { StorageLevel } from "../../storage/storage-level";
import { Lifeline } from "../cleaner";
import type { Call, ContextPort } from "../context-port";
import { determinismOf } from "../determinism";
import type { LineageNode, NarrowDependency, ShuffleDependencyInfo, ShufflePart } from "../lineage";
import type { Partitioner } from "../partitioner";
import type { NodeSpec, SpecEncoder } from "../stage-spec";
import type { PlanShuffle } from "./plan-shuffle";
import type { ShuffleDependency } from "./shuffle-dependency";

export interface Narrow {
  readonly kind: "narrow";
  readonly node: DatasetNode;
  /** The parent partitions that child partition `partition` reads. */
  parents(partition: number): readonly number[];
  /** Partition i reads partition i and nothing else. */
  readonly aligned?: true;
}

/** Records move: those of an operation on pairs, or those of a query plan. */
export type ShuffleEdge = ShuffleDependency | PlanShuffle;

export type NodeDependency = Narrow | ShuffleEdge;

export interface CheckpointRequest {
  readonly kind: "reliable" | "local";
  /** Writes the checkpoint and gives what reads it. */
  write(call: Call): Promise<DatasetNode>;
}

const same = (partition: number): readonly number[] => [partition];

/** Partition i reads partition i of its parent. */
export function oneToOne(node: DatasetNode): Narrow {
  return { kind: "narrow", node, parents: same, aligned: true };
}

/** Facts about a dataset for the scheduler, with the way back to the objects that they describe. */
export interface DatasetLineage extends LineageNode {
  readonly dataset: DatasetNode;
  readonly dependencies: readonly (NarrowDependency | ShuffleLineage)[];
}

/** A shuffle whose map stage is `encodeStage(dependency.node, { kind: "shuffle", dependency })`. */
interface ShuffleLineage extends ShuffleDependencyInfo {
  readonly dependency: ShuffleEdge;
}

export abstract class DatasetNode {
  readonly id: number;
  readonly callSite: string;
  /** What `setName` gave. */
  givenName: string | undefined;
  storageLevel: StorageLevel = StorageLevel.NONE;
  /** Bytes of its blocks that an executor has in memory at most; what is beyond goes to disk, or is not kept. Null: the executor's own bounds. */
  mostMemory: number | null = null;
  /** Asked for, and not yet written. */
  checkpointRequest: CheckpointRequest | undefined;
  /** Replaces the inputs once the dataset was checkpointed. */
  checkpoint: DatasetNode | undefined;
  #lifeline: WeakRef<Lifeline> | undefined;
  #prepared: Promise<void> | undefined;
  #isPrepared = false;

  constructor(
    readonly context: ContextPort,
    /** The call that made it: "reduceByKey". */
    readonly scope: string,
    /** Where: "app.ts:12:7"; taken from the context where not given. */
    site: string = context.callSite(),
  ) {
    this.id = context.nextRddId();
    this.callSite = `${scope} at ${site}`;
  }

  /** Spark's name of the kind, as `toDebugString` shows it. */
  abstract readonly className: string;

  /** The datasets that this one is made from, known from the start. */
  protected abstract readonly inputs: readonly DatasetNode[];

  /** Settles the layout once; `inputs` are prepared. */
  protected doPrepare(): Promise<void> | void {}

  protected abstract countPartitions(): number;

  /** After `prepare`. */
  protected abstract listDependencies(): readonly NodeDependency[];

  /** How keys were laid out, when this dataset knows; after `prepare`. */
  get partitioner(): Partitioner | undefined {
    return undefined;
  }

  /** The node's own part of a task binary; its parents are added through `encoder`. Not called for a checkpointed node. */
  abstract encode(encoder: SpecEncoder): NodeSpec;

  /** What a task needs beyond the binary to make partition `partition`; only of leaves. */
  payload(_partition: number): Uint8Array | null {
    return null;
  }

  /** True where `payload` gives something. */
  get hasPayload(): boolean {
    return false;
  }

  /** Hosts near the data of a partition, for leaves. */
  locations(_partition: number): readonly string[] {
    return [];
  }

  /** What a partition reads of the shuffle, which is one of the dependencies. */
  shuffleParts(partition: number, _shuffle: ShuffleEdge): readonly ShufflePart[] {
    return [{ reduce: partition }];
  }

  /** All tasks of the stage start together. */
  get barrier(): boolean {
    return false;
  }

  /** Its records depend on the order in which those of its inputs come; after `prepare`. */
  get orderSensitive(): boolean {
    return false;
  }

  get name(): string {
    return this.givenName ?? this.className;
  }

  get parents(): readonly DatasetNode[] {
    return this.checkpoint === undefined ? this.inputs : [this.checkpoint];
  }

  get persisted(): boolean {
    return this.storageLevel.isValid;
  }

  get numPartitions(): number {
    this.#requirePrepared();
    return this.countPartitions();
  }

  get dependencies(): readonly NodeDependency[] {
    this.#requirePrepared();
    return this.checkpoint === undefined ? this.listDependencies() : [oneToOne(this.checkpoint)];
  }

  preferredLocations(partition: number): readonly string[] {
    return this.locations(partition);
  }

  /** What keeps shuffle files and cached partitions of this dataset; see cleaner.ts. Whoever asks must hold it. */
  lifeline(): Lifeline {
    let lifeline = this.#lifeline?.deref();
    if (lifeline === undefined) {
      lifeline = new Lifeline(this.parents.map((parent) => parent.lifeline()));
      this.#lifeline = new WeakRef(lifeline);
    }
    return lifeline;
  }

  /** From now on the dataset is read from `checkpoint`. */
  replaceBy(checkpoint: DatasetNode): void {
    this.checkpoint = checkpoint;
    this.#lifeline?.deref()?.cut();
  }

  /** Settles the layout of this dataset and of all that it is made from. Repeated after a failure, otherwise done once. */
  async prepare(): Promise<void> {
    for (const node of ancestors(this)) {
      if (!node.#isPrepared) await node.#prepareSelf();
    }
  }

  async #prepareSelf(): Promise<void> {
    this.#prepared ??= (async () => {
      try {
        await this.doPrepare();
        this.#isPrepared = true;
      } finally {
        this.#prepared = undefined;
      }
    })();
    await this.#prepared;
  }

  #requirePrepared(): void {
    if (!this.#isPrepared) throw new InternalError(`The layout of ${this.toString()} was asked for before it was prepared.`);
  }

  /** As Spark prints it: `pairs MapPartitionsRDD[7] at map at app.ts:3:1`. */
  toString(): string {
    return `${this.givenName === undefined ? "" : `${this.givenName} `}${this.className}[${this.id}] at ${this.callSite}`;
  }
}

/** `root` and all that it is made from, each once, what others are made from first. Does not go beyond checkpoints. */
export function ancestors(root: DatasetNode): DatasetNode[] {
  const order: DatasetNode[] = [];
  const state = new Map<DatasetNode, "open" | "done">();
  const stack: DatasetNode[] = [root];
  while (stack.length > 0) {
    const node = stack.at(-1)!;
    const seen = state.get(node);
    if (seen === undefined) {
      state.set(node, "open");
      for (const parent of node.parents.toReversed()) if (!state.has(parent)) stack.push(parent);
    } else {
      stack.pop();
      if (seen === "open") {
        state.set(node, "done");
        order.push(node);
      }
    }
  }
  return order;
}

/** The lineage of a prepared dataset as it stands now. */
export function lineageOf(root: DatasetNode): DatasetLineage {
  const made = new Map<DatasetNode, DatasetLineage>();
  for (const node of ancestors(root)) {
    const dependencies = node.dependencies.map((dependency): DatasetLineage["dependencies"][number] => {
      const parent = made.get(dependency.node)!;
      if (dependency.kind === "narrow")
        return { kind: "narrow", node: parent, parents: (partition) => dependency.parents(partition) };
      const { shuffleId, numReducers } = dependency;
      const parts = (partition: number): readonly ShufflePart[] => node.shuffleParts(partition, dependency);
      return { kind: "shuffle", node: parent, shuffleId, numReducers, parts, dependency };
    });
    made.set(node, {
      dataset: node,
      id: node.id,
      name: node.name,
      scope: node.scope,
      callSite: node.callSite,
      numPartitions: node.numPartitions,
      dependencies,
      persisted: node.persisted,
      storageLevel: node.storageLevel.toString(),
      preferredLocations: (partition) => node.preferredLocations(partition),
      barrier: node.barrier,
      determinism: determinismOf(dependencies, node.orderSensitive && node.checkpoint === undefined),
    });
  }
  return made.get(root)!;
}
