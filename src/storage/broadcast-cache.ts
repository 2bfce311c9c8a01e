/**
 * An executor's end of broadcasts: fetches each once, piece by piece from the driver and from executors that have pieces
 * already, keeps the pieces as blocks of the store, and offers them to others.
 */
import { crc32 } from "node:zlib";
import { ClusterError } from "../common/errors";
import type { BlockAddress, Endpoint } from "./block-address";
import type { BlockStore, PinnedBlock } from "./block-store";
import type { BlockFrames, LevelFlags } from "./host-calls";
import { OwnMemoryReceiver } from "./receivers";
import type { BlockClient } from "./transfer/block-client";
import type { PieceMap } from "./transfer/frames";

const LEVEL: LevelFlags = { useDisk: true, useMemory: true, useOffHeap: false, deserialized: false, replication: 1 };
const PARALLEL = 4;
/** How old a list of holders may be before it is asked for again, ms. */
const HOLDERS_AGE_MS = 20;

export interface BroadcastCacheOptions {
  readonly store: BlockStore;
  readonly client: BlockClient;
  readonly driver: Endpoint | null;
  /** This executor's own address; known once its server listens. */
  readonly self: () => BlockAddress;
}

/** The pieces of a broadcast, kept until `release`. */
export interface OpenBroadcast {
  readonly frames: BlockFrames;
  readonly release: () => void;
}

export function pieceId(id: string, piece: number): string {
  return `${id}_piece${piece}`;
}

export class BroadcastCache {
  /** How each broadcast is cut; dropped with it. */
  readonly #maps = new Map<string, PieceMap>();
  readonly #fetching = new Map<string, Promise<PieceMap>>();

  constructor(private readonly options: BroadcastCacheOptions) {}

  /** The bytes, fetched unless they are here. Rejects when the driver does not have them (any more). */
  async open(id: string): Promise<OpenBroadcast> {
    for (;;) {
      const map = await this.#fetchOnce(id);
      const pins = map.checksums.map((_, piece) => this.options.store.open(pieceId(id, piece)));
      const release = (): void => {
        for (const pin of pins) pin?.unpin();
      };
      try {
        if (!pins.includes(null)) return { frames: await this.#frames(pins as PinnedBlock[]), release };
      } catch (error) {
        release();
        throw error;
      }
      release(); // a piece was evicted, or removed, between its arrival and now
    }
  }

  remove(id: string): void {
    this.#maps.delete(id);
    this.options.store.removeWhere((block) => block.startsWith(`${id}_piece`));
  }

  /** One fetch at a time for all tasks that want the broadcast. */
  #fetchOnce(id: string): Promise<PieceMap> {
    let fetching = this.#fetching.get(id);
    if (fetching === undefined) {
      fetching = this.#fetch(id).finally(() => this.#fetching.delete(id));
      this.#fetching.set(id, fetching);
    }
    return fetching;
  }

  async #fetch(id: string): Promise<PieceMap> {
    const { store, client, driver } = this.options;
    const known = this.#maps.get(id);
    const missing = (map: PieceMap): number[] =>
      map.checksums.map((_, piece) => piece).filter((piece) => !store.has(pieceId(id, piece)));
    if (known !== undefined && missing(known).length === 0) return known;
    if (driver === null) throw new ClusterError("BROADCAST_NOT_FOUND", `There is no driver to fetch block ${id} from.`);
    const located = new OwnMemoryReceiver<PieceMap>(2 ** 20);
    let map = await client.request(driver, "locate", { id }, located);
    this.#maps.set(id, map);
    if (map.total > 0) {
      for (const piece of missing(map))
        await this.#keep(id, piece, located.bytes.subarray(piece * map.pieceBytes, (piece + 1) * map.pieceBytes));
      return map;
    }
    let asked = Date.now();
    const todo = shuffled(missing(map));
    const work = async (): Promise<void> => {
      for (let piece = todo.pop(); piece !== undefined; piece = todo.pop()) {
        if (Date.now() - asked > HOLDERS_AGE_MS) {
          asked = Date.now();
          map = await client.request(driver, "locate", { id }, new OwnMemoryReceiver<PieceMap>(2 ** 20));
        }
        await this.#keep(id, piece, await this.#piece(id, piece, map, driver));
        await client.call(driver, "announce", { id, piece, address: this.options.self() });
      }
    };
    await Promise.all(Array.from({ length: Math.min(PARALLEL, todo.length) }, work));
    return map;
  }

  /** A piece from an executor that has it, else from the driver. */
  async #piece(id: string, piece: number, map: PieceMap, driver: Endpoint): Promise<Uint8Array> {
    const self = this.options.self().executorId;
    const peers = map.holders.filter(({ address, pieces }) => address.executorId !== self && pieces.includes(piece));
    const peer = peers[Math.floor(Math.random() * peers.length)];
    for (const endpoint of peer === undefined ? [driver] : [peer.address.endpoint, driver]) {
      const receiver = new OwnMemoryReceiver(map.pieceBytes);
      try {
        await this.options.client.request(endpoint, "piece", { id, piece }, receiver, map.pieceBytes);
      } catch (error) {
        if (endpoint === driver) throw error;
        continue; // the driver has it too
      }
      if (crc32(receiver.bytes) === map.checksums[piece]) return receiver.bytes;
    }
    throw new ClusterError("BROADCAST_CORRUPT", `Piece ${piece} of ${id} does not match its checksum.`);
  }

  /** Pieces that are all in memory stay there; when one was evicted to disk all are copied. */
  async #frames(pins: readonly PinnedBlock[]): Promise<BlockFrames> {
    const extents = [];
    for (const { frames } of pins) {
      if (frames.kind === "disk")
        return { kind: "inline", frames: (await Promise.all(pins.map((pin) => this.options.store.copy(pin)))).flat() };
      extents.push(...frames.extents);
    }
    return { kind: "memory", extents };
  }

  async #keep(id: string, piece: number, bytes: Uint8Array): Promise<void> {
    const pinned = await this.options.store.putBytes(pieceId(id, piece), LEVEL, 0, [bytes]);
    pinned?.unpin();
  }
}

function shuffled(values: readonly number[]): number[] {
  const result = [...values];
  for (let i = result.length - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1));
    [result[i], result[j]] = [result[j]!, result[i]!];
  }
  return result;
}
