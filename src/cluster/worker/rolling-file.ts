/**
 * A log file that is bounded: by size or by time it is renamed to "stdout--<time>" and begun anew, and the oldest of these are
 * removed (spark.executor.logs.rolling.*). Writing never throws: a full disk costs lines, not the worker.
 */
import { closeSync, openSync, readdirSync, renameSync, rmSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { UsageError } from "../../common/errors";
import { parseBytes } from "../../common/units";

export interface Rolling {
  readonly maxBytes: number;
  /** Time after which a file is begun anew, ms. */
  readonly intervalMs: number;
  /** Rolled files that are kept; Infinity: all. */
  readonly retained: number;
}

const PREFIX = "spark.executor.logs.rolling.";
const MINUTE = 60_000;
const INTERVALS: Readonly<Record<string, number>> = { minutely: MINUTE, hourly: 60 * MINUTE, daily: 24 * 60 * MINUTE };

/** Spark's settings; without any of them files roll at 64 MiB and eight are kept, so that no application fills the disk. */
export function rollingOf(get: (key: string) => string | undefined): Rolling {
  const strategy = get(`${PREFIX}strategy`);
  const retainedText = get(`${PREFIX}maxRetainedFiles`);
  const retained = retainedText === undefined ? (strategy === undefined ? 8 : Infinity) : Number(retainedText);
  const maxBytes = parseBytes(get(`${PREFIX}maxSize`) ?? (strategy === undefined ? "64m" : "1m"), `${PREFIX}maxSize`);
  if (strategy === undefined || strategy === "size") return { maxBytes, intervalMs: Infinity, retained };
  if (strategy !== "time")
    throw new UsageError("INVALID_CONF_VALUE", `${PREFIX}strategy must be size or time, not "${strategy}".`);
  const interval = get(`${PREFIX}time.interval`) ?? "daily";
  const intervalMs = INTERVALS[interval] ?? Number(interval) * 1000;
  if (!(intervalMs > 0))
    throw new UsageError(
      "INVALID_CONF_VALUE",
      `${PREFIX}time.interval must be minutely, hourly, daily or seconds, not "${interval}".`,
    );
  return { maxBytes: Infinity, intervalMs, retained };
}

export class RollingFile {
  #fd: number | null = null;
  #bytes = 0;
  #begun = 0;
  #closed = false;

  constructor(
    private readonly directory: string,
    private readonly name: string,
    private readonly rolling: Rolling,
    private readonly now: () => number = Date.now,
  ) {
    // There from the start, for those who look for it.
    this.write(new Uint8Array(0));
  }

  write(chunk: Uint8Array): void {
    if (this.#closed) return;
    try {
      this.#roll();
      this.#fd ??= this.#open();
      this.#bytes += writeSync(this.#fd, chunk);
    } catch {
      // The disk is full, or the directory is gone: the lines are lost.
    }
  }

  close(): void {
    this.#closed = true;
    this.#end();
  }

  #open(): number {
    const path = join(this.directory, this.name);
    const fd = openSync(path, "a", 0o600);
    this.#bytes = statSync(path).size;
    this.#begun = this.now();
    return fd;
  }

  #end(): void {
    if (this.#fd !== null) closeSync(this.#fd);
    this.#fd = null;
  }

  #roll(): void {
    if (this.#fd === null) return;
    if (this.#bytes < this.rolling.maxBytes && this.now() - this.#begun < this.rolling.intervalMs) return;
    this.#end();
    const stamp = new Date(this.now()).toISOString().replace(/[:.]/g, "-").replace("Z", "");
    let target = join(this.directory, `${this.name}--${stamp}`);
    for (let i = 1; statSync(target, { throwIfNoEntry: false }) !== undefined; i++)
      target = join(this.directory, `${this.name}--${stamp}.${i}`);
    renameSync(join(this.directory, this.name), target);
    const rolled = readdirSync(this.directory)
      .filter((name) => name.startsWith(`${this.name}--`))
      .sort();
    for (const old of rolled.slice(0, Math.max(0, rolled.length - this.rolling.retained)))
      rmSync(join(this.directory, old), { force: true });
  }
}
