/** Between V8's lines and columns (0-based) and offsets into a script's text. */
import type { FunctionLocation } from "./scopes";

/** Where the text of a function starts in its script; V8's location points somewhere inside (at the parameters, for one). */
export function textOffset(source: string, location: FunctionLocation, text: string): number | undefined {
  const offset = offsetOf(source, location.line, location.column);
  const start = source.lastIndexOf(text, offset);
  return start >= 0 && start + text.length > offset ? start : undefined;
}

/** Line and column (0-based) of an offset. */
export function positionOf(source: string, offset: number): { readonly line: number; readonly column: number } {
  let line = 0;
  let start = 0;
  for (let at = source.indexOf("\n"); at >= 0 && at < offset; at = source.indexOf("\n", at + 1)) {
    line++;
    start = at + 1;
  }
  return { line, column: offset - start };
}

/** The offset of a line and column (0-based). */
export function offsetOf(source: string, line: number, column: number): number {
  let start = 0;
  for (let i = 0; i < line; i++) {
    const next = source.indexOf("\n", start);
    if (next < 0) break;
    start = next + 1;
  }
  return start + column;
}
