/** A piece of what the user typed: from TypeScript to a function that runs it with the session's variables around it. */
import { join, resolve } from "node:path";
import * as vm from "node:vm";
import remapping from "@jridgewell/remapping";
import MagicString from "magic-string";
import { CALLS_NAME, type CellCalls, type RewrittenCell, type ValueMode, rewriteCell } from "./rewrite";
import { CellSyntaxError, transformCell } from "./transform";

export interface CellSource {
  readonly text: string;
  /** What the cell is called in stacks and job names: the path of a file that need not exist, in the folder that imports start from. */
  readonly path: string;
  /** The file that the text comes from, if it does: positions are given in it. */
  readonly file?: string;
}

export interface Cell {
  readonly source: CellSource;
  /** What V8 compiles; ends with its source map. */
  readonly text: string;
  readonly sourceMapUrl: string;
  readonly declared: readonly string[];
  /** Whether the text may load modules. */
  readonly imports: boolean;
}

/** Throws a CellSyntaxError. */
export async function prepareCell(source: CellSource, mode: ValueMode): Promise<Cell> {
  const shown = source.file === undefined ? source.path : resolve(source.file);
  const folder = join(shown, "..");
  const { text, code, map, wrapped } = await toJavaScript(source.text, shown, folder);
  const rewritten = rewrite(code, mode, shown);
  const traced = remapping([rewritten.map, map, ...(wrapped === undefined ? [] : [wrapped])], () => null);
  const sourceMapUrl = `data:application/json;base64,${Buffer.from(JSON.stringify({ ...traced, sources: [shown] })).toString("base64")}`;
  return {
    source,
    text: `${rewritten.text}\n//# sourceMappingURL=${sourceMapUrl}`,
    sourceMapUrl,
    declared: rewritten.declared,
    imports: /\b(?:import|require)\b/.test(text),
  };
}

interface JavaScript {
  readonly text: string;
  readonly code: string;
  readonly map: string;
  /** The map of the parentheses around the text. */
  readonly wrapped?: string;
}

/** `{a: 1}` is meant as an object, not as a block with a label. */
async function toJavaScript(text: string, file: string, folder: string): Promise<JavaScript> {
  if (/^\s*\{/.test(text) && !/;\s*$/.test(text)) {
    const object = new MagicString(text).prepend("(").append("\n)");
    const transformed = await transformCell(object.toString(), file, folder).catch(() => null);
    if (transformed !== null)
      return { text, ...transformed, wrapped: object.generateMap({ source: file, hires: true }).toString() };
  }
  return { text, ...(await transformCell(text, file, folder)) };
}

function rewrite(code: string, mode: ValueMode, file: string): RewrittenCell {
  try {
    return rewriteCell(code, mode);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new CellSyntaxError(error.message, file, 1, 0, false);
  }
}

/**
 * Globals that cells get as parameters, since a name that is looked up in the session at each use is slow. A session's
 * variable of the same name comes first.
 */
const FAST_GLOBALS =
  "Array BigInt Boolean Date Error Infinity JSON Map Math NaN Number Object Promise RegExp Set String Symbol console isNaN parseFloat parseInt".split(
    " ",
  );

type Run = (calls: CellCalls) => Promise<{ readonly value: unknown } | undefined>;

/** @param scope the session's variables: what the cell finds there, it finds before the globals. */
export function compileCell(cell: Cell, scope: object): Run {
  const globals = FAST_GLOBALS.filter((name) => !(name in scope) && !cell.declared.includes(name));
  const run = vm.compileFunction(cell.text, [CALLS_NAME, ...globals], {
    filename: cell.source.path,
    contextExtensions: [scope],
    importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  }) as (...args: unknown[]) => ReturnType<Run>;
  const values = globals.map((name) => (globalThis as Record<string, unknown>)[name]);
  return (calls) => run(calls, ...values);
}

/** `import()` as a module in `folder` would call it. */
export function importerOf(folder: string): (specifier: string) => Promise<object> {
  return vm.compileFunction("return import(specifier)", ["specifier"], {
    filename: join(folder, "prompt"),
    importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  }) as (specifier: string) => Promise<object>;
}

/** The loader of cells is marked experimental on Node 20; its warning says nothing to a user. */
export function silenceLoaderWarning(): void {
  const emit = process.emitWarning.bind(process) as (...args: unknown[]) => void;
  process.emitWarning = (warning: unknown, ...rest: unknown[]) => {
    if (!String(warning).includes("USE_MAIN_CONTEXT_DEFAULT_LOADER")) emit(warning, ...rest);
  };
}
