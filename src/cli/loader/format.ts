/** Whether a TypeScript file is an ES module or CommonJS. */
export type ModuleFormat = "module" | "commonjs";

/**
 * `.mts` and `.cts` say so. A `.ts` file is an ES module whatever its package.json says, so that `await` works at its top
 * level, unless it is plainly written for CommonJS: it sets its exports and has no import or export of its own.
 */
export function formatOf(path: string, source: string): ModuleFormat {
  if (path.endsWith(".mts")) return "module";
  if (path.endsWith(".cts")) return "commonjs";
  const isModule = /^\s*(?:import|export)\b(?!\s*=)(?!\s+\w+\s*=\s*require)/m.test(source);
  const isCommonJs = /^\s*(?:module\.exports|exports\.\w+|export)\s*=/m.test(source) || /^\s*import\s+\w+\s*=\s*require\b/m.test(source);
  return isCommonJs && !isModule ? "commonjs" : "module";
}
