/** SQL text to syntax: the parser's entry points. All throw ParseError where a text is not SQL. */
import { ParseError } from "../errors";
import type { Statement } from "../syntax/command";
import type { UnresolvedExpression } from "../syntax/expression";
import type { UnresolvedPlan } from "../syntax/plan";
import { namedExpression } from "./aliases";
import { Cursor } from "./cursor";
import type { ParseOptions } from "./cursor";
import { expression } from "./expression-parser";
import { query } from "./query-parser";
import { statement } from "./statement-parser";

const RULES = { query, expression };

/** One statement; semicolons may follow it. */
export function parseStatement(text: string, options?: ParseOptions): Statement {
  return readStatement(new Cursor(text, RULES, options));
}

/**
 * The statement that a DataFrame is made of: random calls of a query are given seeds. `keepable` tells that the text would mean the same when
 * it is read again: no day or instant as of its reading, and no such seed is in it.
 */
export function parseForDataFrame(
  text: string,
  options: ParseOptions,
): { readonly statement: Statement; readonly keepable: boolean } {
  const p = new Cursor(text, RULES, { ...options, seeds: true });
  const parsed = readStatement(p);
  // Views and loops run what they hold more than once, and draw anew each time.
  if (p.draws && parsed.kind !== "query") return { statement: parseStatement(text, options), keepable: false };
  return { statement: parsed, keepable: !p.readsClock && !p.draws };
}

function readStatement(p: Cursor): Statement {
  if (p.token.kind === "end") throw new ParseError("PARSE_EMPTY_STATEMENT", {});
  const parsed = statement(p);
  p.expectEnd();
  return parsed;
}

/** An expression, perhaps with an alias: what selectExpr and expr take. */
export function parseExpression(text: string, options?: ParseOptions): UnresolvedExpression {
  const p = new Cursor(text, RULES, options);
  if (p.token.kind === "end") throw new ParseError("PARSE_EMPTY_STATEMENT", {});
  const parsed = namedExpression(p);
  expectEnd(p);
  return parsed;
}

/** A query without the other statements: the text of a view. */
export function parseQuery(text: string, options?: ParseOptions): UnresolvedPlan {
  const p = new Cursor(text, RULES, options);
  const plan = query(p);
  p.expectEnd();
  return plan;
}

/** `catalog`.db.table: the parts of a name. */
export function parseTableIdentifier(text: string): readonly string[] {
  const p = new Cursor(text, RULES);
  if (p.token.kind === "end") throw new ParseError("PARSE_EMPTY_STATEMENT", {});
  const parts = p.names();
  expectEnd(p);
  return parts;
}

function expectEnd(p: Cursor): void {
  if (p.token.kind !== "end") throw p.unexpected();
}
