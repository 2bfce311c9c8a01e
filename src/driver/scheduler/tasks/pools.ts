/**
 * The order in which task sets are offered free slots: first in, first out by job, or fair shares between pools
 * (Spark's fair scheduler: pools below their minimum share first, by how far below; then by running tasks over weight).
 */
import type { PoolConfig, SchedulerConfig } from "../config";
import type { TaskSet } from "./task-set";

const DEFAULT_POOL: PoolConfig = { mode: "FIFO", weight: 1, minShare: 0 };

export class Pool {
  readonly sets: TaskSet[] = [];

  constructor(
    readonly name: string,
    readonly config: PoolConfig,
  ) {}

  get running(): number {
    let running = 0;
    for (const set of this.sets) running += set.live;
    return running;
  }
}

export class Pools {
  /** All sets that are not closed, by job, stage, attempt. */
  readonly #sets: TaskSet[] = [];
  readonly #pools = new Map<string, Pool>();

  constructor(private readonly config: SchedulerConfig) {
    for (const [name, pool] of Object.entries(config.pools)) this.#pools.set(name, new Pool(name, pool));
    if (!this.#pools.has("default")) this.#pools.set("default", new Pool("default", DEFAULT_POOL));
  }

  get isFair(): boolean {
    return this.config.mode === "FAIR";
  }

  get sets(): readonly TaskSet[] {
    return this.#sets;
  }

  get pools(): readonly Pool[] {
    return [...this.#pools.values()];
  }

  add(set: TaskSet): void {
    insert(this.#sets, set);
    if (this.isFair) insert(this.#poolOf(set).sets, set);
  }

  remove(set: TaskSet): void {
    remove(this.#sets, set);
    if (this.isFair) remove(this.#poolOf(set).sets, set);
  }

  /** The sets in the order of offers. Valid until a task is launched or a set comes or goes. */
  ordered(): readonly TaskSet[] {
    if (!this.isFair || this.#sets.length <= 1) return this.#sets;
    const pools = [...this.#pools.values()]
      .filter((pool) => pool.sets.length > 0)
      .map((pool) => ({
        name: pool.name,
        running: pool.running,
        weight: pool.config.weight,
        minShare: pool.config.minShare,
        pool,
      }));
    return pools.sort(fairOrder).flatMap(({ pool }) => {
      if (pool.config.mode === "FIFO") return pool.sets;
      const sets = pool.sets.map((set) => ({
        name: `${set.stage.id}.${set.attempt}`,
        running: set.live,
        weight: 1,
        minShare: 0,
        set,
      }));
      return sets.sort(fairOrder).map(({ set }) => set);
    });
  }

  #poolOf(set: TaskSet): Pool {
    const name = set.properties["spark.scheduler.pool"] ?? "default";
    let pool = this.#pools.get(name);
    if (pool === undefined) this.#pools.set(name, (pool = new Pool(name, DEFAULT_POOL)));
    return pool;
  }
}

interface Share {
  readonly name: string;
  readonly running: number;
  readonly weight: number;
  readonly minShare: number;
}

/** Spark's FairSchedulingAlgorithm. */
function fairOrder(a: Share, b: Share): number {
  const needyA = a.running < a.minShare,
    needyB = b.running < b.minShare;
  if (needyA !== needyB) return needyA ? -1 : 1;
  const difference = needyA
    ? a.running / Math.max(a.minShare, 1) - b.running / Math.max(b.minShare, 1)
    : a.running / a.weight - b.running / b.weight;
  return difference !== 0 ? difference : a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

function fifoOrder(a: TaskSet, b: TaskSet): number {
  return a.priority - b.priority || a.stage.id - b.stage.id || a.attempt - b.attempt;
}

function insert(sets: TaskSet[], set: TaskSet): void {
  let at = sets.length;
  while (at > 0 && fifoOrder(sets[at - 1]!, set) > 0) at--;
  sets.splice(at, 0, set);
}

function remove(sets: TaskSet[], set: TaskSet): void {
  const at = sets.indexOf(set);
  if (at >= 0) sets.splice(at, 1);
}
