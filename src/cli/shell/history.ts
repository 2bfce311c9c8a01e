/** Lines of earlier shells. Several shells may write to the file at once: each adds its lines as they are entered. */
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";

const MOST_LINES = 2000;

/**
 * `$FIRESTEEL_HISTORY` (empty: none is kept), `$XDG_STATE_HOME/firesteel/history`, else `~/.firesteel_history`; of `sql_history` the same with its
 * own name.
 */
export function historyFile(name: "history" | "sql_history", environment: NodeJS.ProcessEnv = process.env): string | null {
  const given = environment[`FIRESTEEL_${name.toUpperCase()}`];
  if (given !== undefined) return given === "" ? null : given;
  const state = environment["XDG_STATE_HOME"];
  return state ? join(state, "firesteel", name) : join(homedir(), `.firesteel_${name}`);
}

export class History {
  #last: string | undefined;
  #writable = true;

  constructor(private readonly file: string | null) {}

  /** Newest first, as readline takes them. */
  read(): string[] {
    if (this.file === null || !existsSync(this.file)) return [];
    const lines = readFileSync(this.file, "utf8")
      .split("\n")
      .filter((line) => line !== "");
    // Only the youngest shell shortens it, and only when it is far too long.
    if (lines.length > 2 * MOST_LINES)
      this.#attempt(() => writeFileSync(this.file!, `${lines.slice(-MOST_LINES).join("\n")}\n`, { mode: 0o600 }));
    this.#last = lines.at(-1);
    return lines.slice(-MOST_LINES).reverse();
  }

  /** Lines that begin with a blank, and repetitions, are not kept. */
  add(line: string): void {
    const { file } = this;
    if (file === null || !this.#writable || line.trim() === "" || line.startsWith(" ") || line === this.#last) return;
    this.#last = line;
    this.#attempt(() => {
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
      appendFileSync(file, `${line}\n`, { mode: 0o600 });
    });
  }

  #attempt(write: () => void): void {
    try {
      write();
    } catch (error) {
      this.#writable = false;
      process.stderr.write(`The history is not kept: ${(error as Error).message}\n`);
    }
  }
}
