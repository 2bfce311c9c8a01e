/**
 * ORDER BY, HAVING and filters above a select list. A name is a column of the list first, then one under it; what
 * is not in the list is added to it below and taken out again above. HAVING looks at what is grouped by first.
 */
import { AnalysisError } from "../errors";
import type { QueryContext } from "../errors";
import type { Attribute, Expression, NamedExpression, SortOrder } from "../expressions/expression";
import { attributesOf, exists, mapChildren } from "../expressions/traverse";
import { attribute, cast } from "../expressions/build";
import { printed } from "../expressions/print";
import { outputOf } from "../logical/output";
import type { LogicalPlan } from "../logical/plan";
import type { UnresolvedExpression } from "../syntax/expression";
import type { UnresolvedPlan } from "../syntax/plan";
import type { AggregateBlock, Binder, Block, Bound, Columns, Env, NameUse, Scope } from "./binder";
import { canCast } from "../types/cast";
import { bound } from "./binder";
import { columnsOf } from "./columns";
import { exprText, idText, qualifiedText, typeText } from "./messages";
import { outerColumnsOf, withoutGroupingCalls } from "./grouping";
import { checkOrdering, sortOrderOf } from "./sort-order";
import { withTimeWindow } from "./time-windows";

export function bindSort(binder: Binder, plan: Extract<UnresolvedPlan, { kind: "sort" }>, env: Env): Bound {
  const input = binder.plan(plan.child, env);
  const order = sortOrders(binder, plan.order, input, env);
  order.forEach((one, i) => {
    checkOrdering(one, plan.order[i]?.at);
    refuseHiddenOuter(one, input, plan.order[i]?.at);
  });
  return withKeys(input, order, plan.order[0]?.at, (child, keys) => ({ kind: "sort", child, order: keys, global: plan.global }));
}

/** Subqueries of keys read what is in the list only. */
function refuseHiddenOuter(key: SortOrder, input: Bound, at: QueryContext | undefined): void {
  const ids = new Set(input.output.map(({ id }) => id));
  const hidden = outerColumnsOf(key.child).find(({ id }) => !ids.has(id));
  if (hidden === undefined) return;
  const objectName = idText([...hidden.qualifier.slice(-1), hidden.name]);
  const proposal = input.output.map(({ name }) => idText([name])).join(", ");
  throw new AnalysisError("UNRESOLVED_COLUMN.WITH_SUGGESTION", { objectName, proposal }, at);
}

/** DISTRIBUTE BY and its like: keys may be columns under the list, too. */
export function bindKeyed(
  binder: Binder,
  input: Bound,
  written: readonly UnresolvedExpression[],
  env: Env,
  make: (child: LogicalPlan, keys: readonly SortOrder[]) => LogicalPlan,
): Bound {
  const keys = written.map((syntax) => sortOrderOf(syntax, sortKey(binder, syntax, input, env)));
  return withKeys(input, keys, written[0]?.at, make);
}

/** A node with keys above a list, which has what they need only below it. */
function withKeys(
  input: Bound,
  keys: readonly SortOrder[],
  at: QueryContext | undefined,
  make: (child: LogicalPlan, keys: readonly SortOrder[]) => LogicalPlan,
): Bound {
  const reach = reaching(
    input,
    keys.map((one) => one.child),
  );
  refuse(reach.expressions, at);
  const lifted = keys.map((one, i) => ({ ...one, child: reach.expressions[i] as Expression }));
  return above(input, reach, (child) => make(child, lifted));
}

