/** Predicates that are true of every row that a plan gives. */
import type { Attribute, Expression, ExprId } from "../expressions/expression";
import { isDeterministic } from "../expressions/traverse";
import { outputIds } from "../logical/output";
import type { LogicalPlan } from "../logical/plan";
import { conjuncts, substitute, within } from "./predicates";

const known = new WeakMap<LogicalPlan, readonly Expression[]>();

export function constraintsOf(plan: LogicalPlan): readonly Expression[] {
  const found = known.get(plan);
  if (found !== undefined) return found;
  const constraints = compute(plan);
  known.set(plan, constraints);
  return constraints;
}

function compute(plan: LogicalPlan): readonly Expression[] {
  switch (plan.kind) {
    case "filter":
      return [...constraintsOf(plan.child), ...conjuncts(plan.condition).filter(isDeterministic)];
    case "scan":
      return plan.partitionFilters;
    case "project": {
      const below = constraintsOf(plan.child);
      return renamedConstraints(below, plan.expressions, outputIds(plan));
    }
    case "aggregate": {
      if (plan.grouping.length === 0) return [];
      return renamedConstraints(constraintsOf(plan.child), plan.aggregates, outputIds(plan));
    }
    case "join": {
      const left = constraintsOf(plan.left);
      const right = constraintsOf(plan.right);
      const condition = plan.condition === null ? [] : conjuncts(plan.condition).filter(isDeterministic);
      switch (plan.type) {
        case "inner":
        case "cross":
          return [...left, ...right, ...condition];
        case "leftSemi": {
          const ids = outputIds(plan.left);
          return [...left, ...condition.filter((part) => within(part, ids))];
        }
        case "left":
        case "leftAnti":
        case "nullAwareAnti":
        case "existence":
          return left;
        case "right":
          return right;
        case "full":
          return [];
      }
      return [];
    }
    case "window":
    case "sort":
    case "limit":
    case "tail":
    case "distinct":
    case "repartition":
    case "sample":
    case "subqueryAlias":
    case "collectMetrics":
      return constraintsOf(plan.child);
    case "generate": {
      const ids = outputIds(plan);
      return constraintsOf(plan.child).filter((part) => within(part, ids));
    }
    default:
      return [];
  }
}

/** Under the names above a projection; a column with several names brings its constraints under each. */
function renamedConstraints(
  below: readonly Expression[],
  expressions: readonly Expression[],
  visible: ReadonlySet<ExprId>,
): readonly Expression[] {
  const names = new Map<ExprId, Attribute>();
  for (const item of expressions) {
    if (item.kind === "alias" && item.child.kind === "attribute") {
      const { id, name, type } = item;
      names.set(item.child.id, { ...item.child, id, name, type });
    }
  }
  const kept: Expression[] = [];
  for (const part of below) {
    if (within(part, visible)) kept.push(part);
    else {
      const renamed = substitute(part, names);
      if (within(renamed, visible)) kept.push(renamed);
    }
  }
  return kept;
}
