/** Looks at the process's resident memory and ends it before the kernel does, with words that say what to change. */

export interface WatchdogOptions {
  /** Above this, twice in a row, the process must end. */
  readonly limitBytes: number;
  /** ms. */
  readonly interval?: number;
  readonly resident?: () => number;
  /** Each look, bytes. */
  seen?(residentBytes: number): void;
  exceeded(residentBytes: number): void;
}

const INTERVAL = 50;

export class MemoryWatchdog {
  readonly #timer: NodeJS.Timeout;
  readonly #interval: number;
  #over = 0;
  #expected: number;
  #worstLag = 0;
  peak = 0;

  constructor(options: WatchdogOptions) {
    this.#interval = options.interval ?? INTERVAL;
    this.#expected = performance.now() + this.#interval;
    const resident = options.resident ?? (() => process.memoryUsage.rss());
    this.#timer = setInterval(() => {
      const now = performance.now();
      this.#worstLag = Math.max(this.#worstLag, now - this.#expected);
      this.#expected = now + this.#interval;
      const bytes = resident();
      this.peak = Math.max(this.peak, bytes);
      options.seen?.(bytes);
      // One high sample may be the garbage of a moment.
      this.#over = bytes > options.limitBytes ? this.#over + 1 : 0;
      if (this.#over >= 2) {
        this.stop();
        options.exceeded(bytes);
      }
    }, this.#interval);
    this.#timer.unref();
  }

  /** How late the event loop was at worst since the last call, ms. */
  takeLag(): number {
    const lag = this.#worstLag;
    this.#worstLag = 0;
    return Math.max(0, lag);
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

const MIB = 2 ** 20;
/** Node itself: its code, and the compiled code of ours. Later versions are larger. */
const BARE_PROCESS = (Number.parseInt(process.versions.node) >= 22 ? 110 : 80) * MIB;

/**
 * What a process with `memoryBytes` to use may have resident: a third more for the garbage of collectors and allocators,
 * the bare process with its threads, but never so much that the container's limit is reached.
 */
export function residentLimit(memoryBytes: number, slots: number, containerBytes: number): number {
  return Math.min(memoryBytes * 1.3 + BARE_PROCESS + slots * 10 * MIB, containerBytes * 0.97);
}
