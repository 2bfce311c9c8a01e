/**
 * Chunks that are written now and read later: encoded, in memory while the task is granted some, and from then on in a
 * file of the task.
 */
import { BatchEncoder, ByteWriter, type Chunk, type ChunkSource, decodeBatches } from "../../columnar";
import { DataError } from "../../common/errors";
import { closeLocal, openLocal, readLocal, writeLocal } from "../../storage/local-data";
import type { TaskEnv } from "../../storage/task-env";

/** Bytes encoded before they are put away. */
const RUN_BYTES = 1 << 20;

export class SpillBuffer {
  readonly #encoder: BatchEncoder;
  readonly #out = new ByteWriter(RUN_BYTES);
  readonly #inMemory: Uint8Array[] = [];
  readonly #inFile: { readonly position: number; readonly length: number }[] = [];
  #file = -1;
  #fileLength = 0;

  constructor(private readonly env: TaskEnv) {
    this.#encoder = new BatchEncoder(env.values);
  }

  add(chunk: Chunk): void {
    this.#encoder.encodeChunk(chunk, this.#out);
    if (this.#out.length >= RUN_BYTES) this.#putAway();
  }

  #putAway(): void {
    const { length } = this.#out;
    if (length === 0) return;
    if (this.#file === -1 && this.env.memory.reserve(length)) {
      this.#inMemory.push(this.#out.copy());
    } else {
      if (this.#file === -1) this.#file = openLocal(this.env.tempFile("buffer"), "w+");
      const bytes = this.#out.written();
      for (let done = 0; done < length;) done += writeLocal(this.#file, bytes, done, length - done, this.#fileLength + done);
      this.#inFile.push({ position: this.#fileLength, length });
      this.#fileLength += length;
      this.env.metrics.diskBytesSpilled += length;
      this.env.metrics.memoryBytesSpilled += length;
    }
    this.#out.clear();
  }

  /** What was added, in order; any number of times. Nothing can be added after. */
  read(): ChunkSource {
    this.#putAway();
    const runs = this.#runs();
    let current: ChunkSource | null = null;
    return {
      next: (): Chunk | null => {
        for (;;) {
          const chunk = current?.next();
          if (chunk !== undefined && chunk !== null) return chunk;
          const run = runs.next();
          if (run.done === true) return null;
          current = decodeBatches(run.value, this.env.values);
        }
      },
      close() {},
    };
  }

  *#runs(): Generator<Uint8Array> {
    yield* this.#inMemory;
    for (const { position, length } of this.#inFile) {
      const bytes = Buffer.allocUnsafeSlow(length);
      for (let done = 0; done < length;) {
        const read = readLocal(this.#file, bytes, done, length - done, position + done);
        if (read === 0)
          throw new DataError(
            "SPILL_FILE_DAMAGED",
            `A spill file of the task ends at byte ${position + done}; ${this.#fileLength} were written.`,
          );
        done += read;
      }
      yield bytes;
    }
  }

  /** Lets go of memory and file. */
  close(): void {
    for (const run of this.#inMemory.splice(0)) this.env.memory.release(run.length);
    if (this.#file !== -1) closeLocal(this.#file);
    this.#file = -1;
    this.#inFile.length = 0;
  }
}
