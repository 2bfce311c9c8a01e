import { inspect } from "node:util";

/** Where cached partitions are kept. Spark's levels and names; see docs/deviations.md for what "deserialized" means here. */
export class StorageLevel {
  private constructor(
    readonly useDisk: boolean,
    readonly useMemory: boolean,
    readonly useOffHeap: boolean,
    readonly deserialized: boolean,
    readonly replication: number,
  ) {}

  static readonly NONE = new StorageLevel(false, false, false, false, 1);
  static readonly DISK_ONLY = new StorageLevel(true, false, false, false, 1);
  static readonly DISK_ONLY_2 = new StorageLevel(true, false, false, false, 2);
  static readonly DISK_ONLY_3 = new StorageLevel(true, false, false, false, 3);
  static readonly MEMORY_ONLY = new StorageLevel(false, true, false, true, 1);
  static readonly MEMORY_ONLY_2 = new StorageLevel(false, true, false, true, 2);
  static readonly MEMORY_ONLY_SER = new StorageLevel(false, true, false, false, 1);
  static readonly MEMORY_ONLY_SER_2 = new StorageLevel(false, true, false, false, 2);
  static readonly MEMORY_AND_DISK = new StorageLevel(true, true, false, true, 1);
  static readonly MEMORY_AND_DISK_2 = new StorageLevel(true, true, false, true, 2);
  static readonly MEMORY_AND_DISK_SER = new StorageLevel(true, true, false, false, 1);
  static readonly MEMORY_AND_DISK_SER_2 = new StorageLevel(true, true, false, false, 2);
  /** PySpark's name for it. */
  static readonly MEMORY_AND_DISK_DESER: StorageLevel = StorageLevel.MEMORY_AND_DISK;
  static readonly OFF_HEAP = new StorageLevel(true, true, true, false, 1);

  /** A level of one's own. `replication` counts all copies, 1 to 40. */
  static of(options: {
    useDisk?: boolean;
    useMemory?: boolean;
    useOffHeap?: boolean;
    deserialized?: boolean;
    replication?: number;
  }): StorageLevel {
    const { useDisk = false, useMemory = false, useOffHeap = false, deserialized = false, replication = 1 } = options;
    if (!Number.isInteger(replication) || replication < 1 || replication > 40)
      throw new RangeError(`replication must be an integer from 1 to 40, not ${replication}`);
    return new StorageLevel(useDisk, useMemory, useOffHeap, deserialized, replication);
  }

  get isValid(): boolean {
    return this.useDisk || this.useMemory;
  }

  equals(other: unknown): boolean {
    return (
      other instanceof StorageLevel &&
      other.useDisk === this.useDisk &&
      other.useMemory === this.useMemory &&
      other.useOffHeap === this.useOffHeap &&
      other.deserialized === this.deserialized &&
      other.replication === this.replication
    );
  }

  /** As PySpark prints it, e.g. "Disk Memory Serialized 1x Replicated". */
  toString(): string {
    return [
      this.useDisk && "Disk",
      this.useMemory && "Memory",
      this.useOffHeap && "OffHeap",
      this.deserialized ? "Deserialized" : "Serialized",
      `${this.replication}x Replicated`,
    ]
      .filter((part) => part !== false)
      .join(" ");
  }

  [inspect.custom](): string {
    return `StorageLevel(${this.toString()})`;
  }
}
