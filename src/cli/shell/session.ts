/** The variables of a shell and how a cell runs among them: its values, its cancellation, what a failed one leaves behind. */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { compileFunction } from "node:vm";
import type * as Engine from "../../engine";
import { type Cell, compileCell, importerOf, prepareCell } from "./cell";
import type { CellCalls, ValueMode } from "./rewrite";
import { Cancelled, RunningCell, interruptibly, isInterruption } from "./running-cell";

/** What the session needs of the engine. */
export interface EnginePort {
  /** Keeps the text of a cell, and its map, for closures and stacks. */
  noteProgramText(path: string, text: string, sourceMapUrl: string): void;
  noteImported: typeof Engine.noteImported;
  /** Runs `body` so that its jobs are known to be the cell's. */
  runTagged<T>(cell: string, body: () => T): T;
  /** Cancels what runs, and what the cell still starts; returns the number of jobs that ran. */
  cancelJobs(cell: string): number;
  /** Makes TypeScript files and `firesteel` importable; called before the first import. */
  registerLoader(): void;
}

export interface Outcome {
  /** The value of the last statement, if it is an expression. Promises have been waited for. */
  readonly value: unknown;
}

export class ShellSession {
  /** Variables by name. Without a prototype: nothing else is found in it. */
  readonly scope: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  readonly #importers = new Map<string, (specifier: string) => Promise<object>>();
  #cells = 0;
  #running: RunningCell | undefined;
  /** The user cancelled a line before anything of it ran: while it was read, or between its value and the showing of it. */
  #cancelledEarly = false;
  #loaderReady = false;

  /** @param folder where imports at the prompt start from. @param print shows a value, in scripts. */
  constructor(
    readonly folder: string,
    private readonly engine: EnginePort,
    private readonly print: (value: unknown) => Promise<void>,
  ) {
    this.scope["require"] = this.#require(folder);
  }

  /** A new line: what was cancelled before is nothing to it. */
  beginLine(): void {
    this.#cancelledEarly = false;
  }

  /** Reads a cell. Throws a CellSyntaxError. @param file the file that the text comes from, which imports are relative to. */
  prepare(text: string, mode: ValueMode, file?: string): Promise<Cell> {
    const folder = file === undefined ? this.folder : dirname(file);
    const path = join(folder, `prompt-${this.#cells + 1}`);
    return prepareCell({ text, path, ...(file === undefined ? {} : { file }) }, mode);
  }

  /** Runs it. Throws what it throws, or Cancelled. */
  async run(cell: Cell): Promise<Outcome> {
    this.#goOn();
    this.#cells++;
    if (cell.imports) this.#prepareLoader();
    const fresh = cell.declared.filter((name) => !(name in this.scope));
    const body = compileCell(cell, this.scope);
    for (const name of fresh) this.scope[name] = undefined;
    this.engine.noteProgramText(cell.source.path, cell.text, cell.sourceMapUrl);
    const tag = `prompt-${this.#cells}`;
    const outer = this.#running;
    const running = new RunningCell(() => this.engine.cancelJobs(tag));
    this.#running = running;
    // What is cancelled may wait for something that keeps no handle open.
    const alive = setInterval(() => undefined, 2 ** 30);
    try {
      const calls = this.#calls(cell, running);
      const work = this.engine.runTagged(tag, () => interruptibly(() => body(calls)));
      const result = await running.untilCancelled(work);
      return { value: result === undefined ? undefined : await running.untilCancelled(Promise.resolve(result.value)) };
    } catch (error) {
      if (isInterruption(error)) running.cancel();
      for (const name of fresh) if (this.scope[name] === undefined) Reflect.deleteProperty(this.scope, name);
      throw running.cancelled ?? error;
    } finally {
      clearInterval(alive);
      this.#running = outer;
    }
  }

  /** Runs work of the shell's own (showing a value) so that it can be cancelled as a cell can. */
  async guard<T>(work: () => Promise<T>): Promise<T> {
    this.#goOn();
    const tag = "prompt-display";
    const running = new RunningCell(() => this.engine.cancelJobs(tag));
    const outer = this.#running;
    this.#running = running;
    try {
      const call = calledFrom(join(this.folder, `prompt-${this.#cells}`));
      return (await running.untilCancelled(this.engine.runTagged(tag, () => call(work)))) as T;
    } catch (error) {
      throw running.cancelled ?? error;
    } finally {
      this.#running = outer;
    }
  }

  /** Cancels what runs, else what the line would run next. */
  cancel(): void {
    if (this.#running === undefined) this.#cancelledEarly = true;
    else this.#running.cancel();
  }

  #goOn(): void {
    if (this.#cancelledEarly) throw new Cancelled(0);
  }

  #prepareLoader(): void {
    if (this.#loaderReady) return;
    this.#loaderReady = true;
    this.engine.registerLoader();
  }

  #require(folder: string): NodeJS.Require {
    return createRequire(join(folder, "prompt"));
  }

  #calls(cell: Cell, running: RunningCell): CellCalls {
    const { path } = cell.source;
    return {
      await: (value) => running.step(value),
      iterate: (source) => iterate(source, running),
      import: async (specifier, names) => running.step(this.#import(path, specifier, names)),
      print: async (value) => {
        await this.print(await running.step(value));
      },
    };
  }

  async #import(path: string, specifier: string, names: readonly string[] | null): Promise<object> {
    const folder = dirname(path);
    let load = this.#importers.get(folder);
    if (load === undefined) this.#importers.set(folder, (load = importerOf(folder)));
    const module = (await load(specifier)) as Record<string, unknown>;
    const note = (value: unknown, importPath: Parameters<typeof Engine.noteImported>[2]): void => {
      if ((typeof value === "object" && value !== null) || typeof value === "function")
        this.engine.noteImported(path, specifier, importPath, value);
    };
    if (names === null) note(module, { kind: "star" });
    for (const name of names ?? []) {
      if (!(name in module))
        throw new SyntaxError(
          `"${specifier}" exports no value named ${name}; a type is imported by: import type { ${name} } from "${specifier}"`,
        );
      note(module[name], { kind: "export", name });
    }
    return module;
  }
}

async function* iterate(source: unknown, running: RunningCell): AsyncGenerator {
  const asynchronous = (source as Partial<AsyncIterable<unknown>>)[Symbol.asyncIterator];
  const iterator = asynchronous
    ? asynchronous.call(source as AsyncIterable<unknown>)
    : (source as Iterable<unknown>)[Symbol.iterator]();
  try {
    for (;;) {
      const next = (await running.step(iterator.next())) as IteratorResult<unknown>;
      if (next.done === true) return;
      yield asynchronous ? next.value : await running.step(next.value);
    }
  } finally {
    await iterator.return?.();
  }
}

/** Calls from there: the jobs of what is shown are named after the cell whose value it is. */
function calledFrom(path: string): (work: () => Promise<unknown>) => Promise<unknown> {
  return compileFunction("return work();", ["work"], { filename: path }) as ReturnType<typeof calledFrom>;
}