function sortOrders(binder: Binder, written: readonly UnresolvedExpression[], input: Bound, env: Env): readonly SortOrder[] {
  const only = written[0];
  const onlyChild = only?.kind === "sortOrder" ? only.child : only;
  if (written.length === 1 && only !== undefined && onlyChild?.kind === "all") {
    if (columnsOf(binder, input).find(["all"], { at: only.at }) === null) {
      return input.output.map((column) => sortOrderOf(only, column));
    }
  }
  const ordinals = binder.context.settings.conf["spark.sql.orderByOrdinal"] !== "false";
  const positionOf = (syntax: UnresolvedExpression): number | null => {
    const child = syntax.kind === "sortOrder" ? syntax.child : syntax;
    return ordinals && child.kind === "literal" && child.type.kind === "int" ? (child.value as number) : null;
  };
  const keys = written.map((syntax) => (positionOf(syntax) === null ? sortKey(binder, syntax, input, env) : null));
  // An older reading counts the columns too that other keys bring in from below.
  const counted = binder.context.settings.conf["spark.sql.prioritizeOrdinalResolutionInSort.enabled"] === "false";
  const own = new Set(input.output.map((column) => column.id));
  const brought = (counted ? keys : [])
    .flatMap((key) => (key === null ? [] : attributesOf(key)))
    .filter((column) => !own.has(column.id));
  const columns = [...input.output, ...new Map(brought.map((column) => [column.id, column])).values()];
  return written.map((syntax, i) => {
    const index = positionOf(syntax);
    if (index !== null) {
      const column = columns[index - 1];
      if (column === undefined) {
        throw new AnalysisError(
          "ORDER_BY_POS_OUT_OF_RANGE",
          { index: String(index), size: String(input.output.length) },
          syntax.at,
        );
      }
      return sortOrderOf(syntax, column);
    }
    return sortOrderOf(syntax, keys[i] as Expression);
  });
}

/** A key that makes no sense over the list's columns may make sense over those under it. */
function sortKey(binder: Binder, syntax: UnresolvedExpression, input: Bound, env: Env): Expression {
  const child = syntax.kind === "sortOrder" ? syntax.child : syntax;
  const bind = (columns: Columns): Expression => {
    const one = binder.expression(child, { columns, env, clause: "order" });
    return one.kind === "alias" ? one.child : one;
  };
  try {
    return bind(outputFirst(binder, input));
  } catch (error) {
    if (!(error instanceof AnalysisError) || input.block === null || child.kind === "name") throw error;
    try {
      return bind(input.block.below);
    } catch {
      throw error;
    }
  }
}

export function bindFilter(binder: Binder, plan: Extract<UnresolvedPlan, { kind: "filter" }>, env: Env): Bound {
  const input = withTimeWindow(binder, binder.plan(plan.child, env), env, [plan.condition]);
  const scope: Scope = { columns: outputFirst(binder, input), env, clause: "where" };
  const condition = asCondition(binder.expression(plan.condition, scope), plan.condition.at);
  const over = input.block?.aggregate ?? null;
  refuseInWhere(condition, over !== null, plan.condition.at);
  const reach = reaching(input, [condition]);
  const final = reach.expressions[0] as Expression;
  return above(input, reach, (child) => ({ kind: "filter", child, condition: final }));
}

export function bindHaving(binder: Binder, plan: Extract<UnresolvedPlan, { kind: "having" }>, env: Env): Bound {
  if (havingIsWhere(binder, plan.child)) return binder.plan(asWhere(plan), env);
  // Before the list is one over groups, which would refuse its columns.
  if (isWithoutKeys(plan.child) && writesWindow(plan.condition)) throw windowInClause("HAVING", plan.condition.at);
  const child = plan.child.kind === "project" ? asAggregate(plan.child) : plan.child;
  const input = binder.plan(child, env);
  const block = input.block;
  const group = block?.aggregate ?? null;
  if (block === null || group === null) {
    return bindFilter(binder, { ...plan, kind: "filter" }, env);
  }
  const promised = new Map<number, Expression>();
  const scope: Scope = {
    columns: groupedFirst(binder, input, block, group),
    env,
    clause: "having",
    outerAggregate: (call) => {
      const column = attribute(binder.nextId(), printed(call), call.type, call.nullable);
      promised.set(column.id, call);
      return column;
    },
  };
  const condition = asBoolean(binder, binder.expression(plan.condition, scope), plan.condition.at);
  if (exists(condition, (node) => node.kind === "window")) throw windowInClause("HAVING", plan.condition.at);
  return group.having(condition, promised);
}

function windowInClause(clauseName: string, at: QueryContext | undefined): AnalysisError {
  return new AnalysisError("WINDOW_FUNCTION_NOT_ALLOWED_IN_CLAUSE", { clauseName }, at);
}

