/** Which executors hold which cached blocks, and how large they are there: what executors told, for whoever asks. */
import type { CachedPartitionsInfo } from "../rdd/context-port";
import type { BlockUpdate } from "./endpoint/types";

export class BlockRegistry {
  readonly #holders = new Map<string, Map<string, BlockUpdate>>();
  readonly #blocksOfExecutor = new Map<string, Set<string>>();

  update(executorId: string, update: BlockUpdate): void {
    const blockId = update.id;
    if (!isStored(update)) {
      this.#drop(executorId, blockId);
      this.#blocksOfExecutor.get(executorId)?.delete(blockId);
      return;
    }
    let holders = this.#holders.get(blockId);
    if (holders === undefined) this.#holders.set(blockId, (holders = new Map<string, BlockUpdate>()));
    holders.set(executorId, update);
    let blocks = this.#blocksOfExecutor.get(executorId);
    if (blocks === undefined) this.#blocksOfExecutor.set(executorId, (blocks = new Set()));
    blocks.add(blockId);
  }

  executorLost(executorId: string): void {
    for (const blockId of this.#blocksOfExecutor.get(executorId) ?? []) this.#drop(executorId, blockId);
    this.#blocksOfExecutor.delete(executorId);
  }

  removeRdd(rddId: number): void {
    const prefix = `rdd_${rddId}_`;
    for (const [blockId, holders] of this.#holders) {
      if (!blockId.startsWith(prefix)) continue;
      for (const executorId of holders.keys()) this.#blocksOfExecutor.get(executorId)?.delete(blockId);
      this.#holders.delete(blockId);
    }
  }

  locations(blockId: string): string[] {
    return [...(this.#holders.get(blockId)?.keys() ?? [])];
  }

  /** Cached partitions of one dataset; bytes count every replica. */
  cached(rddId: number): CachedPartitionsInfo | undefined {
    const prefix = `rdd_${rddId}_`;
    let numCachedPartitions = 0;
    let memoryBytes = 0;
    let diskBytes = 0;
    for (const [blockId, holders] of this.#holders) {
      if (!blockId.startsWith(prefix)) continue;
      numCachedPartitions++;
      for (const held of holders.values()) {
        memoryBytes += held.memoryBytes;
        diskBytes += held.diskBytes;
      }
    }
    return numCachedPartitions === 0 ? undefined : { numCachedPartitions, memoryBytes, diskBytes };
  }

  /** Bytes of an executor's memory that cached blocks take. */
  memoryOf(executorId: string): number {
    let bytes = 0;
    for (const blockId of this.#blocksOfExecutor.get(executorId) ?? [])
      bytes += this.#holders.get(blockId)?.get(executorId)?.memoryBytes ?? 0;
    return bytes;
  }

  #drop(executorId: string, blockId: string): void {
    const holders = this.#holders.get(blockId);
    if (holders?.delete(executorId) === true && holders.size === 0) this.#holders.delete(blockId);
  }
}

/** An empty partition has no bytes, but is there. */
export function isStored({ level }: BlockUpdate): boolean {
  return level.useMemory || level.useDisk;
}

/** `rdd_3_17` → dataset 3, partition 17; null for other blocks. */
export function rddBlock(blockId: string): { rddId: number; partition: number } | null {
  const match = /^rdd_(\d+)_(\d+)$/.exec(blockId);
  return match === null ? null : { rddId: Number(match[1]), partition: Number(match[2]) };
}
