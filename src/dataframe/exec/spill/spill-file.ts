/** Batches in a file of the task: written one after the other, read back in that order. */
import { rmSync } from "node:fs";
import { InternalError } from "../../../common/errors";
import type { ColumnBatch } from "../../../columnar/vector";
import { closeLocal, openLocal, readLocal, writeLocal } from "../../../storage/local-data";
import type { OpenTask } from "../operator";

export class SpillFile {
  readonly #path: string;
  #fd: number | null;
  #bytes = 0;
  rows = 0;

  constructor(
    private readonly task: OpenTask,
    private readonly node: number,
  ) {
    this.#path = task.env.tempFile("operator");
    this.#fd = openLocal(this.#path, "w+");
  }

  append(batch: ColumnBatch): void {
    if (batch.length === 0) return;
    if (this.#fd === null) throw new InternalError("A spill file is written after it was read.");
    const bytes = this.task.services.encodeBatch(batch);
    const head = new Uint32Array([bytes.length]);
    this.#write(new Uint8Array(head.buffer));
    this.#write(bytes);
    this.rows += batch.length;
    this.task.env.metrics(this.node).spilledBytes += bytes.length + 4;
  }

  #write(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.length) {
      const written = writeLocal(this.#fd!, bytes, at, bytes.length - at, this.#bytes);
      at += written;
      this.#bytes += written;
    }
  }

  /** The batches; the file is removed after the last one, or when the reader stops. */
  *batches(): Generator<ColumnBatch, void, undefined> {
    try {
      for (let at = 0; at < this.#bytes;) {
        const [length] = new Uint32Array(this.#read(at, 4).buffer);
        yield* this.task.services.decodeBatches(this.#read(at + 4, length!));
        at += 4 + length!;
      }
    } finally {
      this.remove();
    }
  }

  #read(at: number, length: number): Uint8Array {
    const bytes = new Uint8Array(length);
    let got = 0;
    while (got < length) {
      const count = readLocal(this.#fd!, bytes, got, length - got, at + got);
      if (count === 0) throw new InternalError("A spill file ends too early.");
      got += count;
    }
    return bytes;
  }

  /** May be called more than once. */
  remove(): void {
    if (this.#fd === null) return;
    closeLocal(this.#fd);
    this.#fd = null;
    rmSync(this.#path, { force: true });
  }
}
