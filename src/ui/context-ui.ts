/**
 * The user interface of a context, as far as every program has to carry it: events are kept until somebody wants to see
 * them, and the store and the server (a bundle of their own) are loaded only then. That is when the setting says so, when
 * a job has run for a second, when the program asks, or when more events have come than are worth keeping.
 */
import { UsageError } from "../common/errors";
import { log } from "../common/log";
import type { SparkListener } from "../events/spark-listener";
import type { ListenerEvent } from "../events/listener-events";
import type { ApplicationUi, ApplicationUiOptions } from "./application-ui";
import { loadUi } from "./load";

/** Kept in memory before they are put into the store: about 5 MB of the largest ones. */
const MOST_KEPT = 5000;
/** A job that takes longer is worth looking at, ms. */
const LONG_JOB = 1000;

export interface ContextUiOptions {
  /** False: no port is opened and no event kept; only a report can be asked for, which then says so. */
  readonly enabled: boolean;
  /** From the start, instead of when a job takes long. */
  readonly atOnce: boolean;
  /** The profiler runs from the start, whether or not anybody looks. */
  readonly profileAtOnce: boolean;
  /** What the loaded part needs. */
  options(): ApplicationUiOptions;
  /** The address, once it is known. */
  announce(url: string): void;
}

export class ContextUi implements SparkListener {
  uiWebUrl: string | undefined;
  #events: ListenerEvent[] = [];
  #ui: ApplicationUi | undefined;
  #opening: Promise<string> | undefined;
  #timer: NodeJS.Timeout | undefined;
  /** When each job that runs began. */
  readonly #running = new Map<number, number>();
  #stopped = false;

  constructor(private readonly context: ContextUiOptions) {
    if (context.atOnce) this.#openOrWarn();
    else if (context.enabled && context.profileAtOnce) setImmediate(() => this.#loaded());
  }

  onOther(event: ListenerEvent): void {
    if (this.#stopped) return;
    // What is kept is copied by the garbage collector: as soon as there is a store, nothing is.
    if (this.#ui === undefined) this.#events.push(event);
    else this.#ui.apply(event);
    if (event.type === "JobStart") {
      this.#running.set(event.jobId, Date.now());
      this.#watch(LONG_JOB);
    } else if (event.type === "JobEnd") this.#running.delete(event.jobId);
    if (this.#events.length >= MOST_KEPT) this.#loaded();
  }

  /** Opens the port, if it is not open; resolves with the address. */
  open(): Promise<string> {
    if (!this.context.enabled)
      return Promise.reject(new UsageError("UI_DISABLED", "There is no user interface: spark.ui.enabled is false."));
    this.#opening ??= this.#open();
    return this.#opening;
  }

  /** Asks the loaded part something for a call of the program. */
  async ask<T>(call: string, question: (ui: ApplicationUi) => T | Promise<T>): Promise<T> {
    if (!this.context.enabled)
      throw new UsageError("UI_DISABLED", `${call} needs the events that the user interface keeps: spark.ui.enabled is false.`);
    // Executors are asked for what they have sampled, over connections that keep no process.
    const alive = setInterval(() => undefined, 2 ** 30);
    try {
      return await question(this.#loaded());
    } finally {
      clearInterval(alive);
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#events = [];
    await this.#opening?.catch(() => undefined);
    await this.#ui?.close();
  }

  #watch(delay: number): void {
    if (this.#timer !== undefined || this.#opening !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#running.size === 0) return;
      const oldest = Date.now() - Math.min(...this.#running.values());
      if (oldest >= LONG_JOB) this.#openOrWarn();
      else this.#watch(LONG_JOB - oldest);
    }, delay).unref();
  }

  #openOrWarn(): void {
    this.open().catch((error: unknown) =>
      log.warn(`There is no user interface: ${error instanceof Error ? error.message : String(error)}`),
    );
  }

  async #open(): Promise<string> {
    // Whoever makes the context goes on first.
    await new Promise((resolve) => setImmediate(resolve));
    const url = await this.#loaded().listen();
    if (this.#stopped) return url;
    this.uiWebUrl = url;
    this.context.announce(url);
    return url;
  }

  /** Made with the first that wants it, of the events so far. */
  #loaded(): ApplicationUi {
    if (this.#ui === undefined) {
      const { ApplicationUi: Ui } = loadUi();
      this.#ui = new Ui(this.context.options());
      for (const event of this.#events) this.#ui.apply(event);
      this.#events = [];
    }
    return this.#ui;
  }
}
