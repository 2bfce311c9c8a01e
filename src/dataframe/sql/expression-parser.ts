/**
 * Expressions. From loose to tight: OR, AND, NOT, predicates (BETWEEN, IN, LIKE, IS), comparison, |, ^, &, shifts, + - ||,
 * * / % DIV, signs and ~, then what stands right behind a value (::type, [index], .field, COLLATE).
 */
import type { UnresolvedExpression } from "../syntax/expression";
import type { Cursor } from "./cursor";
import { isNumber, numberLiteral } from "./number-literal";
import { booleanLiteral, literal, negated, operator, stringLiteral } from "./make";
import { likePredicate } from "./like-predicate";
import { isQueryStart, primary } from "./primary";
import { dataType, writtenCollation } from "./type-parser";

export function expression(p: Cursor): UnresolvedExpression {
  const start = p.token.start;
  let left = conjunction(p);
  while (p.accept("OR")) left = operator("or", [left, conjunction(p)], p.at(start));
  return left;
}

function conjunction(p: Cursor): UnresolvedExpression {
  const start = p.token.start;
  let left = negation(p);
  while (p.accept("AND")) left = operator("and", [left, negation(p)], p.at(start));
  return left;
}

function negation(p: Cursor): UnresolvedExpression {
  const start = p.token.start;
  if (p.is("!") || (p.is("NOT") && beginsOperand(p))) {
    p.next();
    return operator("not", [negation(p)], p.at(start));
  }
  return predicated(p);
}

/** NOT is a name where nothing follows that it could negate. */
function beginsOperand(p: Cursor): boolean {
  const { kind, symbol } = p.peek(1);
  return kind !== "end" && symbol !== ")" && symbol !== "," && symbol !== ";" && symbol !== ".";
}

const NEGATABLE: ReadonlySet<string> = new Set(["BETWEEN", "IN", "LIKE", "ILIKE", "RLIKE", "REGEXP"]);

function predicated(p: Cursor): UnresolvedExpression {
  const start = p.token.start;
  const left = valueExpression(p);
  if (p.is("IS")) return isPredicate(p, left, start);
  const not = (p.is("NOT") || p.is("!")) && NEGATABLE.has(p.peek(1).symbol);
  if (not) p.next();
  else if (!p.isOneOf(NEGATABLE)) return left;
  switch (p.next().symbol) {
    case "BETWEEN": {
      const lower = valueExpression(p);
      p.expect("AND");
      const between = operator("between", [left, lower, valueExpression(p)], p.at(start));
      return negated(not, between, p.at(start));
    }
    case "IN":
      return negated(not, inPredicate(p, left, start), p.at(start));
    case "LIKE":
      return likePredicate(p, "like", left, not, start, valueExpression);
    case "ILIKE":
      return likePredicate(p, "ilike", left, not, start, valueExpression);
    default:
      return negated(not, operator("rlike", [left, valueExpression(p)], p.at(start)), p.at(start));
  }
}

function isPredicate(p: Cursor, left: UnresolvedExpression, start: number): UnresolvedExpression {
  p.expect("IS");
  const not = p.accept("NOT") || p.accept("!");
  if (p.accept("NULL")) return operator(not ? "isnotnull" : "isnull", [left], p.at(start));
  if (p.accept("UNKNOWN")) {
    const asBoolean: UnresolvedExpression = { kind: "cast", child: left, type: { kind: "boolean" }, mode: "cast" };
    return operator(not ? "isnotnull" : "isnull", [asBoolean], p.at(start));
  }
  if (p.is("TRUE") || p.is("FALSE")) {
    const value = booleanLiteral(p.next().symbol === "TRUE");
    return negated(not, operator("<=>", [left, value], p.at(start)), p.at(start));
  }
  p.expect("DISTINCT", "FROM");
  const same = operator("<=>", [left, valueExpression(p)], p.at(start));
  return negated(!not, same, p.at(start));
}

function inPredicate(p: Cursor, left: UnresolvedExpression, start: number): UnresolvedExpression {
  p.expect("(");
  if (p.is(")")) {
    p.next();
    throw p.error("INVALID_SQL_SYNTAX.EMPTY_IN_PREDICATE", {}, start);
  }
  if (isQueryStart(p, 0)) {
    const plan = p.rules.query(p);
    p.expect(")");
    const row = left.kind === "call" && left.operator === true && left.name[0] === "struct" ? left.args : [left];
    return { kind: "inSubquery", values: row, plan, at: p.at(start) };
  }
  const values = p.list(() => expression(p));
  p.expect(")");
  return operator("in", [left, ...values], p.at(start));
}

