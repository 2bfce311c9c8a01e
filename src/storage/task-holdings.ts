/** What running tasks were given by the main thread: leases on blocks, extents they fill, fetches under way. */
import type { Extent } from "./arena";
import type { SegmentsUnderWay } from "./shuffle-service";

interface Grant {
  readonly extent: Extent;
  readonly rdd: number | null;
}

/** What one task holds. After `end` everything it is given is given back at once: its thread may have died while it waited. */
export class TaskHoldings {
  readonly #leases = new Map<number, () => void>();
  readonly #grants = new Map<number, Grant>();
  readonly #tickets = new Map<number, SegmentsUnderWay>();
  #ended = false;

  constructor(
    private readonly registry: HoldingsRegistry,
    private readonly release: (extent: Extent) => void,
  ) {}

  /** Number of a lease that ends with `closeLease` or with the task. */
  addLease(release: () => void): number {
    if (this.#ended) {
      release();
      return 0;
    }
    const lease = this.registry.nextLease();
    this.#leases.set(lease, release);
    return lease;
  }

  closeLease(lease: number): void {
    const release = this.#leases.get(lease);
    this.#leases.delete(lease);
    release?.();
  }

  /** @param rdd the dataset whose block it is for; null of other blocks. */
  addGrant(extent: Extent, rdd: number | null): void {
    if (this.#ended) this.release(extent);
    else this.#grants.set(keyOf(extent), { extent, rdd });
  }

  /** Bytes for blocks of the dataset. */
  grantedTo(rdd: number | null): number {
    let bytes = 0;
    for (const grant of this.#grants.values()) if (grant.rdd === rdd) bytes += grant.extent.length;
    return bytes;
  }

  /** Takes a grant out: its extent belongs to the caller. Undefined when the task was not granted it. */
  takeGrant(extent: Extent): Extent | undefined {
    const granted = this.#grants.get(keyOf(extent));
    this.#grants.delete(keyOf(extent));
    return granted?.extent;
  }

  addTicket(ticket: number, fetch: SegmentsUnderWay): void {
    if (this.#ended) fetch.drop();
    else this.#tickets.set(ticket, fetch);
  }

  ticket(ticket: number): SegmentsUnderWay | undefined {
    return this.#tickets.get(ticket);
  }

  dropTicket(ticket: number): void {
    const fetch = this.#tickets.get(ticket);
    this.#tickets.delete(ticket);
    fetch?.drop();
  }

  end(): void {
    this.#ended = true;
    for (const release of this.#leases.values()) release();
    for (const { extent } of this.#grants.values()) this.release(extent);
    for (const fetch of this.#tickets.values()) fetch.drop();
    this.#leases.clear();
    this.#grants.clear();
    this.#tickets.clear();
  }
}

export class HoldingsRegistry {
  readonly #tasks = new Map<number, TaskHoldings>();
  /** Tasks whose thread died: calls of theirs may still be in a queue. */
  readonly #dead = new Set<number>();
  #leases = 0;

  constructor(private readonly release: (extent: Extent) => void) {}

  get size(): number {
    return this.#tasks.size;
  }

  nextLease(): number {
    return ++this.#leases;
  }

  /** For what gives something to a task. */
  of(taskId: number): TaskHoldings {
    let holdings = this.#tasks.get(taskId);
    if (holdings === undefined) {
      holdings = new TaskHoldings(this, this.release);
      if (this.#dead.has(taskId)) holdings.end();
      else this.#tasks.set(taskId, holdings);
    }
    return holdings;
  }

  /** For what takes something back: a task that is over has nothing. */
  find(taskId: number): TaskHoldings | undefined {
    return this.#tasks.get(taskId);
  }

  /** Bytes that tasks are filling for blocks of the dataset. */
  grantedTo(rdd: number | null): number {
    let bytes = 0;
    for (const holdings of this.#tasks.values()) bytes += holdings.grantedTo(rdd);
    return bytes;
  }

  end(taskId: number, died: boolean): void {
    if (died) this.#dead.add(taskId);
    const holdings = this.#tasks.get(taskId);
    this.#tasks.delete(taskId);
    holdings?.end();
  }

  endAll(): void {
    for (const holdings of this.#tasks.values()) holdings.end();
    this.#tasks.clear();
  }
}

/** Slabs are shorter than 2^31. */
function keyOf(extent: Extent): number {
  return extent.slab * 2 ** 31 + extent.offset;
}
