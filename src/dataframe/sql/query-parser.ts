/** Queries: WITH, set operations, SELECT in its clauses, ORDER BY and LIMIT, pipes. */
import type { Cte, UnresolvedPlan } from "../syntax/plan";
import type { UnresolvedExpression } from "../syntax/expression";
import { namedExpressions } from "./aliases";
import type { Cursor } from "./cursor";
import { groupByClause } from "./grouping";
import { hintClause, withHints } from "./hints";
import type { Hint } from "./hints";
import { pipeOperators } from "./pipe-operators";
import { isQueryStart } from "./primary";
import { fromClause, inlineTable, lateralViews, tableReference } from "./relation-parser";
import { sortItems } from "./sort-item";
import { isTransform, transformClause } from "./transform";
import { windowClause } from "./windows";

/** [WITH …] terms [ORDER BY …] [LIMIT …] [|> …] */
export function query(p: Cursor): UnresolvedPlan {
  const start = p.token.start;
  if (!isWith(p)) return terms(p);
  const { ctes, recursive } = withClause(p);
  return { kind: "with", child: terms(p), ctes, recursive, at: p.at(start) };
}

/** Set operations and clauses behind pipes take all of what stands before them; behind ORDER BY and LIMIT no pipe follows. */
function terms(p: Cursor): UnresolvedPlan {
  const start = p.token.start;
  let plan = queryTerm(p);
  while (p.is("|>")) plan = furtherTerms(p, pipeOperators(p, plan, PIPES), start);
  return organized(p, plan);
}

const PIPES = { queryPrimary, organized };

export function isWith(p: Cursor): boolean {
  return p.is("WITH") && p.isName(1);
}

export function withClause(p: Cursor): { ctes: readonly Cte[]; recursive: boolean } {
  const start = p.token.start;
  p.expect("WITH");
  const recursive = p.is("RECURSIVE") && p.isName(1) && !p.isAt(1, "AS") ? p.accept("RECURSIVE") : false;
  const ctes = p.list(() => namedQuery(p, recursive));
  const names = ctes.map((cte) => cte.name);
  const twice = names.filter((name, i) => names.indexOf(name) !== i);
  if (twice.length > 0) {
    const duplicateNames = [...new Set(twice)].map((name) => `\`${name.toLowerCase()}\``).join(", ");
    const mark = p.mark;
    p.rules.query(p);
    const error = p.error("DUPLICATED_CTE_NAMES", { duplicateNames }, start);
    p.reset(mark);
    throw error;
  }
  return { ctes, recursive };
}

function namedQuery(p: Cursor, recursive: boolean): Cte {
  const start = p.token.start;
  const name = p.strictName();
  const columns = p.is("(") && !isQueryStart(p, 1) ? p.nameList() : undefined;
  const limited = p.accept("MAX", "RECURSION", "LEVEL");
  if (limited && !recursive) {
    throw p.error("_LEGACY_ERROR_TEMP_0035", { message: "MAX RECURSION LEVEL without RECURSIVE" }, start);
  }
  const maxRecursionLevel = limited ? p.integer() : undefined;
  p.accept("AS");
  p.expect("(");
  const plan = query(p);
  p.expect(")");
  return { name, plan, ...(columns && { columns }), ...(maxRecursionLevel !== undefined && { maxRecursionLevel }) };
}

const OPERATIONS: Readonly<Record<string, "union" | "intersect" | "except">> = {
  UNION: "union",
  INTERSECT: "intersect",
  EXCEPT: "except",
  MINUS: "except",
};

/** INTERSECT binds tighter than UNION and EXCEPT. */
export function queryTerm(p: Cursor): UnresolvedPlan {
  const start = p.token.start;
  return furtherTerms(p, p.options.legacySetOpsPrecedence === true ? queryPrimary(p) : intersection(p), start);
}

function furtherTerms(p: Cursor, first: UnresolvedPlan, start: number): UnresolvedPlan {
  let left = first;
  for (;;) {
    const operation = OPERATIONS[p.token.symbol];
    if (operation === undefined || (operation === "intersect" && p.options.legacySetOpsPrecedence !== true)) return left;
    left = setOperation(p, left, operation, p.options.legacySetOpsPrecedence === true ? queryPrimary : intersection, start);
  }
}

