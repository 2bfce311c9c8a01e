/** From frames to chunks of records. */
import type { Chunk, ChunkSource } from "../columnar/chunk";
import { decodeBatches } from "../columnar/rows/decoder";
import type { ValueContext } from "../columnar/value-context";
import type { FrameSource } from "./frame";

/** The records of frames, a chunk valid until the next one is asked for. Closing closes the frames. */
export function chunksOf(frames: FrameSource, values: ValueContext): ChunkSource {
  let batches: ChunkSource | null = null;
  return {
    next(): Chunk | null {
      for (;;) {
        const chunk = batches?.next() ?? null;
        if (chunk !== null) return chunk;
        const frame = frames.next();
        if (frame === null) return null;
        batches = decodeBatches(frame.payload, values);
      }
    },
    close() {
      batches = null;
      frames.close();
    },
  };
}
