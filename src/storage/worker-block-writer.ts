/**
 * Writes one block of a task: small ones travel to the main thread with the commit, larger ones fill extents of the
 * arena that the main thread grants, and where it refuses everything goes to a file.
 */
import { rmSync } from "node:fs";
import type { ChunkSource } from "../columnar/chunk";
import { ClusterError, InternalError } from "../common/errors";
import type { Extent } from "./arena";
import { encodeFooter, FrameIndexBuilder } from "./block-file";
import { DiskFile } from "./disk-file";
import type { Frames } from "./frame-source";
import { FileFrames, framesOf } from "./frame-source";
import type { LevelFlags, OpenBlock } from "./host-calls";
import type { StorageLevel } from "./storage-level";
import type { BlockId, BlockWriter } from "./task-env";
import type { BlockContext } from "./worker-blocks";

/** Blocks up to this cross to the main thread by copy. */
const INLINE = 32 * 1024;
const FIRST_GRANT = 256 * 1024;
const LAST_GRANT = 4 * 2 ** 20;
/** Runs are gathered into frames of about this size on disk. */
const DISK_FRAME = 256 * 1024;

/** How the writer's owner makes sources of what was written. */
export interface SourceFactory {
  /** Null when the block's bytes turn out damaged. */
  fromBlock(block: OpenBlock): ChunkSource | null;
  fromFrames(frames: Frames, onClose: () => void): ChunkSource;
  /** The writer has committed or given up. */
  ended(): void;
}

interface Filling {
  readonly extent: Extent;
  readonly view: Uint8Array;
  used: number;
}

interface NewBlock {
  readonly id: BlockId;
  readonly level: StorageLevel;
  /** Bytes of all blocks of its dataset that are to be in memory at most; null: no bound but the executor's. */
  readonly mostMemory: number | null;
  /** Of its file while it is written, unlike others of the task. */
  readonly name: string;
}

export class WorkerBlockWriter implements BlockWriter {
  /** Runs that are in no extent and no frame yet. */
  #gathered: Uint8Array[] = [];
  #gatheredBytes = 0;
  #extents: Filling[] = [];
  #nextGrant = FIRST_GRANT;
  #file: DiskFile | null = null;
  readonly #index = new FrameIndexBuilder();
  #ended = false;
  readonly #level: LevelFlags;

  constructor(
    private readonly context: BlockContext,
    private readonly block: NewBlock,
    private readonly sources: SourceFactory,
  ) {
    const { useDisk, useMemory, useOffHeap, deserialized, replication } = block.level;
    this.#level = { useDisk, useMemory, useOffHeap, deserialized, replication };
  }

