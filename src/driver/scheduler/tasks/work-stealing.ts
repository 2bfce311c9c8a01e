/**
 * Work stealing: a slot that no task with its input there wants takes one whose input lies elsewhere, without the locality wait, where that
 * wait is in vain. After Dask's `distributed` (`distributed/stealing.py`): the executor with most work ahead gives, the time to move the input is
 * held against the time to compute, and very short tasks stay. A task is taken before it is launched, so none runs twice.
 */
import type { WorkStealingConfig } from "../config";
import type { Executor, ExecutorTable } from "./executors";
import { ANY, NODE_LOCAL, PROCESS_LOCAL, type Places } from "./pending-tasks";
import type { TaskSet } from "./task-set";

/** What it takes to ask another executor for input, however small, in ms. */
const LATENCY = 10;

export interface StolenTask {
  readonly index: number;
  readonly thief: Executor;
  /** Index into LOCALITY_LEVELS. */
  readonly locality: number;
}

export class WorkStealing {
  constructor(
    private readonly config: WorkStealingConfig,
    private readonly executors: ExecutorTable,
    private readonly placesOf: (set: TaskSet, index: number) => Places | null,
  ) {}

  /**
   * Can it pay for any task of the set? False for barrier sets, where no task prefers a place, while the run times of tasks at their input are
   * not known, and where tasks that had their input moved were seen to take more than twice as long: it took longer than what they compute.
   */
  mayPay({ barrier, pending, pendingCount, waits, localRunTimes: local, movedRunTimes: moved }: TaskSet): boolean {
    if (barrier || pending.isPlain || !local.isKnown || local.mean < LATENCY) return false;
    if (moved.isKnown && moved.mean > 2 * local.mean) return false;
    return pendingCount * local.mean > Math.min(waits.process, waits.node);
  }

  /** The next task for one of `thieves`, the first that may have it; null when none is worth it. It must be launched. */
  next(set: TaskSet, thieves: readonly Executor[], accepts: (index: number, thief: Executor) => boolean): StolenTask | null {
    for (const level of [PROCESS_LOCAL, NODE_LOCAL]) {
      const awaited = set.pending.mostAwaited(level, level === PROCESS_LOCAL ? this.#slotsOf : this.#slotsByHost());
      if (awaited === null) continue;
      const { next: index, tasks } = awaited;
      const places = this.placesOf(set, index);
      if (places === null || !this.#isWorthMoving(set, places)) continue;
      const backlog = (tasks * set.localRunTimes.mean) / this.#slotsAt(places);
      for (const thief of thieves) {
        if (thief.free <= 0 || isLocal(places, thief) || backlog <= waitFor(set, places, thief) || !accepts(index, thief))
          continue;
        return { index, thief, locality: places.hosts.includes(thief.host) ? NODE_LOCAL : ANY };
      }
    }
    return null;
  }

  /** Is moving its input known to take no longer than a task computes? */
  #isWorthMoving({ localRunTimes }: TaskSet, { bytes }: Places): boolean {
    return bytes !== undefined && LATENCY + (bytes / this.config.bandwidth) * 1000 <= localRunTimes.mean;
  }

  /** Slots that need not have the input moved. */
  #slotsAt({ executors, hosts }: Places): number {
    const [keys, slotsAt] = executors.length > 0 ? [executors, this.#slotsOf] : [hosts, this.#slotsByHost()];
    return keys.reduce((sum, key) => sum + slotsAt(key), 0);
  }

  /** 0 for one that takes no tasks any more. */
  readonly #slotsOf = (executorId: string): number => {
    const executor = this.executors.get(executorId);
    return executor?.isActive === true ? executor.slots : 0;
  };

  #slotsByHost(): (host: string) => number {
    const slots = new Map<string, number>();
    for (const { id, host } of this.executors.all()) slots.set(host, (slots.get(host) ?? 0) + this.#slotsOf(id));
    return (host) => slots.get(host) ?? 0;
  }
}

function isLocal({ executors, hosts }: Places, thief: Executor): boolean {
  return executors.length > 0 ? executors.includes(thief.id) : hosts.includes(thief.host);
}

/** The longest wait before the task might run on the thief: where its own executors take longer to come to it, each wait is in vain. */
function waitFor({ waits }: TaskSet, { executors, hosts }: Places, thief: Executor): number {
  const process = executors.length > 0 ? waits.process : 0;
  return hosts.includes(thief.host) ? process : Math.max(process, waits.node);
}
