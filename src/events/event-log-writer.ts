/**
 * Writes listener events to a file as Spark's event log: one JSON object a line, `<dir>/<application id>` with the suffix
 * `.inprogress` until the application has ended. Writes are gathered; whatever was gathered is on disk after `flush`.
 */
import { closeSync, mkdirSync, openSync, renameSync, writeSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DataError } from "../common/errors";
import { log } from "../common/log";
import { eventToJson } from "./event-json";
import type { SparkListener } from "./listener-bus";
import type { ListenerEvent } from "./listener-events";

/** The version of Spark whose log format is written. */
const FORMAT_VERSION = "4.2.0";
/** Characters gathered before they are written. */
const BUFFER_SIZE = 64 * 1024;

/** Events that are only written on request, as they are many: `spark.eventLog.logBlockUpdates.enabled`. */
export interface EventLogOptions {
  /** Path or `file:` URL of `spark.eventLog.dir`; made when it is not there. */
  readonly directory: string;
  readonly applicationId: string;
  readonly logBlockUpdates?: boolean;
}

/** To be added to the bus before the first event is posted. */
export class EventLogWriter implements SparkListener {
  readonly path: string;
  /** Null when it was closed. */
  #file: number | null;
  #lines: string[] = [];
  #length = 0;
  readonly #logBlockUpdates: boolean;

  /** Throws a DataError when the file cannot be made. */
  constructor({ directory, applicationId, logBlockUpdates = false }: EventLogOptions) {
    const folder = directory.startsWith("file:") ? fileURLToPath(directory) : directory;
    this.path = join(folder, applicationId);
    this.#logBlockUpdates = logBlockUpdates;
    try {
      mkdirSync(folder, { recursive: true });
      this.#file = openSync(`${this.path}.inprogress`, "w", 0o660);
    } catch (cause) {
      throw new DataError("EVENT_LOG_NOT_WRITABLE", `The event log ${this.path} cannot be written: ${(cause as Error).message}`, {
        cause,
      });
    }
    this.onOther({ type: "LogStart", sparkVersion: FORMAT_VERSION });
  }

  onOther(event: ListenerEvent): void {
    if (
      this.#file === null ||
      (event.type === "BlockUpdated" && !this.#logBlockUpdates) ||
      event.type === "ExecutorMetricsUpdate"
    )
      return;
    const line = JSON.stringify(eventToJson(event));
    this.#lines.push(line);
    this.#length += line.length;
    if (this.#length >= BUFFER_SIZE || isMilestone(event)) this.flush();
  }

  /** Writes what was gathered. When that fails the log stays as it is, unfinished, and says so in the driver's log. */
  flush(): void {
    if (this.#file === null || this.#lines.length === 0) return;
    const text = Buffer.from(`${this.#lines.join("\n")}\n`);
    this.#lines = [];
    this.#length = 0;
    try {
      for (let at = 0; at < text.length;) at += writeSync(this.#file, text, at);
    } catch (error) {
      log.error(`The event log ${this.path} ends here, it cannot be written: ${(error as Error).message}`);
      closeSync(this.#file);
      this.#file = null;
    }
  }

  /** Ends the log and takes the suffix off its name. Events that come later are dropped. */
  close(): void {
    if (this.#file === null) return;
    this.flush();
    if (this.#file === null) return;
    closeSync(this.#file);
    this.#file = null;
    renameSync(`${this.path}.inprogress`, this.path);
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
    event.type !== "StageExecutorMetrics"
  );
}
