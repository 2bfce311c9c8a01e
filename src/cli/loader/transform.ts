/** One TypeScript file to JavaScript, by esbuild, with an inline source map. */
import { dirname } from "node:path";
import { pathToFileURL } from "node:url";
import { tsconfigFor } from "../../closure/tsconfig";
import type { ModuleFormat } from "./format";

/** Begins the message of an error in the user's source: nothing else of an error comes through from the hooks thread. */
export const SYNTAX_ERROR = "firesteel cannot compile ";

export async function transformTypeScript(source: string, path: string, format: ModuleFormat): Promise<string> {
  const esbuild = await import("esbuild");
  const tsconfigRaw = tsconfigFor(path);
  try {
    const result = await esbuild.transform(source, {
      loader: "ts",
      format: format === "module" ? "esm" : "cjs",
      target: "node20.19",
      sourcefile: path,
      sourcemap: "inline",
      sourcesContent: false,
      logLevel: "silent",
      ...(tsconfigRaw === undefined ? {} : { tsconfigRaw }),
      ...(format === "module" ? { banner: commonJsNames(path, source) } : {}),
    });
    return result.code;
  } catch (error) {
    const first = (error as { errors?: { text: string; location: { line: number; column: number } | null }[] }).errors?.[0];
    if (first === undefined) throw error;
    const place = first.location === null ? path : `${path}:${first.location.line}:${first.location.column + 1}`;
    throw new SyntaxError(`${SYNTAX_ERROR}${place}: ${first.text}`);
  }
}

/** TypeScript that was written for CommonJS uses these names; as an ES module it gets them by a line in front. */
function commonJsNames(path: string, source: string): string {
  const names: string[] = [];
  if (/\brequire\b/.test(source) && !/\b(?:const|let|var|function|import)\s+(?:\{[^}]*\b)?require\b/.test(source)) {
    names.push(`require = firesteelCreateRequire(${JSON.stringify(pathToFileURL(path).href)})`);
  }
  if (/\b__filename\b/.test(source) && !/\b(?:const|let|var)\s+__filename\b/.test(source)) names.push(`__filename = ${JSON.stringify(path)}`);
  if (/\b__dirname\b/.test(source) && !/\b(?:const|let|var)\s+__dirname\b/.test(source)) names.push(`__dirname = ${JSON.stringify(dirname(path))}`);
  if (names.length === 0) return "";
  const creates = names[0]!.startsWith("require") ? `import { createRequire as firesteelCreateRequire } from "node:module"; ` : "";
  return `${creates}const ${names.join(", ")};`;
}
