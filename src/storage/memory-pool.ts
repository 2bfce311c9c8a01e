/** Shares the pool of flat memory between blocks (the arena) and tasks (the cells): what one holds the other cannot have. */
import type { Extent } from "./arena";
import { Arena, GRANULE } from "./arena";
import { MemoryCells } from "./memory-cells";
import type { MemoryPlan } from "./memory-plan";

export class MemoryPool {
  readonly arena: Arena;
  readonly cells: MemoryCells;

  constructor(private readonly plan: MemoryPlan) {
    this.arena = new Arena(plan.arenaBytes);
    this.cells = MemoryCells.create(plan.slots, plan.poolBytes);
  }

  /** An extent for a block, or null when blocks and tasks together hold too much. */
  allocate(bytes: number): Extent | null {
    const { arena, cells } = this;
    const after = arena.used + Math.max(1, Math.ceil(bytes / GRANULE)) * GRANULE;
    if (after > arena.limit) return null;
    // The limit goes down before the sum is taken: a task that reserves at this moment sees one or is seen by the other.
    cells.setLimit(this.plan.poolBytes - after);
    const extent = cells.used <= cells.limit ? arena.allocate(bytes) : null;
    this.#update();
    return extent;
  }

  release(extent: Extent): void {
    this.arena.release(extent);
    this.#update();
  }

  shrink(extent: Extent, bytes: number): Extent {
    const smaller = this.arena.shrink(extent, bytes);
    this.#update();
    return smaller;
  }

  /** Bytes that blocks would have to give up for tasks to get `bytes` more; never below the protected part. */
  shortageFor(bytes: number): number {
    const missing = this.cells.used + bytes - this.cells.limit;
    return Math.max(0, Math.min(missing, this.arena.used - this.plan.protectedStorageBytes));
  }

  #update(): void {
    this.cells.setLimit(this.plan.poolBytes - this.arena.used);
  }
}
