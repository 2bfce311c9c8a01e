/**
 * The blocks of one executor, in memory and on disk, by storage level; for the main thread. Decides what stays, what is
 * evicted (least recently used first, never a block of the dataset that is being written) and what is told to the
 * driver. Who may ask, and over which socket, is not its affair.
 *
 * Blocks are runs of whole encoded batches ("frames"), one frame to an extent. A block that is read is pinned; its bytes,
 * in memory or in a file, stay until the last pin is gone, even when the block is removed meanwhile.
 */
import { statSync } from "node:fs";
import { rm } from "node:fs/promises";
import { crc32 } from "node:zlib";
import { ClusterError, InternalError } from "../common/errors";
import type { Extent } from "./arena";
import type { BlockFileIndex, FrameIndex } from "./block-file";
import { encodeFooter, FrameIndexBuilder } from "./block-file";
import type { FileLayout } from "./file-layout";
import { diskFull, isFull } from "./file-layout";
import type { LevelFlags } from "./host-calls";
import { closeLocal, moveLocal, openLocal, readLocalAsync, writeLocalAsync } from "./local-data";
import type { MemoryPool } from "./memory-pool";
import type { BlockUpdate } from "./ports";
import type { BlockId } from "./task-env";

/** A block's file. */
interface DiskCopy extends FrameIndex {
  readonly path: string;
  readonly bytes: number;
}

/** Bytes that a block consists of, when it is offered to the store. */
export type NewFrames =
  | { readonly kind: "memory"; readonly extents: readonly Extent[] }
  | ({ readonly kind: "disk"; readonly path: string } & FrameIndex);

interface Entry {
  readonly id: BlockId;
  readonly rdd: number | null;
  readonly level: LevelFlags;
  readonly rows: number;
  extents: readonly Extent[] | null;
  disk: DiskCopy | null;
  pins: number;
  removed: boolean;
  /** While it is written to disk for its eviction: settles when that is over. */
  leaving: Promise<void> | null;
}

/** A block that stays while it is looked at. */
export interface PinnedBlock {
  readonly id: BlockId;
  readonly level: LevelFlags;
  readonly rows: number;
  /** Where it is: memory when it is there. */
  readonly frames: NewFrames;
  unpin(): void;
}

export interface BlockStoreOptions {
  readonly executorId: string;
  readonly pool: MemoryPool;
  readonly layout: FileLayout;
  readonly report: (update: BlockUpdate) => void;
}

const NO_LEVEL: LevelFlags = { useDisk: false, useMemory: false, useOffHeap: false, deserialized: false, replication: 1 };

export class BlockStore {
  /** In order of their last use. */
  readonly #entries = new Map<BlockId, Entry>();
  readonly #pool: MemoryPool;
  #diskUsed = 0;
  #memoryUsed = 0;
  #files = 0;

  constructor(private readonly options: BlockStoreOptions) {
    this.#pool = options.pool;
  }

  /** Bytes of blocks in memory, without what is granted and not committed. */
  get memoryUsed(): number {
    return this.#memoryUsed;
  }

  get diskUsed(): number {
    return this.#diskUsed;
  }

  get size(): number {
    return this.#entries.size;
  }

  has(id: BlockId): boolean {
    return this.#entries.has(id);
  }

