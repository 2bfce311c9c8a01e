/** What an executor's main thread may ask and tell the driver about blocks and map outputs. The executor implements it. */
import type { MapOutputWritten } from "./task-env";

export interface ExecutorAddress {
  readonly executorId: string;
  readonly host: string;
  /** host:port or unix:/path of its block server; "" when it serves none. */
  readonly blockAddress: string;
}

export interface DriverCalls {
  /** By map index; null where the output is missing. Not cached here. */
  mapOutputs(shuffleId: number): Promise<{ readonly epoch: number; readonly outputs: readonly (LocatedMapOutput | null)[] }>;
  /** For each id, who holds the block. */
  blockLocations(blockIds: readonly string[]): Promise<readonly (readonly ExecutorAddress[])[]>;
  /** Other living executors, for replicas. */
  peers(): Promise<readonly ExecutorAddress[]>;
  /** A broadcast or another named block of the driver, in shared memory; rejects when there is none. Not cached here. */
  driverBlock(id: string): Promise<Uint8Array>;
  /** Told in batches, in order. */
  blockUpdated(update: BlockUpdateNotice): void;
}

export interface LocatedMapOutput extends MapOutputWritten {
  readonly executor: ExecutorAddress;
}

/** A cached block was stored (`stored`), changed its place, or was dropped. */
export interface BlockUpdateNotice {
  readonly blockId: string;
  /** As StorageLevel prints it. */
  readonly storageLevel: string;
  readonly memoryBytes: number;
  readonly diskBytes: number;
  readonly stored: boolean;
}
