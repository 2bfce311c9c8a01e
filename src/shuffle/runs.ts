/**
 * Partitioned records on their way: encoded frames grouped by partition, in memory while the task's memory lasts, then in
 * one spill file. Writers end by joining them into a map task's data file; reduce tasks that divide what does not fit
 * read them back partition by partition. Records of one partition keep the order in which they were added.
 */
import { unlinkSync } from "node:fs";
import { crc32 } from "node:zlib";
import { ByteWriter } from "../columnar/bytes";
import { DataError } from "../common/errors";
import { Spare } from "../common/spare";
import { diskFull, isFull } from "../storage/file-layout";
import { closeLocal, openLocal, readLocal, writeLocal } from "../storage/local-data";
import type { MapOutputWritten, TaskEnv } from "../storage/task-env";
import { type Compression } from "./compression";
import { type Content, type FileRange, type FrameSource, framesOf, framesOfFile, writeFrame } from "./frame";

/** Frames of all partitions, one partition after the other: partition p is bytes [offsets[p], offsets[p + 1]) after `base`. */
interface Run {
  readonly offsets: Float64Array;
  /** In memory; null when in the spill file. */
  readonly bytes: Buffer | null;
  /** Where the run begins in the spill file. */
  readonly base: number;
}

/** Bytes gathered before a write to a file. */
const WRITE_BUFFER = 1 << 18;

export class PartitionedRuns {
  readonly #env: TaskEnv;
  readonly #partitions: number;
  readonly #compression: Compression;
  readonly #purpose: string;
  readonly #toDisk: boolean;
  /** In the order of their records: all runs in the file come before those in memory. */
  #runs: Run[] = [];
  #inMemory = 0;
  #path: string | null = null;
  #fd = -1;
  #fileLength = 0;
  #writer = new ByteWriter(0);

  // The run being written.
  #offsets: Float64Array | null = null;
  #current = 0;

  /** Records added. */
  records = 0;
  /** Records by partition. */
  readonly counts: Float64Array;

  /** `place`: whether runs stay in memory while the task may have it, or go to the spill file one by one. */
  constructor(env: TaskEnv, partitions: number, compression: Compression, purpose: string, place: "memory" | "disk" = "memory") {
    this.#env = env;
    this.#partitions = partitions;
    this.#compression = compression;
    this.#purpose = purpose;
    this.#toDisk = place === "disk";
    this.counts = new Float64Array(partitions);
  }

  /** Encoded bytes of the run that was begun. */
  get pending(): number {
    return this.#writer.length;
  }

  /** Whether anything went to disk. */
  get spilled(): boolean {
    return this.#path !== null;
  }

  begin(): void {
    this.#offsets = new Float64Array(this.#partitions + 1);
    this.#current = 0;
    this.#writer.clear();
  }

