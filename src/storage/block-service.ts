/** Cached blocks for worker threads and other executors: here or elsewhere, written, copied to peers. */
import type { Extent } from "./arena";
import type { BlockAddress } from "./block-address";
import type { BlockStore, NewFrames, PinnedBlock } from "./block-store";
import type { FileLayout } from "./file-layout";
import type { BlockCommit, LevelFlags, OpenBlock } from "./host-calls";
import { InternalError } from "../common/errors";
import type { MemoryPool } from "./memory-pool";
import type { StoragePorts } from "./ports";
import type { BlockDestination } from "./receivers";
import { BlockReceiver } from "./receivers";
import type { TaskHoldings } from "./task-holdings";
import type { BlockId } from "./task-env";
import type { BlockClient } from "./transfer/block-client";

export interface BlockServiceOptions {
  readonly store: BlockStore;
  readonly pool: MemoryPool;
  readonly layout: FileLayout;
  readonly client: BlockClient;
  readonly ports: StoragePorts;
  readonly self: () => BlockAddress;
}

export class BlockService {
  #received = 0;

  constructor(private readonly options: BlockServiceOptions) {}

  /** Opens a block for a task: from this executor, else fetched from the first that has it; null when nobody has. */
  async open(id: BlockId, holdings: TaskHoldings): Promise<OpenBlock | null> {
    const local = this.options.store.open(id);
    if (local !== null) return leased(local, holdings);
    for (const address of await this.options.ports.blockLocations(id)) {
      const fetched = await this.#fetch(id, address, null);
      if (fetched === null) continue;
      const { frames, rows } = fetched;
      return { lease: holdings.addLease(() => this.options.store.discard(frames)), rows, frames };
    }
    return null;
  }

  /** Takes in what a task wrote; null when the level and the room left keep nothing of it. */
  async commit(commit: BlockCommit, holdings: TaskHoldings): Promise<OpenBlock | null> {
    const pinned = await this.#keep(commit, holdings);
    if (pinned === null) return null;
    const open = leased(pinned, holdings);
    if (commit.level.replication > 1) await this.#replicate(commit.id, commit.level);
    return open;
  }

  /** Fetches a copy of a block for this executor to keep, because its writer asked for one. */
  async keepReplica(id: BlockId, level: LevelFlags, from: BlockAddress): Promise<void> {
    if (this.options.store.has(id)) return;
    const fetched = await this.#fetch(id, from, level);
    if (fetched === null) throw new InternalError(`Executor ${from.executorId} offered block ${id} and does not have it.`);
    const { frames, rows } = fetched;
    if (frames.kind === "disk" && !level.useDisk) {
      this.options.store.discard(frames);
      throw new Error("there is no room in memory");
    }
    this.options.store.put(id, level, rows, frames).unpin();
  }

  async #keep(commit: BlockCommit, holdings: TaskHoldings): Promise<PinnedBlock | null> {
    const { store, pool } = this.options;
    const { id, level, rows, frames } = commit;
    if (frames.kind === "inline") return store.putBytes(id, level, rows, frames.frames);
    if (frames.kind === "disk") return store.put(id, level, rows, frames);
    const extents: Extent[] = [];
    for (const extent of frames.extents) {
      const granted = holdings.takeGrant(extent);
      if (granted === undefined || extent.length > granted.length)
        throw new InternalError(`Block ${id} is made of memory that was not granted.`);
      extents.push(pool.shrink(granted, extent.length));
    }
    return store.put(id, level, rows, { kind: "memory", extents });
  }

  /** Copies to as many peers as the level wants, as far as there are any. A copy that fails costs redundancy, not the task. */
  async #replicate(id: BlockId, level: LevelFlags): Promise<void> {
    const { client, ports, self } = this.options;
    const peers = [...(await ports.peers())].filter(({ executorId }) => executorId !== self().executorId);
    let wanted = level.replication - 1;
    for (let start = hash(id); wanted > 0 && peers.length > 0;) {
      const [peer] = peers.splice(start % peers.length, 1);
      try {
        await client.call(peer!.endpoint, "replicate", { id, level, from: self() });
        wanted--;
      } catch {
        // Full, or gone: the next one.
      }
    }
  }

  /** A block's bytes from another executor; null when it does not have them, or they are damaged there. */
  async #fetch(id: BlockId, from: BlockAddress, level: LevelFlags | null): Promise<{ frames: NewFrames; rows: number } | null> {
    const { client } = this.options;
    const receiver = new BlockReceiver(this.#destination(level), level?.useMemory ?? true);
    try {
      await client.request(from.endpoint, "block", { id }, receiver);
    } catch {
      receiver.discard();
      return null;
    }
    const finished = receiver.finish();
    if (typeof finished !== "string") return finished;
    client.call(from.endpoint, "suspect", { id }).catch(() => undefined); // if it cannot be told, the next reader will try
    return null;
  }

  #destination(level: LevelFlags | null): BlockDestination {
    const { pool, layout } = this.options;
    return {
      allocate: (bytes) => pool.allocate(bytes),
      release: (extent) => pool.release(extent),
      bytes: (extent) => pool.arena.bytes(extent),
      file: () => {
        const name = `received-${this.#received++}`;
        return layout.place(layout.directoryFor(name), name);
      },
      level: level ?? { useDisk: true, useMemory: false, useOffHeap: false, deserialized: false, replication: 1 },
    };
  }
}

function leased(pinned: PinnedBlock, holdings: TaskHoldings): OpenBlock {
  const { frames, rows } = pinned;
  return { lease: holdings.addLease(() => pinned.unpin()), rows, frames };
}

function hash(text: string): number {
  let h = 0;
  for (let i = 0; i < text.length; i++) h = (Math.imul(h, 31) + text.charCodeAt(i)) >>> 0;
  return h;
}
