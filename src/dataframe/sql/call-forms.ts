/** Calls with words among their arguments: EXTRACT(x FROM y), TRIM(BOTH x FROM y), TIMESTAMPADD(DAY, 1, t), … */
import type { UnresolvedExpression } from "../syntax/expression";
import type { Cursor } from "./cursor";
import { literal, operator, stringLiteral } from "./make";
import type { ExpressionRules } from "./primary";

/** The form, or null (and nothing taken) where the call is an ordinary one. The cursor stands on the name, a parenthesis follows. */
export function callForm(p: Cursor, name: string, rules: ExpressionRules): UnresolvedExpression | null {
  switch (name) {
    case "EXTRACT":
      return extract(p, rules);
    case "POSITION":
      return tried(p, () => position(p, rules));
    case "SUBSTRING":
    case "SUBSTR":
      return tried(p, () => substring(p, rules));
    case "TRIM":
      return tried(p, () => trim(p, rules));
    case "OVERLAY":
      return tried(p, () => overlay(p, rules));
    case "TIMESTAMPADD":
    case "DATEADD":
    case "DATE_ADD":
      return unitForm(p, "timestampadd", rules);
    case "TIMESTAMPDIFF":
    case "DATEDIFF":
    case "DATE_DIFF":
    case "TIMEDIFF":
      return unitForm(p, "timestampdiff", rules);
    default:
      return null;
  }
}

/** `form` gives null as soon as it sees that this is an ordinary call. */
function tried(p: Cursor, form: () => UnresolvedExpression | null): UnresolvedExpression | null {
  const mark = p.mark;
  const positional = p.positional;
  const result = form();
  if (result === null) {
    p.reset(mark);
    p.positional = positional;
  }
  return result;
}

function extract(p: Cursor, rules: ExpressionRules): UnresolvedExpression | null {
  const start = p.token.start;
  if (!p.isName(2) || !p.isAt(3, "FROM")) return null;
  p.next();
  p.expect("(");
  const field = p.name();
  p.expect("FROM");
  const source = rules.valueExpression(p);
  p.expect(")");
  return operator("extract", [stringLiteral(field), source], p.at(start));
}

function position(p: Cursor, rules: ExpressionRules): UnresolvedExpression | null {
  const start = p.token.start;
  p.next();
  p.expect("(");
  if (p.is(")")) return null;
  const wanted = rules.valueExpression(p);
  if (!p.accept("IN")) return null;
  const text = rules.valueExpression(p);
  p.expect(")");
  return operator("locate", [wanted, text], p.at(start));
}

function substring(p: Cursor, rules: ExpressionRules): UnresolvedExpression | null {
  const start = p.token.start;
  p.next();
  p.expect("(");
  if (p.is(")") || (p.isName() && p.isAt(1, "=>"))) return null;
  const args = [rules.valueExpression(p)];
  if (!p.accept("FROM")) return null;
  args.push(rules.valueExpression(p));
  if (p.accept("FOR") || p.accept(",")) args.push(rules.valueExpression(p));
  p.expect(")");
  return operator("substring", args, p.at(start));
}

const TRIMS: Readonly<Record<string, string>> = { BOTH: "trim", LEADING: "ltrim", TRAILING: "rtrim" };

function trim(p: Cursor, rules: ExpressionRules): UnresolvedExpression | null {
  const start = p.token.start;
  p.next();
  p.expect("(");
  let name = "trim";
  const side = TRIMS[p.token.symbol];
  const following = p.peek(1);
  if (side !== undefined && following.symbol !== ")" && following.symbol !== "," && following.symbol !== ".") {
    name = side;
    p.next();
  } else if (p.is(")")) {
    return null;
  }
  const characters = p.is("FROM") ? null : rules.valueExpression(p);
  if (!p.accept("FROM")) return null;
  const source = rules.valueExpression(p);
  p.expect(")");
  return operator(name, characters === null ? [source] : [characters, source], p.at(start));
}

function overlay(p: Cursor, rules: ExpressionRules): UnresolvedExpression | null {
  const start = p.token.start;
  p.next();
  p.expect("(");
  if (p.is(")")) return null;
  const args = [rules.valueExpression(p)];
  if (!p.accept("PLACING")) return null;
  args.push(rules.valueExpression(p));
  p.expect("FROM");
  args.push(rules.valueExpression(p));
  args.push(p.accept("FOR") ? rules.valueExpression(p) : literal(-1, { kind: "int" }));
  p.expect(")");
  return operator("overlay", args, p.at(start));
}

const UNITS: ReadonlySet<string> = new Set([
  "YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "DAYOFYEAR", "HOUR", "MINUTE", "SECOND", "MILLISECOND", "MICROSECOND",
]); // prettier-ignore

/** TIMESTAMPADD(unit, n, t) and TIMESTAMPDIFF(unit, a, b): the unit comes as text. With two arguments it is an ordinary call. */
function unitForm(p: Cursor, name: string, rules: ExpressionRules): UnresolvedExpression | null {
  const unit = p.peek(2);
  if (!p.isAt(3, ",") || !(UNITS.has(unit.symbol) || unit.kind === "string")) return null;
  return tried(p, () => {
    const start = p.token.start;
    const functionName = p.next().text.toLowerCase();
    p.expect("(");
    p.next();
    p.expect(",");
    if (p.isName() && p.isAt(1, "=>")) return null;
    const first = rules.valueExpression(p);
    if (!p.accept(",")) return null;
    const second = rules.valueExpression(p);
    if (!p.accept(")")) return null;
    if (unit.kind === "string") {
      const invalidValue = `'${unit.text}'`;
      throw p.error(
        "INVALID_PARAMETER_VALUE.DATETIME_UNIT",
        { functionName: `\`${functionName}\``, parameter: "`unit`", invalidValue },
        start,
      );
    }
    return operator(name, [stringLiteral(unit.symbol), first, second], p.at(start));
  });
}
