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
  return parseTimed(text, options).statement;
}

/** The same, and whether the text means something else at another time: a day or instant as of its reading is in it. */
export function parseTimed(text: string, options?: ParseOptions): { readonly statement: Statement; readonly timed: boolean } {
  const p = new Cursor(text, RULES, options);
  if (p.token.kind === "end") throw new ParseError("PARSE_EMPTY_STATEMENT", {});
  const parsed = statement(p);
  p.expectEnd();
  return { statement: parsed, timed: p.readsClock };
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
