/** One TypeScript file to JavaScript, by esbuild, with an inline source map. */
import { dirname } from "node:path";
import { pathToFileURL } from "node:url";

export async function transformTypeScript(source: string, path: string, format: "module" | "commonjs"): Promise<string> {
  const esbuild = await import("esbuild");
  try {
    const result = await esbuild.transform(source, {
      loader: "ts",
      format: format === "module" ? "esm" : "cjs",
      target: "node20.19",
      sourcefile: path,
      sourcemap: "inline",
      tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: false } },
      ...(format === "module" && /\b(require|__dirname|__filename)\b/.test(source) ? { banner: commonJsNames(path, source) } : {}),
    });
    return result.code;
  } catch (error) {
    const first = (error as { errors?: { text: string; location: { line: number; column: number; lineText: string } | null }[] }).errors?.[0];
    if (first === undefined) throw error;
    const place = first.location === null ? path : `${path}:${first.location.line}:${first.location.column + 1}`;
    throw Object.assign(new Error(`${place}: ${first.text}`), { firesteelTransformFailed: true });
  }
}

/** TypeScript that was written for CommonJS uses these names; as an ES module it gets them by a line in front. */
function commonJsNames(path: string, source: string): string {
  const names: string[] = [];
  if (/\brequire\b/.test(source) && !/\b(?:const|let|var|function|import)\s+(?:\{[^}]*\b)?require\b/.test(source)) {
    names.push(`require = (await import("node:module")).createRequire(${JSON.stringify(pathToFileURL(path).href)})`);
  }
  if (/\b__filename\b/.test(source) && !/\b(?:const|let|var)\s+__filename\b/.test(source)) names.push(`__filename = ${JSON.stringify(path)}`);
  if (/\b__dirname\b/.test(source) && !/\b(?:const|let|var)\s+__dirname\b/.test(source)) names.push(`__dirname = ${JSON.stringify(dirname(path))}`);
  return names.length === 0 ? "" : `const ${names.join(", ")};`;
}
