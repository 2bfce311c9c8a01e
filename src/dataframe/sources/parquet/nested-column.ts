/**
 * A column within lists: its levels and packed values, for the rows of a batch. Repetition level 0 begins a row; a row may go
 * on in the next page, so that its end is known only from what follows.
 */
import { concat, slice } from "../../../columnar/batch";
import type { Vector } from "../../../columnar/vector";
import type { ChunkReader } from "./chunk-reader";
import { DamagedPage } from "./codecs";
import type { DecodedPage } from "./page-decoder";
import type { ParquetNode } from "./schema";

export interface NestedRows {
  /** A byte an entry. */
  readonly definition: Uint8Array;
  readonly repetition: Uint8Array;
  /** The values of the entries with the highest definition level. */
  readonly packed: Vector;
}

export class NestedColumn {
  #page: DecodedPage | null = null;
  #definition: Uint8Array = new Uint8Array(0);
  #repetition: Uint8Array = new Uint8Array(0);
  #entry = 0;
  #value = 0;
  readonly #highest: number;
  readonly #repeated: boolean;

  constructor(
    private readonly chunk: ChunkReader,
    node: ParquetNode,
  ) {
    this.#highest = node.definition;
    this.#repeated = node.repetition > 0;
  }

  /** At most as many rows begin in the page. */
  entriesInPage(): number {
    return this.#page === null ? this.chunk.peek() : this.#page.entries - this.#entry;
  }

  read(rows: number): NestedRows {
    const parts: NestedRows[] = [];
    let begun = 0;
    for (;;) {
      if (this.#page === null && !this.#nextPage()) {
        if (begun < rows) throw new DamagedPage("a column has fewer rows than its row group");
        break;
      }
      const repetition = this.#repetition;
      const entries = repetition.length;
      const from = this.#entry;
      if (parts.length === 0 && from === 0 && repetition[0] !== 0 && begun === 0)
        throw new DamagedPage("a column begins in the middle of a row");
      let to = from;
      while (to < entries) {
        if (repetition[to] === 0) {
          if (begun === rows) break;
          begun++;
        }
        to++;
      }
      if (to > from) parts.push(this.#take(from, to));
      if (to < entries) break;
      this.#page = null;
    }
    return joined(parts);
  }

  #take(from: number, to: number): NestedRows {
    const definition = this.#definition.subarray(from, to);
    const first = this.#value;
    let present = 0;
    const highest = this.#highest;
    for (let i = 0; i < definition.length; i++) if (definition[i] === highest) present++;
    this.#value = first + present;
    this.#entry = to;
    const { vector } = this.#page!;
    const packed = first === 0 && present === vector.length ? vector : slice(vector, first, first + present);
    return { definition, repetition: this.#repetition.subarray(from, to), packed };
  }

  #nextPage(): boolean {
    if (this.chunk.peek() === 0) return false;
    const page = this.chunk.next();
    this.#page = page;
    this.#definition = page.definition ?? new Uint8Array(page.entries).fill(this.#highest);
    this.#repetition = this.#repeated ? page.repetition! : new Uint8Array(page.entries);
    this.#entry = 0;
    this.#value = 0;
    return true;
  }

  skip(rows: number): void {
    // Rows of lists are known only from their levels.
    if (rows > 0) this.read(rows);
  }

  close(): void {
    this.#page = null;
    this.chunk.close();
  }
}

function joined(parts: readonly NestedRows[]): NestedRows {
  if (parts.length === 1) return parts[0]!;
  const entries = parts.reduce((sum, part) => sum + part.definition.length, 0);
  const definition = new Uint8Array(entries);
  const repetition = new Uint8Array(entries);
  let at = 0;
  for (const part of parts) {
    definition.set(part.definition, at);
    repetition.set(part.repetition, at);
    at += part.definition.length;
  }
  return { definition, repetition, packed: concat(parts.map((part) => part.packed)) };
}
