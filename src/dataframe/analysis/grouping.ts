/** GROUP BY: expressions, positions, aliases of the select list, ALL; and queries that are aggregates without it. */
import { AnalysisError } from "../errors";
import type { Alias, Attribute, Expression } from "../expressions/expression";
import { attributesOf, mapChildren, walk } from "../expressions/traverse";
import type { LogicalPlan } from "../logical/plan";
import { mapSubqueries, transformAllExpressions } from "../logical/traverse";
import { literal, NULL } from "../expressions/build";
import type { UnresolvedExpression } from "../syntax/expression";
import type { UnresolvedPlan } from "../syntax/plan";
import { aggregateBound, checkGroupingKeys } from "./aggregate";
import type { AggregateQuery } from "./aggregate";
import type { Binder, Bound, Columns, Env, Scope } from "./binder";
import { exactlyBound } from "./exact";
import { bindGroupingSets } from "./grouping-sets";
import { qualifiedText } from "./messages";
import { printed } from "../expressions/print";
import { bindSelectList, hasAggregate, itemExpressions, projectBound, selectScope } from "./select";
import type { SelectList } from "./select";
import { SharedSubqueries } from "./same-plan";
import { distinctBound } from "./set-operations";
import { withTimeWindow } from "./time-windows";

type AggregateSyntax = Extract<UnresolvedPlan, { kind: "aggregate" }>;

export function bindProject(binder: Binder, plan: Extract<UnresolvedPlan, { kind: "project" }>, env: Env): Bound {
  const input = withTimeWindow(binder, binder.plan(plan.child, env), env, plan.expressions);
  const list = bindSelectList(binder, plan.expressions, selectScope(binder, input, env));
  for (const item of itemExpressions(list.items)) withoutGroupingCalls(item, plan.at);
  const aggregated = itemExpressions(list.items).find(hasAggregate);
  if (aggregated !== undefined && plan.pipe !== undefined) throw noAggregateInPipe(aggregated, plan.pipe, plan.at);
  const selected =
    aggregated !== undefined
      ? aggregateBound(binder, globalAggregate(input, list, env, plan))
      : projectBound(binder, input, list);
  return plan.distinct === true ? distinctBound(binder, exactlyBound(selected)) : selected;
}

export function noAggregateInPipe(expression: Expression, clause: string, at: AggregateQuery["at"]): AnalysisError {
  return new AnalysisError("PIPE_OPERATOR_CONTAINS_AGGREGATE_FUNCTION", { expr: printed(expression), clause }, at);
}

/** All rows as one group. */
function globalAggregate(input: Bound, list: SelectList, env: Env, plan: UnresolvedPlan): AggregateQuery {
  return { input, child: input.plan, grouping: [], list, having: [], prepared: withoutGroupingCalls, env, at: plan.at };
}

export function bindAggregatePlan(binder: Binder, plan: AggregateSyntax, env: Env): Bound {
  return aggregateOver(binder, plan, binder.plan(plan.child, env), env);
}

/** The aggregate over what its child has become. */
export function aggregateOver(binder: Binder, plan: Omit<AggregateSyntax, "child">, child: Bound, env: Env): Bound {
  const keysOf = plan.grouping.kind === "all" ? plan.aggregates : plan.grouping.expressions;
  const input = withTimeWindow(binder, child, env, plan.aggregates, keysOf);
  const scope = selectScope(binder, input, env);
  const written =
    plan.keyed === true && plan.grouping.kind !== "all" ? [...plan.grouping.expressions, ...plan.aggregates] : plan.aggregates;
  const shared = new SharedSubqueries();
  const list = withShared(bindSelectList(binder, written, scope), shared);
  const base = { input, list, having: [], env, at: plan.at };
  if (plan.grouping.kind === "sets") {
    const keys = bindKeys(binder, plan.grouping.expressions, list, scope).map((key) => shared.share(key));
    return bindGroupingSets(binder, base, keys, plan.grouping.sets);
  }
  const keys =
    plan.grouping.kind === "all" ? groupByAll(plan, list, scope) : bindKeys(binder, plan.grouping.expressions, list, scope);
  const grouping = keys.map((key) => shared.share(key));
  checkGroupingKeys(grouping, plan.at);
  for (const item of itemExpressions(list.items)) withoutGroupingCalls(item, plan.at);
  const prepared: AggregateQuery["prepared"] = (expression, at) => withoutGroupingCalls(shared.share(expression), at);
  return aggregateBound(binder, { ...base, child: input.plan, grouping, prepared });
}

function withShared(list: SelectList, shared: SharedSubqueries): SelectList {
  const items = list.items.map((item) =>
    item.kind === "named" ? { ...item, expression: shared.share(item.expression) } : { ...item, call: shared.share(item.call) },
  );
  return { ...list, items };
}

