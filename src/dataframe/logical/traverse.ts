/** Walking and rewriting plans. All rewriting keeps a node that did not change, so `===` tells whether something did. */
import { unreachable } from "../../common/errors";
import type { AggregateCall, Attribute, Expression, GeneratorCall, NamedExpression, WindowCall } from "../expressions/expression";
import { mapAll, mapChildren, mapSortOrders, walk } from "../expressions/traverse";
import type { LogicalPlan } from "./plan";

const NONE: readonly never[] = [];

/** Definitions of CTEs come before what uses them. Plans of subqueries are in expressions, not here. */
export function childrenOf(plan: LogicalPlan): readonly LogicalPlan[] {
  switch (plan.kind) {
    case "localRelation":
    case "externalRelation":
    case "range":
    case "scan":
    case "cteReference":
      return NONE;
    case "join":
    case "setOperation":
    case "cogroup":
      return [plan.left, plan.right];
    case "union":
      return plan.children;
    case "withCte":
      return [...plan.definitions.map((definition) => definition.plan), plan.child];
    case "recursiveCte":
      return [plan.anchor, plan.step];
    default:
      return [plan.child];
  }
}

/** As many children as `childrenOf` gives; the plan itself where they are the ones it has. */
export function withChildren(plan: LogicalPlan, children: readonly LogicalPlan[]): LogicalPlan {
  switch (plan.kind) {
    case "localRelation":
    case "externalRelation":
    case "range":
    case "scan":
    case "cteReference":
      return plan;
    case "join":
    case "setOperation":
    case "cogroup": {
      const [left, right] = children as [LogicalPlan, LogicalPlan];
      return left === plan.left && right === plan.right ? plan : { ...plan, left, right };
    }
    case "union":
      return sameItems(children, plan.children) ? plan : { ...plan, children };
    case "withCte": {
      const definitions = mapAll(plan.definitions, (definition) => {
        const changed = children[plan.definitions.indexOf(definition)] as LogicalPlan;
        return changed === definition.plan ? definition : { ...definition, plan: changed };
      });
      const child = children[plan.definitions.length] as LogicalPlan;
      return definitions === plan.definitions && child === plan.child ? plan : { ...plan, definitions, child };
    }
    case "recursiveCte": {
      const [anchor, step] = children as [LogicalPlan, LogicalPlan];
      return anchor === plan.anchor && step === plan.step ? plan : { ...plan, anchor, step };
    }
    default: {
      const child = children[0] as LogicalPlan;
      return child === plan.child ? plan : { ...plan, child };
    }
  }
}

function sameItems<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((item, i) => item === b[i]);
}

export function mapPlanChildren(plan: LogicalPlan, f: (child: LogicalPlan) => LogicalPlan): LogicalPlan {
  return withChildren(plan, childrenOf(plan).map(f));
}

/** The expressions of the node itself, in the order of printing. A sort's and a window's orders come as the expressions they order by. */
export function expressionsOf(plan: LogicalPlan): readonly Expression[] {
  const found: Expression[] = [];
  mapExpressions(plan, (expression) => {
    found.push(expression);
    return expression;
  });
  return found;
}

/** Each expression of the node through `f`, which must give names where names are asked for: attributes and aliases keep their ids. */
export function mapExpressions(plan: LogicalPlan, f: (expression: Expression) => Expression): LogicalPlan {
  const named = (expression: NamedExpression): NamedExpression => f(expression) as NamedExpression;
  const column = (expression: Attribute): Attribute => f(expression) as Attribute;
  switch (plan.kind) {
    case "project": {
      const expressions = mapAll(plan.expressions, named);
      return expressions === plan.expressions ? plan : { ...plan, expressions };
    }
    case "filter": {
      const condition = f(plan.condition);
      return condition === plan.condition ? plan : { ...plan, condition };
    }
    case "join": {
      if (plan.condition === null) return plan;
      const condition = f(plan.condition);
      return condition === plan.condition ? plan : { ...plan, condition };
    }
    case "aggregate": {
      const grouping = mapAll(plan.grouping, f);
      const aggregates = mapAll(plan.aggregates, named);
      return grouping === plan.grouping && aggregates === plan.aggregates ? plan : { ...plan, grouping, aggregates };
    }
    case "sort": {
      const order = mapSortOrders(plan.order, f);
      return order === plan.order ? plan : { ...plan, order };
    }
    case "repartition": {
      const by = mapSortOrders(plan.by, f);
      return by === plan.by ? plan : { ...plan, by };
    }
    case "window": {
      const functions = mapAll(plan.functions, (item) => {
        const call = f(item.call) as WindowCall;
        return call === item.call ? item : { ...item, call };
      });
      const partitionBy = mapAll(plan.partitionBy, f);
      const orderBy = mapSortOrders(plan.orderBy, f);
      return functions === plan.functions && partitionBy === plan.partitionBy && orderBy === plan.orderBy
        ? plan
        : { ...plan, functions, partitionBy, orderBy };
    }
    case "generate": {
      const generator = f(plan.generator) as GeneratorCall;
      return generator === plan.generator ? plan : { ...plan, generator };
    }
    case "expand": {
      const projections = mapAll(plan.projections, (projection) => mapAll(projection, f));
      return projections === plan.projections ? plan : { ...plan, projections };
    }
    case "scan": {
      const pushed = mapAll(plan.pushed, f);
      const partitionFilters = mapAll(plan.partitionFilters, f);
      return pushed === plan.pushed && partitionFilters === plan.partitionFilters ? plan : { ...plan, pushed, partitionFilters };
    }
    case "applyInGroups": {
      const grouping = mapAll(plan.grouping, column);
      return grouping === plan.grouping ? plan : { ...plan, grouping };
    }
    case "cogroup": {
      const leftGrouping = mapAll(plan.leftGrouping, column);
      const rightGrouping = mapAll(plan.rightGrouping, column);
      return leftGrouping === plan.leftGrouping && rightGrouping === plan.rightGrouping
        ? plan
        : { ...plan, leftGrouping, rightGrouping };
    }
    case "appendColumns": {
      const inputs = mapAll(plan.inputs, f);
      return inputs === plan.inputs ? plan : { ...plan, inputs };
    }
    case "scriptTransform": {
      const input = mapAll(plan.input, f);
      return input === plan.input ? plan : { ...plan, input };
    }
    case "collectMetrics": {
      const metrics = mapAll(plan.metrics, named);
      return metrics === plan.metrics ? plan : { ...plan, metrics };
    }
    case "limit":
    case "tail":
    case "union":
    case "setOperation":
    case "distinct":
    case "sample":
    case "localRelation":
    case "externalRelation":
    case "range":
    case "subqueryAlias":
    case "withCte":
    case "cteReference":
    case "recursiveCte":
    case "mapBatches":
    case "hint":
      return plan;
    default:
      return unreachable(plan);
  }
}

