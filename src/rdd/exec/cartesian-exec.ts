/** All pairs of a partition of one dataset and a partition of another. The right one is read once and kept, encoded. */
import { type Chunk, type ChunkSource, rowsOf } from "../../columnar";
import { DeferredSource } from "../pipeline/iterable-source";
import { type AnySource, isThenable, rowsChunk, then } from "../pipeline/source";
import { type Chain, chainSource, type ExecNode, sourceChain, toSync } from "./chain";
import type { SpillBuffer } from "./spill-buffer";
import type { TaskRun } from "./task-run";

/** Records of the right side that are kept as objects; beyond, they are decoded again for every block of the left. */
const KEPT_ROWS = 50_000;
/** Left records that go through one reading of a right side that is not kept. */
const LEFT_BLOCK = 256;

export class CartesianExec implements ExecNode {
  constructor(
    private readonly left: ExecNode,
    private readonly right: ExecNode,
    private readonly rightPartitions: number,
  ) {}

  chain(partition: number): Chain {
    const left = this.left.chain(Math.floor(partition / this.rightPartitions));
    const right = this.right.chain(partition % this.rightPartitions);
    return sourceChain((task) => {
      const open = then(toSync(chainSource(right, task), task), (rights) =>
        then(toSync(chainSource(left, task), task), (lefts): AnySource => new CartesianSource(lefts, keep(rights, task))),
      );
      return isThenable(open) ? new DeferredSource(open) : open;
    });
  }
}

type Kept = readonly unknown[] | SpillBuffer;

function keep(source: ChunkSource, task: TaskRun): Kept {
  const rows: unknown[] = [];
  let buffer: SpillBuffer | null = null;
  for (let chunk = source.next(); chunk !== null; chunk = source.next()) {
    task.env.checkInterrupted();
    if (buffer === null) {
      for (const row of rowsOf(chunk)) rows.push(row);
      if (rows.length <= KEPT_ROWS) continue;
      buffer = task.spillBuffer();
      buffer.add(rowsChunk(rows));
    } else {
      buffer.add(chunk);
    }
  }
  source.close();
  return buffer ?? rows;
}

class CartesianSource implements AnySource {
  #lefts: readonly unknown[] = [];
  #at = 0;
  #rights: ChunkSource | null = null;

  constructor(
    private readonly left: ChunkSource,
    private readonly right: Kept,
  ) {}

  next(): Chunk | null {
    if (this.right instanceof Array && this.right.length === 0) return null;
    return this.right instanceof Array ? this.#nextOfRows(this.right) : this.#nextOfBuffer(this.right);
  }

  #nextOfRows(rights: readonly unknown[]): Chunk | null {
    if (!this.#fill()) return null;
    const left = this.#lefts[this.#at++];
    return rowsChunk(rights.map((right) => [left, right]));
  }

  #nextOfBuffer(buffer: SpillBuffer): Chunk | null {
    for (;;) {
      if (this.#rights === null) {
        if (!this.#fill()) return null;
        this.#rights = buffer.read();
      }
      const chunk = this.#rights.next();
      if (chunk !== null) {
        const block = this.#lefts.slice(this.#at, this.#at + LEFT_BLOCK);
        const rights = rowsOf(chunk);
        return rowsChunk(block.flatMap((left) => rights.map((right) => [left, right])));
      }
      this.#rights = null;
      this.#at += LEFT_BLOCK;
    }
  }

  #fill(): boolean {
    while (this.#at >= this.#lefts.length) {
      const chunk = this.left.next();
      if (chunk === null) return false;
      this.#lefts = rowsOf(chunk);
      this.#at = 0;
    }
    return true;
  }

  close(): void {
    this.left.close();
    if (!(this.right instanceof Array)) this.right.close();
  }
}
