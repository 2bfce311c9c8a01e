/**
 * A join with a filtered table chooses partitions of the other.
 *
 *   Join Inner, (day = d)             →   Join Inner, (day = d)
 *   :- Relation sales[day, …]             :- Relation sales[day, …], PartitionFilters: [day IN (select d …)]
 *   +- Filter (month = 12)                +- Filter (month = 12)
 *      +- Relation days[d, month]            +- Relation days[d, month]
 *
 * The subquery is run before the scan is planned (physical/resolve.ts), so it is only made of what is small.
 */
import { BOOLEAN } from "../../expressions/build";
import type { Attribute, Expression } from "../../expressions/expression";
import { freshIds, renameExpression } from "../../logical/fresh";
import type { Join, LogicalPlan, Scan } from "../../logical/plan";
import { existsPlan, transformUp, withChildren } from "../../logical/traverse";
import { enabled, sizeSetting, type OptimizerContext, type Rule } from "../context";
import { equiKeys } from "../equi-keys";
import { attributeSet, definitions, substitute } from "../predicates";
import { Statistics } from "../statistics";

export const partitionPruning: Rule = {
  name: "PartitionPruning",
  apply: (plan, context) => {
    if (!enabled(context, "spark.sql.optimizer.dynamicPartitionPruning.enabled", true)) return plan;
    const statistics = new Statistics(plan);
    return transformUp(plan, (node) => (node.kind === "join" ? pruned(node, statistics, context) : node));
  },
};

function pruned(join: Join, statistics: Statistics, context: OptimizerContext): LogicalPlan {
  const toLeft = join.type === "inner" || join.type === "leftSemi" || join.type === "right";
  const toRight = join.type === "inner" || join.type === "left";
  let { left, right } = join;
  for (const key of equiKeys(join).keys) {
    if (key.nullSafe) continue;
    if (toLeft) left = withFilter(left, key.left, right, key.right, statistics, context) ?? left;
    if (toRight) right = withFilter(right, key.right, left, key.left, statistics, context) ?? right;
  }
  return withChildren(join, [left, right]);
}

function withFilter(
  side: LogicalPlan,
  key: Expression,
  other: LogicalPlan,
  otherKey: Expression,
  statistics: Statistics,
  context: OptimizerContext,
): LogicalPlan | null {
  const target = partitionColumn(side, key);
  if (target === null || hasDynamicFilter(target.scan, target.column)) return null;
  if (
    !isSelective(other) ||
    statistics.of(other).bytes > sizeSetting(context, "spark.sql.autoBroadcastJoinThreshold", 10 << 20)
  ) {
    return null;
  }
  const { plan, ids } = freshIds(other, () => context.nextId());
  const value = renameExpression(otherKey, ids);
  const values: LogicalPlan = {
    kind: "aggregate",
    child: plan,
    grouping: [value],
    aggregates: [
      value.kind === "attribute"
        ? value
        : { kind: "alias", id: context.nextId(), name: "key", child: value, type: value.type, nullable: value.nullable },
    ],
  };
  const filter: Expression = { kind: "inSubquery", values: [target.column], plan: values, type: BOOLEAN, nullable: true };
  const scan: Scan = { ...target.scan, partitionFilters: [...target.scan.partitionFilters, filter] };
  return transformUp(side, (node) => (node === target.scan ? scan : node));
}

/** The scan whose partition column the key is, where nothing between changes which rows it belongs to. */
function partitionColumn(plan: LogicalPlan, key: Expression): { readonly scan: Scan; readonly column: Attribute } | null {
  if (key.kind !== "attribute") return null;
  switch (plan.kind) {
    case "scan": {
      const place = plan.output.findIndex((column) => column.id === key.id);
      const [name, ...rest] = plan.columns[place] ?? [];
      const found = name !== undefined && rest.length === 0 && plan.relation.partitionColumns.includes(name);
      return found ? { scan: plan, column: plan.output[place] as Attribute } : null;
    }
    case "filter":
      return partitionColumn(plan.child, key);
    case "project":
      return partitionColumn(plan.child, substitute(key, definitions(plan.expressions)));
    case "join": {
      const keepsLeft = plan.type === "inner" || plan.type === "left" || plan.type === "leftSemi" || plan.type === "leftAnti";
      const keepsRight = plan.type === "inner" || plan.type === "right";
      return (keepsLeft ? partitionColumn(plan.left, key) : null) ?? (keepsRight ? partitionColumn(plan.right, key) : null);
    }
    default:
      return null;
  }
}

function hasDynamicFilter(scan: Scan, column: Attribute): boolean {
  return scan.partitionFilters.some((filter) => filter.kind === "inSubquery" && attributeSet([filter]).has(column.id));
}

/** Something in the plan leaves out rows by their values. */
function isSelective(plan: LogicalPlan): boolean {
  return existsPlan(
    plan,
    (node) =>
      node.kind === "filter" || (node.kind === "scan" && node.partitionFilters.some((part) => part.kind !== "inSubquery")),
  );
}
