/** From frames to chunks of records. */
import type { Chunk, ChunkSource } from "../columnar/chunk";
import { corrupt } from "../columnar/bytes";
import { decodeBatches } from "../columnar/rows/decoder";
import { internShape } from "../columnar/rows/shapes";
import type { ValueContext } from "../columnar/value-context";
import { Content, type FrameSource } from "./frame";

/** The records of frames, a chunk valid until the next one is asked for. Closing closes the frames. */
export function chunksOf(frames: FrameSource, values: ValueContext): ChunkSource {
  let batches: ChunkSource | null = null;
  let content: Content = Content.Records;
  return {
    next(): Chunk | null {
      for (;;) {
        const chunk = batches?.next() ?? null;
        if (chunk !== null) return content === Content.Twins ? twins(chunk) : chunk;
        const frame = frames.next();
        if (frame === null) return null;
        content = frame.content;
        batches = decodeBatches(frame.payload, values);
      }
    },
    close() {
      batches = null;
      frames.close();
    },
  };
}

/** Pairs of each key with itself. */
function twins(chunk: Chunk): Chunk {
  if (chunk.kind !== "columns") throw corrupt("keys without a column");
  const { shape, columns, length } = chunk;
  return {
    kind: "columns",
    shape: internShape({ type: "tuple", items: [shape, shape] }),
    columns: [...columns, ...columns],
    length,
  };
}
