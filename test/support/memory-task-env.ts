/**
 * A TaskEnv for tests: map outputs and spill files in one temporary directory, cached blocks and broadcasts in memory,
 * memory limits that a test sets. One `MemoryWorld` is what the executors of an application would share; each task of a
 * test takes an environment of its own from it. Segments are read and checked as an executor does, a corrupt or
 * missing one ends in FetchFailed.
 */
import { closeSync, mkdtempSync, openSync, readSync, renameSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { decodeBatches } from "../../src/columnar/rows/decoder";
import type { ValueContext } from "../../src/columnar/value-context";
import { DataError, TaskError } from "../../src/common/errors";
import { FetchFailed, newTaskMetrics, TaskKilled } from "../../src/storage/task-env";
import type {
  BlockWriter,
  MapOutputs,
  MapOutputWritten,
  SegmentRequest,
  TaskEnv,
  TaskInfo,
  TaskMemory,
  TaskMetrics,
  TaskShuffle,
} from "../../src/storage/task-env";

/** Limits of one task, and what it is. */
export interface MemoryTaskOptions {
  readonly info?: Partial<TaskInfo>;
  /** Bytes that `reserve` grants in all; no limit by default. */
  readonly memoryLimit?: number;
  /** What `heapFull` answers; false by default. */
  readonly heapFull?: () => boolean;
  readonly conf?: Readonly<Record<string, string>>;
}

/** The environment of one test task, with what a test may want to look at afterwards. */
export interface MemoryTask extends TaskEnv {
  readonly memory: TaskMemory & {
    /** Bytes granted and not released. 0 when a task gave everything back. */
    readonly used: number;
    readonly peak: number;
  };
  readonly metrics: TaskMetrics;
  /** The next `checkInterrupted` throws. */
  interrupt(): void;
}

interface CommittedOutput extends MapOutputWritten {
  readonly path: string;
}

export class MemoryWorld {
  /** Holds everything that tasks write; removed by `dispose`. */
  readonly directory = mkdtempSync(join(tmpdir(), "firesteel-test-"));
  readonly values: ValueContext = new TestValueContext();
  /** Cached blocks by id. */
  readonly blocks = new Map<string, Uint8Array>();
  /** Bytes of broadcasts by id. */
  readonly broadcasts = new Map<string, Uint8Array>();
  readonly #outputs = new Map<number, Map<number, CommittedOutput>>();
  #files = 0;
  #taskIds = 0;

  /** A new task's environment. */
  task(options: MemoryTaskOptions = {}): MemoryTask {
    const limit = options.memoryLimit ?? Infinity;
    let used = 0;
    let peak = 0;
    let interrupted = false;
    const info: TaskInfo = {
      jobId: 0,
      stageId: 0,
      stageAttempt: 0,
      partition: 0,
      attempt: 0,
      taskId: this.#taskIds++,
      numPartitions: 1,
      cpus: 1,
      executorId: "0",
      host: "localhost",
      localProperties: {},
      ...options.info,
    };
    const metrics = newTaskMetrics();
    return {
      info,
      conf: (key) => options.conf?.[key],
      values: this.values,
      memory: {
        reserve(bytes) {
          if (used + bytes > limit) return false;
          used += bytes;
          peak = Math.max(peak, used);
          metrics.peakExecutionMemory = Math.max(metrics.peakExecutionMemory, peak);
          return true;
        },
        release(bytes) {
          used -= bytes;
          if (used < 0) throw new Error(`released ${-used} bytes more than reserved`);
        },
        heapFull: options.heapFull ?? (() => false),
        get used() {
          return used;
        },
        get peak() {
          return peak;
        },
      },
      blocks: {
        get: (id) => {
          const bytes = this.blocks.get(id);
          return bytes === undefined ? null : decodeBatches(bytes, this.values);
        },
        writer: (id) => this.#blockWriter(id),
        fetchBytes: (id) => {
          const bytes = this.broadcasts.get(id);
          if (bytes === undefined) throw new DataError("BROADCAST_NOT_FOUND", `No broadcast ${id}.`);
          return bytes;
        },
      },
      shuffle: this.#shuffle(info, metrics),
      metrics,
      tempFile: (purpose) => this.#path(purpose),
      directory: this.directory,
      interrupted: () => interrupted,
      requestCommit: () => undefined,
      checkInterrupted: () => {
        if (interrupted) throw new TaskKilled("The test interrupted the task.");
      },
      interrupt: () => {
        interrupted = true;
      },
    };
  }

  /** What map task `map` of a shuffle committed. */
  output(shuffleId: number, map: number): CommittedOutput {
    const output = this.#outputs.get(shuffleId)?.get(map);
    if (output === undefined) throw new Error(`map ${map} of shuffle ${shuffleId} has not committed`);
    return output;
  }

  /** Forgets a map output, as when its executor is lost. */
  lose(shuffleId: number, map: number): void {
    this.#outputs.get(shuffleId)?.delete(map);
  }

  dispose(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }

  #path(purpose: string): string {
    return join(this.directory, `${purpose}-${this.#files++}`);
  }

  #blockWriter(id: string): BlockWriter {
    const parts: Uint8Array[] = [];
    return {
      write: (bytes) => void parts.push(Uint8Array.from(bytes)),
      commit: () => {
        const whole = new Uint8Array(Buffer.concat(parts));
        this.blocks.set(id, whole);
        return decodeBatches(whole, this.values);
      },
      abort: () => void parts.splice(0),
    };
  }

  #shuffle(info: TaskInfo, metrics: TaskMetrics): TaskShuffle {
    return {
      mapOutputs: (shuffleId): MapOutputs => {
        const outputs = this.#outputs.get(shuffleId) ?? new Map<number, CommittedOutput>();
        const numMaps = Math.max(-1, ...outputs.keys()) + 1;
        return {
          numMaps,
          epoch: 0,
          size: (map, reduce) => {
            const output = outputs.get(map);
            if (output === undefined) throw new FetchFailed(shuffleId, map, reduce, null, `Map output ${map} is missing.`);
            return output.offsets[reduce + 1]! - output.offsets[reduce]!;
          },
        };
      },
      fetch: (shuffleId, requests) => this.#fetch(shuffleId, requests, metrics),
      stagingFile: (shuffleId, map) => join(this.directory, `staged-${shuffleId}-${map}-${info.taskId}`),
      commit: (shuffleId, map, output) => this.#commit(shuffleId, map, output, info),
    };
  }

  *#fetch(
    shuffleId: number,
    requests: Iterable<SegmentRequest>,
    metrics: TaskMetrics,
  ): Generator<SegmentRequest & { bytes: Uint8Array }> {
    // One buffer for all segments: holding on to the bytes of an earlier step shows in tests.
    let buffer = Buffer.alloc(0);
    for (const { map, reduce } of requests) {
      const output = this.#outputs.get(shuffleId)?.get(map);
      if (output === undefined) throw new FetchFailed(shuffleId, map, reduce, null, `Map output ${map} is missing.`);
      const start = output.offsets[reduce]!;
      const length = output.offsets[reduce + 1]! - start;
      if (length === 0) continue;
      if (buffer.length < length) buffer = Buffer.alloc(length);
      buffer.fill(0xff);
      const bytes = buffer.subarray(0, length);
      readWhole(output.path, bytes, start);
      if (crc32(bytes) !== output.checksums[reduce]) {
        throw new FetchFailed(shuffleId, map, reduce, "0", `Segment ${reduce} of map output ${map} is corrupt.`);
      }
      metrics.shuffleLocalBlocksFetched++;
      metrics.shuffleLocalBytesRead += length;
      yield { map, reduce, bytes };
    }
  }

  #commit(shuffleId: number, map: number, output: MapOutputWritten, info: TaskInfo): void {
    const staged = join(this.directory, `staged-${shuffleId}-${map}-${info.taskId}`);
    const outputs = this.#outputs.get(shuffleId) ?? new Map<number, CommittedOutput>();
    this.#outputs.set(shuffleId, outputs);
    if (outputs.has(map)) return rmSync(staged);
    const path = join(this.directory, `output-${shuffleId}-${map}`);
    renameSync(staged, path);
    const size = statSync(path).size;
    if (size !== output.offsets.at(-1)) throw new Error(`the offsets end at ${output.offsets.at(-1)}, the file at ${size}`);
    outputs.set(map, { path, offsets: output.offsets.slice(), checksums: output.checksums.slice() });
  }
}

function readWhole(path: string, into: Uint8Array, position: number): void {
  const fd = openSync(path, "r");
  try {
    for (let done = 0; done < into.length;) {
      const read = readSync(fd, into, done, into.length - done, position + done);
      if (read === 0) throw new Error(`${path} ends at ${position + done}`);
      done += read;
    }
  } finally {
    closeSync(fd);
  }
}

/** Classes by name, registered as they are first seen. */
class TestValueContext implements ValueContext {
  readonly #classes = new Map<string, Function>();

  classId(constructor: Function): string {
    const known = this.#classes.get(constructor.name);
    if (known !== undefined && known !== constructor) {
      throw new TaskError("CLASS_NAME_TAKEN", `Two classes of the test are called ${constructor.name}.`);
    }
    this.#classes.set(constructor.name, constructor);
    return constructor.name;
  }

  classOf(id: string): Function {
    const known = this.#classes.get(id);
    if (known === undefined) throw new DataError("CLASS_NOT_FOUND", `No class ${id}.`);
    return known;
  }
}
