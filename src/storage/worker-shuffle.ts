/**
 * Map outputs as a task in a worker thread writes and reads them. Segments of this executor, and of others that share
 * its file system, are read in place; the rest come through the main thread.
 */
import { InternalError } from "../common/errors";
import { diskFull, isFull } from "./file-layout";
import { moveLocal } from "./local-data";
import { appendIndex, mapOutputName } from "./map-output-file";
import { SegmentFetcher } from "./segment-fetcher";
import type { ShuffleMemory } from "./shuffle-memory";
import type {
  FetchedSegment,
  MapOutputs,
  MapOutputWritten,
  SegmentRequest,
  TaskInfo,
  TaskMetrics,
  TaskShuffle,
} from "./task-env";

export class WorkerShuffle implements TaskShuffle {
  readonly #fetches = new Set<SegmentFetcher>();
  /** By shuffle and map: the file that the task was told to write. */
  readonly #staging = new Map<string, string>();

  constructor(
    private readonly memory: ShuffleMemory,
    private readonly info: TaskInfo,
    private readonly metrics: TaskMetrics,
  ) {}

  mapOutputs(shuffleId: number): MapOutputs {
    return this.memory.outputs(shuffleId);
  }

  *fetch(shuffleId: number, requests: Iterable<SegmentRequest>): Generator<FetchedSegment, void, undefined> {
    const fetcher = new SegmentFetcher(this.memory, shuffleId, this.metrics, this.info);
    this.#fetches.add(fetcher);
    try {
      yield* fetcher.run(requests);
    } finally {
      fetcher.close();
      this.#fetches.delete(fetcher);
    }
  }

  stagingFile(shuffleId: number, map: number): string {
    const { layout, self } = this.memory;
    const name = mapOutputName(shuffleId, map);
    // On the file system of its final place, so that a rename commits it.
    const path = layout.temporary(self.slot, this.info.taskId, name, layout.directoryFor(name));
    this.#staging.set(name, path);
    return path;
  }

  commit(shuffleId: number, map: number, output: MapOutputWritten, fd: number): void {
    const name = mapOutputName(shuffleId, map);
    const stagingFile = this.#staging.get(name);
    if (stagingFile === undefined) throw new InternalError(`${name} is committed and was never staged.`);
    const { stageId, stageAttempt } = this.info;
    const { layout } = this.memory;
    try {
      appendIndex(fd, { shuffleId, map, stageId, stageAttempt, ...output });
    } catch (error) {
      throw isFull(error) ? diskFull(stagingFile, output.offsets.byteLength + output.checksums.byteLength, error) : error;
    }
    const { offsets, checksums } = output;
    if (stageAttempt === 0 && this.info.attempt === 0) {
      // No other task of this executor can have made this output: there is nothing to ask.
      const path = layout.inPlaceOf(stagingFile, name);
      moveLocal(stagingFile, path);
      layout.moved(stagingFile);
      this.#staging.delete(name);
      this.memory.calls.send("storage.mapInPlace", { shuffleId, map, stageId, stageAttempt, path, offsets, checksums });
      return;
    }
    const earlier = this.memory.calls.call("storage.commitMap", {
      shuffleId,
      map,
      stageId,
      stageAttempt,
      stagingFile,
      offsets,
      checksums,
    });
    this.#staging.delete(name);
    layout.moved(stagingFile);
    if (earlier === null) return;
    // Another attempt was first: what this one goes on to report must describe the file that is there.
    offsets.set(earlier.offsets);
    checksums.set(earlier.checksums);
  }

  /** Ends fetches that the task did not finish. */
  close(): void {
    for (const fetcher of this.#fetches) fetcher.close();
    this.#fetches.clear();
    this.memory.forgetOld();
  }
}
