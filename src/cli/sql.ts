/**
 * `firesteel sql`: statements from the command line, a file, standard input, or a prompt. Results are drawn as tables, or written as
 * CSV or JSON lines.
 */
import { basename, join } from "node:path";
import { text as readAll } from "node:stream/consumers";
import type { Command } from "commander";
import { prelaunchLocal } from "../cluster/local-executors";
import { requireCached } from "../common/cached-load";
import { SparkConf } from "../common/conf";
import { MASTER } from "../common/config-entries";
import { UsageError } from "../common/errors";
import { refusePackages, resolveSettings, setSubmittedSettings } from "../common/submit-options";
import type * as Engine from "../engine";
import { loadEngine } from "./engine";
import { readNamed } from "./named-file";
import { lineOf } from "./report";
import { relaunched } from "./relaunch";
import type * as Shell from "./shell/main";
import { stopOnSignals } from "./signals";

const FORMATS = ["table", "csv", "json"] as const;
type Format = (typeof FORMATS)[number];
type Session = InstanceType<(typeof Engine)["api"]["SparkSession"]>;
type Frame = ReturnType<Session["sql"]>;

interface SqlOptions {
  readonly execute?: string;
  readonly file?: string;
  readonly init?: string;
  readonly format?: string;
  readonly rows?: string;
}

export async function sql(command: Command): Promise<void> {
  const options = command.opts<SqlOptions>();
  const format = options.format ?? "table";
  if (!(FORMATS as readonly string[]).includes(format))
    throw new UsageError("INVALID_FORMAT", `--format must be one of ${FORMATS.join(", ")}, not ${format}`);
  const rows = Number(options.rows ?? 20);
  if (!Number.isInteger(rows) || rows < 0)
    throw new UsageError("INVALID_OPTION", `--rows must be a number, not "${options.rows}".`);
  const init = options.init === undefined ? undefined : readNamed(options.init, "-i");
  const file = options.file === undefined ? undefined : readNamed(options.file, "-f");
  const settings = new Map(refusePackages(resolveSettings(command), "SQL"));
  if (!settings.has("spark.app.name")) settings.set("spark.app.name", { value: "firesteel sql", origin: "firesteel sql" });
  if (await relaunched(settings)) return;
  setSubmittedSettings(settings);
  prelaunchLocal(new SparkConf().setIfMissing(MASTER.key, MASTER.defaultText), join(__dirname, "executor.js"));
  const engine = loadEngine();
  stopOnSignals(() => engine.stopAll(), engine.countActiveJobs);
  engine.switchLevelOnSignal();
  const spark = engine.api.SparkSession.builder.getOrCreate();
  const shell = new SqlShell(engine, spark, format as Format, rows);
  try {
    if (init !== undefined) await shell.runText(init, options.init);
    if (options.execute !== undefined) await shell.runText(options.execute);
    else if (file !== undefined) await shell.runText(file, options.file);
    else if (!process.stdin.isTTY) await shell.runText(await readAll(process.stdin));
    else await shell.prompt();
  } catch (error) {
    process.stderr.write(`${told(error)}\n`);
    process.exitCode = 1;
  } finally {
    await spark.stop();
  }
}

/** Errors of queries say what, where and what to do; where in the engine they were found is of no use. */
function told(error: unknown): string {
  return error instanceof Error && "sqlState" in error ? error.message : lineOf(error);
}

class SqlShell {
  #statements = 0;

  constructor(
    private readonly engine: typeof Engine,
    private readonly spark: Session,
    private readonly format: Format,
    private readonly rows: number,
  ) {}

  /** `file` names where the text is from. */
  async runText(text: string, file?: string): Promise<void> {
    const { statements, rest } = this.engine.splitStatements(text);
    this.#statements = 0;
    for (const statement of rest === "" ? statements : [...statements, rest]) await this.#run(statement, file);
  }

  /** Stages and queries are said to be at "statement 2", or at "statement 2 of init.sql". */
  #run(statement: string, file?: string): Promise<void> {
    const number = `statement ${String(++this.#statements)}`;
    const site = file === undefined ? number : `${number} of ${basename(file)}`;
    return this.engine.withinCall(
      "sql",
      () => site,
      () => this.#show(statement),
    );
  }

  async #show(statement: string): Promise<void> {
    const df = this.spark.sql(statement);
    const columns = await df.columns();
    // Statements run even where they tell nothing.
    if (columns.length === 0) await df.collect();
    else process.stdout.write(await this.#text(df, columns));
  }

  async #text(df: Frame, columns: readonly string[]): Promise<string> {
    switch (this.format) {
      case "table":
        return (await df.showString(this.rows, false)).replace(/[^\n]$/, "$&\n");
      case "json":
        return (await df.toJSON().collect()).map((line) => `${String(line)}\n`).join("");
      case "csv": {
        const rows = await df.collect();
        const lines = rows.map((row) => row.toArray().map(csvField).join(","));
        return [columns.map(csvField).join(","), ...lines].map((line) => `${line}\n`).join("");
      }
    }
  }

  async prompt(): Promise<void> {
    this.#statements = 0;
    const { runSqlPrompt } = requireCached(join(__dirname, "shell.js")) as typeof Shell;
    await runSqlPrompt({ engine: this.engine, spark: this.spark, run: (statement) => this.#run(statement), told });
  }
}

function csvField(value: unknown): string {
  if (value === null || value === undefined) return "";
  const text = typeof value === "string" ? value : textOf(value);
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** As in JSON; values with a text of their own (decimals, dates) without quotes. */
function textOf(value: unknown): string {
  const text = JSON.stringify(value);
  return text.startsWith('"') ? (JSON.parse(text) as string) : text;
}
