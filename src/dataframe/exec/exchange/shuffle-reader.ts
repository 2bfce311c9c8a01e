/** The reduce side of an exchange: the batches in the segments that a task was told to read. */
import { decodeBatchesOf } from "../../../columnar/batch";
import { corrupt } from "../../../columnar/bytes";
import type { BatchSource, ColumnBatch } from "../../../columnar/vector";
import { Content } from "../../../shuffle/frame";
import { segmentFrames } from "../../../shuffle/segments";
import type { MapOutputs, SegmentRequest, TaskEnv } from "../../../storage/task-env";

/** Reduce partition `reduce` as the map tasks from `maps[0]` to before `maps[1]` wrote it; all of them where absent. */
export interface ShufflePart {
  readonly reduce: number;
  readonly maps?: readonly [from: number, to: number];
}

export interface ExchangeSource extends BatchSource {
  /** The map task that wrote the last batch: segments come in any order. */
  readonly map: number;
}

export function readExchange(env: TaskEnv, shuffleId: number, parts: readonly ShufflePart[]): ExchangeSource {
  const frames = segmentFrames(env, shuffleId, (outputs) => requestsOf(parts, outputs));
  let batches: Iterator<ColumnBatch> | null = null;
  return {
    get map() {
      return frames.map;
    },
    next() {
      for (;;) {
        const batch = batches?.next();
        if (batch !== undefined && batch.done !== true) return batch.value;
        const frame = frames.next();
        if (frame === null) return null;
        if (frame.content !== Content.Columns) throw corrupt("a segment of an exchange holds no batches");
        // Operators keep batches; a segment's memory is somebody else's once the next one is asked for.
        batches = decodeBatchesOf(frame.own ? frame.payload : new Uint8Array(frame.payload));
      }
    },
    close() {
      batches = null;
      frames.close();
    },
  };
}

function requestsOf(parts: readonly ShufflePart[], { numMaps }: MapOutputs): SegmentRequest[] {
  const requests: SegmentRequest[] = [];
  for (const { reduce, maps = [0, numMaps] } of parts) {
    for (let map = maps[0]; map < Math.min(maps[1], numMaps); map++) requests.push({ map, reduce });
  }
  return requests;
}
