/**
 * Who has been silent for too long. Fair to executors when the driver itself did not run (user code on its event loop, a
 * stopped process): the time that the driver lost is given to everybody again, and messages that wait in its sockets
 * are read before anyone is declared lost.
 */
import { runningClock } from "../../common/running-time";
import type { RunningClock } from "../../common/running-time";

/** Lateness of the own timer that counts as having been stalled, ms. */
const STALL = 200;

export class Liveness {
  readonly #seen = new Map<string, number>();
  readonly #timer: { stop(): void };
  #expected: number;
  readonly #interval: number;

  constructor(
    private readonly timeoutMs: number,
    private readonly lost: (id: string, silentMs: number) => void,
    private readonly timers: RunningClock = runningClock,
  ) {
    this.#interval = Math.max(10, Math.min(5000, timeoutMs / 8));
    this.#expected = timers.now() + this.#interval;
    this.#timer = timers.every(this.#interval, () => this.#check());
  }

  /** Something came from `id`: it lives. */
  heard(id: string): void {
    this.#seen.set(id, this.timers.now());
  }

  forget(id: string): void {
    this.#seen.delete(id);
  }

  stop(): void {
    this.#timer.stop();
  }

  #check(): void {
    const now = this.timers.now();
    const late = now - this.#expected;
    this.#expected = now + this.#interval;
    if (late > STALL) for (const [id, seen] of this.#seen) this.#seen.set(id, Math.min(now, seen + late));
    if (this.#overdue(now).length > 0) {
      this.timers.afterReading(() => {
        const later = this.timers.now();
        for (const [id, silent] of this.#overdue(later)) {
          this.#seen.delete(id);
          this.lost(id, silent);
        }
      });
    }
  }

  #overdue(now: number): [string, number][] {
    return [...this.#seen]
      .map(([id, seen]): [string, number] => [id, now - seen])
      .filter(([, silent]) => silent > this.timeoutMs);
  }
}
