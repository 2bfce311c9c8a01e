/**
 * What is grouped by is a column: however the select list is rewritten, it still names it.
 *
 *   Aggregate [(a + 1)], [(a + 1) AS b, count(1)]   →   Aggregate [g], [g AS b, count(1)]
 *   +- r [a]                                            +- Project [a, (a + 1) AS g]
 *                                                          +- r [a]
 */
import { alias, attributeOf } from "../../expressions/build";
import type { Alias, Expression, NamedExpression } from "../../expressions/expression";
import { isFoldable, mapChildren, sameExpression } from "../../expressions/traverse";
import { outputOf } from "../../logical/output";
import type { Aggregate, LogicalPlan } from "../../logical/plan";
import { transformUpWithSubqueries } from "../../logical/traverse";
import type { OptimizerContext, Rule } from "../context";

export const pullOutGroupingExpressions: Rule = {
  name: "PullOutGroupingExpressions",
  apply: (plan, context) =>
    transformUpWithSubqueries(plan, (node) => (node.kind === "aggregate" ? pulledOut(node, context) : node)),
};

function pulledOut(node: Aggregate, context: OptimizerContext): LogicalPlan {
  const columns: { readonly source: Expression; readonly named: Alias }[] = [];
  for (const expression of node.grouping) {
    if (expression.kind === "attribute" || isFoldable(expression)) continue;
    if (columns.some(({ source }) => sameExpression(source, expression))) continue;
    columns.push({ source: expression, named: alias(expression, "_groupingexpression", context.nextId()) });
  }
  if (columns.length === 0) return node;
  const replace = (expression: Expression): Expression => {
    const column = columns.find(({ source }) => sameExpression(source, expression));
    return column === undefined ? mapChildren(expression, replace) : attributeOf(column.named);
  };
  const aggregates = node.aggregates.map((item): NamedExpression =>
    item.kind === "alias" ? { ...item, child: replace(item.child) } : item,
  );
  const expressions = [...outputOf(node.child), ...columns.map(({ named }) => named)];
  return {
    kind: "aggregate",
    child: { kind: "project", child: node.child, expressions },
    grouping: node.grouping.map(replace),
    aggregates,
  };
}
