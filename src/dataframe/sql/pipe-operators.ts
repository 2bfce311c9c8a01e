/** `query |> WHERE … |> SELECT …`: each operator over what stands before it. */
import type { UnresolvedExpression } from "../syntax/expression";
import type { UnresolvedPlan } from "../syntax/plan";
import { namedExpression, namedExpressions } from "./aliases";
import type { Cursor } from "./cursor";
import { groupByClause } from "./grouping";
import { hintClause, withHints } from "./hints";
import type { Hint } from "./hints";
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
      const hints: Hint[] = [];
      while (p.is("/*+")) hints.push(...hintClause(p));
      const distinct = p.accept("DISTINCT");
      if (!distinct) p.accept("ALL");
      const expressions = namedExpressions(p);
      const groups = p.is("GROUP") && p.isAt(1, "BY") ? groupByClause(p) : null;
      let plan: UnresolvedPlan =
        groups === null
          ? { kind: "project", child, expressions, at: p.at(start) }
          : { kind: "aggregate", child, grouping: groups, aggregates: expressions, at: p.at(start) };
      if (p.is("WINDOW") && p.isName(1)) plan = { kind: "windows", child: plan, windows: windowClause(p) };
      return withHints(distinct ? { kind: "distinct", child: plan } : plan, hints);
    }
    case "EXTEND": {
      p.next();
      const expressions = withoutStars(p, namedExpressions(p));
      return { kind: "project", child, expressions: [STAR, ...expressions], pipe: "EXTEND", at: p.at(start) };
    }
    case "SET": {
      p.next();
      // One after the other: a later assignment sees the earlier ones.
      let plan = child;
      p.list(() => {
        const name = p.strictName();
        if (p.is("."))
          throw p.error("_LEGACY_ERROR_TEMP_0035", { message: "SQL pipe syntax |> SET with multi-part names" }, start);
        p.expect("=");
        const columns = [{ name, expression: p.rules.expression(p) }];
        plan = { kind: "withColumns", child: plan, columns, pipe: "SET", at: p.at(start) };
      });
      return plan;
    }
    case "DROP": {
      p.next();
      const except = p.list(() => p.names());
      return { kind: "project", child, expressions: [{ ...STAR, except, at: p.at(start) }], at: p.at(start) };
    }
    case "AS":
      p.next();
      return { kind: "alias", child, name: p.strictName(), at: p.at(start) };
    case "WHERE": {
      p.next();
      const filtered: UnresolvedPlan = {
        kind: "filter",
        child: bounded(child),
        condition: p.rules.expression(p),
        at: p.at(start),
      };
      if (p.is("WINDOW") && p.isName(1)) throw p.error("NOT_ALLOWED_IN_PIPE_OPERATOR_WHERE.WINDOW_CLAUSE", {}, start);
      return filtered;
    }
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
      return arranged(p, child, rules);
    case "WINDOW":
      throw p.error("UNSUPPORTED_FEATURE.CLAUSE_WITH_PIPE_OPERATORS", { clauses: "the WINDOW clause" }, start);
    default: {
      const joined = join(p, child, start);
      if (joined === null) throw p.unexpected();
      return joined;
    }
  }
}

/** What WHERE looks at is a table of its own: columns that were dropped before are gone. */
function bounded(child: UnresolvedPlan): UnresolvedPlan {
  if (child.kind !== "project" && child.kind !== "aggregate" && child.kind !== "pipeAggregate") return child;
  return { kind: "alias", child, name: "__auto_generated_subquery_name" };
}

/** ORDER BY and the like, or LIMIT and OFFSET: not both in one operator. */
function arranged(p: Cursor, child: UnresolvedPlan, rules: QueryRules): UnresolvedPlan {
  const start = p.token.start;
  const first = p.token.symbol;
  const plan = rules.organized(p, child);
  if (first !== "LIMIT" && first !== "OFFSET" && (plan.kind === "limit" || plan.kind === "offset")) {
    const clause2 = plan.kind === "limit" ? "LIMIT" : "OFFSET";
    throw p.error("MULTIPLE_QUERY_RESULT_CLAUSES_WITH_PIPE_OPERATORS", { clause1: `${first} BY`, clause2 }, start);
  }
  return plan;
}

function withoutStars(p: Cursor, expressions: readonly UnresolvedExpression[]): readonly UnresolvedExpression[] {
  for (const { kind, at } of expressions) {
    if (kind === "star")
      throw p.error(
        "INVALID_USAGE_OF_STAR_OR_REGEX",
        { elem: "'*'", prettyName: "expression `pipeexpression`" },
        at?.startIndex ?? 0,
      );
  }
  return expressions;
}

/** AGGREGATE a [GROUP BY b]: the grouping columns come first. */
function aggregate(p: Cursor, child: UnresolvedPlan): UnresolvedPlan {
  const start = p.token.start;
  p.expect("AGGREGATE");
  const isGrouped = (): boolean => p.is("GROUP") && p.isAt(1, "BY");
  if (!isGrouped() && (p.token.kind === "end" || p.is(")") || p.is("|>")))
    throw p.error("_LEGACY_ERROR_TEMP_0035", { message: "AGGREGATE without aggregate or grouping expressions" }, start);
  const aggregates = isGrouped() ? [] : withoutStars(p, namedExpressions(p));
  let keys: readonly UnresolvedExpression[] = [];
  if (p.accept("GROUP", "BY")) {
    const refuse = (case_: string): never => {
      throw p.error("UNSUPPORTED_FEATURE.PIPE_OPERATOR_AGGREGATE_UNSUPPORTED_CASE", { case: case_ }, start);
    };
    if (p.is("GROUPING") && p.isAt(1, "SETS")) refuse("GROUPING SETS");
    if ((p.is("ROLLUP") || p.is("CUBE")) && p.isAt(1, "(")) refuse(`GROUP BY ${p.token.symbol}`);
    if (p.is("ALL") && !p.isName(1) && !p.isAt(1, ".")) refuse("GROUP BY ALL");
    keys = p.list(() => {
      const mark = p.mark;
      p.rules.expression(p);
      if (p.is("WITH") && (p.isAt(1, "ROLLUP") || p.isAt(1, "CUBE"))) refuse(`GROUP BY WITH ${p.peek(1).symbol}`);
      p.reset(mark);
      return namedExpression(p);
    });
  }
  return { kind: "pipeAggregate", child, keys, aggregates, at: p.at(start) };
}
