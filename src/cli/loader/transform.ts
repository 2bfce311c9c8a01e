/** One TypeScript file to JavaScript, by esbuild, with an inline source map. */
import { dirname } from "node:path";
import { pathToFileURL } from "node:url";
import type * as Esbuild from "esbuild";
import { tsconfigFor } from "../../closure/tsconfig";
import type { ModuleFormat } from "./format";

/** Begins the message of an error in the user's source: nothing else of an error comes through from the hooks thread. */
export const SYNTAX_ERROR = "firesteel cannot compile ";

/** Throws a SyntaxError that names the place. */
export async function transformTypeScript(source: string, path: string, format: ModuleFormat): Promise<string> {
  try {
    return (await runTransform(await import("esbuild"), source, options(source, path, format))).code;
  } catch (error) {
    throw syntaxError(error, path);
  }
}

/** Ctrl-C reaches the process that esbuild keeps, too, and ends it, where a shell goes on: then there is a new one. */
export async function runTransform(
  esbuild: Pick<typeof Esbuild, "transform" | "stop">,
  source: string,
  settings: Esbuild.TransformOptions,
): Promise<Esbuild.TransformResult> {
  try {
    return await esbuild.transform(source, settings);
  } catch (error) {
    if (!/^The service (?:is no longer running|was stopped)/.test((error as Error).message)) throw error;
    await esbuild.stop();
    return esbuild.transform(source, settings);
  }
}

export function transformTypeScriptSync(source: string, path: string, format: ModuleFormat): string {
  const esbuild = require("esbuild") as typeof Esbuild;
  try {
    return esbuild.transformSync(source, options(source, path, format)).code;
  } catch (error) {
    throw syntaxError(error, path);
  }
}

function options(source: string, path: string, format: ModuleFormat): Esbuild.TransformOptions {
  const tsconfigRaw = tsconfigFor(path);
  return {
    loader: "ts",
    format: format === "module" ? "esm" : "cjs",
    platform: "node",
    target: "node20.19",
    sourcefile: path,
    sourcemap: "inline",
    sourcesContent: false,
    logLevel: "silent",
    ...(tsconfigRaw === undefined ? {} : { tsconfigRaw }),
    ...(format === "module" ? { banner: commonJsNames(path, source) } : {}),
  };
}

function syntaxError(error: unknown, path: string): unknown {
  const first = (error as { errors?: { text: string; location: { line: number; column: number } | null }[] }).errors?.[0];
  if (first === undefined) return error;
  const place = first.location === null ? path : `${path}:${first.location.line}:${first.location.column + 1}`;
  return new SyntaxError(`${SYNTAX_ERROR}${place}: ${first.text}`);
}

/** TypeScript that was written for CommonJS uses these names; as an ES module it gets them by a line in front. */
function commonJsNames(path: string, source: string): string {
  const names: string[] = [];
  const creates = /\brequire\b/.test(source) && !/\b(?:const|let|var|function|import)\s+(?:\{[^}]*\b)?require\b/.test(source);
  if (creates) names.push(`require = firesteelCreateRequire(${JSON.stringify(pathToFileURL(path).href)})`);
  if (/\b__filename\b/.test(source) && !/\b(?:const|let|var)\s+__filename\b/.test(source))
    names.push(`__filename = ${JSON.stringify(path)}`);
  if (/\b__dirname\b/.test(source) && !/\b(?:const|let|var)\s+__dirname\b/.test(source))
    names.push(`__dirname = ${JSON.stringify(dirname(path))}`);
  if (names.length === 0) return "";
  return `${creates ? `import { createRequire as firesteelCreateRequire } from "node:module"; ` : ""}const ${names.join(", ")};`;
}
