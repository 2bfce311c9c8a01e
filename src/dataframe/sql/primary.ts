/** The innermost expressions: literals, names, calls, CASE, CAST, subqueries, rows, lambdas and stars. */
import type { UnresolvedExpression } from "../syntax/expression";
import { isSeeded, newSeed } from "../syntax/random-calls";
import type { Cursor } from "./cursor";
import { callForm } from "./call-forms";
import { callArguments, callTail } from "./calls";
import { datetimeLiteral } from "./datetime-literal";
import { intervalLiteral, isIntervalBody } from "./interval-literal";
import { namedExpression } from "./aliases";
import { isNumber, numberLiteral } from "./number-literal";
import { booleanLiteral, literal, operator, stringLiteral } from "./make";
import { dataType } from "./type-parser";

export interface ExpressionRules {
  expression(p: Cursor): UnresolvedExpression;
  valueExpression(p: Cursor, minimum?: number): UnresolvedExpression;
}

export function primary(p: Cursor, rules: ExpressionRules): UnresolvedExpression {
  const token = p.token;
  const start = token.start;
  switch (token.kind) {
    case "string": {
      const value = p.strings();
      const collation = p.options.defaultCollation;
      return collation === undefined || collation === "UTF8_BINARY"
        ? stringLiteral(value, p.at(start))
        : literal(value, { kind: "string", collation }, p.at(start));
    }
    case "integer":
    case "decimal":
    case "exponent":
    case "suffixed":
      return numberLiteral(p, false, start);
    case "quoted":
      return nameOrCall(p);
    case "word":
      return word(p, rules);
    case "symbol":
      break;
    default:
      throw p.unexpected();
  }
  switch (token.symbol) {
    case "(":
      return parenthesized(p);
    case "*":
      p.next();
      return star(p, [], start);
    case "?":
      p.next();
      return { kind: "parameter", name: null, position: p.positional++, at: p.at(start) };
    case ":": {
      p.next();
      const name = p.name();
      return { kind: "parameter", name, position: -1, at: p.at(start) };
    }
    default:
      throw p.unexpected();
  }
}

function star(p: Cursor, qualifier: readonly string[], start: number): UnresolvedExpression {
  let except: readonly (readonly string[])[] = [];
  if (p.is("EXCEPT") && p.isAt(1, "(") && p.isName(2) && !isQueryStart(p, 2)) {
    p.next();
    except = p.parenthesized(() => p.names());
  }
  return { kind: "star", qualifier, except, at: p.at(start) };
}

function word(p: Cursor, rules: ExpressionRules): UnresolvedExpression {
  const { symbol, start } = p.token;
  const next = p.peek(1);
  switch (symbol) {
    case "NULL":
      if (next.symbol === "(" || next.symbol === ".") break;
      p.next();
      return literal(null, { kind: "null" }, p.at(start));
    case "TRUE":
    case "FALSE":
      if (next.symbol === "(" || next.symbol === ".") break;
      p.next();
      return booleanLiteral(symbol === "TRUE", p.at(start));
    case "CASE":
      if (next.kind !== "end" && next.symbol !== "," && next.symbol !== ")" && next.symbol !== ".") {
        return caseExpression(p, rules);
      }
      break;
    case "INTERVAL":
      if (isIntervalBody(p)) return intervalLiteral(p);
      break;
    default:
      break;
  }
  if (next.kind === "string") return typedLiteral(p);
  if (next.symbol === "->") return lambda(p, [p.name()], start);
  if (next.symbol !== "(") return nameOrCall(p);
  switch (symbol) {
    case "CAST":
    case "TRY_CAST": {
      p.next();
      p.expect("(");
      const child = rules.expression(p);
      p.expect("AS");
      const type = dataType(p);
      p.expect(")");
      return { kind: "cast", child, type, mode: symbol === "CAST" ? "cast" : "try", at: p.at(start) };
    }
    case "EXISTS":
      if (isQueryStart(p, 2)) {
        p.next();
        p.expect("(");
        const plan = p.rules.query(p);
        p.expect(")");
        return { kind: "exists", plan, at: p.at(start) };
      }
      break;
    case "STRUCT": {
      p.next();
      p.expect("(");
      const args = p.is(")") ? [] : p.list(() => namedExpression(p));
      p.expect(")");
      return callTail(p, { kind: "call", name: ["struct"], args }, start);
    }
    case "IDENTIFIER": {
      const mark = p.mark;
      p.next();
      p.expect("(");
      const name = rules.expression(p);
      if (p.accept(")")) return identifier(p, name, start);
      p.reset(mark);
      break;
    }
    default: {
      const form = callForm(p, symbol, rules);
      if (form !== null) return form;
    }
  }
  return nameOrCall(p);
}

/** IDENTIFIER(text), with arguments behind it where it names a function. */
function identifier(p: Cursor, name: UnresolvedExpression, start: number): UnresolvedExpression {
  if (!p.is("(")) return { kind: "identifier", expression: name, at: p.at(start) };
  const call = callTail(p, { kind: "call", name: [], ...callArguments(p) }, start);
  return { kind: "identifier", expression: name, call, at: p.at(start) };
}

