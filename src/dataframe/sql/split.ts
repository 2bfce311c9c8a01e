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
  let previous: Token | null = null;
  let depth = 0;
  let parentheses = 0;
  for (const [index, token] of tokens.entries()) {
    if (token.kind === "end") break;
    if (token.symbol === ";" && depth <= 0) {
      if (first !== null) statements.push(text.slice(start, token.start).trim());
      start = token.end;
      first = null;
      depth = 0;
      parentheses = 0;
      previous = null;
      continue;
    }
    first ??= token;
    if (token.symbol === "(") parentheses++;
    else if (token.symbol === ")") parentheses--;
    else if (first.symbol === "BEGIN" && parentheses <= 0) depth += opened(previous, token, tokens[index + 1]!);
    previous = token;
  }
  return { statements, rest: first === null ? "" : text.slice(start).trim() };
}

/** What END of control flow has behind it; only CASE is counted where it begins, as there are expressions of that name. */
const LOOPS_AND_BRANCHES: ReadonlySet<string> = new Set(["IF", "FOR", "LOOP", "REPEAT", "WHILE"]);

/** By how much a token of a script goes deeper into what ends with a mere END or with END CASE. */
function opened(previous: Token | null, { symbol }: Token, next: Token): -1 | 0 | 1 {
  if (symbol === "BEGIN") return 1;
  if (symbol === "CASE") return previous?.symbol === "END" ? 0 : 1;
  return symbol === "END" && !LOOPS_AND_BRANCHES.has(next.symbol) ? -1 : 0;
}

/** A statement without its comments and ends of lines; null where one of those stands in a literal or a name. */
export function onOneLine(statement: string): string | null {
  let line = "";
  let end = 0;
  for (const token of tokenize(statement)) {
    if (token.kind === "end") break;
    const text = statement.slice(token.start, token.end);
    if (text.includes("\n")) return null;
    line += (token.start > end && line !== "" ? " " : "") + text;
    end = token.end;
  }
  return line;
}
