/**
 * Rounds of offers: free slots of executors go to task sets, in the order of their pools, by locality, and not where tasks
 * of the set are kept from. Barrier sets get all their slots at once or none; copies of slow tasks come last in a set. What
 * all sets leave free may steal.
 */
import type { StartBarrier } from "../commands";
import type { Outbox } from "../outbox";
import type { ApplicationExclusion, StageExclusion } from "./exclusion";
import type { Executor, ExecutorTable } from "./executors";
import type { LiveAttempts } from "./live-attempts";
import { ANY, NO_PREF, type Offer } from "./pending-tasks";
import type { Pools } from "./pools";
import { PENDING, type TaskSet } from "./task-set";
import type { WorkStealing } from "./work-stealing";

/** A barrier stage that waits for slots this long, in ms, has younger and poorer sets held back. */
const BARRIER_PATIENCE = 5000;

/** Launches at most `most` tasks of the set; answers how many. */
type OfferTo = (set: TaskSet, most: number) => number;

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

export class Offers {
  /** One for all: millions are made, and none is kept. */
  readonly #offer: Writable<Offer> = { executorId: "", host: "", accepts: null };

  constructor(
    private readonly outbox: Outbox,
    private readonly executors: ExecutorTable,
    private readonly pools: Pools,
    private readonly attempts: LiveAttempts,
    private readonly exclusion: ApplicationExclusion | null,
    private readonly stealing: WorkStealing | null,
  ) {}

  /** Fills free slots. */
  fill(): void {
    this.#offerAll(this.#offerTo);
    if (this.stealing !== null && this.executors.open.size > 0) this.#offerAll(this.#steal);
  }

