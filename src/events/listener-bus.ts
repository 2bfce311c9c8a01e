/**
 * Delivers listener events: in order, to every listener, soon after they were posted but never from within `post`, so
 * that whoever posts is not run into by user code. Whoever makes events for a living asks `wants` first.
 */
import { log } from "../common/log";
import type { ListenerEvent, ListenerEventType } from "./listener-events";
import type { SparkListener } from "./spark-listener";

type AnyHandler = (event: ListenerEvent) => unknown;
/** Makes an event when it is delivered; null where there is nothing to tell. */
export type LateEvent = () => ListenerEvent | null;

export class ListenerBus {
  /** With the number of the first event that each gets. */
  #listeners: readonly { readonly listener: SparkListener; readonly from: number }[] = [];
  #witnesses: readonly SparkListener[] = [];
  /** Types that some listener handles; null while one wants all. */
  #wanted: ReadonlySet<string> | null = new Set();
  #queue: (ListenerEvent | LateEvent)[] = [];
  /** Events that were taken out of the queue. */
  #delivered = 0;
  #scheduled = false;
  #waiting: (() => void)[] = [];

  /** @param schedule how delivery is put off: to the next turn of the event loop unless a test says otherwise. */
  constructor(private readonly schedule: (deliver: () => void) => void = setImmediate) {}

  /** Calls the listener for events posted from now on. */
  addListener(listener: SparkListener): void {
    this.#listeners = [...this.#listeners, { listener, from: this.#delivered + this.#queue.length }];
    this.#updateWanted();
  }

  /** Calls the engine's own bookkeeping from within `post`, so that what it says is never behind what a caller has seen. */
  addWitness(listener: SparkListener): void {
    this.#witnesses = [...this.#witnesses, listener];
    this.#updateWanted();
  }

  removeListener(listener: SparkListener): void {
    this.#listeners = this.#listeners.filter((other) => other.listener !== listener);
    this.#updateWanted();
  }

  /** Would an event of this type reach anybody? */
  wants(type: ListenerEventType): boolean {
    return this.#wanted === null || this.#wanted.has(type);
  }

  post(event: ListenerEvent): void {
    if (!this.wants(event.type)) return;
    for (const witness of this.#witnesses) call(witness, event);
    if (this.#listeners.length === 0) return;
    this.#queue.push(event);
    this.#wake();
  }

  /** Posts an event of which only its turn in the order is taken now: what it costs to make is not in the way of whoever posts it. */
  postLate(type: ListenerEventType, make: LateEvent): void {
    if (!this.wants(type)) return;
    if (this.#witnesses.some((witness) => handles(witness, type))) {
      const event = make();
      if (event !== null) this.post(event);
      return;
    }
    this.#queue.push(make);
    this.#wake();
  }

  /** Resolves when all events posted so far were delivered. */
  async flush(): Promise<void> {
    if (this.#queue.length === 0) return;
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #wake(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.schedule(() => this.#deliver());
  }

  #deliver(): void {
    const events = this.#queue;
    const waiting = this.#waiting;
    let next = this.#delivered;
    this.#delivered += events.length;
    this.#queue = [];
    this.#waiting = [];
    this.#scheduled = false;
    for (const posted of events) {
      const event = typeof posted === "function" ? made(posted) : posted;
      const number = next++;
      if (event === null) continue;
      for (const { listener, from } of this.#listeners) if (number >= from) call(listener, event);
    }
    for (const resolve of waiting) resolve();
  }

  #updateWanted(): void {
    const wanted = new Set<string>();
    for (const listener of [...this.#listeners.map((one) => one.listener), ...this.#witnesses]) {
      if (listener.onOther !== undefined) {
        this.#wanted = null;
        return;
      }
      // Handlers of a class sit on its prototype.
      for (
        let at: object | null = listener;
        at !== null && at !== Object.prototype;
        at = Object.getPrototypeOf(at) as object | null
      ) {
        for (const name of Object.getOwnPropertyNames(at)) if (name.startsWith("on")) wanted.add(name.slice(2));
      }
    }
    this.#wanted = wanted;
  }
}

function handles(listener: SparkListener, type: ListenerEventType): boolean {
  return listener.onOther !== undefined || (listener as Readonly<Record<string, unknown>>)[`on${type}`] !== undefined;
}

function made(make: LateEvent): ListenerEvent | null {
  try {
    return make();
  } catch (error) {
    log.error(`An event could not be made: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    return null;
  }
}

function call(listener: SparkListener, event: ListenerEvent): void {
  const name = `on${event.type}` as const;
  const handlers = listener as Readonly<Record<string, AnyHandler | undefined>>;
  try {
    const result: unknown = handlers[name] === undefined ? listener.onOther?.(event) : handlers[name](event);
    if (result instanceof Promise) result.catch((error: unknown) => logFailure(event, error));
  } catch (error) {
    logFailure(event, error);
  }
}

function logFailure(event: ListenerEvent, error: unknown): void {
  log.error(
    `A SparkListener failed on ${event.type}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
  );
}