function intersection(p: Cursor): UnresolvedPlan {
  const start = p.token.start;
  let left = queryPrimary(p);
  while (p.is("INTERSECT")) left = setOperation(p, left, "intersect", queryPrimary, start);
  return left;
}

function setOperation(
  p: Cursor,
  left: UnresolvedPlan,
  operation: "union" | "intersect" | "except",
  operand: (p: Cursor) => UnresolvedPlan,
  start: number,
): UnresolvedPlan {
  p.next();
  const all = p.accept("ALL");
  if (!all) p.accept("DISTINCT");
  const byName = operation === "union" && p.accept("BY", "NAME");
  const right = operand(p);
  return { kind: "setOperation", operation, all, byName, allowMissingColumns: false, left, right, at: p.at(start) };
}

export function queryPrimary(p: Cursor): UnresolvedPlan {
  const start = p.token.start;
  switch (p.token.symbol) {
    case "(": {
      p.next();
      const inner = query(p);
      p.expect(")");
      return inner;
    }
    case "SELECT":
      return selectQuery(p, null);
    case "MAP":
    case "REDUCE":
      if (isTransform(p)) return selectQuery(p, null);
      break;
    case "FROM":
      return fromQuery(p);
    case "TABLE": {
      p.next();
      const plan = tableReference(p, start);
      return plan;
    }
    case "VALUES":
      return inlineTable(p);
    default:
      break;
  }
  throw p.unexpected();
}

/** FROM t SELECT a, or FROM t alone. */
function fromQuery(p: Cursor): UnresolvedPlan {
  const start = p.token.start;
  const from = fromClause(p);
  const bodies: UnresolvedPlan[] = [];
  while (p.is("SELECT") || isTransform(p)) bodies.push(organized(p, selectQuery(p, from)));
  const [first, ...others] = bodies;
  if (first === undefined) {
    if (p.is("|>") || p.is(")") || p.is(";") || p.token.kind === "end") return from;
    throw p.unexpected();
  }
  return others.reduce<UnresolvedPlan>(
    (left, right) => ({
      kind: "setOperation",
      operation: "union",
      all: true,
      byName: false,
      allowMissingColumns: false,
      left,
      right,
      at: p.at(start),
    }),
    first,
  );
}

/** SELECT … from its FROM, or over `from` that was written before it. */
export function selectQuery(p: Cursor, from: UnresolvedPlan | null): UnresolvedPlan {
  const start = p.token.start;
  if (isTransform(p)) return transformQuery(p, from);
  p.expect("SELECT");
  const hints: Hint[] = [];
  while (p.is("/*+")) hints.push(...hintClause(p));
  const distinct = p.is("DISTINCT") && !endsSelect(p) ? p.accept("DISTINCT") : false;
  if (!distinct && p.is("ALL") && !endsSelect(p)) p.next();
  const expressions = namedExpressions(p);
  let child: UnresolvedPlan = from ?? (p.is("FROM") ? fromClause(p) : { kind: "oneRow" });
  child = lateralViews(p, child);
  child = whereClause(p, child);
  const selected = selection(p, child, expressions, start);
  let plan = selected;
  if (p.accept("QUALIFY")) plan = { kind: "qualify", child: plan, condition: p.rules.expression(p), at: p.at(start) };
  if (distinct) plan = { kind: "distinct", child: plan };
  const windows = p.is("WINDOW") && p.isName(1) ? windowClause(p) : null;
  if (windows !== null && p.accept("QUALIFY")) {
    plan = { kind: "qualify", child: plan, condition: p.rules.expression(p), at: p.at(start) };
  }
  if (windows !== null) plan = { kind: "windows", child: plan, windows };
  return withHints(plan, hints);
}

/** DISTINCT or ALL is itself the only column. */
function endsSelect(p: Cursor): boolean {
  const { kind, symbol } = p.peek(1);
  return kind === "end" || symbol === "," || symbol === ")" || symbol === ";";
}

export function whereClause(p: Cursor, child: UnresolvedPlan): UnresolvedPlan {
  const start = p.token.start;
  if (!p.accept("WHERE")) return child;
  return { kind: "filter", child, condition: p.rules.expression(p), at: p.at(start) };
}

