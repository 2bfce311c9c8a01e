/** Whether a program's file is an ES module or CommonJS. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

export type ModuleFormat = "module" | "commonjs";

/**
 * `.mts` and `.cts` say so. A `.ts` file is an ES module whatever its package.json says, so that `await` works at its top
 * level, unless it is plainly written for CommonJS: it sets its exports and has no import or export of its own.
 */
export function formatOf(path: string, source: string): ModuleFormat {
  if (path.endsWith(".mts")) return "module";
  if (path.endsWith(".cts")) return "commonjs";
  const setsExports =
    /^\s*(?:module\.exports|exports\.\w+|export)\s*=/m.test(source) || /^\s*import\s+\w+\s*=\s*require\b/m.test(source);
  return (setsExports || /\brequire\.main\b/.test(source)) && !hasModuleSyntax(source) ? "commonjs" : "module";
}

/** Of any program, JavaScript too: there the package.json decides, and where it is silent, the syntax, as in Node. */
export function mainFormat(path: string): ModuleFormat {
  if (path.endsWith(".mjs")) return "module";
  if (path.endsWith(".cjs")) return "commonjs";
  const source = readFileSync(path, "utf8");
  if (!path.endsWith(".js")) return formatOf(path, source);
  const type = packageType(path);
  if (type !== undefined) return type;
  return hasModuleSyntax(source) || /^(?:const|let|var)\b.*=\s*await\b|^await\b/m.test(source) ? "module" : "commonjs";
}

function hasModuleSyntax(source: string): boolean {
  return /^\s*(?:import\b(?!\s*\()(?!\s+\w+\s*=\s*require\b)|export\b(?!\s*=))/m.test(source);
}

function packageType(path: string): ModuleFormat | undefined {
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const file = join(folder, "package.json");
    if (existsSync(file)) {
      const { type } = JSON.parse(readFileSync(file, "utf8")) as { type?: unknown };
      return type === "module" || type === "commonjs" ? type : undefined;
    }
    if (dirname(folder) === folder) return undefined;
  }
}