/** Whether OVER is written in the expression itself, not in a subquery of it. */
function writesWindow(syntax: unknown): boolean {
  if (typeof syntax !== "object" || syntax === null) return false;
  if ((syntax as { readonly over?: unknown }).over !== undefined) return true;
  return Object.entries(syntax).some(([name, part]) => name !== "plan" && writesWindow(part));
}

/** HAVING and QUALIFY take what can be cast to a boolean. */
export function asBoolean(binder: Binder, expression: Expression, at: QueryContext | undefined): Expression {
  const condition = expression.kind === "alias" ? expression.child : expression;
  const mode = binder.context.settings.ansi ? "ansi" : "legacy";
  if (condition.type.kind === "boolean" || !canCast(condition.type, { kind: "boolean" }, mode)) return asCondition(condition, at);
  return cast(condition, { kind: "boolean" }, mode);
}

/** An older reading: HAVING without GROUP BY filters rows. */
function havingIsWhere(binder: Binder, list: UnresolvedPlan): boolean {
  if (binder.context.settings.conf["spark.sql.legacy.parser.havingWithoutGroupByAsWhere"] !== "true") return false;
  return isWithoutKeys(list);
}

function isWithoutKeys(list: UnresolvedPlan): boolean {
  return (
    list.kind === "project" ||
    (list.kind === "aggregate" && list.grouping.kind === "by" && list.grouping.expressions.length === 0)
  );
}

function asWhere(plan: Extract<UnresolvedPlan, { kind: "having" }>): UnresolvedPlan {
  const list = plan.child as Extract<UnresolvedPlan, { kind: "project" | "aggregate" }>;
  const filter: UnresolvedPlan = { kind: "filter", child: list.child, condition: plan.condition };
  return { kind: "project", child: filter, expressions: list.kind === "project" ? list.expressions : list.aggregates };
}

/** HAVING makes a list without aggregates a query over one group. */
function asAggregate(plan: Extract<UnresolvedPlan, { kind: "project" }>): UnresolvedPlan {
  return {
    kind: "aggregate",
    child: plan.child,
    grouping: { kind: "by", expressions: [] },
    aggregates: plan.expressions,
    ...(plan.at && { at: plan.at }),
  };
}

function asCondition(expression: Expression, at: QueryContext | undefined): Expression {
  const condition = expression.kind === "alias" ? expression.child : expression;
  if (condition.type.kind === "boolean") return condition;
  if (condition.type.kind === "null") return { kind: "literal", value: null, type: { kind: "boolean" }, nullable: true };
  refuseGenerators(condition, at);
  throw new AnalysisError(
    "DATATYPE_MISMATCH.FILTER_NOT_BOOLEAN",
    { sqlExpr: exprText(condition), filter: exprText(condition), type: typeText(condition.type) },
    at,
  );
}

function refuseGenerators(condition: Expression, at: QueryContext | undefined): void {
  if (!exists(condition, (node) => node.kind === "generator")) return;
  throw new AnalysisError("UNSUPPORTED_GENERATOR.OUTSIDE_SELECT", { plan: `Filter ${printed(condition)}` }, at);
}

function refuseInWhere(condition: Expression, overGroups: boolean, at: QueryContext | undefined): void {
  if (exists(condition, (node) => node.kind === "window")) throw windowInClause("WHERE", at);
  refuseGenerators(condition, at);
  if (overGroups) return;
  withoutGroupingCalls(condition, at);
  const aggregates: Expression[] = [];
  exists(condition, (node) => {
    if (node.kind === "aggregate") aggregates.push(node);
    return false;
  });
  if (aggregates.length === 0) return;
  throw new AnalysisError(
    "INVALID_WHERE_CONDITION",
    { condition: exprText(condition), expressionList: aggregates.map(qualifiedText).join(", ") },
    at,
  );
}

/** Sort keys are computed a row at a time. */
function refuse(expressions: readonly Expression[], at: QueryContext | undefined): void {
  for (const expression of expressions) {
    const wrong = find(expression, (node) => node.kind === "aggregate" || node.kind === "window");
    if (wrong !== null) throw new AnalysisError("UNSUPPORTED_EXPR_FOR_OPERATOR", { invalidExprSqls: exprText(wrong) }, at);
    if (exists(expression, (node) => node.kind === "generator")) {
      throw new AnalysisError("UNSUPPORTED_GENERATOR.OUTSIDE_SELECT", { plan: `Sort ${printed(expression)}` }, at);
    }
  }
}

