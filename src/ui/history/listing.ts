/**
 * The applications whose logs lie in a directory, from the first and last lines of their logs. What was read is remembered,
 * in memory and in a file beside nothing else (the user's cache), so that a log is looked into again only when it has changed.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { dirname, join } from "node:path";
import { log } from "../../common/log";
import { eventLogAt, type EventLogFiles, IN_PROGRESS, lastLinesOf, linesOf } from "../../events/event-log-files";
import type { ApplicationInfo, HistoryEntry } from "../api-types";
import { dateText } from "../views/format";

export interface Listed {
  readonly entry: HistoryEntry;
  readonly files: EventLogFiles;
}

/** What is remembered of a log, by its name: as long as size and time are the same, it is the same. */
interface Remembered {
  readonly size: number;
  readonly modified: number;
  readonly entry: HistoryEntry | null;
}

/** Changes with what is remembered. */
const CACHE_FORMAT = 1;

export class Listing {
  #listed = new Map<string, Listed>();
  #remembered = new Map<string, Remembered>();
  #version = 0;
  readonly #cacheFile: string | null;

  /** @param cacheFolder where to remember; null: in memory only. */
  constructor(
    readonly directory: string,
    cacheFolder: string | null,
  ) {
    const name = createHash("sha1").update(directory).digest("hex").slice(0, 16);
    this.#cacheFile = cacheFolder === null ? null : join(cacheFolder, `history-${name}.json`);
    this.#load();
  }

  /** Grows when an application came, changed or went. */
  get version(): number {
    return this.#version;
  }

  /** The newest first. */
  get applications(): readonly Listed[] {
    return [...this.#listed.values()].sort((a, b) => b.entry.startTime - a.entry.startTime);
  }

  find(id: string, attemptId?: string): Listed | undefined {
    const all = [...this.#listed.values()].filter(({ entry }) => entry.id === id);
    if (attemptId !== undefined) return all.find(({ entry }) => entry.attemptId === attemptId);
    return all.sort((a, b) => b.entry.startTime - a.entry.startTime)[0];
  }

  /** Looks at the directory again. Throws where it cannot be read. */
  refresh(): void {
    const listed = new Map<string, Listed>();
    const remembered = new Map<string, Remembered>();
    let changed = false;
    for (const name of readdirSync(this.directory)) {
      let files: EventLogFiles | null;
      try {
        files = eventLogAt(this.directory, name);
      } catch {
        // It went, or is not ours to read.
        continue;
      }
      if (files === null) continue;
      const key = name;
      let known = this.#remembered.get(key);
      if (known === undefined || known.size !== files.size || known.modified !== files.modified) {
        known = { size: files.size, modified: files.modified, entry: summaryOf(files) };
        changed = true;
      }
      remembered.set(key, known);
      if (known.entry !== null) listed.set(key, { entry: known.entry, files });
    }
    changed ||= remembered.size !== this.#remembered.size;
    this.#listed = listed;
    this.#remembered = remembered;
    if (!changed) return;
    this.#version++;
    this.#store();
  }

  /** Deletes an application's log. */
  remove({ files }: Listed): void {
    rmSync(files.path, { recursive: true, force: true });
  }

  #load(): void {
    if (this.#cacheFile === null) return;
    try {
      const { format, logs } = JSON.parse(readFileSync(this.#cacheFile, "utf8")) as {
        format: number;
        logs: [string, Remembered][];
      };
      if (format === CACHE_FORMAT) this.#remembered = new Map(logs);
    } catch {
      // None yet, or one that was cut off: logs are looked into.
    }
  }

  #store(): void {
    if (this.#cacheFile === null) return;
    try {
      mkdirSync(dirname(this.#cacheFile), { recursive: true });
      const part = `${this.#cacheFile}.${process.pid}`;
      writeFileSync(part, JSON.stringify({ format: CACHE_FORMAT, logs: [...this.#remembered] }));
      renameSync(part, this.#cacheFile);
    } catch (error) {
      log.warn(`The list of applications cannot be remembered: ${(error as Error).message}`);
    }
  }
}

/** Lines at the beginning of a log among which the application's start is. */
const FIRST_LINES = 200;

/** Null for a file that is no event log. */
function summaryOf(files: EventLogFiles): HistoryEntry | null {
  const name = files.path.replace(/^.*[\\/]/, "");
  const base = {
    logSize: files.size,
    lastUpdated: Math.round(files.modified),
    attemptId: null,
    user: "",
    startTime: Math.round(files.modified),
    endTime: null,
    completed: files.completed,
    sparkVersion: "",
  };
  try {
    let sparkVersion = "";
    let count = 0;
    for (const line of linesOf(files.parts[0]!)) {
      if (++count > FIRST_LINES) break;
      if (count === 1 && !line.startsWith(`{"Event":"SparkListener`)) return null;
      if (line.startsWith(`{"Event":"SparkListenerLogStart"`))
        sparkVersion = (JSON.parse(line) as { "Spark Version"?: string })["Spark Version"] ?? "";
      if (!line.startsWith(`{"Event":"SparkListenerApplicationStart"`)) continue;
      const start = JSON.parse(line) as Record<string, unknown>;
      const endTime = files.completed ? (endOf(files) ?? base.lastUpdated) : null;
      return {
        ...base,
        id: (start["App ID"] as string | undefined) ?? name,
        name: String(start["App Name"]),
        attemptId: (start["App Attempt ID"] as string | undefined) ?? null,
        user: String(start["User"]),
        startTime: Number(start["Timestamp"]),
        endTime,
        sparkVersion,
      };
    }
    // One that has only just begun has no name yet.
    return count === 0 && !files.completed ? null : { ...base, id: idOf(name), name, error: "The log has no application in it." };
  } catch (error) {
    return { ...base, id: idOf(name), name, error: error instanceof Error ? error.message : String(error) };
  }
}

function idOf(name: string): string {
  return name
    .replace(/^eventlog_v2_/, "")
    .replace(IN_PROGRESS, "")
    .replace(/\.zstd$/, "");
}

/** Among the last lines: some events may come after it. */
function endOf(files: EventLogFiles): number | undefined {
  const lines = lastLinesOf(files.parts.at(-1)!, 64 * 1024);
  const last = lines.findLast((line) => line.startsWith(`{"Event":"SparkListenerApplicationEnd"`));
  if (last === undefined) return undefined;
  return Number((JSON.parse(last) as { Timestamp?: number }).Timestamp);
}

/** As Spark's REST API lists it. */
export function infoOf({ entry, files }: Listed): ApplicationInfo {
  const { id, name, attemptId, startTime, endTime, lastUpdated, user, completed, sparkVersion } = entry;
  const end = endTime ?? -1;
  const source = `file:${files.path.replace(/[\\/][^\\/]*$/, "")}`;
  return {
    id,
    name,
    attempts: [
      {
        ...(attemptId === null ? {} : { attemptId }),
        startTime: dateText(startTime),
        endTime: dateText(end),
        lastUpdated: dateText(lastUpdated),
        duration: Math.max(0, (endTime ?? lastUpdated) - startTime),
        sparkUser: user,
        completed,
        appSparkVersion: sparkVersion,
        logSourceName: source,
        logSourceFullPath: source,
        startTimeEpoch: startTime,
        endTimeEpoch: end,
        lastUpdatedEpoch: lastUpdated,
      },
    ],
  };
}
