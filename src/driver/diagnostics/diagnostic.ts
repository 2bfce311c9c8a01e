/** What Dask's local diagnostics have in common, and their picture. */
import { writeFileSync } from "node:fs";
import { DataError, UsageError } from "../../common/errors";
import type { ProfilerRecord } from "../../events/diagnostics";
import type { SparkListener } from "../../events/spark-listener";
import { platform } from "../platform";
import type { SparkContext } from "../spark-context";

export interface VisualizeOptions {
  /** Default "profile.html". */
  readonly filename?: string;
}

/** Records while it is registered; `results` stays, and grows with each further registration, until `clear`. */
export abstract class Diagnostic<T> {
  results: T[] = [];
  /** Of the newest registration, seconds since the epoch; null before it. */
  startTime: number | null = null;
  /** Null while it records. */
  endTime: number | null = null;
  #listener: SparkListener | null = null;

  constructor(protected readonly context: SparkContext) {}

  /** Begins to record. A second call is harmless. */
  register(): this {
    if (this.#listener !== null) return this;
    this.startTime ??= now();
    this.endTime = null;
    this.#listener = this.begin();
    this.context.addSparkListener(this.#listener);
    return this;
  }

  /** Ends it; resolves when `results` has all that happened before. */
  async unregister(): Promise<void> {
    const listener = this.#listener;
    if (listener === null) return;
    this.#listener = null;
    await this.context.flushListeners();
    this.context.removeSparkListener(listener);
    this.endTime = now();
    this.end(this.endTime);
  }

  /** Forgets what was recorded. */
  clear(): void {
    this.results = [];
    this.startTime = this.#listener === null ? null : now();
    this.endTime = null;
  }

  /** Writes a page with what was recorded; see `visualize`. */
  visualize(options?: VisualizeOptions): Promise<string> {
    return visualize(this, options);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.unregister();
  }

  /** Not for users: what `visualize` draws. */
  abstract record(): ProfilerRecord;
  protected abstract begin(): SparkListener;
  protected abstract end(time: number): void;

  protected period(): { readonly startTime: number; readonly endTime: number } {
    if (this.startTime === null)
      throw new UsageError("NOTHING_RECORDED", `${this.constructor.name}: there is nothing to draw before register().`);
    return { startTime: this.startTime, endTime: this.endTime ?? now() };
  }
}

/**
 * Draws what one or several profilers recorded, one below the other over the same time, into one HTML file that needs no server and no
 * other file. Resolves with its path. Throws a UsageError where one of them has not recorded yet, a DataError where the file cannot be written.
 *
 * @example
 * const profilers = [new Profiler(sc), new ResourceProfiler(sc, { dt: 0.25 }), new CacheProfiler(sc)];
 * for (const profiler of profilers) profiler.register();
 * await sc.range(0, 1000, 1, 8).map((x) => x * x).cache().count();
 * for (const profiler of profilers) await profiler.unregister();
 * await visualize(profilers, { filename: "profile.html" });
 */
export function visualize(
  profilers: Diagnostic<unknown> | readonly Diagnostic<unknown>[],
  { filename = "profile.html" }: VisualizeOptions = {},
): Promise<string> {
  return Promise.resolve().then(() => {
    const records = (
      Array.isArray(profilers) ? (profilers as readonly Diagnostic<unknown>[]) : [profilers as Diagnostic<unknown>]
    ).map((profiler) => profiler.record());
    if (records.length === 0) throw new UsageError("MISSING_ARGUMENT", "visualize: there must be at least one profiler.");
    const html = platform().profilePage(records);
    try {
      writeFileSync(filename, html);
    } catch (cause) {
      throw new DataError("REPORT_NOT_WRITABLE", `The page ${filename} cannot be written: ${(cause as Error).message}`, {
        cause,
      });
    }
    return filename;
  });
}

/** Seconds since the epoch. */
export function now(): number {
  return Date.now() / 1000;
}
