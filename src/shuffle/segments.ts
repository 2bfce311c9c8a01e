/** What a reduce task reads: the frames of its segments, as they arrive from wherever they are. */
import type { ChunkSource } from "../columnar/chunk";
import { FetchFailed, type TaskEnv } from "../storage/task-env";
import type { FetchedSegment, MapOutputs, SegmentRequest } from "../storage/task-env";
import { DataError } from "../common/errors";
import { type Frame, type FrameSource, framesOf, framesOfFile } from "./frame";
import { chunksOf } from "./frame-chunks";

/** Everything that all map tasks of a shuffle wrote for these reduce partitions, as records. Nothing is asked for before the first `next`. */
export function segmentChunks(env: TaskEnv, shuffleId: number, reduces: readonly number[]): ChunkSource {
  return chunksOf(new SegmentFrames(env, shuffleId, (outputs) => allMaps(outputs, reduces)), env.values);
}

/** The same of what `maps` wrote for one reduce partition. */
export function segmentChunksOf(env: TaskEnv, shuffleId: number, maps: readonly number[], reduce: number): ChunkSource {
  return chunksOf(new SegmentFrames(env, shuffleId, () => maps.map((map) => ({ map, reduce }))), env.values);
}

export interface SegmentFrameSource extends FrameSource {
  /** The map task that wrote the last frame. */
  readonly map: number;
}

/** The frames of the segments that `requests` names, empty ones left out. Nothing is asked for before the first `next`. */
export function segmentFrames(
  env: TaskEnv,
  shuffleId: number,
  requests: (outputs: MapOutputs) => SegmentRequest[],
): SegmentFrameSource {
  return new SegmentFrames(env, shuffleId, requests);
}

function allMaps(outputs: MapOutputs, reduces: readonly number[]): SegmentRequest[] {
  const requests: SegmentRequest[] = [];
  for (const reduce of reduces) for (let map = 0; map < outputs.numMaps; map++) requests.push({ map, reduce });
  return requests;
}

class SegmentFrames implements SegmentFrameSource {
  readonly #env: TaskEnv;
  readonly #shuffleId: number;
  readonly #requests: (outputs: MapOutputs) => SegmentRequest[];
  #segments: Iterator<FetchedSegment> | null = null;
  #current: FrameSource | null = null;
  #from: SegmentRequest = { map: -1, reduce: -1 };
  #closed = false;

  constructor(env: TaskEnv, shuffleId: number, requests: (outputs: MapOutputs) => SegmentRequest[]) {
    this.#env = env;
    this.#shuffleId = shuffleId;
    this.#requests = requests;
  }

  get map(): number {
    return this.#from.map;
  }

  next(): Frame | null {
    if (this.#closed) return null;
    this.#segments ??= this.#open();
    for (;;) {
      const frame = this.#current === null ? null : this.#guard(this.#current);
      if (frame !== null) {
        this.#env.metrics.shuffleRecordsRead += frame.rows;
        return frame;
      }
      this.#env.checkInterrupted();
      const segment = this.#segments.next();
      if (segment.done) {
        this.#closed = true;
        return null;
      }
      const { bytes, file } = segment.value;
      this.#from = segment.value;
      this.#current = bytes === undefined ? framesOfFile(file.fd, [file]) : framesOf(bytes);
    }
  }

  #open(): Iterator<FetchedSegment> {
    const outputs = this.#env.shuffle.mapOutputs(this.#shuffleId);
    const requests = this.#requests(outputs).filter(({ map, reduce }) => outputs.size(map, reduce) > 0);
    return this.#env.shuffle.fetch(this.#shuffleId, requests)[Symbol.iterator]();
  }

  /** Bytes with the right checksum that are no frames were written wrong: only the map task can mend that. */
  #guard(frames: FrameSource): Frame | null {
    try {
      return frames.next();
    } catch (error) {
      if (!(error instanceof DataError)) throw error;
      const { map, reduce } = this.#from;
      throw new FetchFailed(
        this.#shuffleId,
        map,
        reduce,
        null,
        `Segment ${reduce} of map output ${map} is damaged: ${error.message}`,
      );
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#current = null;
    this.#segments?.return?.();
    this.#segments = null;
  }
}
