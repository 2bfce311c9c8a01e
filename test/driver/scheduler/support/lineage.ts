/** Lineage made by hand: datasets with no functions in them. */
import { determinismOf } from "../../../../src/rdd/determinism";
import type { Dependency, LineageNode, ShufflePart } from "../../../../src/rdd/lineage";

export interface NodeOptions {
  readonly persisted?: boolean;
  readonly barrier?: boolean;
  readonly prefers?: (partition: number) => readonly string[];
  readonly name?: string;
  /** Its records depend on the order of its input. */
  readonly orderSensitive?: boolean;
  /** What its partitions read of each shuffle. */
  readonly parts?: (partition: number) => readonly ShufflePart[];
}

const NOWHERE: readonly string[] = [];

export class LineageBuilder {
  #nextRdd = 0;
  #nextShuffle = 0;

  source(numPartitions: number, options: NodeOptions = {}): LineageNode {
    return this.#node(numPartitions, [], options);
  }

  /** One to one. */
  map(parent: LineageNode, options: NodeOptions = {}): LineageNode {
    return this.#node(parent.numPartitions, [{ kind: "narrow", node: parent, parents: (partition) => [partition] }], options);
  }

  union(...parents: readonly LineageNode[]): LineageNode {
    let start = 0;
    const dependencies = parents.map((node): Dependency => {
      const first = start;
      start += node.numPartitions;
      return {
        kind: "narrow",
        node,
        parents: (partition) => (partition >= first && partition < first + node.numPartitions ? [partition - first] : []),
      };
    });
    return this.#node(start, dependencies, {});
  }

  coalesce(parent: LineageNode, numPartitions: number): LineageNode {
    const parents = (partition: number): number[] => {
      const result: number[] = [];
      for (let p = partition; p < parent.numPartitions; p += numPartitions) result.push(p);
      return result;
    };
    return this.#node(numPartitions, [{ kind: "narrow", node: parent, parents }], {});
  }

  /** Reads a new shuffle of each parent, as a reduceByKey or join does. */
  shuffle(numPartitions: number, ...parents: readonly LineageNode[]): LineageNode {
    return this.shuffleWith(numPartitions, {}, ...parents);
  }

  shuffleWith(numPartitions: number, options: NodeOptions, ...parents: readonly LineageNode[]): LineageNode {
    const { parts } = options;
    const dependency = (node: LineageNode): Dependency => ({
      kind: "shuffle",
      node,
      shuffleId: this.#nextShuffle++,
      numReducers: numPartitions,
      ...(parts === undefined ? {} : { parts }),
    });
    return this.#node(numPartitions, parents.map(dependency), options);
  }

  #node(
    numPartitions: number,
    dependencies: readonly Dependency[],
    { persisted = false, barrier = false, orderSensitive = false, prefers, name }: NodeOptions,
  ): LineageNode {
    const id = this.#nextRdd++;
    return {
      id,
      name: name ?? `rdd${id}`,
      scope: "test",
      callSite: `test at ${id}`,
      numPartitions,
      dependencies,
      persisted,
      storageLevel: persisted ? "Memory Deserialized 1x Replicated" : "Serialized 1x Replicated",
      preferredLocations: prefers ?? (() => NOWHERE),
      barrier,
      determinism: determinismOf(dependencies, orderSensitive),
    };
  }
}

/** Shuffle ids that the node's own stage reads directly. */
export function shuffleIdsOf(node: LineageNode): number[] {
  return node.dependencies.flatMap((dependency) => (dependency.kind === "shuffle" ? [dependency.shuffleId] : []));
}
