/**
 * One fetch of a reduce task: the segments it asked for, read in place in the order of the files or got from other
 * executors a few requests ahead, each checked against its checksum before any of its bytes is given out. Long segments are never in
 * memory as a whole: those in place are read twice, once for the checksum; those of other executors come part by part into
 * a file of the task.
 */
import { crc32 } from "node:zlib";
import type { BlockAddress } from "./block-address";
import { DiskFile } from "./disk-file";
import { checksumOfPart } from "./file-checksum";
import type { FetchFailure } from "./host-calls";
import { closeLocal, openLocal, readLocal } from "./local-data";
import type { MapOutputView } from "./map-output-table";
import type { ShuffleMemory } from "./shuffle-memory";
import type { FetchedSegment, SegmentRequest, TaskInfo, TaskMetrics } from "./task-env";
import { FetchFailed } from "./task-env";

/** Neighbouring segments of a file are read together up to this. */
const READ_BYTES = 4 * 2 ** 20;
/** Segments above this are read through files. */
const LONG_SEGMENT = READ_BYTES;
/** One request to another executor asks for about so much, and for at most so many segments. */
const REMOTE_BYTES = 2 * 2 ** 20;
const REMOTE_SEGMENTS = 8192;
const REMOTE_AHEAD = 4;

interface Batch {
  readonly owner: number;
  readonly maps: number[];
  readonly reduces: number[];
  bytes: number;
  /** A part of one long segment, from this byte on. */
  readonly from?: number;
}

export class SegmentFetcher {
  readonly #view: MapOutputView;
  /** map × numReducers + reduce of the segments that can be read in place. */
  #inPlace: number[] = [];
  /** The others, by owner. */
  readonly #remote = new Map<number, number[]>();
  /** Long ones of others. */
  readonly #longRemote: { readonly owner: number; readonly key: number }[] = [];
  /** Tickets of requests that are under way, oldest first. */
  readonly #started: { readonly ticket: number; readonly batch: Batch }[] = [];
  #buffer: Uint8Array | null = null;
  #closed = false;

  constructor(
    private readonly memory: ShuffleMemory,
    private readonly shuffleId: number,
    private readonly metrics: TaskMetrics,
    private readonly info: TaskInfo,
  ) {
    this.#view = memory.outputs(shuffleId);
  }

