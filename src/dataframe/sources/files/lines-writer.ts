/** Writers of batches as lines, by kernels. */
import type { ColumnBatch } from "../../../columnar/vector";
import type { ByteSink } from "../../../filesystem/part-writers";
import type { FileWriter } from "./write-task";

/** Lines of batches in bytes. */
export interface BatchLines {
  /** Good until the next call; null for a batch that only the careful way can take. */
  of(batch: ColumnBatch): Uint8Array | null;
  free(): void;
}

/** @param careful of the same sink; it takes the batches that `lines` does not. */
export function linesWriter(sink: ByteSink, lines: BatchLines, careful: FileWriter): FileWriter {
  return {
    write(batch) {
      const bytes = lines.of(batch);
      if (bytes !== null) return sink.write(bytes);
      careful.write(batch);
      careful.finish();
    },
    finish: () => careful.finish(),
    free() {
      lines.free();
      careful.free();
    },
  };
}
