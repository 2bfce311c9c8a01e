/**
 * The master's journal: one JSON object a line, appended and flushed before what it says is acted upon by others. Written anew,
 * by rename, when most of it is out of date. A line that was cut off by a crash ends it.
 */
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { UsageError } from "../../common/errors";
import type { JournalEntry } from "./events";

const FILE = "master.journal";
/** Lines beyond those that are needed, before the file is written anew. */
const SLACK = 1000;

type Value = NonNullable<JournalEntry["value"]>;

export class Journal {
  readonly #state = new Map<string, Value>();
  readonly #path: string;
  #fd: number;
  #lines = 0;

  /** Throws a UsageError when the directory cannot be written. */
  constructor(directory: string) {
    this.#path = join(directory, FILE);
    try {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      this.#load();
      this.#fd = this.#rewrite();
    } catch (error) {
      throw new UsageError(
        "RECOVERY_DIRECTORY",
        `The master's journal cannot be kept in ${directory}: ${(error as Error).message}. Name another place by --recovery-dir ` +
          `(spark.deploy.recoveryDirectory), or none by --conf spark.deploy.recoveryMode=NONE.`,
        { cause: error },
      );
    }
  }

  /** What holds now, in the order in which it was first written. */
  entries(): ReadonlyMap<string, Value> {
    return this.#state;
  }

  write(entry: JournalEntry): void {
    this.#apply(entry.key, entry.value);
    if (this.#lines > this.#state.size + SLACK) {
      closeSync(this.#fd);
      this.#fd = this.#rewrite();
      return;
    }
    writeSync(this.#fd, line(entry.key, entry.value));
    fsyncSync(this.#fd);
    this.#lines++;
  }

  close(): void {
    closeSync(this.#fd);
  }

  #apply(key: string, value: Value | null): void {
    if (value === null) this.#state.delete(key);
    else this.#state.set(key, value);
  }

  #load(): void {
    let text: string;
    try {
      text = readFileSync(this.#path, "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
      throw error;
    }
    for (const part of text.split("\n")) {
      let entry: { key?: unknown; value?: unknown };
      try {
        entry = JSON.parse(part) as typeof entry;
      } catch {
        break; // cut off
      }
      if (typeof entry.key === "string") this.#apply(entry.key, (entry.value ?? null) as Value | null);
    }
  }

  #rewrite(): number {
    const staging = `${this.#path}.new`;
    writeFileSync(staging, [...this.#state].map(([key, value]) => line(key, value)).join(""), { mode: 0o600, flush: true });
    renameSync(staging, this.#path);
    this.#lines = this.#state.size;
    return openSync(this.#path, "a", 0o600);
  }
}

function line(key: string, value: Value | null): string {
  return `${JSON.stringify({ key, value })}\n`;
}