/** Children first; `f` sees a node whose children have been rewritten. */
export function transformUp(plan: LogicalPlan, f: (plan: LogicalPlan) => LogicalPlan): LogicalPlan {
  return f(mapPlanChildren(plan, (child) => transformUp(child, f)));
}

/** Parents first; the children of what `f` gives are entered. */
export function transformDown(plan: LogicalPlan, f: (plan: LogicalPlan) => LogicalPlan): LogicalPlan {
  return mapPlanChildren(f(plan), (child) => transformDown(child, f));
}

/** Every expression of every node, each rewritten as a whole by `f`. */
export function transformAllExpressions(plan: LogicalPlan, f: (expression: Expression) => Expression): LogicalPlan {
  return transformUp(plan, (node) => mapExpressions(node, f));
}

/** Every node, parents first; children are left out where `visit` gives false. */
export function walkPlan(plan: LogicalPlan, visit: (plan: LogicalPlan) => boolean | void): void {
  if (visit(plan) === false) return;
  for (const child of childrenOf(plan)) walkPlan(child, visit);
}

export function existsPlan(plan: LogicalPlan, test: (plan: LogicalPlan) => boolean): boolean {
  return test(plan) || childrenOf(plan).some((child) => existsPlan(child, test));
}

/** Plans of the subqueries in the node's own expressions. */
export function subqueryPlans(plan: LogicalPlan): readonly LogicalPlan[] {
  const found: LogicalPlan[] = [];
  for (const expression of expressionsOf(plan)) {
    walk(expression, (node) => {
      if (node.kind === "scalarSubquery" || node.kind === "exists" || node.kind === "inSubquery") found.push(node.plan);
    });
  }
  return found;
}

/** The expression with the plans of its subqueries through `f`. */
export function mapSubqueries(expression: Expression, f: (plan: LogicalPlan) => LogicalPlan): Expression {
  const mapped = mapChildren(expression, (child) => mapSubqueries(child, f));
  if (mapped.kind !== "scalarSubquery" && mapped.kind !== "exists" && mapped.kind !== "inSubquery") return mapped;
  const plan = f(mapped.plan);
  return plan === mapped.plan ? mapped : { ...mapped, plan };
}

/**
 * `transformUp` that enters the plans of subqueries too, before the node that holds them. A subquery that stands in a node several times, as
 * that of BETWEEN does, stays one.
 */
export function transformUpWithSubqueries(plan: LogicalPlan, f: (plan: LogicalPlan) => LogicalPlan): LogicalPlan {
  const inner = (child: LogicalPlan): LogicalPlan => transformUpWithSubqueries(child, f);
  const known = new Map<LogicalPlan, LogicalPlan>();
  const once = (subquery: LogicalPlan): LogicalPlan => {
    let found = known.get(subquery);
    if (found === undefined) known.set(subquery, (found = inner(subquery)));
    return found;
  };
  const below = mapPlanChildren(plan, inner);
  return f(mapExpressions(below, (expression) => mapSubqueries(expression, once)));
}

/** Every aggregate call in expressions over groups. */
export function aggregateCalls(expressions: readonly Expression[]): readonly AggregateCall[] {
  const found: AggregateCall[] = [];
  for (const expression of expressions) {
    walk(expression, (node) => {
      if (node.kind === "aggregate") found.push(node);
      return node.kind !== "aggregate";
    });
  }
  return found;
}
