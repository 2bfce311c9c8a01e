/** Whether this master is the active one of those that share its recovery directory: gains that by the lease, shows it, and notices its loss. */
import { log } from "../../common/log";
import { Lease } from "./lease";

export interface LeadershipOptions {
  readonly directory: string;
  readonly url: string;
  readonly timeoutMs: number;
  /** This master is the active one from now on. */
  gained(term: number): void;
  /** Another one may be: nothing may be done any more. Once. */
  lost(reason: string): void;
}

/** A standby looks at least so often, ms: a lease that was given back is taken at once. */
const LONGEST_BEAT = 1000;

export class Leadership {
  readonly #lease: Lease;
  readonly #beat: NodeJS.Timeout;
  #active = false;

  /** Throws what the file system throws. */
  constructor(private readonly options: LeadershipOptions) {
    this.#lease = new Lease(options);
    this.#beat = setInterval(() => this.#onBeat(), Math.min(this.#lease.beatMs, LONGEST_BEAT));
    try {
      if (!this.#lease.acquire()) log.info(this.standsBy());
      else this.#gained();
    } catch (error) {
      clearInterval(this.#beat);
      throw error;
    }
  }

  get active(): boolean {
    return this.#active;
  }

  /** URL of the master that is active, as far as the directory tells. */
  get activeUrl(): string | null {
    return this.#active ? this.options.url : (this.#lease.holder()?.url ?? null);
  }

  /** What those are told who come to a standby. */
  standsBy(): string {
    const url = this.activeUrl;
    return `this master is a standby; ${url === null ? "none is active at the moment" : `the active one is at ${url}`}`;
  }

  /** To be asked before anything is done: false, and the end, when another one may have taken over. */
  confirm(): boolean {
    if (!this.#active) return false;
    try {
      if (this.#lease.confirm()) return true;
      this.#lost("another master has taken over");
    } catch (error) {
      this.#lost(`the recovery directory cannot be used: ${(error as Error).message}`);
    }
    return false;
  }

  /** Lets a standby take over at once. */
  release(): void {
    clearInterval(this.#beat);
    this.#active = false;
    try {
      this.#lease.release();
    } catch (error) {
      log.warn(`the lease cannot be given back, a standby waits until it is over: ${(error as Error).message}`);
    }
  }

  #onBeat(): void {
    try {
      if (!this.#active && this.#lease.acquire()) {
        log.warn(`took over: this is the active master now (term ${this.#lease.term})`);
        this.#gained();
      } else if (this.#active && !this.#lease.renew()) this.#lost("another master has taken over");
    } catch (error) {
      // For a while this is no harm; `confirm` knows when it is.
      log.error(`the recovery directory cannot be used: ${(error as Error).message}`);
    }
  }

  #gained(): void {
    this.options.gained(this.#lease.term!);
    this.#active = true;
  }

  #lost(reason: string): void {
    this.#active = false;
    clearInterval(this.#beat);
    log.error(`this master is not the active one any more: ${reason}`);
    this.options.lost(reason);
  }
}
