/**
 * Writes TaskUpdate messages (proto/tasks.proto) in protobuf's wire format. By hand, because task threads do without the
 * protobuf library: it would cost each of them 7 ms at its start. A test holds it against the generated decoder.
 */
import type { AccumulatorUpdate } from "../../rdd/task-runner";
import type { MapOutputWritten, TaskMetrics } from "../../storage/task-env";
import type { ErrorInfo, FailureKind, TaskFailure } from "../../wire/failure";
import { METRIC_NAMES } from "../../wire/task-metrics";

/** TaskState. */
export const STATE_STARTED = 1;
export const STATE_FINISHED = 2;
export const STATE_FAILED = 3;
export const STATE_KILLED = 4;
export const STATE_RECALLED = 5;

/** FailureKind. */
const KINDS: Readonly<Record<FailureKind, number>> = {
  exception: 1,
  fetchFailed: 2,
  outOfMemory: 3,
  threadEnded: 4,
  commitDenied: 5,
};

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;

export interface TaskEnd {
  readonly taskId: number;
  readonly state: number;
  readonly startedAt: number;
  readonly finishedAt: number;
  readonly metrics?: TaskMetrics;
  readonly accumulators?: readonly AccumulatorUpdate[];
  readonly result?: Uint8Array;
  readonly mapStatus?: Uint8Array;
  readonly failure?: TaskFailure;
  readonly killReason?: string;
  /** Length of a result that the main thread keeps. */
  readonly keptResult?: number;
}

/** Keeps one growing buffer; what `take` returned is valid until the next message. */
export class UpdateWriter {
  #buffer = Buffer.allocUnsafe(4096);
  #length = 0;

  encode(end: TaskEnd): Uint8Array {
    this.#length = 0;
    this.#number(1, end.taskId);
    this.#number(2, end.state);
    if (end.startedAt !== 0) this.#double(3, end.startedAt);
    if (end.finishedAt !== 0) this.#double(4, end.finishedAt);
    if (end.metrics !== undefined) this.#nested(5, () => this.#metrics(end.metrics!));
    for (const update of end.accumulators ?? []) {
      this.#nested(6, () => {
        this.#number(1, update.id);
        this.#bytes(2, update.value);
      });
    }
    if (end.result !== undefined) this.#bytes(7, end.result, true);
    if (end.mapStatus !== undefined) this.#bytes(8, end.mapStatus, true);
    if (end.failure !== undefined) this.#nested(9, () => this.#failure(end.failure!));
    if (end.killReason !== undefined) this.#text(10, end.killReason, true);
    if (end.keptResult !== undefined) this.#number(11, end.keptResult);
    return this.#buffer.subarray(0, this.#length);
  }

  /** A MapStatus; the bytes are the caller's. */
  encodeMapStatus(output: MapOutputWritten): Uint8Array {
    this.#length = 0;
    const { offsets, checksums } = output;
    this.#nested(1, () => {
      for (let r = 0; r + 1 < offsets.length; r++) this.#varint(offsets[r + 1]! - offsets[r]!);
    });
    this.#bytes(2, littleEndian(checksums));
    return Buffer.from(this.#buffer.subarray(0, this.#length));
  }

  #metrics(metrics: TaskMetrics): void {
    for (let i = 0; i < METRIC_NAMES.length; i++) this.#number(i + 1, Math.max(0, Math.round(metrics[METRIC_NAMES[i]!])));
  }

  #failure(failure: TaskFailure): void {
    this.#number(1, KINDS[failure.kind]);
    this.#text(2, failure.description);
    if (failure.error !== null) this.#nested(3, () => this.#error(failure.error!));
    const { fetch } = failure;
    if (fetch === null) return;
    this.#nested(4, () => {
      this.#number(1, fetch.shuffleId);
      this.#number(2, zigzag(fetch.map));
      this.#number(3, zigzag(fetch.reduce));
      this.#text(4, fetch.executorId ?? "");
      for (const { shuffleId, map } of fetch.also) {
        this.#nested(5, () => {
          this.#number(1, shuffleId);
          this.#number(2, map);
        });
      }
    });
  }

  #error(error: ErrorInfo): void {
    this.#text(1, error.name);
    this.#text(2, error.message);
    this.#text(3, error.stack);
    if (error.cause !== null) this.#nested(4, () => this.#error(error.cause!));
    if (error.value !== null) this.#bytes(5, error.value);
  }

  #ensure(more: number): void {
    if (this.#length + more <= this.#buffer.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#length + more));
    this.#buffer.copy(grown, 0, 0, this.#length);
    this.#buffer = grown;
  }

  #varint(value: number): void {
    this.#ensure(10);
    const buffer = this.#buffer;
    let rest = value;
    while (rest >= 128) {
      buffer[this.#length++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    buffer[this.#length++] = rest;
  }

  #number(field: number, value: number): void {
    if (value === 0) return;
    this.#varint(field * 8 + VARINT);
    this.#varint(value);
  }

  #double(field: number, value: number): void {
    this.#varint(field * 8 + FIXED64);
    this.#ensure(8);
    this.#length = this.#buffer.writeDoubleLE(value, this.#length);
  }

  #bytes(field: number, value: Uint8Array, always = false): void {
    if (value.length === 0 && !always) return;
    this.#varint(field * 8 + BYTES);
    this.#varint(value.length);
    this.#ensure(value.length);
    this.#buffer.set(value, this.#length);
    this.#length += value.length;
  }

  #text(field: number, value: string, always = false): void {
    this.#bytes(field, Buffer.from(value, "utf8"), always);
  }

  /** Writes the content after a gap for its length, and closes what is left of the gap. */
  #nested(field: number, content: () => void): void {
    this.#varint(field * 8 + BYTES);
    this.#ensure(5);
    const gap = this.#length;
    this.#length += 5;
    content();
    const length = this.#length - gap - 5;
    const end = this.#length;
    this.#length = gap;
    this.#varint(length);
    this.#buffer.copyWithin(this.#length, gap + 5, end);
    this.#length += length;
  }
}

/** How sint32 fields hold negative numbers. */
function zigzag(value: number): number {
  return value >= 0 ? value * 2 : value * -2 - 1;
}

const LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

function littleEndian(words: Uint32Array): Uint8Array {
  if (LITTLE_ENDIAN) return new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
  const bytes = Buffer.alloc(words.length * 4);
  words.forEach((word, i) => bytes.writeUInt32LE(word, i * 4));
  return bytes;
}
