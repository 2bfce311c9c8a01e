/**
 * Back-pressure by memory. An executor that is near the size at which its watchdog ends it begins no further task beside those that run,
 * until they have given memory back: Dask's pause, which there comes at 80 % of what a process may take, where 95 % end it.
 *
 * A pause ends at the latest when nothing runs: what is resident then is no task's, and waiting would not bring it back. The next
 * pause begins halfway between that and the end, until the process has become small again.
 */
export interface MemoryPauseOptions {
  /** Where the process is ended, bytes. */
  readonly limitBytes: number;
  /** Part of it at which the pause begins, from 0 to 1; 1 is never. */
  readonly fraction: number;
  /** Tasks that run. */
  running(): number;
  /** False while tasks must run together. */
  allowed(): boolean;
  changed(paused: boolean, residentBytes: number): void;
}

/** Ends at this part of where it began, so that it does not flap. */
const RESUME = 0.97;
/** Looks in a row that decide: one may have met the garbage of a moment. */
const LOOKS = 2;

export class MemoryPause {
  readonly #usual: number;
  #at: number;
  #paused = false;
  #looks = 0;

  constructor(private readonly options: MemoryPauseOptions) {
    this.#usual = this.#at = options.fraction < 1 ? options.fraction * options.limitBytes : Infinity;
  }

  get paused(): boolean {
    return this.#paused;
  }

  /** Resident bytes at which the next pause begins; 0 where there is none. */
  get pausesAt(): number {
    return this.#at === Infinity ? 0 : this.#at;
  }

  /** To be called with each look at the process's size. */
  look(residentBytes: number): void {
    const { options } = this;
    if (this.#usual === Infinity) return;
    if (residentBytes < this.#usual * RESUME) this.#at = this.#usual;
    if (this.#paused) {
      const idle = this.#decided(options.running() === 0);
      if (idle && residentBytes >= this.#usual) this.#at = (residentBytes + options.limitBytes) / 2;
      if (idle || residentBytes < this.#at * RESUME || !options.allowed()) this.#turn(false, residentBytes);
    } else if (this.#decided(residentBytes >= this.#at && options.running() > 0 && options.allowed()))
      this.#turn(true, residentBytes);
  }

  #decided(holds: boolean): boolean {
    this.#looks = holds ? this.#looks + 1 : 0;
    return this.#looks >= LOOKS;
  }

  #turn(paused: boolean, residentBytes: number): void {
    this.#paused = paused;
    this.#looks = 0;
    this.options.changed(paused, residentBytes);
  }
}
