/** PIVOT and UNPIVOT behind a relation. */
import type { UnresolvedExpression } from "../syntax/expression";
import type { UnresolvedPlan } from "../syntax/plan";
import { canBeTableAlias, isTableAlias, namedExpression } from "./aliases";
import type { Cursor } from "./cursor";

/** PIVOT (aggregates FOR column IN (values)) [AS name] */
export function pivotClause(p: Cursor, child: UnresolvedPlan, start: number): UnresolvedPlan {
  p.expect("PIVOT", "(");
  const stop = p.aliasStop;
  p.aliasStop = "FOR";
  const aggregates = p.list(() => namedExpression(p));
  p.aliasStop = stop;
  p.expect("FOR");
  const column = (): UnresolvedExpression => {
    const nameStart = p.token.start;
    return { kind: "name", parts: [p.strictName()], at: p.at(nameStart) };
  };
  const columns = p.is("(") ? p.parenthesized(column) : [column()];
  p.expect("IN");
  const values = p.parenthesized(() => namedExpression(p));
  p.expect(")");
  const plan: UnresolvedPlan = { kind: "pivot", child, grouping: null, column: columns, values, aggregates, at: p.at(start) };
  return withAlias(p, plan, start);
}

/** UNPIVOT [INCLUDE | EXCLUDE NULLS] (value FOR name IN (columns)) [AS name] */
export function unpivotClause(p: Cursor, child: UnresolvedPlan, start: number): UnresolvedPlan {
  p.expect("UNPIVOT");
  const includeNulls = p.accept("INCLUDE", "NULLS");
  if (!includeNulls) p.accept("EXCLUDE", "NULLS");
  p.expect("(");
  const several = p.is("(");
  const valueNames = several ? p.parenthesized(() => p.name()) : [p.name()];
  p.expect("FOR");
  const variableName = p.name();
  p.expect("IN");
  const values = p.parenthesized(() => ({
    columns: several ? p.parenthesized(() => column(p)) : [column(p)],
    alias: p.accept("AS") || p.isName() ? p.strictName() : null,
  }));
  p.expect(")");
  const plan: UnresolvedPlan = {
    kind: "unpivot",
    child,
    ids: null,
    values,
    variableName,
    valueNames,
    includeNulls,
    at: p.at(start),
  };
  return withAlias(p, plan, start);
}

function column(p: Cursor): UnresolvedExpression {
  const start = p.token.start;
  return { kind: "name", parts: p.names(), at: p.at(start) };
}

function withAlias(p: Cursor, child: UnresolvedPlan, start: number): UnresolvedPlan {
  const as = p.accept("AS");
  if (as && !canBeTableAlias(p)) throw p.unexpected();
  if (!as && !isTableAlias(p)) return child;
  return { kind: "alias", child, name: p.strictName(), at: p.at(start) };
}
