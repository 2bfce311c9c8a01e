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

function keep(source: ChunkSource, task: TaskRun): readonly unknown[] | SpillBuffer {
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

/** Chunks of one left record with some right ones: with all of them where they are kept, else with a chunk of them. */
class CartesianSource implements AnySource {
  /** Left records that have been read, and where the block of them begins that is at work. */
  #lefts: readonly unknown[] = [];
  #block = 0;
  #blockEnd = 0;
  /** The next left record of the block. */
  #at = 0;
  #rights: readonly unknown[] = [];
  #reading: ChunkSource | null = null;

  constructor(
    private readonly left: ChunkSource,
    private readonly right: readonly unknown[] | SpillBuffer,
  ) {}

  next(): Chunk | null {
    while (this.#at === this.#blockEnd) if (!this.#nextRights()) return null;
    const left = this.#lefts[this.#at++];
    const rights = this.#rights;
    const pairs = new Array<unknown>(rights.length);
    for (let i = 0; i < pairs.length; i++) pairs[i] = [left, rights[i]];
    return rowsChunk(pairs);
  }

  /** More right records for the block, or all for the next one; false at the end. */
  #nextRights(): boolean {
    if (isRows(this.right)) {
      this.#rights = this.right;
      return this.right.length > 0 && this.#nextBlock(Infinity);
    }
    for (;;) {
      const chunk = this.#reading?.next() ?? null;
      if (chunk !== null) {
        this.#rights = rowsOf(chunk);
        this.#at = this.#block;
        return true;
      }
      if (!this.#nextBlock(LEFT_BLOCK)) return false;
      this.#at = this.#blockEnd;
      this.#reading = this.right.read();
    }
  }

  #nextBlock(size: number): boolean {
    this.#block = this.#at = this.#blockEnd;
    while (this.#block >= this.#lefts.length) {
      const chunk = this.left.next();
      if (chunk === null) return false;
      this.#lefts = rowsOf(chunk);
      this.#block = this.#at = 0;
    }
    this.#blockEnd = Math.min(this.#lefts.length, this.#block + size);
    return true;
  }

  close(): void {
    this.left.close();
    if (!isRows(this.right)) this.right.close();
  }
}

function isRows(kept: readonly unknown[] | SpillBuffer): kept is readonly unknown[] {
  return Array.isArray(kept);
}
