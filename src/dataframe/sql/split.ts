/** Text with several statements, as files of SQL and prompts have it. */
import { ParseError } from "../errors";
import { tokenize, type Token } from "./lexer";

export interface SplitText {
  /** Whole statements, without their semicolons. */
  readonly statements: readonly string[];
  /** What follows the last semicolon, unless it is blank or comments. */
  readonly rest: string;
}

/**
 * Cuts at semicolons that stand outside of strings, comments and BEGIN … END. Text that ends within a string or a comment is
 * rest, as somebody is still writing it.
 */
export function splitStatements(text: string): SplitText {
  let tokens: readonly Token[];
  try {
    tokens = tokenize(text);
  } catch (error) {
    if (error instanceof ParseError) return { statements: [], rest: text };
    throw error;
  }
  const statements: string[] = [];
  let start = 0;
  let first: Token | null = null;
  let depth = 0;
  for (const token of tokens) {
    if (token.kind === "end") break;
    if (token.symbol === ";" && depth <= 0) {
      if (first !== null) statements.push(text.slice(start, token.start).trim());
      start = token.end;
      first = null;
      depth = 0;
      continue;
    }
    first ??= token;
    // CASE ends with END, too; blocks are counted in scripts only.
    if (first.symbol === "BEGIN") depth += DEPTH[token.symbol] ?? 0;
  }
  return { statements, rest: first === null ? "" : text.slice(start).trim() };
}

const DEPTH: Readonly<Record<string, number>> = { BEGIN: 1, CASE: 1, END: -1 };
