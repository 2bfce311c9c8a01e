/**
 * Rows that a join only repeats keys for are put together before it.
 *
 *   Aggregate [a], [a, count(x) AS n]        →   Aggregate [a], [a, coalesce(sum(c), 0) AS n]
 *   +- Join LeftOuter, (a = b)                   +- Join LeftOuter, (a = b)
 *      :- few [a]                                   :- few [a]
 *      +- many [b, x]                               +- Aggregate [b], [b, count(x) AS c]
 *                                                      +- many [b, x]
 *
 * Where keys come often and the join keeps most rows. After Yan and Larson, "Eager aggregation and lazy aggregation" (1995).
 */
import { alias, attributeOf } from "../../expressions/build";
import type { AggregateCall, Attribute, Expression, NamedExpression } from "../../expressions/expression";
import { mapChildren, sameExpression } from "../../expressions/traverse";
import { outputIds } from "../../logical/output";
import type { Aggregate, Join, LogicalPlan } from "../../logical/plan";
import { aggregateCalls, transformUp } from "../../logical/traverse";
import { numberSetting, type OptimizerContext, type Rule } from "../context";
import { equiKeys } from "../equi-keys";
import { canBeMerged, mergedOver } from "../merged-aggregates";
import { distinctExpressions, within } from "../predicates";
import { Statistics } from "../statistics";

export const eagerAggregation: Rule = {
  name: "EagerAggregation",
  apply: (plan, context) => {
    const statistics = new Statistics(plan);
    return transformUp(plan, (node) => (node.kind === "aggregate" ? (early(node, statistics, context) ?? node) : node));
  },
};

/** Rows of a key, about, that make it worth while. */
const LEAST_ROWS_OF_KEY = 4;

function early(node: Aggregate, statistics: Statistics, context: OptimizerContext): LogicalPlan | null {
  const join = node.child;
  if (join.kind !== "join" || (join.type !== "inner" && join.type !== "left")) return null;
  if (join.hints !== undefined || join.lateral === true || node.grouping.length === 0) return null;
  const kept = outputIds(join.left);
  if (!node.grouping.every((key) => key.kind === "attribute" && kept.has(key.id))) return null;
  const keys = keysOf(join);
  const calls = distinctExpressions(aggregateCalls(node.aggregates));
  if (keys === null || calls.length === 0 || !calls.every((item) => canBeEarly(item, join))) return null;
  if (!pays(join, keys, statistics, context)) return null;
  const partials = calls.map((item) => alias(item, "_partial", context.nextId()));
  const inner: Aggregate = { kind: "aggregate", child: join.right, grouping: keys, aggregates: [...keys, ...partials] };
  const later = (expression: Expression): Expression => {
    if (expression.kind !== "aggregate") return mapChildren(expression, later);
    const place = calls.findIndex((item) => sameExpression(item, expression));
    return mergedOver(calls[place]!, attributeOf(partials[place]!));
  };
  const aggregates = node.aggregates.map((item): NamedExpression =>
    item.kind === "alias" ? { ...item, child: later(item.child) } : item,
  );
  return { ...node, child: { ...join, right: inner }, aggregates };
}

/** The columns of the right side that the join compares; null where it compares anything else. */
function keysOf(join: Join): readonly Attribute[] | null {
  const { keys, rest } = equiKeys(join);
  if (keys.length === 0 || rest.length > 0) return null;
  const columns = keys.flatMap(({ left, right, nullSafe }) =>
    !nullSafe && left.kind === "attribute" && right.kind === "attribute" ? [right] : [],
  );
  return columns.length === keys.length ? distinctExpressions(columns) : null;
}

/** Whether parts of it can be put together, and rows without a partner do not count. */
function canBeEarly(item: AggregateCall, join: Join): boolean {
  const { fn, args } = item;
  if (fn === "sum" || !canBeMerged(item) || !args.every((arg) => within(arg, outputIds(join.right)))) return false;
  return join.type === "inner" || (args.length > 0 && args.every((arg) => arg.kind === "attribute"));
}

function pays(join: Join, keys: readonly Attribute[], statistics: Statistics, context: OptimizerContext): boolean {
  const least = numberSetting(context, "firesteel.sql.eagerAggregation.minRows", 50_000);
  const { rows } = statistics.of(join.right);
  if (least === 0) return true;
  if (rows < least) return false;
  const groups = statistics.of({ kind: "aggregate", child: join.right, grouping: keys, aggregates: keys }).rows;
  const matched = statistics.of({ ...join, type: "inner" }).rows;
  return groups * LEAST_ROWS_OF_KEY <= rows && matched * 2 >= rows;
}
