/** OVER and WINDOW: partitions, order and frames. */
import type { UnresolvedBound, UnresolvedExpression, UnresolvedFrame, UnresolvedWindow } from "../syntax/expression";
import type { Cursor } from "./cursor";
import { sortItems } from "./sort-item";

export function windowSpec(p: Cursor): UnresolvedWindow {
  const start = p.token.start;
  if (!p.is("(")) {
    const reference = p.strictName();
    return { reference, partitionBy: [], orderBy: [], at: p.at(start) };
  }
  p.expect("(");
  if (p.isName() && p.isAt(1, ")")) {
    const reference = p.name();
    p.expect(")");
    return { reference, partitionBy: [], orderBy: [], at: p.at(start) };
  }
  const expressions = (): readonly ReturnType<typeof p.rules.expression>[] => p.list(() => p.rules.expression(p));
  const partitionBy =
    p.accept("PARTITION", "BY") || p.accept("DISTRIBUTE", "BY") || p.accept("CLUSTER", "BY") ? expressions() : [];
  const orderBy = p.accept("ORDER", "BY") || p.accept("SORT", "BY") ? sortItems(p) : [];
  const frame = p.is("ROWS") || p.is("RANGE") ? windowFrame(p) : undefined;
  p.expect(")");
  return { partitionBy, orderBy, ...(frame && { frame }), at: p.at(start) };
}

function windowFrame(p: Cursor): UnresolvedFrame {
  const unit = p.next().symbol === "ROWS" ? "rows" : "range";
  if (!p.accept("BETWEEN")) return { unit, start: bound(p), end: { kind: "currentRow" } };
  const start = bound(p);
  p.expect("AND");
  return { unit, start, end: bound(p) };
}

function bound(p: Cursor): UnresolvedBound {
  if (p.is("UNBOUNDED") && (p.isAt(1, "PRECEDING") || p.isAt(1, "FOLLOWING"))) {
    p.next();
    return { kind: p.next().symbol === "PRECEDING" ? "unboundedPreceding" : "unboundedFollowing" };
  }
  if (p.accept("CURRENT", "ROW")) return { kind: "currentRow" };
  const { start } = p.token;
  const offset = p.rules.expression(p);
  if (needsNames(offset)) throw p.error("_LEGACY_ERROR_TEMP_0064", { msg: "Frame bound value must be a literal." }, start);
  if (p.accept("PRECEDING")) return { kind: "preceding", offset };
  p.expect("FOLLOWING");
  return { kind: "following", offset };
}

const NAMED: ReadonlySet<unknown> = new Set(["name", "identifier", "star", "regex", "scalarSubquery", "exists", "inSubquery"]);

/** Columns, functions and subqueries: what is not known before analysis. */
function needsNames(expression: UnresolvedExpression): boolean {
  const visit = (value: unknown): boolean => {
    if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return false;
    if (Array.isArray(value)) return value.some(visit);
    const { kind, operator } = value as { readonly kind?: unknown; readonly operator?: boolean };
    if (NAMED.has(kind) || (kind === "call" && operator !== true)) return true;
    return Object.entries(value).some(([key, part]) => key !== "at" && key !== "type" && visit(part));
  };
  return visit(expression);
}

/** WINDOW a AS (…), b AS a */
export function windowClause(p: Cursor): Readonly<Record<string, UnresolvedWindow>> {
  p.expect("WINDOW");
  const windows: Record<string, UnresolvedWindow> = {};
  p.list(() => {
    const start = p.token.start;
    const name = p.strictName();
    if (Object.hasOwn(windows, name))
      throw p.error("INVALID_SQL_SYNTAX.REPETITIVE_WINDOW_DEFINITION", { windowName: `\`${name}\`` }, start);
    p.expect("AS");
    windows[name] = windowSpec(p);
  });
  return windows;
}
