/**
 * Short tasks are sent on before their slots are free, so that no slot waits for a message; what then waits behind a slow
 * task while slots are free elsewhere is taken back.
 */
import type { Outbox } from "../outbox";
import type { Executor, ExecutorTable } from "./executors";
import type { LiveAttempts } from "./live-attempts";
import type { Offers } from "./offers";
import { ANY, PROCESS_LOCAL } from "./pending-tasks";
import type { Pools } from "./pools";
import type { TaskSet } from "./task-set";

export class QueueingAhead {
  constructor(
    private readonly outbox: Outbox,
    private readonly executors: ExecutorTable,
    private readonly pools: Pools,
    private readonly attempts: LiveAttempts,
    private readonly offers: Offers,
  ) {}

  /** Fills the queues of executors on which an attempt ended in this round. */
  fill(): void {
    const set = this.#candidate();
    if (set === null) return;
    const level = set.pending.isPlain ? ANY : PROCESS_LOCAL;
    for (const executor of this.attempts.touched) {
      if (executor.free > 0 || executor.paused || executor.life.state !== "active") continue;
      const target = this.#target(set, executor);
      if (executor.queue.length * 2 > target) continue;
      while (executor.queue.length < target) {
        const index = set.take(this.offers.offerOf(set, executor), level, false);
        if (index < 0) break;
        this.attempts.launch(set, index, executor, set.pending.takenLevel, false, false);
      }
    }
  }

  /** The set that is first in turn; none while it could be another's turn when the slots are free. */
  #candidate(): TaskSet | null {
    const { config } = this.outbox;
    if (config.tasksAhead === 0 || config.speculation !== null || config.exclusion !== null) return null;
    // Which addresses a task gets is known when one before it has ended.
    if (Object.keys(config.taskResources).length > 0) return null;
    const set = this.pools.sets.find((waiting) => waiting.canLaunch);
    if (set === undefined || set.barrier) return null;
    return this.pools.isFair && this.pools.sets.some((other) => other !== set && other.canLaunch) ? null : set;
  }

  /** Enough for about `tasksAheadBelow` ms, and never so many that the last tasks of the set gather on one executor. */
  #target(set: TaskSet, executor: Executor): number {
    const { tasksAhead, tasksAheadBelow } = this.outbox.config;
    const { runTimes } = set;
    if (!runTimes.isKnown || runTimes.mean >= tasksAheadBelow) return 0;
    const perSlot = Math.min(tasksAhead, Math.ceil(tasksAheadBelow / Math.max(runTimes.mean, 0.01)));
    return Math.min(perSlot * executor.slots, Math.floor(set.pendingCount / (2 * this.executors.size)));
  }

  /** Takes back tasks queued behind slow ones while slots are free elsewhere. */
  recallWaiting(): void {
    const { config, now } = this.outbox;
    if (this.attempts.queued === 0 || this.executors.open.size === 0 || this.pools.sets.some((set) => set.canLaunch)) return;
    let free = 0;
    for (const executor of this.executors.open) free += executor.free;
    for (const executor of this.executors.all()) {
      for (let at = executor.queue.length - 1; at >= 0 && free > 0; at--) {
        const attempt = executor.queue[at]!;
        if (now - attempt.launchTime < config.recallAfter || attempt.recalled || attempt.killReason !== null) continue;
        this.attempts.recall(attempt);
        free--;
      }
    }
  }
}
