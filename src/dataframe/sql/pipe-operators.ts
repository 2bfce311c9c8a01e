/** `query |> WHERE … |> SELECT …`: each operator over what stands before it. */
import type { UnresolvedExpression } from "../syntax/expression";
import type { Grouping, UnresolvedPlan } from "../syntax/plan";
import { namedExpression, namedExpressions } from "./aliases";
import type { Cursor } from "./cursor";
import { grouping } from "./grouping";
import { join } from "./relation-parser";
import { pivotClause, unpivotClause } from "./pivot";
import { sampled } from "./sample";
import { windowClause } from "./windows";

interface QueryRules {
  queryPrimary(p: Cursor): UnresolvedPlan;
  organized(p: Cursor, query: UnresolvedPlan): UnresolvedPlan;
}

export function pipeOperators(p: Cursor, first: UnresolvedPlan, rules: QueryRules): UnresolvedPlan {
  let plan = first;
  while (p.accept("|>")) plan = pipeOperator(p, plan, rules);
  return plan;
}

const STAR: Extract<UnresolvedExpression, { kind: "star" }> = { kind: "star", qualifier: [], except: [] };

function pipeOperator(p: Cursor, child: UnresolvedPlan, rules: QueryRules): UnresolvedPlan {
  const start = p.token.start;
  switch (p.token.symbol) {
    case "SELECT": {
      p.next();
      const distinct = p.accept("DISTINCT");
      if (!distinct) p.accept("ALL");
      const expressions = namedExpressions(p);
      let plan: UnresolvedPlan = { kind: "project", child, expressions, at: p.at(start) };
      if (p.is("WINDOW") && p.isName(1)) plan = { kind: "windows", child: plan, windows: windowClause(p) };
      return distinct ? { kind: "distinct", child: plan } : plan;
    }
    case "EXTEND": {
      p.next();
      const expressions = namedExpressions(p);
      const plan: UnresolvedPlan = { kind: "project", child, expressions: [STAR, ...expressions], at: p.at(start) };
      return p.is("WINDOW") && p.isName(1) ? { kind: "windows", child: plan, windows: windowClause(p) } : plan;
    }
    case "SET": {
      p.next();
      // One after the other: a later assignment sees the earlier ones.
      let plan = child;
      p.list(() => {
        const name = p.strictName();
        if (p.is(".")) throw p.error("UNSUPPORTED_FEATURE.SET_PROPERTIES_AND_DBPROPERTIES", {}, start);
        p.expect("=");
        plan = { kind: "withColumns", child: plan, columns: [{ name, expression: p.rules.expression(p) }], at: p.at(start) };
      });
      return plan;
    }
    case "DROP": {
      p.next();
      const except = p.list(() => [p.strictName()]);
      return { kind: "project", child, expressions: [{ ...STAR, except, at: p.at(start) }], at: p.at(start) };
    }
    case "AS":
      p.next();
      return { kind: "alias", child, name: p.strictName(), at: p.at(start) };
    case "WHERE":
      p.next();
      return { kind: "filter", child, condition: p.rules.expression(p), at: p.at(start) };
    case "PIVOT":
      return pivotClause(p, child, start);
    case "UNPIVOT":
      return unpivotClause(p, child, start);
    case "TABLESAMPLE":
      return sampled(p, child);
    case "AGGREGATE":
      return aggregate(p, child);
    case "UNION":
    case "INTERSECT":
    case "EXCEPT":
    case "MINUS": {
      const word = p.next().symbol;
      const all = p.accept("ALL");
      if (!all) p.accept("DISTINCT");
      const operation = word === "UNION" ? "union" : word === "INTERSECT" ? "intersect" : "except";
      const byName = operation === "union" && p.accept("BY", "NAME");
      const right = rules.queryPrimary(p);
      return { kind: "setOperation", operation, all, byName, allowMissingColumns: false, left: child, right, at: p.at(start) };
    }
    case "ORDER":
    case "SORT":
    case "CLUSTER":
    case "DISTRIBUTE":
    case "LIMIT":
    case "OFFSET":
    case "WINDOW":
      return rules.organized(p, child);
    default: {
      const joined = join(p, child, start);
      if (joined === null) throw p.unexpected();
      return joined;
    }
  }
}

/** AGGREGATE a [GROUP BY b]: the grouping columns come first. */
function aggregate(p: Cursor, child: UnresolvedPlan): UnresolvedPlan {
  const start = p.token.start;
  p.expect("AGGREGATE");
  const aggregates = p.is("GROUP") && p.isAt(1, "BY") ? [] : namedExpressions(p);
  if (!p.accept("GROUP", "BY")) {
    return { kind: "aggregate", child, grouping: { kind: "by", expressions: [] }, aggregates, at: p.at(start) };
  }
  const mark = p.mark;
  const keys = namedKeys(p);
  if (keys !== null) {
    const by: Grouping = { kind: "by", expressions: keys.map(withoutAlias) };
    return { kind: "aggregate", child, grouping: by, aggregates: [...keys, ...aggregates], at: p.at(start) };
  }
  p.reset(mark);
  const by = grouping(p);
  const shown = by.kind === "all" ? [] : by.expressions;
  return { kind: "aggregate", child, grouping: by, aggregates: [...shown, ...aggregates], at: p.at(start) };
}

/** Keys with aliases; null where analytics stand. */
function namedKeys(p: Cursor): readonly UnresolvedExpression[] | null {
  if (((p.is("ROLLUP") || p.is("CUBE")) && p.isAt(1, "(")) || (p.is("GROUPING") && p.isAt(1, "SETS"))) return null;
  return p.list(() => namedExpression(p));
}

function withoutAlias(expression: UnresolvedExpression): UnresolvedExpression {
  return expression.kind === "alias" ? expression.child : expression;
}
