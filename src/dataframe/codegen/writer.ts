/**
 * The text of one generated function: statements in nested blocks, names, values that it closes over. Names are numbered in the
 * order in which they are asked for, so that the same plan gives the same text.
 */
import type { EvaluationContext } from "../functions/registry";
import type { ExecEnv, ExecServices } from "../exec/ports";
import type { Term } from "./term";

/** What values that a function closes over are made from, once a task. */
export interface TaskScope {
  readonly evaluation: EvaluationContext;
  readonly services: ExecServices;
  readonly env: ExecEnv;
}

/** Makes a value for one task. */
export type Binder = (task: TaskScope) => unknown;

interface Block {
  readonly lines: string[];
  /** What has been computed in this block and may be used again in it and within it. */
  readonly known: Map<string, Term>;
  /** Blocks that see what the one around them knows. */
  readonly open: boolean;
}

export class FunctionWriter {
  readonly #blocks: Block[] = [{ lines: [], known: new Map(), open: false }];
  /** Statements before the loop over a batch. */
  readonly #before: string[] = [];
  readonly #binders: Binder[] = [];
  readonly #bound = new Map<unknown, string>();
  readonly #hoisted = new Map<string, string>();
  #names = 0;

  name(hint: string): string {
    return `${hint}${++this.#names}`;
  }

  line(text: string): void {
    this.#blocks.at(-1)!.lines.push(text);
  }

  /** A constant local with a value; the code itself where it is a name or number already. */
  constant(code: string, hint: string): string {
    if (/^[\w$]+$/.test(code)) return code;
    const name = this.name(hint);
    this.line(`const ${name} = ${code};`);
    return name;
  }

  /** A value under a name of the function; the same value gets the same name. */
  bind(value: unknown, hint = "k"): string {
    let name = this.#bound.get(value);
    if (name === undefined) {
      name = this.bindTask(() => value, hint);
      this.#bound.set(value, name);
    }
    return name;
  }

  /** A value that each task makes anew. */
  bindTask(make: Binder, hint = "k"): string {
    const name = this.name(hint);
    this.#before.push(`const ${name} = K[${this.#binders.push(make) - 1}];`);
    return name;
  }

  /** A local of the whole function, set before the loop; the same code gets the same name. */
  hoist(code: string, hint: string): string {
    let name = this.#hoisted.get(code);
    if (name === undefined) {
      name = this.name(hint);
      this.#hoisted.set(code, name);
      this.#before.push(`const ${name} = ${lookedUp(code)};`);
    }
    return name;
  }

  before(line: string): void {
    this.#before.push(line);
  }

  /** The statements that `write` writes, taken out of their place. What they compute is not known outside. */
  capture<T>(write: () => T, open = true): { readonly lines: readonly string[]; readonly result: T } {
    const block: Block = { lines: [], known: new Map(), open };
    this.#blocks.push(block);
    try {
      return { result: write(), lines: block.lines };
    } finally {
      this.#blocks.pop();
    }
  }

  /** `head { what write writes }` */
  nest<T>(head: string, write: () => T, open = true): T {
    const { lines, result } = this.capture(write, open);
    this.line(`${head} {`);
    this.lines(lines);
    this.line("}");
    return result;
  }

  lines(lines: readonly string[]): void {
    const to = this.#blocks.at(-1)!.lines;
    for (const line of lines) to.push(line);
  }

  known(key: string): Term | undefined {
    for (let i = this.#blocks.length - 1; i >= 0; i--) {
      const block = this.#blocks[i]!;
      const term = block.known.get(key);
      if (term !== undefined || !block.open) return term;
    }
    return undefined;
  }

  learn(key: string, term: Term): void {
    this.#blocks.at(-1)!.known.set(key, term);
  }

  get binders(): readonly Binder[] {
    return this.#binders;
  }

  /** All statements, those before the loop first. Closes the writer. */
  finish(): { readonly before: readonly string[]; readonly body: readonly string[] } {
    return { before: this.#before, body: this.#blocks[0]!.lines };
  }
}

/** The path of a value, such as `T[0].rows`, as lookups; other code as it is. See `get` of the runtime. */
function lookedUp(code: string): string {
  if (!/^[A-Za-z_$][\w$]*(\.[A-Za-z_$][\w$]*|\[\d+\])+$/.test(code) || code.startsWith("R.")) return code;
  const [root, ...steps] = code.match(/[\w$]+/g)!;
  return steps.reduce((value, step) => `R.get(${value}, ${/^\d/.test(step) ? step : JSON.stringify(step)})`, root);
}

/** Lines with the indentation that their braces ask for. */
export function indented(lines: readonly string[]): string {
  let depth = 0;
  const out: string[] = [];
  for (const line of lines) {
    if (line.startsWith("}")) depth--;
    out.push("  ".repeat(Math.max(0, depth)) + line);
    if (line.endsWith("{")) depth++;
  }
  return out.join("\n");
}
