/** Cached blocks as a task in a worker thread reads and writes them. */
import type { ChunkSource } from "../columnar/chunk";
import { ClusterError } from "../common/errors";
import type { FileLayout } from "./file-layout";
import type { DecodeFrame, Frames } from "./frame-source";
import { FileFrames, FrameSource, framesOf } from "./frame-source";
import type { HostCalls, OpenBlock } from "./host-calls";
import type { SlabViews } from "./slab-views";
import type { StorageLevel } from "./storage-level";
import type { BlockId, BlockWriter, TaskBlocks, TaskMetrics } from "./task-env";
import { WorkerBlockWriter } from "./worker-block-writer";

/** A task's block service and writers work with these. */
export interface BlockContext {
  readonly calls: HostCalls;
  readonly slabs: SlabViews;
  readonly layout: FileLayout;
  readonly slot: number;
  readonly taskId: number;
  readonly metrics: TaskMetrics;
  readonly decode: DecodeFrame;
}

/** A damaged copy is dropped and another looked for; so many are taken to be bad luck. */
const MAX_DAMAGED = 5;

export class WorkerBlocks implements TaskBlocks {
  readonly #open = new Set<{ close(): void }>();
  #names = 0;

  constructor(private readonly context: BlockContext) {}

  get(id: BlockId): ChunkSource | null {
    for (let damaged = 0; damaged < MAX_DAMAGED; damaged++) {
      const block = this.context.calls.call("storage.openBlock", { id });
      if (block === null) return null;
      const source = this.#source(id, block);
      if (source === null) continue;
      this.context.metrics.inputBytes += sizeOf(block);
      return source;
    }
    return null;
  }

  writer(id: BlockId, level: StorageLevel, mostMemory: number | null = null): BlockWriter {
    const name = `block-${this.#names++}`;
    const writer = new WorkerBlockWriter(
      this.context,
      { id, level, mostMemory, name },
      {
        fromBlock: (block) => this.#source(id, block),
        fromFrames: (frames, onClose) => this.#track(frames, onClose),
        ended: () => this.#open.delete(handle),
      },
    );
    const handle = { close: () => writer.abort() };
    this.#open.add(handle);
    return writer;
  }

  fetchBytes(id: string): Uint8Array {
    const block = this.context.calls.call("storage.openBytes", { id });
    try {
      const whole = new Uint8Array(sizeOf(block));
      const frames = this.#frames(id, block);
      if (typeof frames === "string") throw new ClusterError("BLOCK_CORRUPT", frames);
      try {
        let at = 0;
        for (let frame = frames.next(); frame !== null; frame = frames.next()) {
          whole.set(frame, at);
          at += frame.length;
        }
      } finally {
        frames.close();
      }
      return whole;
    } finally {
      this.#closeLease(block);
    }
  }

  /** Ends whatever the task has left open. */
  close(): void {
    for (const open of [...this.#open]) open.close();
  }

  /** Null when the block's file is damaged at its beginning; the copy is dropped then. */
  #source(id: BlockId, block: OpenBlock): ChunkSource | null {
    const frames = this.#frames(id, block);
    if (typeof frames === "string") {
      this.#closeLease(block);
      return null;
    }
    return this.#track(frames, () => this.#closeLease(block));
  }

  #track(frames: Frames, onClose: () => void): ChunkSource {
    const source = new FrameSource(frames, this.context.decode, () => {
      this.#open.delete(source);
      onClose();
    });
    this.#open.add(source);
    return source;
  }

  #frames(id: BlockId, block: OpenBlock): Frames | string {
    const { frames } = block;
    if (frames.kind === "memory") return framesOf(frames.extents.map((extent) => this.context.slabs.bytes(extent)));
    if (frames.kind === "inline") return framesOf(frames.frames);
    const drop = (message: string): void => this.context.calls.call("storage.corruptBlock", { id, path: frames.path, message });
    const opened = FileFrames.open(frames.path, frames, (message) => {
      drop(message);
      throw new ClusterError(
        "BLOCK_CORRUPT",
        `${message} The copy was dropped; the next attempt of the task computes block ${id} anew.`,
      );
    });
    if (typeof opened === "string") drop(opened);
    return opened;
  }

  #closeLease(block: OpenBlock): void {
    if (block.lease !== 0) this.context.calls.send("storage.closeBlock", { lease: block.lease });
  }
}

function sizeOf({ frames }: OpenBlock): number {
  if (frames.kind === "disk") return frames.offsets[frames.offsets.length - 1]!;
  const parts: readonly { readonly length: number }[] = frames.kind === "memory" ? frames.extents : frames.frames;
  return parts.reduce((sum, part) => sum + part.length, 0);
}