/** a, a.b, a.b.*, f(x), a.f(x) */
function nameOrCall(p: Cursor): UnresolvedExpression {
  const start = p.token.start;
  let quoted = p.token.kind === "quoted";
  const parts = [p.name()];
  while (p.is(".")) {
    if (p.isAt(1, "*")) {
      p.next();
      p.next();
      return star(p, parts, start);
    }
    if (!p.isName(1)) break;
    p.next();
    quoted = p.token.kind === "quoted";
    parts.push(p.name());
  }
  if (p.is("(")) return callTail(p, { kind: "call", name: parts, ...callArguments(p), ...seedOf(p, parts) }, start);
  if (quoted && p.options.quotedRegexColumnNames === true && p.inItem && parts.length <= 2) {
    return { kind: "regex", qualifier: parts.slice(0, -1), pattern: parts.at(-1) as string, at: p.at(start) };
  }
  return { kind: "name", parts, at: p.at(start) };
}

function seedOf(p: Cursor, name: readonly string[]): { readonly seed?: string } {
  if (!isSeeded(name.at(-1) as string)) return {};
  p.draws = true;
  return p.options.seeds === true ? { seed: newSeed() } : {};
}

function lambda(p: Cursor, params: readonly string[], start: number): UnresolvedExpression {
  p.expect("->");
  const body = p.rules.expression(p);
  return { kind: "lambda", params, body, at: p.at(start) };
}

function typedLiteral(p: Cursor): UnresolvedExpression {
  const start = p.token.start;
  const type = p.next().symbol;
  const text = p.string();
  if (type === "X") return binaryLiteral(p, text, start);
  const value = datetimeLiteral(p, type, text, start);
  if (value !== null) return value;
  const supportedTypes = '"DATE", "TIMESTAMP_NTZ", "TIMESTAMP_LTZ", "TIMESTAMP", "INTERVAL", "X", "TIME"';
  throw p.error("UNSUPPORTED_TYPED_LITERAL", { unsupportedType: `"${type}"`, supportedTypes }, start);
}

function binaryLiteral(p: Cursor, text: string, start: number): UnresolvedExpression {
  if (!/^[0-9a-fA-F]*$/.test(text)) {
    throw p.error("INVALID_TYPED_LITERAL", { valueType: '"X"', value: `'${text}'` }, start);
  }
  const padded = text.length % 2 === 0 ? text : `0${text}`;
  const bytes = Uint8Array.from({ length: padded.length / 2 }, (_, i) => parseInt(padded.slice(2 * i, 2 * i + 2), 16));
  return literal(bytes, { kind: "binary" }, p.at(start));
}

/** CASE x WHEN a …: x is compared with each. */
function caseExpression(p: Cursor, rules: ExpressionRules): UnresolvedExpression {
  const start = p.token.start;
  p.expect("CASE");
  const value = p.is("WHEN") ? null : rules.expression(p);
  const args: UnresolvedExpression[] = [];
  do {
    p.expect("WHEN");
    const whenStart = p.token.start;
    const condition = rules.expression(p);
    args.push(value === null ? condition : operator("=", [value, condition], p.at(whenStart)));
    p.expect("THEN");
    args.push(rules.expression(p));
  } while (p.is("WHEN"));
  if (p.accept("ELSE")) args.push(rules.expression(p));
  p.expect("END");
  return operator("case", args, p.at(start));
}

/** (x, y) -> …, a subquery, a row (a, b), or an expression in parentheses. */
function parenthesized(p: Cursor): UnresolvedExpression {
  const start = p.token.start;
  const params = lambdaParameters(p);
  if (params !== null) return lambda(p, params, start);
  if (isQueryStart(p, 1)) {
    const nested = p.isAt(1, "(");
    const mark = p.mark;
    p.next();
    if (!nested) return subquery(p, start);
    // ((SELECT 1) + 2) is an expression, ((SELECT 1) UNION …) a query: only trying tells.
    const positional = p.positional;
    try {
      return subquery(p, start);
    } catch {
      p.reset(mark);
      p.positional = positional;
    }
  }
  p.expect("(");
  const first = namedExpression(p);
  if (p.is(",")) {
    const items = [first];
    while (p.accept(",")) items.push(namedExpression(p));
    p.expect(")");
    return operator("struct", items, p.at(start));
  }
  if (first.kind === "alias") {
    throw p.unexpected();
  }
  p.expect(")");
  return first;
}

function subquery(p: Cursor, start: number): UnresolvedExpression {
  const plan = p.rules.query(p);
  p.expect(")");
  return { kind: "scalarSubquery", plan, at: p.at(start) };
}

function lambdaParameters(p: Cursor): readonly string[] | null {
  const names: string[] = [];
  for (let n = 1; ; n += 2) {
    if (!p.isName(n)) return null;
    names.push(p.peek(n).text);
    if (p.isAt(n + 1, ",")) continue;
    if (names.length < 2 || !p.isAt(n + 1, ")") || !p.isAt(n + 2, "->")) return null;
    for (let i = 0; i < n + 2; i++) p.next();
    return names;
  }
}

/** A query may begin `n` tokens ahead. Behind several parentheses this is a guess that has to be tried. */
export function isQueryStart(p: Cursor, n: number): boolean {
  let i = n;
  while (p.isAt(i, "(")) i++;
  const next = p.peek(i + 1);
  switch (p.peek(i).symbol) {
    case "SELECT":
      return next.kind !== "end" && next.symbol !== ")" && next.symbol !== "," && next.symbol !== ".";
    case "WITH":
    case "FROM":
      return next.kind === "word" || next.kind === "quoted" || (p.isAt(i, "FROM") && next.symbol === "(");
    case "VALUES":
      return next.symbol === "(" ? true : next.kind === "string" || isNumber(next) || next.kind === "word" || next.symbol === "-";
    case "TABLE":
    case "MAP":
    case "REDUCE":
      return next.kind === "word" || next.kind === "quoted";
    default:
      return false;
  }
}
