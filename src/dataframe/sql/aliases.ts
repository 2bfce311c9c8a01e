/**
 * Where a name stands for an alias and where it begins the next clause. Nearly every keyword may be a name (`SELECT 1 limit`
 * names a column "limit"), so a keyword counts as one where what follows it fits.
 */
import type { UnresolvedExpression } from "../syntax/expression";
import type { Cursor } from "./cursor";

/** Words that never are names of tables without quotes. */
const NEVER_TABLE_ALIAS: ReadonlySet<string> = new Set([
  "ANTI", "CROSS", "EXCEPT", "FULL", "INNER", "INTERSECT", "JOIN", "LATERAL", "LEFT", "MINUS", "NATURAL", "ON", "RIGHT",
  "SEMI", "UNION", "USING",
]); // prettier-ignore

export function canBeTableAlias(p: Cursor): boolean {
  if (p.token.kind === "quoted") return true;
  return p.token.kind === "word" && !NEVER_TABLE_ALIAS.has(p.token.symbol);
}

/** A table's alias comes next, without AS. */
export function isTableAlias(p: Cursor): boolean {
  return canBeTableAlias(p) && (p.token.kind === "quoted" || !(beginsClause(p) || beginsAfterTable(p)));
}

/** A column's alias comes next, without AS. */
export function isColumnAlias(p: Cursor): boolean {
  if (p.token.kind === "quoted") return true;
  return p.token.kind === "word" && !beginsClause(p);
}

function endsThere(p: Cursor, n: number): boolean {
  const { kind, symbol } = p.peek(n);
  return kind === "end" || symbol === ")" || symbol === ";" || symbol === "," || symbol === "|>";
}

/** The word at the cursor begins a clause of a query. */
function beginsClause(p: Cursor): boolean {
  const word = p.token.symbol;
  if (word === p.aliasStop) return true;
  switch (word) {
    case "FROM":
    case "WHERE":
    case "HAVING":
    case "QUALIFY":
    case "LIMIT":
    case "OFFSET":
    case "UNION":
    case "EXCEPT":
    case "INTERSECT":
    case "MINUS":
    case "SELECT":
      return !endsThere(p, 1);
    case "GROUP":
    case "ORDER":
    case "CLUSTER":
    case "DISTRIBUTE":
    case "SORT":
      return p.isAt(1, "BY");
    case "WINDOW":
      return p.isName(1) && p.isAt(2, "AS");
    case "LATERAL":
      return p.isAt(1, "VIEW");
    case "INSERT":
      return p.isAt(1, "INTO") || p.isAt(1, "OVERWRITE");
    default:
      return false;
  }
}

/** The word begins something that may follow a table: it is not a table's alias, but may be a column's. */
function beginsAfterTable(p: Cursor): boolean {
  switch (p.token.symbol) {
    case "PIVOT":
    case "TABLESAMPLE":
    case "WITH":
      return p.isAt(1, "(");
    case "UNPIVOT":
      return p.isAt(1, "(") || p.isAt(1, "INCLUDE") || p.isAt(1, "EXCLUDE");
    case "SET":
    case "WHEN":
      return !endsThere(p, 1);
    case "APPROX":
    case "EXACT":
      return p.isAt(1, "NEAREST");
    case "MAP":
    case "REDUCE":
      return p.isName(1);
    case "FOR":
      return p.isAt(1, "SYSTEM_TIME") || p.isAt(1, "SYSTEM_VERSION") || p.isAt(1, "VERSION") || p.isAt(1, "TIMESTAMP");
    case "VERSION":
    case "TIMESTAMP":
    case "SYSTEM_TIME":
    case "SYSTEM_VERSION":
      return p.isAt(1, "AS") && p.isAt(2, "OF");
    default:
      return false;
  }
}

/** expression [AS] name, expression AS (a, b) */
export function namedExpression(p: Cursor): UnresolvedExpression {
  const start = p.token.start;
  const child = item(p);
  const named = (names: readonly string[]): UnresolvedExpression => ({ kind: "alias", child, names, at: p.at(start) });
  if (p.accept("AS")) return named(p.is("(") ? p.nameList() : [p.strictName()]);
  if (isColumnAlias(p)) return named([p.strictName()]);
  const path = variantPath(child);
  if (path !== null) return named([path]);
  if (p.is("(") && p.isName(1) && child.kind === "call" && (p.isAt(2, ",") || p.isAt(2, ")"))) return named(p.nameList());
  return child;
}

function item(p: Cursor): UnresolvedExpression {
  const outside = p.inItem;
  p.inItem = true;
  const child = p.rules.expression(p);
  p.inItem = outside;
  return child;
}

/** `v:a.b[0]` is named b, cast or not; `v:[0]` has no name of its own. */
function variantPath(child: UnresolvedExpression): string | null {
  if (child.kind === "cast") return variantPath(child.child);
  if (child.kind !== "call" || child.operator !== true || child.name[0] !== "variant_get") return null;
  const path = child.args[1];
  if (path?.kind !== "literal" || typeof path.value !== "string") return null;
  const toField = path.value.replace(/(\[\d+\])+$/, "");
  if (toField === "$") return null;
  return /([^.[\]'"]+)['"\]]*$/.exec(toField)?.[1] ?? null;
}

export function namedExpressions(p: Cursor): UnresolvedExpression[] {
  return p.list(() => namedExpression(p));
}