  write(bytes: Uint8Array): void {
    if (this.#ended) throw new InternalError(`Block ${this.block.id} was written to after its end.`);
    const small = this.#file === null && this.#extents.length === 0 && this.#gatheredBytes + bytes.length <= INLINE;
    if (small) {
      this.#gather(bytes);
      return;
    }
    if (this.#file === null && !this.#level.useMemory) this.#startFile();
    if (this.#file === null) for (const run of this.#takeGathered()) this.#place(run);
    this.#place(bytes);
  }

  commit(rows: number): ChunkSource {
    this.#end();
    if (this.#file !== null) return this.#commitFile(this.#file, rows);
    const { calls } = this.context;
    if (this.#extents.length > 0) {
      const extents = this.#extents.map(({ extent, used }) => ({ ...extent, length: used }));
      const block = calls.call("storage.commitBlock", {
        id: this.block.id,
        level: this.#level,
        rows,
        frames: { kind: "memory", extents },
      });
      return this.#sourceOf(block);
    }
    const frames = this.#gatheredBytes === 0 ? [] : [joined(this.#takeGathered())];
    const block = calls.call("storage.commitBlock", {
      id: this.block.id,
      level: this.#level,
      rows,
      frames: { kind: "inline", frames },
    });
    if (block !== null) return this.#sourceOf(block);
    return this.sources.fromFrames(framesOf(frames), () => undefined);
  }

  abort(): void {
    if (this.#ended) return;
    this.#end();
    this.#giveExtentsBack();
    this.#file?.discard();
  }

  #end(): void {
    if (this.#ended) throw new InternalError(`Block ${this.block.id} was ended twice.`);
    this.#ended = true;
    this.sources.ended();
  }

  #place(bytes: Uint8Array): void {
    if (this.#file === null && this.#toMemory(bytes)) return;
    if (this.#file === null) this.#startFile();
    this.#gather(bytes);
    if (this.#gatheredBytes >= DISK_FRAME) this.#writeFrame();
  }

  #gather(bytes: Uint8Array): void {
    // A copy: the caller writes into its memory again, and `slice` of a Buffer would be a view of that.
    this.#gathered.push(new Uint8Array(bytes));
    this.#gatheredBytes += bytes.length;
  }

  #takeGathered(): Uint8Array[] {
    const gathered = this.#gathered;
    this.#gathered = [];
    this.#gatheredBytes = 0;
    return gathered;
  }

  /** False when the arena has no room for the run. */
  #toMemory(bytes: Uint8Array): boolean {
    let filling = this.#extents[this.#extents.length - 1];
    if (filling === undefined || filling.used + bytes.length > filling.view.length) {
      const extent =
        this.#grant(Math.max(bytes.length, this.#nextGrant)) ??
        (bytes.length < this.#nextGrant ? this.#grant(bytes.length) : null);
      if (extent === null) return false;
      this.#nextGrant = Math.min(LAST_GRANT, this.#nextGrant * 2);
      filling = { extent, view: this.context.slabs.bytes(extent), used: 0 };
      this.#extents.push(filling);
    }
    filling.view.set(bytes, filling.used);
    filling.used += bytes.length;
    return true;
  }

  #grant(bytes: number): Extent | null {
    return this.context.calls.call("storage.grant", { id: this.block.id, bytes, most: this.block.mostMemory });
  }

  /** Goes on in a file, to which what is in memory moves. */
  #startFile(): void {
    const { layout, slot, taskId } = this.context;
    this.#file = new DiskFile(layout, (directory) => layout.temporary(slot, taskId, this.block.name, directory));
    if (this.#gathered.length > 0) this.#writeFrame();
    for (const { view, used } of this.#extents) this.#writeFrame(view.subarray(0, used));
    this.#giveExtentsBack();
  }

  #writeFrame(frame: Uint8Array = joined(this.#takeGathered())): void {
    this.#file!.append(frame);
    this.#index.add(frame);
  }

  #giveExtentsBack(): void {
    if (this.#extents.length > 0)
      this.context.calls.send("storage.ungrant", { extents: this.#extents.map(({ extent }) => extent) });
    this.#extents = [];
  }

  #commitFile(file: DiskFile, rows: number): ChunkSource {
    if (this.#gathered.length > 0) this.#writeFrame();
    const index = this.#index.build();
    file.append(encodeFooter({ ...index, rows, level: this.#level }));
    file.close();
    const { path } = file;
    if (this.#level.useDisk) {
      const frames = { kind: "disk", path, ...index } as const;
      return this.#sourceOf(
        this.context.calls.call("storage.commitBlock", { id: this.block.id, level: this.#level, rows, frames }),
      );
    }
    const frames = FileFrames.open(path, index, (message) => {
      throw new ClusterError("BLOCK_CORRUPT", message);
    });
    if (typeof frames === "string") throw new ClusterError("BLOCK_CORRUPT", frames);
    return this.sources.fromFrames(frames, () => rmSync(path, { force: true }));
  }

  #sourceOf(block: OpenBlock | null): ChunkSource {
    const source = block === null ? null : this.sources.fromBlock(block);
    if (source === null)
      throw new ClusterError(
        "BLOCK_CORRUPT",
        `Block ${this.block.id} was damaged as soon as it was written: the disk may be failing.`,
      );
    return source;
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
}