  /** Adds `rows` records to a partition of the run that was begun; partitions come in ascending order. */
  frame(partition: number, rows: number, content: Content, encode: (out: ByteWriter) => void): void {
    const offsets = this.#offsets!;
    while (this.#current < partition) offsets[++this.#current] = this.#writer.length;
    writeFrame(this.#writer, rows, content, this.#compression, encode);
    this.records += rows;
    this.counts[partition]! += rows;
  }

  /** Ends the run. It stays in memory where the task may have it, and goes to the spill file with all others otherwise. */
  end(): void {
    const offsets = this.#offsets!;
    while (this.#current < this.#partitions) offsets[++this.#current] = this.#writer.length;
    this.#offsets = null;
    const length = this.#writer.length;
    if (length === 0) return;
    if (!this.#toDisk && this.#env.memory.reserve(length)) {
      this.#runs.push({ offsets, bytes: this.#writer.copy(), base: 0 });
      this.#inMemory += length;
      return;
    }
    this.#runs.push({ offsets, bytes: this.#writer.written(), base: 0 });
    this.spill();
    if (!this.#toDisk) this.#writer = new ByteWriter(0);
  }

  /** Moves what is in memory to the spill file. */
  spill(): void {
    const inMemory = this.#runs.filter((run) => run.bytes !== null);
    if (inMemory.length === 0) return;
    this.#path ??= this.#env.tempFile(this.#purpose);
    if (this.#fd < 0) this.#fd = openLocal(this.#path, "w+");
    const file = new FileWriter(this.#fd, this.#path, this.#fileLength);
    const offsets = new Float64Array(this.#partitions + 1);
    for (let p = 0; p < this.#partitions; p++) {
      for (const { bytes, offsets } of inMemory) file.write(bytes!.subarray(offsets[p], offsets[p + 1]));
      offsets[p + 1] = file.position - this.#fileLength;
    }
    file.finish();
    for (const { bytes } of inMemory) this.#env.metrics.memoryBytesSpilled += bytes!.length;
    this.#env.metrics.diskBytesSpilled += file.position - this.#fileLength;
    this.#runs = this.#runs.filter((run) => run.bytes === null);
    this.#runs.push({ offsets, bytes: null, base: this.#fileLength });
    this.#fileLength = file.position;
    this.#releaseMemory();
  }

  #releaseMemory(): void {
    this.#env.memory.release(this.#inMemory);
    this.#inMemory = 0;
  }

  /** Bytes that a partition takes, encoded. */
  size(partition: number): number {
    let bytes = 0;
    for (const { offsets } of this.#runs) bytes += offsets[partition + 1]! - offsets[partition]!;
    return bytes;
  }

  /** The frames of one partition. */
  read(partition: number): FrameSource {
    const inFile: FileRange[] = [];
    const inMemory: Uint8Array[] = [];
    for (const { offsets, bytes, base } of this.#runs) {
      const [start, end] = [offsets[partition]!, offsets[partition + 1]!];
      if (start === end) continue;
      if (bytes === null) inFile.push({ start: base + start, end: base + end });
      else inMemory.push(bytes.subarray(start, end));
    }
    return this.#frames(inFile, inMemory);
  }

  #frames(inFile: readonly FileRange[], inMemory: readonly Uint8Array[]): FrameSource {
    const sources = inMemory.map((bytes) => () => framesOf(bytes));
    if (inFile.length > 0) sources.unshift(() => framesOfFile(this.#path!, inFile));
    return joined(sources);
  }

  /** Runs so far; what is spilled together is one. */
  get runCount(): number {
    return this.#runs.length;
  }

  /** The frames of runs [from, to), one run after the other. */
  readRuns(from: number, to: number): FrameSource {
    const inFile: FileRange[] = [];
    const inMemory: Uint8Array[] = [];
    for (const { offsets, bytes, base } of this.#runs.slice(from, to)) {
      if (bytes === null) inFile.push({ start: base, end: base + offsets[this.#partitions]! });
      else inMemory.push(bytes);
    }
    return this.#frames(inFile, inMemory);
  }

  /** Joins everything into the task's map output and commits it. Nothing is left to read afterwards. */
  commit(shuffleId: number): MapOutputWritten {
    const { info, metrics, shuffle } = this.#env;
    const path = shuffle.stagingFile(shuffleId, info.partition);
    const output = { offsets: new Float64Array(this.#partitions + 1), checksums: new Uint32Array(this.#partitions) };
    const fd = openLocal(path, "w");
    try {
      const file = new FileWriter(fd, path, 0);
      for (let p = 0; p < this.#partitions; p++) {
        let checksum = 0;
        for (const run of this.#runs) {
          const [start, end] = [run.offsets[p]!, run.offsets[p + 1]!];
          if (run.bytes !== null) {
            const bytes = run.bytes.subarray(start, end);
            checksum = crc32(bytes, checksum);
            file.write(bytes);
          } else {
            checksum = file.copyFrom(this.#fd, run.base + start, run.base + end, checksum);
          }
        }
        output.checksums[p] = checksum;
        output.offsets[p + 1] = file.position;
      }
      file.finish();
      this.close();
      shuffle.commit(shuffleId, info.partition, output, fd);
    } finally {
      closeLocal(fd);
    }
    metrics.shuffleBytesWritten += output.offsets[this.#partitions]!;
    metrics.shuffleRecordsWritten += this.records;
    return output;
  }

  /** Gives memory and files back. May be called at any time, more than once. */
  close(): void {
    this.#runs = [];
    this.#releaseMemory();
    this.#writer = new ByteWriter(0);
    if (this.#fd >= 0) {
      closeLocal(this.#fd);
      unlinkSync(this.#path!);
      this.#fd = -1;
    }
  }
}

/** Frame sources one after the other, each opened when its turn comes. */
function joined(sources: readonly (() => FrameSource)[]): FrameSource {
  let next = 0;
  let current: FrameSource | null = null;
  return {
    next() {
      for (;;) {
        const frame = current?.next() ?? null;
        if (frame !== null) return frame;
        current?.close();
        current = next < sources.length ? sources[next++]!() : null;
        if (current === null) return null;
      }
    },
    close() {
      next = sources.length;
      current?.close();
      current = null;
    },
  };
}

const writeBuffers = new Spare(() => Buffer.allocUnsafeSlow(WRITE_BUFFER));

/** Sequential writes to a file, small ones gathered. `finish` ends it. */
class FileWriter {
  readonly #buffer = writeBuffers.take();
  #filled = 0;

  constructor(
    private readonly fd: number,
    private readonly path: string,
    /** Where the next byte goes. */
    public position: number,
  ) {}

  write(bytes: Uint8Array): void {
    if (this.#filled + bytes.length > WRITE_BUFFER) this.#flush();
    if (bytes.length >= WRITE_BUFFER) {
      writeWhole(this.fd, this.path, bytes, this.position);
    } else {
      this.#buffer.set(bytes, this.#filled);
      this.#filled += bytes.length;
    }
    this.position += bytes.length;
  }

  /** Copies bytes [start, end) of another file; gives the checksum of what came before followed by them. */
  copyFrom(source: number, start: number, end: number, checksum: number): number {
    while (start < end) {
      if (this.#filled === WRITE_BUFFER) this.#flush();
      const read = readLocal(source, this.#buffer, this.#filled, Math.min(WRITE_BUFFER - this.#filled, end - start), start);
      if (read === 0) throw new DataError("SPILL_FILE_TRUNCATED", `A spill file ends at byte ${start}, and ${end} were written.`);
      checksum = crc32(this.#buffer.subarray(this.#filled, this.#filled + read), checksum);
      this.#filled += read;
      this.position += read;
      start += read;
    }
    return checksum;
  }

  #flush(): void {
    writeWhole(this.fd, this.path, this.#buffer.subarray(0, this.#filled), this.position - this.#filled);
    this.#filled = 0;
  }

  /** Writes what is left. Nothing can be written afterwards. */
  finish(): void {
    this.#flush();
    writeBuffers.giveBack(this.#buffer);
  }
}

/** Throws a ClusterError when the disk is full. */
function writeWhole(fd: number, path: string, bytes: Uint8Array, position: number): void {
  try {
    for (let done = 0; done < bytes.length;) done += writeLocal(fd, bytes, done, bytes.length - done, position + done);
  } catch (error) {
    throw isFull(error) ? diskFull(path, bytes.length, error) : error;
  }
}