  /** Bytes in memory of the blocks of one dataset. */
  memoryOfRdd(rdd: number | null): number {
    let bytes = 0;
    for (const entry of this.#entries.values()) if (entry.rdd === rdd) bytes += lengthOf(entry.extents);
    return bytes;
  }

  /** The level under which the block was stored; undefined when it is not here. */
  levelOf(id: BlockId): LevelFlags | undefined {
    return this.#entries.get(id)?.level;
  }

  ids(): BlockId[] {
    return [...this.#entries.keys()];
  }

  /**
   * Room for `bytes` of block `forBlock`: an extent, or null when there is none even after eviction. Answers at once when
   * nothing has to be evicted.
   */
  allocate(bytes: number, forBlock: BlockId | null): Extent | null | Promise<Extent | null> {
    return this.#pool.allocate(bytes) ?? this.#allocateByEviction(bytes, forBlock);
  }

  /** Evicts blocks until tasks could have `bytes` more, as far as storage is not protected. True when something was evicted. */
  async yieldToExecution(bytes: number): Promise<boolean> {
    let evicted = false;
    while (this.#pool.shortageFor(bytes) > 0) {
      const victim = this.#nextVictim(null);
      if (victim === null) {
        const leaving = this.#leaving();
        if (leaving === null) break;
        await leaving;
        continue;
      }
      evicted = (await this.#evict(victim)) || evicted;
    }
    return evicted;
  }

  /**
   * Takes a block in and pins it. The extents or the file belong to the store from now on; of a block that it has
   * already the first copy stays, and the new frames are given back.
   */
  put(id: BlockId, level: LevelFlags, rows: number, frames: NewFrames): PinnedBlock {
    const existing = this.#entries.get(id);
    if (existing !== undefined) {
      this.discard(frames);
      return this.#pin(existing);
    }
    const entry: Entry = { id, rdd: rddOf(id), level, rows, extents: null, disk: null, pins: 0, removed: false, leaving: null };
    if (frames.kind === "memory") {
      this.#setExtents(entry, frames.extents);
    } else {
      const { path: given, offsets, checksums } = frames;
      const directory = this.options.layout.directories.find((candidate) => given.startsWith(candidate + "/"));
      if (directory === undefined) throw new InternalError(`Block file ${given} is outside of the executor's directories.`);
      const path = this.options.layout.place(directory, this.#fileName(id));
      moveLocal(given, path);
      this.#setDisk(entry, { path, offsets, checksums, bytes: statSync(path).size });
    }
    this.#entries.set(id, entry);
    this.#report(entry);
    return this.#pin(entry);
  }

  /** Takes in bytes of the main thread's own, by copy: in memory, else on disk, else not at all, as the level allows. */
  async putBytes(id: BlockId, level: LevelFlags, rows: number, parts: readonly Uint8Array[]): Promise<PinnedBlock | null> {
    if (level.useMemory && !this.#entries.has(id)) {
      const extents: Extent[] = [];
      for (const part of parts) {
        const extent = await this.allocate(part.length, id);
        if (extent === null) break;
        this.#pool.arena.bytes(extent).set(part);
        extents.push(extent);
      }
      if (extents.length === parts.length) return this.put(id, level, rows, { kind: "memory", extents });
      this.discard({ kind: "memory", extents });
    }
    if (!level.useDisk) return null;
    const copy = await this.#writeFile(id, level, rows, parts);
    return this.put(id, level, rows, { kind: "disk", ...copy });
  }

  /** A block that survived in a file, which is in place already. */
  adopt(id: BlockId, path: string, bytes: number, index: BlockFileIndex): BlockUpdate | null {
    if (this.#entries.has(id)) return null;
    const entry: Entry = {
      id,
      rdd: rddOf(id),
      level: index.level,
      rows: index.rows,
      extents: null,
      disk: null,
      pins: 0,
      removed: false,
      leaving: null,
    };
    this.#entries.set(id, entry);
    this.#setDisk(entry, { path, offsets: index.offsets, checksums: index.checksums, bytes });
    return this.#update(entry);
  }

  /** Opens a block for reading and makes it the most recently used; null when it is not here. */
  open(id: BlockId): PinnedBlock | null {
    const entry = this.#entries.get(id);
    if (entry === undefined || (entry.extents === null && entry.disk === null)) return null;
    this.#entries.delete(id);
    this.#entries.set(id, entry);
    return this.#pin(entry);
  }

  /** Gives frames back that become no block. */
  discard(frames: NewFrames): void {
    if (frames.kind === "memory") for (const extent of frames.extents) this.#pool.release(extent);
    else rm(frames.path, { force: true }).catch(() => undefined); // goes with the directory at the latest
  }

  /** Drops a block, now or when its last reader is done. Told to the driver, with the reason when there is one. */
  remove(id: BlockId, lost?: string): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    this.#entries.delete(id);
    entry.removed = true;
    this.options.report({
      id,
      executorId: this.options.executorId,
      level: NO_LEVEL,
      rows: 0,
      memoryBytes: 0,
      diskBytes: 0,
      ...(lost === undefined ? {} : { lost }),
    });
    this.#freeIfUnused(entry);
  }

  /** Drops all blocks whose ids satisfy the test. */
  removeWhere(test: (id: BlockId) => boolean): void {
    for (const id of this.ids()) if (test(id)) this.remove(id);
  }

  removeRdd(rdd: number): void {
    for (const entry of [...this.#entries.values()]) if (entry.rdd === rdd) this.remove(entry.id);
  }

  /** The file of a block did not match. When it is still the block's file, the block is dropped and the driver told. */
  corrupt(id: BlockId, path: string, message: string): void {
    const entry = this.#entries.get(id);
    if (entry?.disk?.path === path) this.remove(id, message);
  }

  /** The frames of a block in memory of their own. A damaged file drops the block and rejects. */
  async copy(pinned: PinnedBlock): Promise<Uint8Array[]> {
    const { frames } = pinned;
    if (frames.kind === "memory") return frames.extents.map((extent) => this.#pool.arena.bytes(extent).slice());
    const fd = openLocal(frames.path, "r");
    try {
      const copies: Uint8Array[] = [];
      for (let i = 0; i < frames.checksums.length; i++) {
        const position = frames.offsets[i]!;
        const bytes = new Uint8Array(frames.offsets[i + 1]! - position);
        for (let done = 0; done < bytes.length;) {
          const got = await readLocalAsync(fd, bytes, done, bytes.length - done, position + done);
          if (got === 0) break;
          done += got;
        }
        if (crc32(bytes) !== frames.checksums[i]) {
          const message = `Frame ${i} of block file ${frames.path} does not match its checksum.`;
          this.corrupt(pinned.id, frames.path, message);
          throw new ClusterError("BLOCK_CORRUPT", message);
        }
        copies.push(bytes);
      }
      return copies;
    } finally {
      closeLocal(fd);
    }
  }

  /** Looks at a block's file because another executor got bytes from it that did not match; drops it when it is damaged. */
  async verify(id: BlockId): Promise<void> {
    const pinned = this.open(id);
    if (pinned === null) return;
    try {
      if (pinned.frames.kind === "disk") await this.copy(pinned);
    } catch (error) {
      if (!(error instanceof ClusterError)) throw error; // dropped and told already
    } finally {
      pinned.unpin();
    }
  }

  /** What the driver should know of every block here, for a driver that asks anew. */
  report(): BlockUpdate[] {
    return [...this.#entries.values()].map((entry) => this.#update(entry));
  }

  async #allocateByEviction(bytes: number, forBlock: BlockId | null): Promise<Extent | null> {
    const rdd = forBlock === null ? null : rddOf(forBlock);
    for (;;) {
      const victim = this.#evictable(rdd) >= bytes ? this.#nextVictim(rdd) : null;
      if (victim !== null) {
        await this.#evict(victim);
      } else {
        // What another caller is evicting may be enough for both.
        const leaving = this.#leaving();
        if (leaving === null) return null;
        await leaving;
      }
      const extent = this.#pool.allocate(bytes);
      if (extent !== null) return extent;
    }
  }

  /** Bytes that eviction could set free, with those that are on their way, plus what is free already. */
  #evictable(exceptRdd: number | null): number {
    const { arena, cells } = this.#pool;
    let sum = Math.min(arena.limit - arena.used, Math.max(0, cells.limit - cells.used));
    for (const entry of this.#entries.values()) {
      if (entry.leaving !== null || canLeave(entry, exceptRdd)) sum += lengthOf(entry.extents);
    }
    return sum;
  }

  #nextVictim(exceptRdd: number | null): Entry | null {
    for (const entry of this.#entries.values()) if (canLeave(entry, exceptRdd)) return entry;
    return null;
  }

  #leaving(): Promise<void> | null {
    for (const entry of this.#entries.values()) if (entry.leaving !== null) return entry.leaving;
    return null;
  }

  /** Takes a block out of memory: to its file when its level has one, else it is gone. False when a reader came between. */
  async #evict(entry: Entry): Promise<boolean> {
    if (entry.level.useDisk && entry.disk === null) {
      let failure: string | null = null;
      entry.leaving = this.#writeOut(entry).then((error) => {
        failure = error;
      });
      await entry.leaving;
      entry.leaving = null;
      if (entry.removed || entry.extents === null) return true;
      if (failure !== null) {
        this.remove(entry.id, failure);
        return true;
      }
      if (entry.pins > 0) return false;
    } else if (entry.disk === null) {
      this.remove(entry.id);
      return true;
    }
    this.#setExtents(entry, null);
    this.#report(entry);
    return true;
  }

  /** Resolves with the reason when no file could be written. */
  async #writeOut(entry: Entry): Promise<string | null> {
    const pinned = this.#pin(entry);
    try {
      this.#setDisk(
        entry,
        await this.#writeFile(
          entry.id,
          entry.level,
          entry.rows,
          entry.extents!.map((extent) => this.#pool.arena.bytes(extent)),
        ),
      );
      return null;
    } catch (error) {
      return (error as Error).message;
    } finally {
      pinned.unpin();
    }
  }

  /** Writes a block file in the first directory that has room for it. */
  async #writeFile(id: BlockId, level: LevelFlags, rows: number, parts: readonly Uint8Array[]): Promise<DiskCopy> {
    const { layout } = this.options;
    const name = this.#fileName(id);
    const builder = new FrameIndexBuilder();
    for (const part of parts) builder.add(part);
    const index = builder.build();
    const footer = encodeFooter({ ...index, rows, level });
    const bytes = index.offsets[index.offsets.length - 1]! + footer.length;
    const first = layout.directoryFor(name);
    let path = "";
    let failure: unknown;
    for (const directory of [first, ...layout.directories.filter((other) => other !== first)]) {
      path = layout.place(directory, name);
      try {
        const fd = openLocal(path, "wx");
        try {
          let written = 0;
          for (const part of [...parts, footer]) {
            for (let done = 0; done < part.length;)
              done += await writeLocalAsync(fd, part, done, part.length - done, written + done);
            written += part.length;
          }
        } finally {
          closeLocal(fd);
        }
        return { path, ...index, bytes };
      } catch (error) {
        await rm(path, { force: true });
        if (!isFull(error)) throw error;
        failure = error;
      }
    }
    throw diskFull(path, bytes, failure);
  }