/** The select list over its GROUP BY and HAVING. HAVING without GROUP BY makes one group. */
function selection(
  p: Cursor,
  child: UnresolvedPlan,
  expressions: readonly UnresolvedExpression[],
  start: number,
): UnresolvedPlan {
  const grouping = p.is("GROUP") && p.isAt(1, "BY") ? groupByClause(p) : null;
  const having = p.accept("HAVING") ? p.rules.expression(p) : null;
  if (grouping === null && having === null) return { kind: "project", child, expressions, at: p.at(start) };
  const aggregate: UnresolvedPlan = {
    kind: "aggregate",
    child,
    grouping: grouping ?? { kind: "by", expressions: [] },
    aggregates: expressions,
    at: p.at(start),
  };
  return having === null ? aggregate : { kind: "having", child: aggregate, condition: having, at: p.at(start) };
}

function transformQuery(p: Cursor, from: UnresolvedPlan | null): UnresolvedPlan {
  const start = p.token.start;
  const { distinct, expressions, ...transform } = transformClause(p);
  let child: UnresolvedPlan = from ?? (p.is("FROM") ? fromClause(p) : { kind: "oneRow" });
  child = whereClause(p, lateralViews(p, child));
  let plan = selection(p, child, expressions, start);
  if (p.is("WINDOW") && p.isName(1)) plan = { kind: "windows", child: plan, windows: windowClause(p) };
  if (distinct) throw p.error("UNSUPPORTED_FEATURE.TRANSFORM_DISTINCT_ALL", {}, start);
  return {
    kind: "scriptTransform",
    child: plan,
    input: [{ kind: "star", qualifier: [], except: [] }],
    command: transform.command,
    schema: transform.schema,
    formats: transform.formats,
    at: p.at(start),
  };
}

/** ORDER BY, CLUSTER BY, DISTRIBUTE BY, SORT BY, WINDOW, LIMIT and OFFSET over a query. */
export function organized(p: Cursor, query: UnresolvedPlan): UnresolvedPlan {
  const start = p.token.start;
  let plan = query;
  const global = p.accept("ORDER", "BY");
  if (global) plan = { kind: "sort", child: plan, order: allColumns(sortItems(p)), global: true, at: p.at(start) };
  const expressions = (): UnresolvedExpression[] => p.list(() => p.rules.expression(p));
  let combined = global;
  const refuse = (): void => {
    if (combined) throw p.error("UNSUPPORTED_FEATURE.COMBINATION_QUERY_RESULT_CLAUSES", {}, start);
    combined = true;
  };
  if (p.accept("CLUSTER", "BY")) {
    const by = expressions();
    refuse();
    const order = by.map((child): UnresolvedExpression => ({ kind: "sortOrder", child, ascending: true, nullsFirst: null }));
    plan = { kind: "sort", child: { kind: "repartition", child: plan, by, how: "hash" }, order, global: false, at: p.at(start) };
  }
  if (p.accept("DISTRIBUTE", "BY")) {
    const by = expressions();
    refuse();
    plan = { kind: "repartition", child: plan, by, how: "hash", at: p.at(start) };
    combined = false;
  }
  if (p.accept("SORT", "BY")) {
    const order = sortItems(p);
    refuse();
    plan = { kind: "sort", child: plan, order, global: false, at: p.at(start) };
  }
  if (p.is("WINDOW") && p.isName(1)) plan = { kind: "windows", child: plan, windows: windowClause(p) };
  return limited(p, plan);
}

/** [LIMIT n | ALL] [OFFSET n] */
export function limited(p: Cursor, child: UnresolvedPlan): UnresolvedPlan {
  const start = p.token.start;
  let limit: UnresolvedExpression | null = null;
  if (p.accept("LIMIT")) limit = p.accept("ALL") ? { kind: "all" } : p.rules.expression(p);
  let plan = child;
  if (p.accept("OFFSET")) plan = { kind: "offset", child: plan, offset: p.rules.expression(p), at: p.at(start) };
  return limit === null ? plan : { kind: "limit", child: plan, limit, at: p.at(start) };
}

/** ORDER BY ALL orders by all columns. */
export function allColumns(order: UnresolvedExpression[]): readonly UnresolvedExpression[] {
  const [only] = order;
  if (order.length !== 1 || only?.kind !== "sortOrder" || !isAll(only.child)) return order;
  return [{ ...only, child: { kind: "all", ...(only.child.at && { at: only.child.at }) } }];
}

/** The name ALL, not in back quotes. */
export function isAll(expression: UnresolvedExpression): boolean {
  return expression.kind === "name" && expression.parts.length === 1 && expression.at?.fragment.toUpperCase() === "ALL";
}
