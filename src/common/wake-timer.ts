/** A timer for state machines, which say again and again at what time they want to be woken next. */
import type { Clock } from "./clock";

/** The longest delay that Node's timers take, ms: 25 days. A longer one would be over at once. */
export const LONGEST_TIMER = 2 ** 31 - 1;

/** Keeps the earliest of the times that it is given. Does not keep the process alive. */
export class WakeTimer {
  #next: { readonly time: number; readonly timer: NodeJS.Timeout } | null = null;

  constructor(
    private readonly clock: Clock,
    private readonly wake: () => void,
  ) {}

  /** Has `wake` called once the clock says `time`, ms; at once if that has passed. Later times than the one it waits for are ignored. */
  at(time: number): void {
    if (this.#next !== null && this.#next.time <= time) return;
    this.stop();
    const delay = Math.max(0, time - this.clock.now());
    const timer = setTimeout(
      () => {
        this.#next = null;
        if (delay > LONGEST_TIMER) this.at(time);
        else this.wake();
      },
      Math.min(delay, LONGEST_TIMER),
    );
    timer.unref();
    this.#next = { time, timer };
  }

  stop(): void {
    if (this.#next !== null) clearTimeout(this.#next.timer);
    this.#next = null;
  }
}