function find(expression: Expression, test: (node: Expression) => boolean): Expression | null {
  if (test(expression)) return expression;
  let found: Expression | null = null;
  mapChildren(expression, (child) => {
    found ??= find(child, test);
    return child;
  });
  return found;
}

interface Reach {
  readonly expressions: readonly Expression[];
  /** What is added to the list. */
  readonly extra: readonly NamedExpression[];
  readonly extended: LogicalPlan | null;
}

/** Expressions over a list's columns and what is under it, as ones over its columns and those added to it (`extended`). */
export function reaching(input: Bound, expressions: readonly Expression[]): Reach {
  const block = input.block;
  if (block === null) return { expressions, extra: [], extended: null };
  const extra: NamedExpression[] = [];
  let lifted = expressions;
  if (block.aggregate !== null) {
    const group = block.aggregate;
    lifted = expressions.map((one) => group.lift(one, extra));
  } else {
    const present = new Set([...input.output, ...input.hidden].map((column) => column.id));
    const missing = new Map<number, Attribute>();
    for (const column of expressions.flatMap(attributesOf)) if (!present.has(column.id)) missing.set(column.id, column);
    extra.push(...missing.values());
  }
  return { expressions: lifted, extra, extended: extra.length === 0 ? null : block.extended(extra) };
}

/** A node above a list: the list's columns alone, and still what may be reached under it. */
export function above(input: Bound, { extra, extended }: Reach, make: (child: LogicalPlan) => LogicalPlan): Bound {
  const own = new Set(extra.map(({ id }) => id));
  const block: Block | null = input.block && {
    ...input.block,
    extended: (more) => make((input.block as Block).extended([...extra, ...more.filter(({ id }) => !own.has(id))])),
  };
  const plan = make(extended ?? input.plan);
  const final: LogicalPlan =
    extended === null ? plan : { kind: "project", child: plan, expressions: [...input.output, ...input.hidden] };
  return bound(final, refreshed(final, input.output), { hidden: input.hidden, planIds: input.planIds, block });
}

function refreshed(plan: LogicalPlan, output: readonly Attribute[]): readonly Attribute[] {
  const byId = new Map(outputOf(plan).map((column) => [column.id, column]));
  return output.map((column) => byId.get(column.id) ?? column);
}

/** The list's columns, then those under it. An ambiguous name of the list may still mean one under it. */
export function outputFirst(binder: Binder, input: Bound): Columns {
  const own = columnsOf(binder, input);
  const block = input.block;
  if (block === null) return own;
  const group = block.aggregate;
  return {
    all: own.all,
    hidden: own.hidden,
    candidates: own.candidates,
    planIds: own.planIds,
    find: (parts, use) => {
      if (use.inAggregate === true && group !== null) return block.below.find(parts, use) ?? own.find(parts, use);
      const first = attempt(own, parts, use);
      if (first.found !== null) return first.found;
      const second = block.below.find(parts, use);
      if (second === null && first.error !== null) throw first.error;
      return second;
    },
  };
}

/** What is grouped by, then the list's columns. */
function groupedFirst(binder: Binder, input: Bound, block: Block, group: AggregateBlock): Columns {
  const own = columnsOf(binder, input);
  return {
    all: own.all,
    hidden: own.hidden,
    candidates: own.candidates,
    planIds: own.planIds,
    find: (parts, use) => {
      const below = attempt(block.below, parts, use);
      if (use.inAggregate === true) return below.found ?? own.find(parts, use);
      if (below.found !== null && group.isGrouping(below.found)) return below.found;
      const found = own.find(parts, use);
      if (found !== null) return found;
      if (below.error !== null) throw below.error;
      return below.found;
    },
  };
}

export function attempt(
  columns: Columns,
  parts: readonly string[],
  use: NameUse,
): { readonly found: Expression | null; readonly error: AnalysisError | null } {
  try {
    return { found: columns.find(parts, use), error: null };
  } catch (error) {
    if (error instanceof AnalysisError) return { found: null, error };
    throw error;
  }
}