  *run(requests: Iterable<SegmentRequest>): Generator<FetchedSegment, void, undefined> {
    this.#sort(requests);
    const batches = this.#batches();
    let next = 0;
    while (next < batches.length && next < REMOTE_AHEAD) this.#start(batches[next++]!);
    yield* this.#readInPlace();
    // What could not be opened in place after all has been added to the remote ones.
    batches.push(...this.#batches());
    while (this.#started.length > 0 || next < batches.length) {
      if (this.#started.length === 0) this.#start(batches[next++]!);
      const { ticket, batch } = this.#started[0]!;
      const bytes = this.#take(ticket, batch);
      this.#started.shift();
      if (next < batches.length) this.#start(batches[next++]!);
      yield* this.#split(bytes, batch);
    }
    for (const { owner, key } of this.#longRemote) yield* this.#throughFile(owner, key);
  }

  /** Gives everything back; may be called at any time. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const { ticket } of this.#started) this.memory.calls.send("storage.dropSegments", { ticket });
    if (this.#buffer !== null) this.memory.keepBuffer(this.#buffer);
    this.#buffer = null;
  }

  #sort(requests: Iterable<SegmentRequest>): void {
    const view = this.#view;
    const inPlace = view.executors.map((owner) => this.memory.inPlace(owner));
    const reducers = view.numReducers;
    let sorted = true;
    let last = -1;
    for (const { map, reduce } of requests) {
      if (view.size(map, reduce) === 0) continue;
      const owner = view.owner(map);
      const key = map * reducers + reduce;
      if (!inPlace[owner]) {
        this.#addRemote(owner, key);
        continue;
      }
      this.#inPlace.push(key);
      sorted &&= key > last;
      last = key;
    }
    if (!sorted) this.#inPlace = Array.from(Float64Array.from(this.#inPlace).sort());
  }

  #addRemote(owner: number, key: number): void {
    const map = Math.floor(key / this.#view.numReducers);
    if (this.#view.size(map, key - map * this.#view.numReducers) > LONG_SEGMENT) {
      this.#longRemote.push({ owner, key });
      return;
    }
    const keys = this.#remote.get(owner);
    if (keys === undefined) this.#remote.set(owner, [key]);
    else keys.push(key);
  }

  *#readInPlace(): Generator<FetchedSegment, void, undefined> {
    const { memory, shuffleId, metrics } = this;
    const view = this.#view;
    const keys = this.#inPlace;
    const reducers = view.numReducers;
    for (let i = 0; i < keys.length;) {
      const map = Math.floor(keys[i]! / reducers);
      const first = keys[i]! - map * reducers;
      const start = view.offset(map, first);
      let end = start + view.size(map, first);
      // Segments that follow one another in the file, empty ones between them left out, are one read.
      let to = i + 1;
      for (; to < keys.length; to++) {
        const reduce = keys[to]! - map * reducers;
        if (reduce >= reducers || view.offset(map, reduce) !== end) break;
        const size = view.size(map, reduce);
        if (end + size - start > READ_BYTES) break;
        end += size;
      }
      const owner = view.executors[view.owner(map)]!;
      const fd = memory.file(shuffleId, map, owner);
      if (fd === null) {
        if (this.#own(owner)) this.#fail(map, first, owner, "the file cannot be opened");
        for (; i < to; i++) this.#addRemote(view.owner(map), keys[i]!);
        continue;
      }
      if (end - start > LONG_SEGMENT) {
        yield* this.#longInPlace(fd, start, end, map, first, owner);
        i = to;
        continue;
      }
      const buffer = this.#bufferOf(end - start);
      this.#read(fd, buffer, start, end - start, map, first, owner);
      for (let at = start; i < to; i++) {
        const reduce = keys[i]! - map * reducers;
        const size = view.size(map, reduce);
        const bytes = buffer.subarray(at - start, at - start + size);
        at += size;
        if (crc32(bytes) !== view.checksum(map, reduce)) this.#fail(map, reduce, owner, "it does not match its checksum");
        metrics.shuffleLocalBlocksFetched++;
        metrics.shuffleLocalBytesRead += size;
        yield { map, reduce, bytes };
      }
    }
    this.#inPlace = [];
  }

  *#longInPlace(
    fd: number,
    start: number,
    end: number,
    map: number,
    reduce: number,
    owner: BlockAddress,
  ): Generator<FetchedSegment, void, undefined> {
    const release = this.memory.holdFiles();
    try {
      this.#check(fd, start, end - start, map, reduce, owner);
      this.metrics.shuffleLocalBlocksFetched++;
      this.metrics.shuffleLocalBytesRead += end - start;
      yield { map, reduce, file: { fd, start, end } };
    } finally {
      release();
    }
  }

  #check(fd: number, position: number, length: number, map: number, reduce: number, owner: BlockAddress): void {
    let checksum: number | null;
    try {
      checksum = checksumOfPart(fd, position, length);
    } catch (error) {
      this.#fail(map, reduce, owner, (error as Error).message);
    }
    if (checksum === null) this.#fail(map, reduce, owner, "the file is cut short");
    if (checksum !== this.#view.checksum(map, reduce)) this.#fail(map, reduce, owner, "it does not match its checksum");
  }

  /** Fetches a long segment into a file of the task, a few parts ahead. */
  *#throughFile(owner: number, key: number): Generator<FetchedSegment, void, undefined> {
    const { memory, metrics, info } = this;
    const map = Math.floor(key / this.#view.numReducers);
    const reduce = key - map * this.#view.numReducers;
    const size = this.#view.size(map, reduce);
    const name = `segment-${this.shuffleId}-${map}-${reduce}`;
    const file = new DiskFile(memory.layout, (directory) =>
      memory.layout.temporary(memory.self.slot, info.taskId, name, directory),
    );
    let fd = -1;
    try {
      let asked = 0;
      while (file.length < size) {
        for (; asked < size && this.#started.length < REMOTE_AHEAD; asked += REMOTE_BYTES) {
          this.#start({ owner, maps: [map], reduces: [reduce], bytes: Math.min(REMOTE_BYTES, size - asked), from: asked });
        }
        const { ticket, batch } = this.#started[0]!;
        file.append(this.#take(ticket, batch).subarray(0, batch.bytes));
        this.#started.shift();
      }
      file.close();
      fd = openLocal(file.path, "r");
      this.#check(fd, 0, size, map, reduce, this.#view.executors[owner]!);
      metrics.shuffleRemoteBlocksFetched++;
      metrics.shuffleRemoteBytesRead += size;
      metrics.shuffleRemoteBytesReadToDisk += size;
      yield { map, reduce, file: { fd, start: 0, end: size } };
    } finally {
      if (fd >= 0) closeLocal(fd);
      file.discard();
    }
  }

  #read(
    fd: number,
    buffer: Uint8Array,
    position: number,
    length: number,
    map: number,
    reduce: number,
    owner: BlockAddress,
  ): void {
    let done = 0;
    while (done < length) {
      let got = 0;
      try {
        got = readLocal(fd, buffer, done, length - done, position + done);
      } catch (error) {
        this.#fail(map, reduce, owner, (error as Error).message);
      }
      if (got === 0) this.#fail(map, reduce, owner, "the file is cut short");
      done += got;
    }
  }

  /** The remote segments as requests, owners in turn; each segment is in one. */
  #batches(): Batch[] {
    const perOwner: Batch[][] = [];
    for (const [owner, keys] of this.#remote) {
      const batches: Batch[] = [];
      let batch: Batch | undefined;
      for (const key of keys) {
        const map = Math.floor(key / this.#view.numReducers);
        const reduce = key - map * this.#view.numReducers;
        const size = this.#view.size(map, reduce);
        if (batch === undefined || batch.maps.length === REMOTE_SEGMENTS || batch.bytes + size > REMOTE_BYTES) {
          batch = { owner, maps: [], reduces: [], bytes: 0 };
          batches.push(batch);
        }
        batch.maps.push(map);
        batch.reduces.push(reduce);
        batch.bytes += size;
      }
      perOwner.push(batches);
    }
    this.#remote.clear();
    // Not all tasks begin with the same owner.
    const inTurn: Batch[] = [];
    const rounds = Math.max(0, ...perOwner.map((batches) => batches.length));
    for (let round = 0; round < rounds; round++) {
      for (let i = 0; i < perOwner.length; i++) {
        const batch = perOwner[(i + this.info.partition) % perOwner.length]![round];
        if (batch !== undefined) inTurn.push(batch);
      }
    }
    return inTurn;
  }

  #start(batch: Batch): void {
    const ticket = this.memory.newTicket();
    this.#started.push({ ticket, batch });
    this.memory.calls.send("storage.startSegments", {
      ticket,
      shuffleId: this.shuffleId,
      owner: this.#view.executors[batch.owner]!,
      maps: Int32Array.from(batch.maps),
      reduces: Int32Array.from(batch.reduces),
      bytes: batch.bytes,
      ...(batch.from === undefined ? {} : { from: batch.from }),
    });
  }

  /** Waits for a request and copies its bytes out of the arena, so that the room there is free for the next one. */
  #take(ticket: number, batch: Batch): Uint8Array {
    const from = performance.now();
    const taken = this.memory.calls.call("storage.takeSegments", { ticket });
    this.metrics.shuffleFetchWaitTime += performance.now() - from;
    if (taken.failed) throw thrown(taken);
    if (taken.kind === "inline") return taken.bytes;
    const buffer = this.#bufferOf(batch.bytes);
    buffer.set(this.memory.slabs.bytes(taken.extent));
    this.memory.calls.send("storage.dropSegments", { ticket });
    return buffer;
  }

  *#split(whole: Uint8Array, batch: Batch): Generator<FetchedSegment, void, undefined> {
    const { metrics } = this;
    let at = 0;
    for (let i = 0; i < batch.maps.length; i++) {
      const map = batch.maps[i]!;
      const reduce = batch.reduces[i]!;
      const size = this.#view.size(map, reduce);
      const bytes = whole.subarray(at, at + size);
      at += size;
      if (crc32(bytes) !== this.#view.checksum(map, reduce))
        this.#fail(map, reduce, this.#view.executors[batch.owner]!, "it does not match its checksum");
      metrics.shuffleRemoteBlocksFetched++;
      metrics.shuffleRemoteBytesRead += size;
      yield { map, reduce, bytes };
    }
  }

  #bufferOf(bytes: number): Uint8Array {
    if (this.#buffer === null || this.#buffer.length < bytes) this.#buffer = this.memory.takeBuffer(bytes);
    return this.#buffer;
  }

  #own(owner: BlockAddress): boolean {
    return owner.executorId === this.memory.self.executorId;
  }

  #fail(map: number, reduce: number, owner: BlockAddress, reason: string): never {
    const { shuffleId } = this;
    this.memory.closeFile(shuffleId, map);
    if (this.#own(owner)) this.memory.calls.call("storage.badMap", { shuffleId, map, reduce });
    throw new FetchFailed(
      shuffleId,
      map,
      reduce,
      owner.executorId,
      `Block shuffle_${shuffleId}_${map}_${reduce} of executor ${owner.executorId} cannot be used: ${reason}.`,
    );
  }
}

/** The error that a failure stands for. */
export function thrown(failure: FetchFailure): FetchFailed {
  return new FetchFailed(failure.shuffleId, failure.map, failure.reduce, failure.executorId, failure.message);
}
