/** The workers of one daemon process, one after the other: each ends in an orderly way when its lifetime is over. */
import { UsageError } from "../../common/errors";
import { log } from "../../common/log";
import { formatDuration } from "../../common/units";
import { LONGEST_TIMER } from "../../common/wake-timer";
import type { WorkerDaemon } from "./worker-daemon";

export interface Lifetime {
  /** Mean length, ms. */
  readonly ms: number;
  /** A worker's length differs from the mean by less than so much, ms: workers that were started together do not end together. */
  readonly staggerMs: number;
  /** Another worker takes the place of one that has ended. */
  readonly restart: boolean;
}

/** Throws a UsageError for a lifetime that would be no time for some worker. */
function checkLifetime({ ms, staggerMs }: Lifetime): void {
  if (ms <= 0) throw new UsageError("INVALID_OPTION", "--lifetime must be longer than no time.");
  if (staggerMs < 0 || staggerMs >= ms)
    throw new UsageError("INVALID_OPTION", "--lifetime-stagger must be at least 0 and shorter than --lifetime.");
}

/** How long one worker lives, ms: evenly distributed around the mean. `random` gives numbers from 0 to less than 1. */
export function lifetimeOfOne({ ms, staggerMs }: Lifetime, random: () => number): number {
  return ms + (2 * random() - 1) * staggerMs;
}

export class WorkerSuccession<W extends Pick<WorkerDaemon, "webUrl" | "start" | "stop" | "decommission" | "ended">> {
  #current: W;
  #timer: NodeJS.Timeout | undefined;
  #ending = false;

  /** Without a `lifetime` the first worker is the only one. Executors of one whose lifetime is over may take `withinMs` to move what they hold. */
  constructor(
    private readonly make: () => W,
    private readonly lifetime: Lifetime | null,
    private readonly withinMs: number,
    private readonly random: () => number = Math.random,
  ) {
    if (lifetime !== null) checkLifetime(lifetime);
    this.#current = make();
  }

  get current(): W {
    return this.#current;
  }

  /**
   * Starts the first worker, and others after it; `begun` is called with each that a master has taken, whose lifetime
   * begins then. Resolves when one has ended that none follows. Rejects when a master refuses one.
   */
  async run(webUrl: string, begun: (worker: W) => void): Promise<void> {
    for (;;) {
      const worker = this.#current;
      worker.webUrl = webUrl;
      await worker.start();
      begun(worker);
      if (this.lifetime !== null) this.#endLater(worker, lifetimeOfOne(this.lifetime, this.random));
      await worker.ended;
      clearTimeout(this.#timer);
      if (this.#ending || this.lifetime?.restart !== true) return;
      this.#current = this.make();
    }
  }

  /** Ends the current worker, whose executors move first what they hold if `orderly`; none follows. */
  async end(reason: string, orderly: boolean): Promise<void> {
    this.#ending = true;
    clearTimeout(this.#timer);
    if (!orderly) return this.#current.stop(reason);
    this.#current.decommission(reason, this.withinMs);
    return this.#current.ended;
  }

  #endLater(worker: W, ms: number): void {
    if (this.#ending) return;
    this.#timer = setTimeout(
      () => {
        if (ms > LONGEST_TIMER) return this.#endLater(worker, ms - LONGEST_TIMER);
        log.info(`the worker's lifetime of ${formatDuration(this.lifetime!.ms)} is over: it is decommissioned`);
        worker.decommission("its lifetime is over", this.withinMs);
      },
      Math.min(ms, LONGEST_TIMER),
    );
  }
}
