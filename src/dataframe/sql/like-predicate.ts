/** LIKE and ILIKE, with ESCAPE and over lists of patterns. */
import type { UnresolvedExpression } from "../syntax/expression";
import type { Cursor } from "./cursor";
import { negated, operator, stringLiteral } from "./make";

export function likePredicate(
  p: Cursor,
  kind: "like" | "ilike",
  left: UnresolvedExpression,
  not: boolean,
  start: number,
  pattern: (p: Cursor) => UnresolvedExpression,
): UnresolvedExpression {
  const quantified = (p.is("ANY") || p.is("SOME") || p.is("ALL")) && p.isAt(1, "(");
  if (quantified) return quantifiedLike(p, kind, left, not, start);
  const args = [left, pattern(p)];
  if (p.is("ESCAPE") && p.peek(1).kind === "string") {
    p.next();
    const escape = p.string();
    if ([...escape].length !== 1) throw p.error("INVALID_ESC", { invalidEscape: `'${escape}'` }, start);
    args.push(stringLiteral(escape));
  }
  return negated(not, operator(kind, args, p.at(start)), p.at(start));
}

/** Lists of texts are one call; others, those with NULL among them, become LIKEs joined by AND or OR. */
function quantifiedLike(
  p: Cursor,
  kind: "like" | "ilike",
  left: UnresolvedExpression,
  not: boolean,
  start: number,
): UnresolvedExpression {
  const all = p.next().symbol === "ALL";
  p.expect("(");
  if (p.accept(")")) {
    const msg = "Expected something between '(' and ')'.";
    const keyword = not ? 4 : 0;
    throw p.error("_LEGACY_ERROR_TEMP_0064", { msg }, predicateStart(p, start, keyword));
  }
  const patterns = p.list(() => p.rules.expression(p));
  p.expect(")");
  const constant = patterns.every((each) => each.kind === "literal" && each.type.kind === "string");
  if (constant) {
    const name = `${not ? "not" : ""}like${all ? "all" : "any"}`;
    const cased = kind === "like" ? [left, ...patterns] : [operator("lower", [left], left.at), ...patterns.map(lowerCase)];
    return operator(name, cased, p.at(start));
  }
  return patterns
    .map((each) => negated(not, operator(kind, [left, each], p.at(start)), p.at(start)))
    .reduce((one, other) => operator(all ? "and" : "or", [one, other], p.at(start)));
}

function lowerCase(pattern: UnresolvedExpression): UnresolvedExpression {
  return pattern.kind === "literal" && typeof pattern.value === "string"
    ? { ...pattern, value: pattern.value.toLowerCase() }
    : pattern;
}

/** Errors of the list are about the predicate without its left side. */
function predicateStart(p: Cursor, start: number, before: number): number {
  const text = p.text.slice(start, p.previousEnd).toUpperCase();
  const at = Math.max(text.lastIndexOf(" LIKE"), text.lastIndexOf(" ILIKE"));
  return at < 0 ? start : start + at + 1 - before;
}
