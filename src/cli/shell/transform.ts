/** A cell's TypeScript to JavaScript by esbuild, with its source map; and whether a text that does not compile is only unfinished. */
import { join } from "node:path";
import type * as Esbuild from "esbuild";
import { tsconfigFor } from "../../closure/tsconfig";
import { runTransform } from "../loader/transform";

export interface Transformed {
  readonly code: string;
  /** From `code` to the text that was given. */
  readonly map: string;
}

/** The text is no TypeScript. `line` is 1-based, `column` 0-based. */
export class CellSyntaxError extends SyntaxError {
  override readonly name = "SyntaxError";

  constructor(
    message: string,
    readonly file: string,
    readonly line: number,
    readonly column: number,
    /** More lines can make it right. */
    readonly incomplete: boolean,
  ) {
    super(message);
  }
}

/**
 * @param file what positions in the text are called
 * @param folder where the tsconfig.json is looked for
 */
export async function transformCell(source: string, file: string, folder: string): Promise<Transformed> {
  try {
    return await transform(source, file, folder);
  } catch (error) {
    const [first] = (error as Partial<Esbuild.TransformFailure>).errors ?? [];
    if (first === undefined) throw error;
    const { line, column } = first.location ?? { line: 1, column: 0 };
    const incomplete = isAtEnd(source, line, column) && (await isUnfinished(source, first.text));
    throw new CellSyntaxError(first.text, file, line, column, incomplete);
  }
}

async function transform(source: string, file: string, folder: string): Promise<Transformed> {
  return runTransform(require("esbuild") as typeof Esbuild, source, {
    loader: "ts",
    format: "esm",
    platform: "node",
    target: "node20.19",
    sourcefile: file,
    sourcemap: "external",
    sourcesContent: false,
    logLevel: "silent",
    // Imports stay, though nothing in the cell uses them yet; of the user's options the emitted code follows the others.
    tsconfigRaw: withOption(tsconfigFor(join(folder, "prompt.ts"))),
  });
}

function withOption(tsconfig: string | undefined): string {
  const option = `"verbatimModuleSyntax":true`;
  if (tsconfig === undefined) return `{"compilerOptions":{${option}}}`;
  const added = tsconfig.replace(/("compilerOptions"\s*:\s*\{)/, `$1${option},`);
  return added === tsconfig ? tsconfig.replace("{", `{"compilerOptions":{${option}},`) : added;
}

/** Begins the service that esbuild keeps, so that the first cell need not wait for it. */
export function warmTransform(): void {
  void transformCell("0", "warm", process.cwd()).catch(() => undefined);
}

function isAtEnd(source: string, line: number, column: number): boolean {
  const lines = source.split("\n");
  const rest = [(lines[line - 1] ?? "").slice(column), ...lines.slice(line)].join("\n");
  return rest.trim() === "";
}

async function isUnfinished(source: string, message: string): Promise<boolean> {
  if (/end of file|to terminate multi-line comment/.test(message)) return true;
  if (message !== "Unterminated string literal") return false;
  // A template may go on in the next line, a string may not: what a closing ` mends was a template.
  try {
    await transform(`${source}\``, "end", process.cwd());
    return true;
  } catch (error) {
    return (error as Partial<Esbuild.TransformFailure>).errors?.[0]?.text !== message;
  }
}
