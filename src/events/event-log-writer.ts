/**
 * Writes listener events to a file, or a directory of files that is added to, as Spark's event log: one JSON object a line,
 * compressed where wanted, with secrets masked; `.inprogress` in its name until the application has ended. Writes are gathered;
 * whatever was gathered is on disk after `flush`. A compressed log is a row of frames that each can be read alone: one that
 * breaks off loses nothing of what was flushed.
 */
import { closeSync, cpSync, mkdirSync, openSync, renameSync, writeFileSync, writeSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { DataError, UsageError } from "../common/errors";
import { log } from "../common/log";
import { zstd } from "../common/zstd";
import { IN_PROGRESS, rollingDirectory } from "./event-log-files";
import { eventLine } from "./event-lines";
import type { SparkListener } from "./spark-listener";
import type { ListenerEvent } from "./listener-events";
import { Redactor } from "./redaction";

/** The version of Spark whose log format is written. */
const FORMAT_VERSION = "4.2.0";
/** Bytes gathered before they are written: compressed ones are worth more of them. */
const BUFFER_SIZE = 64 * 1024;
const COMPRESSED_BUFFER_SIZE = 512 * 1024;
const NEW_LINE = 10;
/** Bytes in UTF-8 of a character of a JavaScript string, at most. */
const WIDEST = 3;
/** Milestones of a compressed log, which are many when jobs are short, are written together for so long, ms. */
const MILESTONE_DELAY = 500;
/** Gauges of an executor are written this often, ms. */
const SAMPLE_EVERY = 5000;
const SMALLEST_ROLL = 10 * 2 ** 20;

export interface EventLogOptions {
  /** Path or `file:` URL of `spark.eventLog.dir`; made when it is not there. */
  readonly directory: string;
  readonly applicationId: string;
  /** Events that are only written on request, as they are many: `spark.eventLog.logBlockUpdates.enabled`. */
  readonly logBlockUpdates?: boolean;
  /** With zstd. */
  readonly compress?: boolean;
  /** A directory of files; the next one begins when one has so many bytes (at least 10 MiB). */
  readonly rollAt?: number;
  /** Of the application: spark.redaction.regex. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** To be added to the bus before the first event is posted. */
export class EventLogWriter implements SparkListener {
  /** The file, or the directory, by the name that it has in the end. */
  readonly path: string;
  /** Null when it was closed. */
  #file: number | null;
  /** Lines are encoded as they come: joined text would be copied twice more. */
  #gathered: Buffer;
  #length = 0;
  #milestone: NodeJS.Timeout | undefined;
  /** Bytes of the current part, and its number. */
  #written = 0;
  #part = 1;
  readonly #sampled = new Map<string, number>();
  readonly #redactor: Redactor;

  /** Throws a DataError when the file cannot be made, a UsageError for a size of files that is too small. */
  constructor(private readonly options: EventLogOptions) {
    const { directory, applicationId, compress = false, rollAt, settings = {} } = options;
    if (rollAt !== undefined && rollAt < SMALLEST_ROLL)
      throw new UsageError("INVALID_CONF_VALUE", `spark.eventLog.rolling.maxFileSize must be at least 10m, not ${rollAt} bytes.`);
    this.#redactor = new Redactor(settings);
    this.#gathered = Buffer.allocUnsafeSlow(2 * this.#bufferSize);
    const folder = directory.startsWith("file:") ? fileURLToPath(directory) : directory;
    const name = rollAt === undefined ? `${applicationId}${compress ? ".zstd" : ""}` : rollingDirectory(applicationId);
    this.path = join(folder, name);
    try {
      mkdirSync(rollAt === undefined ? folder : this.path, { recursive: true });
      if (rollAt !== undefined) writeFileSync(this.#status + IN_PROGRESS, "", { mode: 0o660 });
      this.#file = openSync(rollAt === undefined ? this.path + IN_PROGRESS : this.#partPath, "w", 0o660);
    } catch (cause) {
      throw new DataError("EVENT_LOG_NOT_WRITABLE", `The event log ${this.path} cannot be written: ${(cause as Error).message}`, {
        cause,
      });
    }
    this.onOther({ type: "LogStart", sparkVersion: FORMAT_VERSION });
  }

  onOther(event: ListenerEvent): void {
    if (this.#file === null || !this.#isWritten(event)) return;
    this.#gather(eventLine(this.#redactor.event(event)));
    if (this.#length >= this.#bufferSize) this.flush();
    else if (!isMilestone(event)) return;
    else if (this.options.compress !== true) this.flush();
    else this.#milestone ??= setTimeout(() => this.flush(), MILESTONE_DELAY).unref();
  }

  get #bufferSize(): number {
    return this.options.compress === true ? COMPRESSED_BUFFER_SIZE : BUFFER_SIZE;
  }

  #gather(line: string): void {
    if (this.#length + WIDEST * line.length + 1 > this.#gathered.length) {
      this.flush();
      const wanted = Math.max(2 * this.#bufferSize, WIDEST * line.length + 1);
      // A plan's text may be longer than all that is gathered otherwise; its buffer is not kept.
      if (this.#gathered.length < wanted || this.#gathered.length > 2 * this.#bufferSize)
        this.#gathered = Buffer.allocUnsafeSlow(wanted);
    }
    this.#length += this.#gathered.write(line, this.#length);
    this.#gathered[this.#length++] = NEW_LINE;
  }

  /** Writes what was gathered. When that fails the log stays as it is, unfinished, and says so in the driver's log. */
  flush(): void {
    clearTimeout(this.#milestone);
    this.#milestone = undefined;
    if (this.#file === null || this.#length === 0) return;
    const text = this.#gathered.subarray(0, this.#length);
    this.#length = 0;
    try {
      const bytes = this.options.compress === true ? zstd().compress(text) : text;
      for (let at = 0; at < bytes.length;) at += writeSync(this.#file, bytes, at);
      this.#written += bytes.length;
      if (this.options.rollAt !== undefined && this.#written >= this.options.rollAt) this.#roll();
    } catch (error) {
      log.error(`The event log ${this.path} ends here, it cannot be written: ${(error as Error).message}`);
      closeSync(this.#file);
      this.#file = null;
    }
  }

  /** Copies the log as far as it is, as one of an application that runs; resolves with the copy's path. */
  copyTo(directory: string): string {
    this.flush();
    const rolling = this.options.rollAt !== undefined;
    const from = rolling || this.#file === null ? this.path : this.path + IN_PROGRESS;
    const to = join(directory, basename(from));
    try {
      cpSync(from, to, { recursive: true });
    } catch (cause) {
      throw new DataError("EVENT_LOG_NOT_WRITABLE", `The event log cannot be copied to ${to}: ${(cause as Error).message}`, {
        cause,
      });
    }
    return to;
  }

  /** Ends the log and takes the suffix off its name. Events that come later are dropped. */
  close(): void {
    if (this.#file === null) return;
    this.flush();
    if (this.#file === null) return;
    closeSync(this.#file);
    this.#file = null;
    const name = this.options.rollAt === undefined ? this.path : this.#status;
    renameSync(name + IN_PROGRESS, name);
  }

  get #status(): string {
    return join(this.path, `appstatus_${this.options.applicationId}`);
  }

  get #partPath(): string {
    const suffix = this.options.compress === true ? ".zstd" : "";
    return join(this.path, `events_${this.#part}_${this.options.applicationId}${suffix}`);
  }

  #roll(): void {
    closeSync(this.#file!);
    this.#part++;
    this.#file = openSync(this.#partPath, "w", 0o660);
    this.#written = 0;
  }

  #isWritten(event: ListenerEvent): boolean {
    switch (event.type) {
      case "BlockUpdated":
        return this.options.logBlockUpdates === true;
      case "ExecutorMetricsUpdate":
      case "FiresteelSqlProgress":
        return false;
      case "FiresteelExecutorSample": {
        const last = this.#sampled.get(event.executorId) ?? -Infinity;
        if (event.time - last < SAMPLE_EVERY) return false;
        this.#sampled.set(event.executorId, event.time);
        return true;
      }
      default:
        return true;
    }
  }
}

/** After these the log is worth reading for somebody who looks on. */
function isMilestone(event: ListenerEvent): boolean {
  return (
    event.type !== "TaskStart" &&
    event.type !== "TaskEnd" &&
    event.type !== "TaskGettingResult" &&
    event.type !== "BlockUpdated" &&
    event.type !== "SpeculativeTaskSubmitted" &&
    event.type !== "StageExecutorMetrics" &&
    event.type !== "FiresteelExecutorSample"
  );
}
