/** Which executors hold which cached partitions, as block reports tell. */
export class CachedBlocks {
  readonly #rdds = new Map<number, Map<number, CachedPartition>>();

  update(rddId: number, partition: number, executorId: string, stored: boolean, memSize: number, diskSize: number): void {
    if (!stored) {
      this.#remove(rddId, partition, executorId);
      return;
    }
    let partitions = this.#rdds.get(rddId);
    if (partitions === undefined) {
      partitions = new Map<number, CachedPartition>();
      this.#rdds.set(rddId, partitions);
    }
    const cached = partitions.get(partition);
    if (cached === undefined) partitions.set(partition, { executors: [executorId], memSize, diskSize });
    else {
      if (!cached.executors.includes(executorId)) cached.executors.push(executorId);
      cached.memSize = memSize;
      cached.diskSize = diskSize;
    }
  }

  removeRdd(rddId: number): void {
    this.#rdds.delete(rddId);
  }

  removeExecutor(executorId: string): void {
    for (const [rddId, partitions] of this.#rdds)
      for (const partition of [...partitions.keys()]) this.#remove(rddId, partition, executorId);
  }

  /** Is every partition of the dataset to be had? */
  isComplete(rddId: number, numPartitions: number): boolean {
    return numPartitions > 0 && this.#rdds.get(rddId)?.size === numPartitions;
  }

  hasAny(rddId: number): boolean {
    return this.#rdds.has(rddId);
  }

  /** Does the executor hold a cached partition? */
  holdsBlocks(executorId: string): boolean {
    for (const partitions of this.#rdds.values())
      for (const { executors } of partitions.values()) if (executors.includes(executorId)) return true;
    return false;
  }

  executorsOf(rddId: number, partition: number): readonly string[] {
    return this.#rdds.get(rddId)?.get(partition)?.executors ?? [];
  }

  /** Of one copy of a cached partition, in memory and on disk; 0 when there is none. */
  bytesOf(rddId: number, partition: number): number {
    const cached = this.#rdds.get(rddId)?.get(partition);
    return cached === undefined ? 0 : cached.memSize + cached.diskSize;
  }

  /** For RDDInfo: cached partitions and their sizes in bytes, one copy counted. */
  totals(rddId: number): { partitions: number; memSize: number; diskSize: number } {
    let memSize = 0;
    let diskSize = 0;
    const partitions = this.#rdds.get(rddId);
    for (const cached of partitions?.values() ?? []) {
      memSize += cached.memSize;
      diskSize += cached.diskSize;
    }
    return { partitions: partitions?.size ?? 0, memSize, diskSize };
  }

  #remove(rddId: number, partition: number, executorId: string): void {
    const partitions = this.#rdds.get(rddId);
    const cached = partitions?.get(partition);
    if (partitions === undefined || cached === undefined) return;
    const at = cached.executors.indexOf(executorId);
    if (at >= 0) cached.executors.splice(at, 1);
    if (cached.executors.length === 0) partitions.delete(partition);
    if (partitions.size === 0) this.#rdds.delete(rddId);
  }
}

interface CachedPartition {
  readonly executors: string[];
  memSize: number;
  diskSize: number;
}
