/** The prompt of `firesteel sql`: statements that end with a semicolon, on one line or many. */
import type * as Engine from "../../engine";
import { historyFile } from "./history";
import { LineJobs } from "./line-jobs";
import { Cancelled, RunningCell } from "./running-cell";
import { SqlCompleter } from "./sql-completion";
import { type Lines, Terminal } from "./terminal";

export interface SqlPromptOptions {
  readonly engine: typeof Engine;
  readonly spark: InstanceType<(typeof Engine)["api"]["SparkSession"]>;
  /** Runs a statement and prints what it gives. */
  readonly run: (statement: string) => Promise<void>;
  /** What is said of an error, without a newline. */
  readonly told: (error: unknown) => string;
}

/** Resolves when the user leaves. */
export async function runSqlPrompt(options: SqlPromptOptions): Promise<void> {
  process.stdout.write("firesteel SQL. End statements with ;  Ctrl-C cancels one, exit or Ctrl-D leaves.\n");
  await new Terminal(new SqlLines(options), historyFile("sql_history")).run();
}

const LINE = "sql-statement";

class SqlLines implements Lines {
  readonly prompt = "sql> ";
  readonly more = "  -> ";
  readonly entries = "texts";
  readonly #jobs: LineJobs;
  readonly #completer: SqlCompleter;
  #running: RunningCell | undefined;
  #cancelled = false;

  constructor(private readonly options: SqlPromptOptions) {
    this.#jobs = new LineJobs(options.engine);
    this.#completer = new SqlCompleter(options.spark.catalog);
  }

  complete(text: string): Promise<[string[], string]> {
    return this.#completer.complete(text);
  }

  begin(): void {
    this.#cancelled = false;
  }

  cancel(): void {
    this.#cancelled = true;
    this.#running?.cancel();
  }

  command(line: string): (() => Promise<boolean>) | null {
    return /^(?:exit|quit)\s*;?$/i.test(line) ? () => Promise.resolve(true) : null;
  }

  async run(text: string, _whole: boolean, remember: (entry: string) => void): Promise<string> {
    const { engine } = this.options;
    const { statements, rest } = engine.splitStatements(text);
    if (!text.includes("\n") && rest === "") remember(text.trim());
    else
      for (const statement of statements)
        for (const entry of (engine.onOneLine(statement) ?? statement).concat(";").split("\n")) remember(entry);
    for (const statement of statements) {
      if (this.#cancelled) throw new Cancelled(0);
      await this.#statement(statement);
    }
    return rest;
  }

  async #statement(statement: string): Promise<void> {
    const begin = performance.now();
    const running = (this.#running = new RunningCell(() => this.#jobs.cancel(LINE)));
    try {
      await running.untilCancelled(this.#jobs.runTagged(LINE, () => this.options.run(statement)));
      process.stdout.write(`Time taken: ${((performance.now() - begin) / 1000).toFixed(3)} s\n`);
    } catch (error) {
      throw running.cancelled ?? error;
    } finally {
      this.#running = undefined;
      this.#completer.forget();
    }
  }

  fail(error: unknown): void {
    process.stderr.write(`${error instanceof Cancelled ? error.message : this.options.told(error)}\n`);
  }
}
