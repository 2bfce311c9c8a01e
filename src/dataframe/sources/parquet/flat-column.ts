/** A column without lists: its vectors row by row, over the pages of a row group. */
import { concat, gather, slice } from "../../../columnar/batch";
import type { Vector } from "../../../columnar/vector";
import type { ChunkReader } from "./chunk-reader";
import { DamagedPage } from "./codecs";
import type { DecodedPage, Selection } from "./page-decoder";

/** Rows of a column: the vector, and the definition levels where they were asked for and some are below the highest. */
export interface ColumnRows {
  readonly vector: Vector;
  readonly definition: Uint8Array | null;
}

export class FlatColumn {
  #page: DecodedPage | null = null;
  #offset = 0;
  /** Of the chunk: the one that is read next. */
  #row = 0;

  constructor(private readonly chunk: ChunkReader) {}

  /** Rows until the end of the page that comes next or has been begun. */
  rowsInPage(): number {
    return this.#page === null ? this.chunk.peek() : this.#page.entries - this.#offset;
  }

  get isLoose(): boolean {
    return this.chunk.isLoose;
  }

  skip(rows: number): void {
    if (rows === 0) return;
    const target = this.#row + rows;
    if (this.#page !== null && rows < this.rowsInPage()) {
      this.#advance(rows);
      return;
    }
    const first = this.chunk.seek(target);
    if (first === null) {
      this.#skipPages(rows);
      return;
    }
    this.#page = null;
    this.#row = first;
    if (target > first) {
      this.#page = this.#decode();
      this.#advance(target - first);
    }
  }

  #skipPages(rows: number): void {
    let left = rows;
    while (left > 0) {
      const there = this.rowsInPage();
      if (there === 0) return;
      if (this.#page === null && left >= there) {
        this.chunk.skip();
        this.#row += there;
      } else {
        this.#page ??= this.#decode();
        this.#advance(Math.min(left, there));
      }
      left -= there;
    }
  }

  read(rows: number): ColumnRows {
    this.#page ??= this.#decode();
    const { vector, definition, entries } = this.#page;
    const from = this.#offset;
    if (from + rows <= entries) {
      this.#advance(rows);
      if (from === 0 && rows === entries) return { vector, definition };
      return {
        vector: slice(vector, from, from + rows),
        definition: definition === null ? null : definition.subarray(from, from + rows),
      };
    }
    return this.#readAcross(rows);
  }

  /** The selected ones of the next rows. */
  readSelected(rows: number, selection: Selection): Vector {
    if (this.#page !== null || this.chunk.peek() !== rows)
      return gather(this.read(rows).vector, selection.places, selection.count);
    this.#row += rows;
    return this.chunk.next(selection).vector;
  }

  #readAcross(rows: number): ColumnRows {
    const parts: ColumnRows[] = [];
    let left = rows;
    while (left > 0) {
      const n = Math.min(left, this.rowsInPage());
      // What has been read is needed beside it.
      if (n > 0) this.#page ??= this.#decode(parts.length > 0);
      if (n === 0) throw new DamagedPage("a column has fewer rows than its row group");
      parts.push(this.read(n));
      left -= n;
    }
    const vector = concat(parts.map((part) => part.vector));
    if (parts.every((part) => part.definition === null)) return { vector, definition: null };
    const definition = new Uint8Array(rows).fill(255);
    let at = 0;
    for (const part of parts) {
      if (part.definition !== null) definition.set(part.definition, at);
      at += part.vector.length;
    }
    return { vector, definition };
  }

  #decode(fresh = false): DecodedPage {
    if (this.chunk.peek() === 0) throw new DamagedPage("a column has fewer rows than its row group");
    this.#offset = 0;
    return this.chunk.next(null, fresh);
  }

  #advance(rows: number): void {
    this.#offset += rows;
    this.#row += rows;
    if (this.#page !== null && this.#offset === this.#page.entries) this.#page = null;
  }

  close(): void {
    this.#page = null;
    this.chunk.close();
  }
}
