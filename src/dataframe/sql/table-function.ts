/** Functions in FROM, whose arguments may be tables. */
import type { TableArgument, UnresolvedPlan } from "../syntax/plan";
import type { UnresolvedExpression } from "../syntax/expression";
import type { Cursor } from "./cursor";
import { literal } from "./make";
import { isQueryStart } from "./primary";
import { objectName } from "./relation-names";
import { sortItem } from "./sort-item";

/** The call, or null, and nothing taken, where no function stands. */
export function tableFunction(p: Cursor): { plan: UnresolvedPlan; at: number } | null {
  const start = p.token.start;
  if (!p.isName()) return null;
  let n = 1;
  while (p.isAt(n, ".") && p.isName(n + 1)) n += 2;
  if (!p.isAt(n, "(")) return null;
  if (p.is("IDENTIFIER") && n === 1) {
    const mark = p.mark;
    const positional = p.positional;
    const name = objectName(p);
    if (!p.is("(")) {
      p.reset(mark);
      p.positional = positional;
      return null;
    }
    return { plan: call(p, name, start), at: start };
  }
  return { plan: call(p, p.names(), start), at: start };
}

function call(p: Cursor, name: readonly string[] | UnresolvedExpression, start: number): UnresolvedPlan {
  const args: UnresolvedExpression[] = [];
  const argNames: (string | null)[] = [];
  const tables: TableArgument[] = [];
  p.expect("(");
  if (!p.is(")")) {
    do {
      const named = p.isName() && p.isAt(1, "=>");
      argNames.push(named ? p.name() : null);
      if (named) p.expect("=>");
      if (isTableArgument(p)) {
        tables.push(tableArgument(p, args.length));
        args.push(literal(null, { kind: "null" }));
      } else {
        args.push(p.rules.expression(p));
      }
    } while (p.accept(","));
  }
  p.expect(")");
  return {
    kind: "tableFunction",
    name,
    args,
    ...(argNames.some((each) => each !== null) && { argNames }),
    ...(tables.length > 0 && { tables }),
    at: p.at(start),
  };
}

/** TABLE t, TABLE(t), TABLE(SELECT …); not the column `table`. */
function isTableArgument(p: Cursor): boolean {
  return p.is("TABLE") && (p.isName(1) || (p.isAt(1, "(") && (isQueryStart(p, 2) || p.isName(2))));
}

function tableArgument(p: Cursor, position: number): TableArgument {
  p.expect("TABLE");
  const start = p.token.start;
  let plan: UnresolvedPlan;
  if (p.accept("(")) {
    plan = isQueryStart(p, 0) ? p.rules.query(p) : { kind: "table", name: objectName(p), at: p.at(start) };
    p.expect(")");
  } else {
    plan = { kind: "table", name: objectName(p), at: p.at(start) };
  }
  const singlePartition = p.accept("WITH", "SINGLE", "PARTITION");
  const partitionBy =
    p.accept("PARTITION", "BY") || p.accept("DISTRIBUTE", "BY") ? listOrOne(p, () => p.rules.expression(p)) : [];
  const orderBy = p.accept("ORDER", "BY") || p.accept("SORT", "BY") ? listOrOne(p, () => sortItem(p)) : [];
  return { position, plan, singlePartition, partitionBy, orderBy };
}

/** One item, or several in parentheses. */
function listOrOne<T>(p: Cursor, item: () => T): T[] {
  return p.is("(") ? p.parenthesized(item) : [item()];
}
