/** Leaves of a stage: ranges, slices of local collections, nothing. */
import type { Chunk, ChunkSource } from "../../columnar";
import { emptySource } from "../pipeline/source";
import { rowsSource } from "../row-bytes";
import { type Chain, type ExecNode, sourceChain } from "./chain";

/** Numbers in a chunk of a range: a task looks after each whether it was told to stop. */
const RANGE_CHUNK = 8192;

class RangeSource implements ChunkSource {
  #at: number;

  constructor(
    private readonly start: number,
    private readonly step: number,
    from: number,
    private readonly end: number,
  ) {
    this.#at = from;
  }

  next(): Chunk | null {
    const length = Math.min(RANGE_CHUNK, this.end - this.#at);
    if (length <= 0) return null;
    const chunk: Chunk = { kind: "range", start: this.start + this.#at * this.step, step: this.step, length };
    this.#at += length;
    return chunk;
  }

  close(): void {
    this.#at = this.end;
  }
}

export class RangeExec implements ExecNode {
  constructor(
    private readonly spec: { readonly start: number; readonly step: number; readonly count: number; readonly numSlices: number },
  ) {}

  chain(partition: number): Chain {
    const { start, step, count, numSlices } = this.spec;
    const from = Math.floor((partition * count) / numSlices);
    const to = Math.floor(((partition + 1) * count) / numSlices);
    return sourceChain(() => new RangeSource(start, step, from, to));
  }
}

export class SlicesExec implements ExecNode {
  constructor(private readonly leaf: number) {}

  chain(partition: number): Chain {
    return sourceChain((task) => rowsSource(task.payload(this.leaf, partition), task.values));
  }
}

export class EmptyExec implements ExecNode {
  chain(): Chain {
    return sourceChain(() => emptySource);
  }
}
