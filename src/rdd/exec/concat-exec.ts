/** Nodes whose partitions are partitions of their parents, one or several, in a row: union, coalesce, pruning. */
import type { Chunk } from "../../columnar";
import { InternalError } from "../../common/errors";
import { type AnySource, isThenable, type MaybePromise } from "../pipeline/source";
import { type Chain, chainSource, type ExecNode, sourceChain } from "./chain";
import type { TaskRun } from "./task-run";

/** Chains read one after the other; each is opened when the one before has ended. */
class ConcatSource implements AnySource {
  #current: AnySource | null = null;
  #next = 0;

  constructor(
    private readonly chains: readonly Chain[],
    private readonly task: TaskRun,
  ) {}

  next(): MaybePromise<Chunk | null> {
    for (;;) {
      if (this.#current === null) {
        const chain = this.chains[this.#next++];
        if (chain === undefined) return null;
        this.#current = chainSource(chain, this.task);
      }
      const chunk = this.#current.next();
      if (isThenable(chunk)) return chunk.then((read) => read ?? this.#advance());
      if (chunk !== null) return chunk;
      this.#close();
    }
  }

  #advance(): MaybePromise<Chunk | null> {
    this.#close();
    return this.next();
  }

  #close(): void {
    this.#current?.close();
    this.#current = null;
  }

  close(): void {
    this.#next = this.chains.length;
    this.#close();
  }
}

function concat(chains: readonly Chain[]): Chain {
  return chains.length === 1 ? chains[0]! : sourceChain((task) => new ConcatSource(chains, task));
}

/** The partitions of the first parent, then those of the second, … */
export class UnionExec implements ExecNode {
  constructor(
    private readonly parents: readonly ExecNode[],
    private readonly counts: readonly number[],
  ) {}

  chain(partition: number): Chain {
    let at = partition;
    for (const [i, count] of this.counts.entries()) {
      if (at < count) return this.parents[i]!.chain(at);
      at -= count;
    }
    throw new InternalError(`A union has no partition ${partition}.`);
  }
}

/** Partition i of all parents. */
export class AlignedUnionExec implements ExecNode {
  constructor(private readonly parents: readonly ExecNode[]) {}

  chain(partition: number): Chain {
    return concat(this.parents.map((parent) => parent.chain(partition)));
  }
}

/** Partition i is the partitions groups[i] of the parent. */
export class RegroupedExec implements ExecNode {
  constructor(
    private readonly parent: ExecNode,
    private readonly groups: readonly (readonly number[])[],
  ) {}

  chain(partition: number): Chain {
    return concat(this.groups[partition]!.map((at) => this.parent.chain(at)));
  }
}
