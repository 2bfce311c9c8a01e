/** What the text of expressions means in the session that is active: set by the session, asked for wherever text is parsed. */
import type { ParseOptions } from "../sql/cursor";

let current: () => ParseOptions = () => ({});

export function setParseOptions(options: () => ParseOptions): void {
  current = options;
}

export function parseOptions(): ParseOptions {
  return current();
}