/** GROUPING() outside of grouping sets. */
export function withoutGroupingCalls(expression: Expression, at: AggregateQuery["at"]): Expression {
  const visit = (node: Expression): Expression => {
    if (node.kind === "call" && (node.fn === "grouping" || node.fn === "grouping_id")) {
      throw new AnalysisError("UNSUPPORTED_GROUPING_EXPRESSION", {}, node.at ?? at);
    }
    return mapChildren(node, visit);
  };
  return visit(expression);
}

function bindKeys(
  binder: Binder,
  written: readonly UnresolvedExpression[],
  list: SelectList,
  scope: Scope,
): readonly Expression[] {
  const settings = binder.context.settings.conf;
  const aliases = settings["spark.sql.groupByAliases"] === "false" ? null : aliasColumns(binder, list);
  const inner: Scope = { ...scope, clause: "group", columns: aliases === null ? scope.columns : orAlias(scope.columns, aliases) };
  const ordinals = settings["spark.sql.groupByOrdinal"] !== "false";
  return written.map((syntax) => {
    if (ordinals && syntax.kind === "literal" && syntax.type.kind === "int") {
      return itemAt(list, syntax.value as number, syntax.at);
    }
    const key = binder.expression(syntax, inner);
    return key.kind === "alias" ? key.child : key;
  });
}

/** GROUP BY 2. */
function itemAt(list: SelectList, index: number, at: UnresolvedExpression["at"]): Expression {
  const expressions = itemExpressions(list.items);
  if (list.starred) throw new AnalysisError("STAR_GROUP_BY_POS", {}, at);
  const item = expressions[index - 1];
  if (item?.kind === "alias" && list.lateral.has(item.id)) throw lateralKey(at);
  if (item === undefined) {
    throw new AnalysisError("GROUP_BY_POS_OUT_OF_RANGE", { index: String(index), size: String(expressions.length) }, at);
  }
  const child = item.kind === "alias" ? item.child : item;
  if (hasAggregate(child)) {
    const aggExpr = item.kind === "alias" ? `${qualifiedText(child)} AS \`${item.name}\`` : printed(child);
    throw new AnalysisError("GROUP_BY_POS_AGGREGATE", { index: String(index), aggExpr }, at);
  }
  return child;
}

/** What an alias to the left is part of cannot be grouped by under its own name or place. */
function lateralKey(at: UnresolvedExpression["at"]): AnalysisError {
  return new AnalysisError("UNSUPPORTED_FEATURE.LATERAL_COLUMN_ALIAS_IN_GROUP_BY", {}, at);
}

/** Names that no column has may be aliases of the select list; the first of that name counts. */
function aliasColumns(binder: Binder, list: SelectList): AliasFinder {
  const fold = (name: string): string => (binder.context.settings.caseSensitive ? name : name.toLowerCase());
  const byName = new Map<string, Alias>();
  for (const item of list.items) {
    if (item.kind !== "named" || item.expression.kind !== "alias") continue;
    const name = fold(item.expression.name);
    if (!byName.has(name)) byName.set(name, item.expression);
  }
  return (name, at) => {
    const found = byName.get(fold(name));
    if (found !== undefined && list.lateral.has(found.id)) throw lateralKey(at);
    return found?.child ?? null;
  };
}

type AliasFinder = (name: string, at: UnresolvedExpression["at"]) => Expression | null;

function orAlias(columns: Columns, alias: AliasFinder): Columns {
  return {
    all: columns.all,
    hidden: columns.hidden,
    candidates: columns.candidates,
    planIds: columns.planIds,
    find: (parts, use) => columns.find(parts, use) ?? (parts.length === 1 ? alias(parts[0] as string, use.at) : null),
  };
}

/** GROUP BY ALL: every item without an aggregate. A column named `all` wins. */
function groupByAll(plan: Omit<AggregateSyntax, "child">, list: SelectList, scope: Scope): readonly Expression[] {
  const column = scope.columns.find(["all"], { at: plan.at });
  if (column !== null) return [column];
  if (list.lateral.size > 0) throw lateralKey(plan.at);
  const items = itemExpressions(list.items).map((item) => (item.kind === "alias" ? item.child : item));
  const keys = items.filter((item) => !hasAggregate(item));
  if (keys.length === 0 && items.some((item) => columnsOutsideAggregates(item).length > 0)) {
    throw new AnalysisError("UNRESOLVED_ALL_IN_GROUP_BY", {}, plan.at);
  }
  return keys;
}

function columnsOutsideAggregates(expression: Expression): readonly Attribute[] {
  const visit = (node: Expression): Expression => (node.kind === "aggregate" ? literal(null, NULL) : mapChildren(node, visit));
  return [...attributesOf(visit(expression)), ...outerColumnsOf(visit(expression))];
}

/** Columns that subqueries in the expression read of its query. */
export function outerColumnsOf(expression: Expression): readonly Attribute[] {
  const found: Attribute[] = [];
  const inPlan = (plan: LogicalPlan): LogicalPlan =>
    transformAllExpressions(plan, (one) => {
      walk(one, (node) => {
        if (node.kind === "outer") found.push(node.attribute);
      });
      return one;
    });
  mapSubqueries(expression, inPlan);
  return found;
}