  #offerAll(offer: OfferTo): void {
    if (this.pools.isFair) this.#fairly(offer);
    else this.#inOrder(Infinity, offer);
  }

  /** Gives out one slot at a time, for every launch changes the shares. */
  #fairly(offer: OfferTo): void {
    const runnable = this.pools.sets.filter((set) => set.canLaunch).length;
    for (;;) {
      const most = runnable > 1 ? 1 : Infinity;
      if (this.#inOrder(most, offer) === 0 || most === Infinity) return;
    }
  }

  /** Offers to one set after the other until `most` tasks are launched; answers how many were. */
  #inOrder(most: number, offer: OfferTo): number {
    let launched = 0;
    for (const set of [...this.pools.ordered()]) {
      launched += offer(set, most - launched);
      if (launched >= most || this.#holdsBack(set)) break;
    }
    return launched;
  }

  /** Do the sets behind this one have to wait, as it needs many slots at once and would never find them free? */
  #holdsBack(set: TaskSet): boolean {
    if (!set.barrier || !set.canLaunch || this.outbox.now - set.submitted < BARRIER_PATIENCE) return false;
    let slots = 0;
    for (const executor of this.executors.all()) if (executor.life.state === "active") slots += executor.slots;
    return slots >= set.size;
  }

  readonly #offerTo: OfferTo = (set, most) => {
    const { open } = this.executors;
    if (open.size === 0 || !set.canLaunch) return 0;
    const executors = this.#usable(set);
    if (executors.length === 0) return 0;
    if (set.barrier) return this.#offerBarrier(set, executors);
    const { now } = this.outbox;
    let launched = 0,
      best = ANY;
    for (const level of set.levels) {
      let any = true;
      while (any && set.pendingCount > 0 && launched < most) {
        any = false;
        for (const executor of executors) {
          if (executor.free <= 0) continue;
          const index = set.take(
            this.offerOf(set, executor),
            Math.min(level, set.allowedLevel(now, this.executors)),
            level === NO_PREF,
          );
          if (index < 0) continue;
          best = Math.min(best, set.pending.takenLevel);
          this.attempts.launch(set, index, executor, set.pending.takenLevel, false, true);
          any = true;
          if (++launched >= most) break;
        }
      }
    }
    if (launched < most) launched += this.#offerSpeculative(set, executors, most - launched);
    const refused = set.pendingCount > 0 && executors.some((executor) => executor.free > 0);
    if (launched > 0 && !refused) set.resetLevelTimer(best, now);
    if (refused && launched < most) this.outbox.wakeAt(set.levelDeadline);
    return launched;
  };

  /** What no set wants for tasks that have their input there. */
  readonly #steal: OfferTo = (set, most) => {
    if (!set.canLaunch || !this.stealing!.mayPay(set)) return 0;
    const thieves = this.#usable(set);
    const accepts = (index: number, { id, host }: Executor): boolean => !(set.exclusion?.excludesTask(index, id, host) ?? false);
    let launched = 0;
    while (launched < most) {
      const stolen = this.stealing!.next(set, thieves, accepts);
      if (stolen === null) break;
      this.attempts.launch(set, stolen.index, stolen.thief, stolen.locality, false, true);
      launched++;
    }
    return launched;
  };

  #offerSpeculative(set: TaskSet, executors: readonly Executor[], most: number): number {
    if (set.speculatable.size === 0) return 0;
    let launched = 0;
    const otherHosts = this.executors.numHosts > 1;
    for (const [index, slow] of set.speculatable) {
      if (launched >= most) break;
      const executor = executors.find(
        (candidate) =>
          candidate.free > 0 &&
          candidate !== slow.executor &&
          (!otherHosts || candidate.host !== slow.executor.host) &&
          !(set.exclusion?.excludesTask(index, candidate.id, candidate.host) ?? false),
      );
      if (executor === undefined) continue;
      set.speculatable.delete(index);
      this.attempts.launch(set, index, executor, ANY, true, true);
      launched++;
    }
    return launched;
  }

  /** All tasks at once, or none. */
  #offerBarrier(set: TaskSet, executors: readonly Executor[]): number {
    const free = executors.reduce((sum, executor) => sum + executor.free, 0);
    if (set.pendingCount !== set.size || free < set.size) return 0;
    const placed = new Array<{ readonly executor: Executor; readonly locality: number }>(set.size);
    const room = new Map(executors.map((executor) => [executor, executor.free]));
    let left = set.size;
    while (left > 0) {
      for (const executor of executors) {
        if (left === 0 || room.get(executor) === 0) continue;
        const index = takeUnplaced(set, executor, placed);
        placed[index] = { executor, locality: set.pending.takenLevel };
        room.set(executor, room.get(executor)! - 1);
        left--;
      }
    }
    const taskIds: number[] = [];
    const start: StartBarrier = {
      type: "StartBarrier",
      stageId: set.stage.id,
      attempt: set.attempt,
      taskIds,
      executorIds: placed.map(({ executor }) => executor.id),
      hosts: placed.map(({ executor }) => executor.host),
    };
    this.outbox.push(start);
    for (const [index, { executor, locality }] of placed.entries())
      taskIds.push(this.attempts.launch(set, index, executor, locality, false, true).taskId);
    return set.size;
  }

  /** Executors with a free slot that may run tasks of the set; most free slots first. */
  #usable(set: TaskSet): Executor[] {
    const usable: Executor[] = [];
    for (const executor of this.executors.open) if (!this.#isExcluded(executor, set.exclusion)) usable.push(executor);
    return usable.length > 1 ? usable.sort((a, b) => b.free - a.free) : usable;
  }

  #isExcluded({ id, host }: Executor, exclusion: StageExclusion | null): boolean {
    return (exclusion?.excludes(id, host) ?? false) || (this.exclusion?.excludes(id, host) ?? false);
  }

  /** What `TaskSet.take` is asked with; valid until the next call. */
  offerOf(set: TaskSet, executor: Executor): Offer {
    const { exclusion } = set;
    const offer = this.#offer;
    offer.executorId = executor.id;
    offer.host = executor.host;
    offer.accepts =
      exclusion === null || exclusion.isEmpty ? null : (index) => !exclusion.excludesTask(index, executor.id, executor.host);
    return offer;
  }

  /** A task of the set that waits and is kept from every executor there is, or -1. */
  taskWithoutExecutor(set: TaskSet, exclusion: StageExclusion): number {
    const usable: Executor[] = [];
    for (const executor of this.executors.all()) if (!this.#isExcluded(executor, exclusion)) usable.push(executor);
    if (usable.length === 0) return set.firstPending();
    for (const index of exclusion.tasks()) {
      if (set.stateOf(index) === PENDING && usable.every((executor) => exclusion.excludesTask(index, executor.id, executor.host)))
        return index;
    }
    return -1;
  }
}

function takeUnplaced(set: TaskSet, executor: Executor, placed: readonly unknown[]): number {
  const accepts = (index: number): boolean => placed[index] === undefined;
  return set.take({ executorId: executor.id, host: executor.host, accepts }, ANY, true);
}