const UNARY = 8;

/** How tight a binary operator binds; 0 for what is none. */
function precedence(p: Cursor): number {
  switch (p.token.symbol) {
    case "=":
    case "==":
    case "<=>":
    case "<>":
    case "!=":
    case "<":
    case "<=":
    case "!>":
    case ">=":
    case "!<":
      return 1;
    case ">":
      return shiftLength(p) > 1 ? 5 : 1;
    case "|":
      return 2;
    case "^":
      return 3;
    case "&":
      return 4;
    case "<<":
      return 5;
    case "+":
    case "-":
    case "||":
      return 6;
    case "*":
    case "/":
    case "%":
      return 7;
    case "DIV":
      return p.peek(1).kind === "end" || p.isAt(1, ",") || p.isAt(1, "FROM") ? 0 : 7;
    default:
      return 0;
  }
}

/** >> and >>> are their single characters without blanks between. */
function shiftLength(p: Cursor): number {
  let length = 1;
  while (length < 3 && p.isAt(length, ">") && p.peek(length - 1).end === p.peek(length).start) length++;
  return length;
}

const COMPARISONS: Readonly<Record<string, string>> = { "==": "=", "<>": "!=", "!>": "<=", "!<": ">=" };

export function valueExpression(p: Cursor, minimum = 1): UnresolvedExpression {
  const start = p.token.start;
  let left = unary(p);
  for (;;) {
    const level = precedence(p);
    if (level === 0 || level < minimum) return left;
    let symbol = p.token.symbol;
    if (symbol === ">" && level === 5) {
      symbol = ">".repeat(shiftLength(p));
      for (let i = 1; i < symbol.length; i++) p.next();
    }
    p.next();
    const right = valueExpression(p, level + 1);
    left = operator(COMPARISONS[symbol] ?? symbol.toLowerCase(), [left, right], p.at(start));
  }
}

function unary(p: Cursor): UnresolvedExpression {
  const start = p.token.start;
  if (p.is("-") && isNumber(p.peek(1))) {
    p.next();
    return postfix(p, numberLiteral(p, true, start), start);
  }
  if (p.accept("-")) return operator("negative", [valueExpression(p, UNARY)], p.at(start));
  if (p.accept("+")) return operator("positive", [valueExpression(p, UNARY)], p.at(start));
  if (p.accept("~")) return operator("~", [valueExpression(p, UNARY)], p.at(start));
  return postfix(p, primary(p, { expression, valueExpression }), start);
}

/** What stands right behind a value. */
function postfix(p: Cursor, base: UnresolvedExpression, start: number): UnresolvedExpression {
  let value = base;
  for (;;) {
    if (p.is(".") && p.isName(1)) {
      p.next();
      const field = p.name();
      value =
        value.kind === "name" && value.planId === undefined
          ? { kind: "name", parts: [...value.parts, field], at: p.at(start) }
          : { kind: "extract", child: value, index: stringLiteral(field), field: true, at: p.at(start) };
    } else if (p.accept("[")) {
      const index = valueExpression(p);
      p.expect("]");
      value = { kind: "extract", child: value, index, at: p.at(start) };
    } else if (p.accept("::")) {
      value = { kind: "cast", child: value, type: dataType(p), mode: "cast", at: p.at(start) };
    } else if (p.is("COLLATE") && p.isName(1)) {
      p.next();
      value = operator("collate", [value, stringLiteral(writtenCollation(p))], p.at(start));
    } else if (p.is(":") && (p.isName(1) || p.isAt(1, "[")) && value.kind !== "literal") {
      p.next();
      value = operator("variant_get", [value, literal(variantPath(p), { kind: "string" })], p.at(start));
    } else {
      return value;
    }
  }
}

/** v:a.b[0]['c'], as a JSON path. */
function variantPath(p: Cursor): string {
  let path = "$";
  if (p.isName()) path += segment(p);
  for (;;) {
    if (p.is(".") && p.isName(1)) {
      p.next();
      path += segment(p);
    } else if (p.accept("[")) {
      path += p.token.kind === "string" ? `['${p.next().text}']` : `[${p.integer()}]`;
      p.expect("]");
    } else {
      return path;
    }
  }
}

function segment(p: Cursor): string {
  const name = p.name();
  return /^\w+$/.test(name) ? `.${name}` : `['${name}']`;
}
