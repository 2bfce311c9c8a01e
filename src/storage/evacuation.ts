/**
 * Moves what an executor holds to others before it goes: cached blocks that nobody else has, and map outputs. The receivers fetch, keep
 * and report; this end only asks them to.
 */
import { rmSync } from "node:fs";
import { ClusterError, DataError } from "../common/errors";
import type { BlockAddress } from "./block-address";
import type { BlockStore } from "./block-store";
import type { FileLayout } from "./file-layout";
import { closeLocal, openLocal, writeLocal } from "./local-data";
import { mapOutputName, readIndex } from "./map-output-file";
import type { MapOutputFiles } from "./map-output-files";
import type { StoragePorts } from "./ports";
import type { BlockClient, Receiver } from "./transfer/block-client";
import type { Meta } from "./transfer/frames";

export interface EvacuationOptions {
  readonly store: BlockStore;
  readonly files: MapOutputFiles;
  readonly layout: FileLayout;
  readonly client: BlockClient;
  readonly ports: StoragePorts;
  readonly self: () => BlockAddress;
}

/** Transfers at the same time. */
const PARALLEL = 4;
/** Tries with different receivers before a block is left where it is. */
const TRIES = 3;
const BUFFER = 2 ** 20;

export class Evacuation {
  /** What has moved, or cannot be moved. */
  readonly #done = new Set<string>();
  readonly #tries = new Map<string, number>();
  /** This executor goes: it takes nothing of others any more, who would lose it with this one. */
  #leaving = false;
  #turn = 0;
  #received = 0;

  constructor(private readonly options: EvacuationOptions) {}

  /** One round over all that is here. Resolves with false when nothing more can be moved. */
  async round(): Promise<boolean> {
    this.#leaving = true;
    const { store, files, ports } = this.options;
    const blocks = store.ids().filter((id) => id.startsWith("rdd_"));
    const todo = [
      ...blocks.map((id) => ({ key: id, move: (peer: BlockAddress) => this.#moveBlock(id, peer) })),
      ...files.list().map(({ shuffleId, map }) => ({
        key: mapOutputName(shuffleId, map),
        move: (peer: BlockAddress) => this.#moveMapOutput(shuffleId, map, peer),
      })),
    ].filter(({ key }) => !this.#done.has(key));
    if (todo.length === 0) return false;
    const peers = await ports.peers();
    if (peers.length === 0) return false;
    const work = async (): Promise<void> => {
      for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
        const { key, move } = next;
        const tries = (this.#tries.get(key) ?? 0) + 1;
        this.#tries.set(key, tries);
        try {
          await move(peers[this.#turn++ % peers.length]!);
          this.#done.add(key);
        } catch {
          // Full, or gone: another one in the next round. What cannot be moved is made again when it is missed.
          if (tries >= TRIES) this.#done.add(key);
        }
      }
    };
    await Promise.all(Array.from({ length: PARALLEL }, work));
    return true;
  }

  /** Throws where this executor is to take nothing any more. */
  checkStaying(): void {
    if (this.#leaving) throw new ClusterError("EXECUTOR_LEAVING", `Executor ${this.options.self().executorId} goes away itself.`);
  }

  /** Fetches a map output from an executor that goes, and serves it from now on. */
  async take({ shuffleId, map, from }: { shuffleId: number; map: number; from: BlockAddress }): Promise<void> {
    this.checkStaying();
    const { files, layout, client, ports } = this.options;
    const name = mapOutputName(shuffleId, map);
    const path = layout.place(layout.directoryFor(name), `taken-${this.#received++}-${name}`);
    const receiver = new FileReceiver(path);
    try {
      await client.request(from.endpoint, "mapOutput", { shuffleId, map }, receiver);
      receiver.close();
      this.checkStaying();
      const index = readIndex(path);
      if (index?.shuffleId !== shuffleId || index.map !== map)
        throw new DataError("MAP_OUTPUT_DAMAGED", `The output of map task ${map} of shuffle ${shuffleId} did not arrive whole.`);
      files.commit({ ...index, stagingFile: path });
      const { offsets, checksums } = index;
      ports.reportTaken(from.executorId, [{ shuffleId, map, offsets, checksums }]);
    } catch (error) {
      receiver.close();
      rmSync(path, { force: true });
      throw error;
    }
  }

  async #moveBlock(id: string, peer: BlockAddress): Promise<void> {
    const { store, client, ports, self } = this.options;
    const level = store.levelOf(id);
    if (level === undefined || (await ports.blockLocations(id)).length > 0) return;
    await client.call(peer.endpoint, "replicate", { id, level, from: self() });
  }

  async #moveMapOutput(shuffleId: number, map: number, peer: BlockAddress): Promise<void> {
    await this.options.client.call(peer.endpoint, "takeMapOutput", { shuffleId, map, from: this.options.self() });
  }
}

/** Writes what comes into a file. */
class FileReceiver implements Receiver<Meta> {
  #fd: number | null = null;
  #length = 0;
  readonly #buffer = Buffer.allocUnsafeSlow(BUFFER);

  constructor(private readonly path: string) {}

  begin(): void {
    this.close();
    this.#length = 0;
    this.#fd = openLocal(this.path, "w");
  }

  place(): Uint8Array {
    return this.#buffer;
  }

  filled(count: number): void {
    for (let done = 0; done < count;) {
      const written = writeLocal(this.#fd!, this.#buffer, done, count - done, this.#length);
      done += written;
      this.#length += written;
    }
  }

  close(): void {
    if (this.#fd !== null) closeLocal(this.#fd);
    this.#fd = null;
  }
}
