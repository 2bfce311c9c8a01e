/**
 * Executors whose connection broke and whose loss is not told yet: the launcher may soon say how their processes ended, which says
 * more. Until then the scheduler takes what they hold as there.
 */
import { afterRunning } from "../../common/running-time";

interface Departure {
  readonly stop: () => void;
  readonly over: Promise<void>;
  readonly end: () => void;
}

export class Departures {
  readonly #departures = new Map<string, Departure>();

  has(executorId: string): boolean {
    return this.#departures.has(executorId);
  }

  /** Calls `lost` after `graceMs`, unless it is ended before. */
  begin(executorId: string, graceMs: number, lost: () => void): void {
    let end!: () => void;
    const over = new Promise<void>((resolve) => (end = resolve));
    const stop = afterRunning(graceMs, () => {
      if (this.end(executorId)) lost();
    });
    this.#departures.set(executorId, { stop, over, end });
  }

  /** False when there was none. Who waits goes on when the current callback is done: by then its loss is to be told. */
  end(executorId: string): boolean {
    const departure = this.#departures.get(executorId);
    if (departure === undefined) return false;
    this.#departures.delete(executorId);
    departure.stop();
    departure.end();
    return true;
  }

  /** Resolves when one of these is over; null when none of them is going. */
  someOver(executorIds: readonly string[]): Promise<void> | null {
    for (const id of executorIds) {
      const departure = this.#departures.get(id);
      if (departure !== undefined) return departure.over;
    }
    return null;
  }

  stop(): void {
    for (const id of [...this.#departures.keys()]) this.end(id);
  }
}
