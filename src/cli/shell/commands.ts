/** What a line can be: code, or a command that begins with a dot. */
import { readFileSync, statSync } from "node:fs";
import { resolve } from "node:path";
import type { Cell } from "./cell";
import { type ErrorSources, fully } from "./errors";
import type { ValueMode } from "./rewrite";
import type { ShellSession } from "./session";
import { CellSyntaxError } from "./transform";
import { TypeTeller } from "./type-of";

export interface CommandsOptions {
  readonly session: ShellSession;
  readonly show: (value: unknown) => Promise<void>;
  readonly sources: ErrorSources;
  /** Gets what the user wrote, by the paths that positions name. */
  readonly written: Map<string, string>;
  /** Where the engine's bundles and declarations are. */
  readonly engineFolder: string;
}

const HELP = `.help          this list
.load FILE     run a TypeScript or JavaScript file here: what it declares is then there
.paste         take many lines as one, until Ctrl-D (what is pasted into the terminal is one by itself)
.type EXPR     the TypeScript type of an expression
.error         all of the last error: stack and causes
.exit          leave (or Ctrl-D)

spark, sc      the session and its context
F              the SQL functions: df.filter(F.col("x").gt(1))
_              the last value; a line that begins with .name( goes on with it
import … from "…"      firesteel, packages of this folder, files relative to it
Ctrl-C         cancels what runs, or clears the line    Tab: completes, also column names
Ctrl-R         looks for what you type in earlier lines; again: further back
`;

/** Names of commands; `.count()` is none. */
const COMMAND = /^\.(help|load|paste|type|error|exit)(?:\s+(.*?))?\s*$/s;
/** The last value, under a name that nobody takes. */
export const LAST = "$last";

export class Commands {
  lastError: unknown;
  readonly #types: TypeTeller;

  constructor(private readonly options: CommandsOptions) {
    this.#types = new TypeTeller(options.session.folder, options.engineFolder);
  }

  /** The command that a line is; null for code. */
  commandOf(line: string): { readonly name: string; readonly argument: string } | null {
    const match = COMMAND.exec(line);
    return match === null ? null : { name: match[1]!, argument: (match[2] ?? "").replace(/;$/, "") };
  }

  /** Runs a command other than `.paste`, which belongs to the terminal. True when the shell is to end. Throws what fails. */
  async command(name: string, argument: string): Promise<boolean> {
    switch (name) {
      case "help":
        process.stdout.write(HELP);
        return false;
      case "load":
        await this.load(argument);
        return false;
      case "type":
        process.stdout.write(`${this.#types.typeOf(argument)}\n`);
        return false;
      case "error":
        process.stdout.write(
          this.lastError === undefined ? "There was no error.\n" : fully(this.lastError, this.options.sources),
        );
        return false;
      case "paste":
        throw new Error(".paste is for a terminal.");
      default:
        return true;
    }
  }

  async load(name: string): Promise<void> {
    const unquoted = name.replace(/^(["'])(.*)\1$/, "$2");
    if (unquoted === "") throw new Error("Which file? .load FILE");
    const file = resolve(this.options.session.folder, unquoted);
    const found = statSync(file, { throwIfNoEntry: false });
    if (found === undefined) throw new Error(`There is no file ${file}.`);
    if (found.isDirectory()) throw new Error(`${file} is a directory.`);
    await this.execute(readFileSync(file, "utf8"), "each", file);
  }

  /**
   * Reads a text. Undefined where more lines can make it right.
   * Throws a CellSyntaxError for a text that no line can.
   */
  async prepare(text: string, mode: ValueMode, file?: string): Promise<Cell | undefined> {
    try {
      return await this.options.session.prepare(text, mode, file);
    } catch (error) {
      if (!(error instanceof CellSyntaxError)) throw error;
      if (error.incomplete && file === undefined && mode === "last") return undefined;
      this.options.written.set(error.file, text);
      throw error;
    }
  }

  /** Runs a text that is complete, and shows its values. */
  async execute(text: string, mode: ValueMode, file?: string): Promise<void> {
    await this.run((await this.prepare(text, mode, file))!, text);
  }

  /** Runs a cell that was read, and shows its value. */
  async run(cell: Cell, text: string): Promise<void> {
    const { session, written, show } = this.options;
    written.set(cell.source.file ?? cell.source.path, text);
    const { value } = await session.run(cell);
    this.#types.add(text);
    if (cell.declared.includes("_")) this.#lastIsTheirs = true;
    if (value === undefined) return;
    session.scope[LAST] = value;
    if (!this.#lastIsTheirs) session.scope["_"] = value;
    await show(value);
  }

  #lastIsTheirs = false;

  /** A line that begins with `.name` goes on with the last value. */
  continued(line: string): string {
    return /^\s*\??\.\s*[A-Za-z_$]/.test(line) && LAST in this.options.session.scope ? LAST + line.trimStart() : line;
  }
}