  /** Unique, so that a file that is about to go is never mistaken for its successor. */
  #fileName(id: BlockId): string {
    return `${id}.${this.#files++}.block`;
  }

  #pin(entry: Entry): PinnedBlock {
    entry.pins++;
    let pinned = true;
    return {
      id: entry.id,
      level: entry.level,
      rows: entry.rows,
      get frames(): NewFrames {
        if (entry.extents !== null) return { kind: "memory", extents: entry.extents };
        if (entry.disk !== null) return { kind: "disk", ...entry.disk };
        throw new InternalError(`Block ${entry.id} is pinned and has no bytes.`);
      },
      unpin: () => {
        if (!pinned) return;
        pinned = false;
        entry.pins--;
        this.#freeIfUnused(entry);
      },
    };
  }

  #freeIfUnused(entry: Entry): void {
    if (!entry.removed || entry.pins > 0) return;
    this.#setExtents(entry, null);
    this.#setDisk(entry, null);
  }

  #setExtents(entry: Entry, extents: readonly Extent[] | null): void {
    if (entry.extents !== null) {
      this.#memoryUsed -= lengthOf(entry.extents);
      for (const extent of entry.extents) this.#pool.release(extent);
    }
    entry.extents = extents;
    this.#memoryUsed += lengthOf(extents);
  }

  #setDisk(entry: Entry, disk: DiskCopy | null): void {
    if (entry.disk !== null) {
      this.#diskUsed -= entry.disk.bytes;
      rm(entry.disk.path, { force: true }).catch(() => undefined); // goes with the directory at the latest
    }
    entry.disk = disk;
    this.#diskUsed += disk?.bytes ?? 0;
  }

  #report(entry: Entry): void {
    this.options.report(this.#update(entry));
  }

  #update(entry: Entry): BlockUpdate {
    return {
      id: entry.id,
      executorId: this.options.executorId,
      level: { ...entry.level, useDisk: entry.disk !== null, useMemory: entry.extents !== null },
      rows: entry.rows,
      memoryBytes: lengthOf(entry.extents),
      diskBytes: entry.disk?.bytes ?? 0,
    };
  }
}

function canLeave(entry: Entry, exceptRdd: number | null): boolean {
  return entry.extents !== null && entry.pins === 0 && entry.leaving === null && (entry.rdd === null || entry.rdd !== exceptRdd);
}

function lengthOf(extents: readonly Extent[] | null): number {
  let sum = 0;
  for (const extent of extents ?? []) sum += extent.length;
  return sum;
}

/** The dataset of a cached partition `rdd_<rdd>_<partition>`; null for other blocks. */
export function rddOf(id: BlockId): number | null {
  const match = /^rdd_(\d+)_\d+$/.exec(id);
  return match === null ? null : Number(match[1]);
}
