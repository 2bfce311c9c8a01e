/**
 * The tasks of one task set that wait to be launched, by where they would best run. Taking the next one is amortised
 * constant time: entries of tasks that are no longer pending stay in the lists until they are met.
 */
import type { TaskLocality } from "../../../events/listener-events";

/** Best first. */
export const LOCALITY_LEVELS: readonly TaskLocality[] = ["PROCESS_LOCAL", "NODE_LOCAL", "NO_PREF", "ANY"];
export const PROCESS_LOCAL = 0;
export const NODE_LOCAL = 1;
export const NO_PREF = 2;
export const ANY = 3;

/** Where a task would best run: executors that hold its input, and hosts near it. */
export interface Places {
  readonly executors: readonly string[];
  readonly hosts: readonly string[];
  /** Bytes of its input that lie there: what has to be moved for it to run elsewhere. Absent where that is not known. */
  readonly bytes?: number;
}

export interface Offer {
  readonly executorId: string;
  readonly host: string;
  /** May this task run there? */
  readonly accepts: ((index: number) => boolean) | null;
}

/** Which executors and hosts take tasks now. */
export interface Presence {
  readonly hasExecutor: (executorId: string) => boolean;
  readonly hasHost: (host: string) => boolean;
}

/** Tasks that wait for one executor or host: how many, at most, and the one whose turn is next. */
export interface Awaited {
  readonly tasks: number;
  readonly next: number;
}

export class PendingTasks {
  /** Tasks from here on were not yet taken from the front. */
  #cursor = 0;
  /** Tasks that came back, latest last. */
  readonly #returned: number[] = [];
  /** Null while no task of the set prefers a place: then `#cursor` and `#returned` say all. */
  #byExecutor: Map<string, number[]> | null = null;
  #byHost: Map<string, number[]> | null = null;
  #noPrefs: number[] | null = null;

  constructor(
    private readonly size: number,
    private readonly isPending: (index: number) => boolean,
  ) {}

  /** True when no task prefers a place. */
  get isPlain(): boolean {
    return this.#byExecutor === null;
  }

  /** Sets the preferences of all tasks; `placesOf` answers null for a task that has none. Called once, before anything is taken. */
  prefer(placesOf: (index: number) => Places | null): void {
    for (let index = this.size - 1; index >= 0; index--) {
      const places = placesOf(index);
      if (places === null) {
        this.#noPrefs?.push(index);
        continue;
      }
      if (this.#byExecutor === null) {
        this.#byExecutor = new Map();
        this.#byHost = new Map();
        this.#noPrefs = [];
        for (let earlier = this.size - 1; earlier > index; earlier--) this.#noPrefs.push(earlier);
      }
      this.#addTo(index, places);
    }
  }

