/**
 * Which of the masters that share a recovery directory is the active one. Each has a term, a number that nobody had before:
 *
 *   master.term.<N>   made exclusively: whoever makes it has term N
 *   master.lease      term, name and a count, written again and again by the active master: its sign of life
 *
 * A standby takes the next term when the lease has not changed for the whole of its time by the standby's own clock, when the lease was
 * given back, or when the process that holds it was one of this machine and is gone. The holder stops acting when it could not write for
 * most of that time (it was stopped, or the directory was away): before it acts again it must take the next term itself, and where
 * another one was quicker it is over. Clocks of machines are not compared. What a master writes belongs to its term (see journal.ts), so
 * one that was overtaken spoils nothing.
 */
import { randomBytes } from "node:crypto";
import { closeSync, constants, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { ProcessIdentity } from "../../storage/process-identity";
import { identify, stateOf } from "../../storage/process-identity";

const LEASE = "master.lease";
const TERM = /^master\.term\.(\d+)$/;
/** Signs of life in the lease's time. */
const BEATS = 5;
/** Share of the lease's time for which the holder may act without having given a sign of life. */
const HOLDS = 0.6;
/** Bytes of a lease, filled up with blanks. */
const SIZE = 1023;

export interface LeaseHolder {
  readonly term: number;
  /** "firesteel://host:port". */
  readonly url: string;
}

interface Written extends LeaseHolder {
  /** Of this holder and this sign of life alone. */
  readonly mark: string;
  readonly released: boolean;
  readonly owner: ProcessIdentity | null;
}

export interface LeaseOptions {
  readonly directory: string;
  readonly url: string;
  /** firesteel.deploy.leaseTimeout, ms. */
  readonly timeoutMs: number;
  /** Monotonic, ms. */
  readonly now?: () => number;
}

export class Lease {
  readonly #path: string;
  readonly #now: () => number;
  readonly #owner = identify(process.pid);
  #term: number | null = null;
  #writtenAt = 0;
  #seen: { readonly observed: string; readonly since: number } | null = null;

  /** Throws what the file system throws when the directory cannot be made. */
  constructor(private readonly options: LeaseOptions) {
    mkdirSync(options.directory, { recursive: true, mode: 0o700 });
    this.#path = join(options.directory, LEASE);
    this.#now = options.now ?? (() => performance.now());
  }

  /** The term that this master has; null while it is a standby. */
  get term(): number | null {
    return this.#term;
  }

  /** How often the holder gives a sign of life, and a standby looks for one, ms. */
  get beatMs(): number {
    return this.options.timeoutMs / BEATS;
  }

  /** The master that has the lease, as far as the directory tells; null when nobody has. */
  holder(): LeaseHolder | null {
    const written = parse(this.#read());
    return written === null || written.released ? null : { term: written.term, url: written.url };
  }

  /** Takes the next term if the lease is free. True when this master is the active one from now on. */
  acquire(): boolean {
    const text = this.#read();
    const highest = this.#highest();
    return this.#isFree(text, highest) && this.#take(highest + 1);
  }

  /**
   * Gives a sign of life, and says whether this master is still the active one: after a pause in which it could have been
   * overtaken it takes the next term, which tells. Throws what the file system throws.
   */
  renew(): boolean {
    const term = this.#term;
    if (term === null) return false;
    if (!this.#holds() && !this.#take(term + 1)) {
      this.#term = null;
      return false;
    }
    this.#write(false);
    return true;
  }

  /** `renew`, unless a sign of life was given lately. To be asked before anything is done. */
  confirm(): boolean {
    return this.#term !== null && (this.#holds() || this.renew());
  }

  /** Lets a standby take over at once. */
  release(): void {
    if (this.#term !== null && this.#holds()) this.#write(true);
    this.#term = null;
  }

  #holds(): boolean {
    return this.#now() - this.#writtenAt < this.options.timeoutMs * HOLDS;
  }

  #isFree(text: string, highest: number): boolean {
    const written = parse(text);
    if (text === "" && highest === 0) return true;
    // One that took a term and has not given a sign of life yet is given the same time.
    const ended = written !== null && (written.released || hasEnded(written.owner));
    if (ended && written.term === highest) return true;
    const observed = `${highest} ${text}`;
    if (this.#seen?.observed === observed) return this.#now() - this.#seen.since >= this.options.timeoutMs;
    this.#seen = { observed, since: this.#now() };
    return false;
  }

  /** Makes the file of the term. False when another master was quicker. */
  #take(term: number): boolean {
    const path = join(this.options.directory, `master.term.${term}`);
    const begun = this.#now();
    try {
      closeSync(openSync(path, "wx", 0o600));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
      throw error;
    }
    // Files of terms that are over are removed after the next one's was made: this one may have been there before.
    if (this.#highest() > term) {
      rmSync(path, { force: true });
      return false;
    }
    this.#term = term;
    this.#writtenAt = begun;
    this.#write(false);
    for (const [old, name] of this.#terms()) if (old < term) rmSync(join(this.options.directory, name), { force: true });
    return true;
  }

  #terms(): [term: number, name: string][] {
    return readdirSync(this.options.directory).flatMap((name) => {
      const match = TERM.exec(name);
      return match === null ? [] : [[Number(match[1]), name] as [number, string]];
    });
  }

  #highest(): number {
    return Math.max(0, ...this.#terms().map(([term]) => term));
  }

  #read(): string {
    try {
      return readFileSync(this.#path, "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return "";
      throw error;
    }
  }

  /** In place and always of one size: a full disk does not end a master. Closed, so that other machines see it. */
  #write(released: boolean): void {
    const begun = this.#now();
    const written: Written = {
      term: this.#term!,
      url: this.options.url,
      mark: randomBytes(8).toString("hex"),
      released,
      owner: this.#owner,
    };
    const bytes = Buffer.from(`${JSON.stringify(written).padEnd(SIZE)}\n`);
    const file = openSync(this.#path, constants.O_RDWR | constants.O_CREAT, 0o600);
    try {
      writeSync(file, bytes, 0, bytes.length, 0);
    } finally {
      closeSync(file);
    }
    this.#writtenAt = begun;
  }
}

function parse(text: string): Written | null {
  try {
    return JSON.parse(text) as Written;
  } catch {
    return null;
  }
}

/** Only where that is certain: of this boot and pid namespace. */
function hasEnded(owner: ProcessIdentity | null): boolean {
  const own = identify(process.pid);
  return owner !== null && own !== null && owner.namespace === own.namespace && stateOf(owner) === "gone";
}
