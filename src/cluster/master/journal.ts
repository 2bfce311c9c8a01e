/**
 * The master's journal: one JSON object a line, appended and flushed before what it says is acted upon by others. Written anew,
 * by rename, when most of it is out of date. A line that was cut off by a crash ends it. Each term (lease.ts) has a file of its own,
 * which begins with what the one before held: a master that was overtaken writes where nobody looks.
 */
import { closeSync, fsyncSync, openSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { JournalEntry } from "./events";

const FILE = /^master\.journal\.(\d+)$/;
/** Lines beyond those that are needed, before the file is written anew. */
const SLACK = 1000;

type Value = NonNullable<JournalEntry["value"]>;

export class Journal {
  readonly #state = new Map<string, Value>();
  readonly #path: string;
  #fd: number;
  #lines = 0;

  /** Of the term that this master has. Throws what the file system throws. */
  constructor(directory: string, term: number) {
    const path = (of: number): string => join(directory, `master.journal.${of}`);
    this.#path = path(term);
    const earlier = readdirSync(directory).flatMap((name) => FILE.exec(name)?.[1] ?? []);
    const terms = earlier.map(Number).sort((a, b) => a - b);
    const latest = terms.at(-1);
    if (latest !== undefined) this.#load(path(latest));
    this.#fd = this.#rewrite();
    for (const old of terms) if (old < term) rmSync(path(old), { force: true });
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

  #load(path: string): void {
    const text = readFileSync(path, "utf8");
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