  /** Puts a task back that failed or was lost. */
  giveBack(index: number, places: Places | null): void {
    this.#returned.push(index);
    if (this.#byExecutor === null) return;
    if (places === null) this.#noPrefs!.push(index);
    else this.#addTo(index, places);
  }

  /**
   * Takes the best task for the executor that needs no worse locality than `most` (or, with `noPrefs`, has no preference);
   * -1 when there is none. Its locality is then in `takenLevel`.
   */
  take(offer: Offer, most: number, noPrefs: boolean): number {
    if (this.#byExecutor !== null) {
      const local = this.#from(this.#byExecutor.get(offer.executorId), offer);
      if (local >= 0) return this.#taken(local, PROCESS_LOCAL);
      if (most >= NODE_LOCAL) {
        const near = this.#from(this.#byHost!.get(offer.host), offer);
        if (near >= 0) return this.#taken(near, NODE_LOCAL);
      }
      if (noPrefs || most >= NO_PREF) {
        const free = this.#from(this.#noPrefs!, offer);
        if (free >= 0) return this.#taken(free, NO_PREF);
      }
      if (most < ANY) return -1;
    }
    const back = this.#from(this.#returned, offer);
    if (back >= 0) return this.#taken(back, this.isPlain ? NO_PREF : ANY);
    while (this.#cursor < this.size) {
      const index = this.#cursor;
      if (!this.isPending(index)) {
        this.#cursor++;
        continue;
      }
      if (offer.accepts === null || offer.accepts(index)) {
        this.#cursor++;
        return this.#taken(index, this.isPlain ? NO_PREF : ANY);
      }
      return this.#search(offer);
    }
    return -1;
  }

  takenLevel = NO_PREF;

  /** Locality levels that tasks of the set can have, best first, given the executors and hosts that are there. */
  levels({ hasExecutor, hasHost }: Presence): number[] {
    if (this.#byExecutor === null) return [ANY];
    const levels: number[] = [];
    if (anyKey(this.#byExecutor, hasExecutor)) levels.push(PROCESS_LOCAL);
    if (anyKey(this.#byHost!, hasHost)) levels.push(NODE_LOCAL);
    if (this.#noPrefs!.length > 0) levels.push(NO_PREF);
    levels.push(ANY);
    return levels;
  }

  /** Is there still a pending task of this level, given the executors and hosts that are there? */
  hasMoreAt(level: number, { hasExecutor, hasHost }: Presence): boolean {
    if (level === PROCESS_LOCAL) return this.#anyPendingIn(this.#byExecutor, hasExecutor);
    if (level === NODE_LOCAL) return this.#anyPendingIn(this.#byHost, hasHost);
    if (level === NO_PREF) return this.#noPrefs !== null && this.#dropStale(this.#noPrefs) > 0;
    return true;
  }

  /**
   * The tasks that wait for the executor (`level` PROCESS_LOCAL) or host (NODE_LOCAL) with most of them a slot; null when none waits for one that
   * has slots. Tasks that were taken from the middle of a list are counted until they come to its end.
   */
  mostAwaited(level: number, slotsAt: (key: string) => number): Awaited | null {
    let most: Awaited | null = null;
    let perSlot = 0;
    for (const [key, list] of (level === PROCESS_LOCAL ? this.#byExecutor : this.#byHost) ?? []) {
      const tasks = this.#dropStale(list);
      const slots = tasks === 0 ? 0 : slotsAt(key);
      const ratio = tasks / slots;
      if (slots === 0 || ratio <= perSlot) continue;
      perSlot = ratio;
      most = { tasks, next: list[tasks - 1]! };
    }
    return most;
  }

  #addTo(index: number, places: Places): void {
    for (const executorId of places.executors) append(this.#byExecutor!, executorId, index);
    for (const host of places.hosts) append(this.#byHost!, host, index);
  }

  #taken(index: number, level: number): number {
    this.takenLevel = level;
    return index;
  }

  /** The latest pending entry that is accepted, removed from the list. */
  #from(list: number[] | undefined, offer: Offer): number {
    if (list === undefined) return -1;
    for (let at = this.#dropStale(list) - 1; at >= 0; at--) {
      const index = list[at]!;
      if (!this.isPending(index) || (offer.accepts !== null && !offer.accepts(index))) continue;
      if (at === list.length - 1) list.pop();
      else list.splice(at, 1);
      return index;
    }
    return -1;
  }

  /** Looks past refused tasks; only with exclusion, where a few tasks cannot run on a few executors. */
  #search(offer: Offer): number {
    for (let index = this.#cursor; index < this.size; index++) {
      if (this.isPending(index) && offer.accepts!(index)) return this.#taken(index, this.isPlain ? NO_PREF : ANY);
    }
    return -1;
  }

  #anyPendingIn(lists: Map<string, number[]> | null, has: (key: string) => boolean): boolean {
    if (lists === null) return false;
    for (const [key, list] of lists) {
      if (this.#dropStale(list) === 0) lists.delete(key);
      else if (has(key)) return true;
    }
    return false;
  }

  /** Drops entries from the end that are not pending; answers what is left. */
  #dropStale(list: number[]): number {
    while (list.length > 0 && !this.isPending(list[list.length - 1]!)) list.pop();
    return list.length;
  }
}

function append(lists: Map<string, number[]>, key: string, index: number): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [index]);
  else list.push(index);
}

function anyKey(lists: Map<string, number[]>, has: (key: string) => boolean): boolean {
  for (const key of lists.keys()) if (has(key)) return true;
  return false;
}
