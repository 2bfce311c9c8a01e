/** The functions that esbuild, TypeScript, swc and Babel add to files, known by their names, so that they need not travel. */
import type { HelperName } from "./wire";

const HELPERS: readonly (readonly [HelperName, RegExp])[] = [
  ["star", /^_{1,2}(?:toESM|importStar|interop_?require_?wildcard)$/i],
  ["default-box", /^_{1,2}(?:importDefault|interop_?require_?default)$/i],
  ["name", /^__name$/],
];

export function helperOf(name: string): HelperName | undefined {
  return name.startsWith("_") ? HELPERS.find(([, pattern]) => pattern.test(name))?.[0] : undefined;
}

/** What `__name(fn, "name")` does. */
export function setName(fn: Function, name: string): Function {
  return Object.defineProperty(fn, "name", { value: name, configurable: true });
}
