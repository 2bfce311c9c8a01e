/**
 * A scalar subquery over rows that the query around it groups: the groups are computed once, and both read them.
 *
 *   Filter (s > (select sum(x) from r))     →   WithCTE [1: Aggregate [a], [a, sum(x) AS s]]
 *   +- Aggregate [a], [a, sum(x) AS s]          +- Project [a, s]
 *      +- r [a, x]                                 +- Filter (s > t)
 *                                                     +- Join Cross
 *                                                        :- CTERelationRef 1 [a, s]
 *                                                        +- Aggregate [], [sum(s) AS t]
 *                                                           +- CTERelationRef 1 [s]
 *
 * So is one over such groups themselves, as of a view that is used twice: s = (select max(s) from (… group by a)).
 */
import { alias, attributeOf } from "../../expressions/build";
import type { AggregateCall, Attribute, Expression, ExprId, NamedExpression } from "../../expressions/expression";
import { mapChildren, sameExpression } from "../../expressions/traverse";
import { renameExpression } from "../../logical/fresh";
import { outputOf } from "../../logical/output";
import type { Aggregate, Filter, LogicalPlan } from "../../logical/plan";
import { logicalSignature } from "../../logical/signature";
import { aggregateCalls, existsPlan, walkPlan } from "../../logical/traverse";
import type { OptimizerContext, Rule } from "../context";
import { canBeMerged, mergedOver } from "../merged-aggregates";
import { distinctExpressions } from "../predicates";
import { cteReference, globalAggregate, isRepeatable, replacedIn, scalarsOf, withDefinition } from "../scalar-aggregates";

export const shareAggregates: Rule = {
  name: "ShareAggregates",
  apply: (plan, context) => {
    let current = plan;
    // Each round leaves one subquery less.
    for (let next = shareOne(current, context); next !== null; next = shareOne(current, context)) current = next;
    return current;
  },
};

/** Groups that a subquery may read, and what becomes of both sides. */
interface Sharing {
  readonly definition: LogicalPlan;
  readonly inQuery: { readonly node: LogicalPlan; readonly reads: (id: number) => LogicalPlan };
  readonly inSubquery: { readonly node: LogicalPlan; readonly reads: (id: number) => LogicalPlan };
}

function shareOne(plan: LogicalPlan, context: OptimizerContext): LogicalPlan | null {
  let result: LogicalPlan | null = null;
  walkPlan(plan, (node) => {
    if (result !== null || node.kind !== "filter") return result === null;
    for (const subquery of scalarsOf(node.condition)) {
      const sharing = sharingOf(node.child, subquery, context);
      if (sharing === null) continue;
      const id = context.nextId();
      const child = replacedIn(plan, node, joined(node, subquery, sharing, id));
      result = withDefinition(child, id, sharing.definition);
      return false;
    }
    return true;
  });
  return result;
}

function sharingOf(query: LogicalPlan, subquery: LogicalPlan, context: OptimizerContext): Sharing | null {
  const whole = globalAggregate(subquery);
  if (whole === null || !isRepeatable(whole.child)) return null;
  const wanted = logicalSignature(whole.child);
  const hasGroups = existsPlan(whole.child, (node) => node.kind === "aggregate");
  let found: Sharing | null = null;
  walkPlan(query, (node) => {
    if (found !== null) return false;
    if (hasGroups && sameKind(node, whole.child) && logicalSignature(node) === wanted) found = groupsOf(node, whole.child);
    else if (node.kind === "aggregate" && sameKind(node.child, whole.child) && logicalSignature(node.child) === wanted) {
      found = finerGroupsOf(node, whole, context);
    }
    return found === null;
  });
  return found;
}

/** A first look that costs nothing. */
function sameKind(a: LogicalPlan, b: LogicalPlan): boolean {
  return a.kind === b.kind && outputOf(a).length === outputOf(b).length;
}

/** The subquery is over the groups themselves. */
function groupsOf(node: LogicalPlan, inner: LogicalPlan): Sharing {
  return {
    definition: node,
    inQuery: { node, reads: (id) => cteReference(id, outputOf(node)) },
    inSubquery: { node: inner, reads: (id) => cteReference(id, outputOf(inner)) },
  };
}

/** The subquery is over the rows that are grouped: what it asks for is put together from the groups. */
function finerGroupsOf(node: Aggregate, whole: Aggregate, context: OptimizerContext): Sharing | null {
  const calls = distinctExpressions(aggregateCalls(whole.aggregates));
  if (node.grouping.length === 0 || calls.length === 0 || !calls.every(canBeMerged)) return null;
  const columns = outputOf(node.child);
  const ids = new Map<ExprId, ExprId>(outputOf(whole.child).map(({ id }, i) => [id, columns[i]!.id]));
  const groups: NamedExpression[] = [...node.aggregates];
  const placeOf = (item: AggregateCall): number => {
    const same = renameExpression(item, ids);
    const place = groups.findIndex((one) => one.kind === "alias" && sameExpression(one.child, same));
    return place >= 0 ? place : groups.push(alias(same, item.fn, context.nextId())) - 1;
  };
  const places = calls.map(placeOf);
  const definition: Aggregate = { ...node, aggregates: groups };
  const output = outputOf(definition);
  const fresh = output.map((column): Attribute => ({ ...column, id: context.nextId() }));
  const merge = (expression: Expression): Expression => {
    if (expression.kind !== "aggregate") return mapChildren(expression, merge);
    const place = calls.findIndex((item) => sameExpression(item, expression));
    return mergedOver(calls[place]!, fresh[places[place]!]!);
  };
  const aggregates = whole.aggregates.map((item): NamedExpression =>
    item.kind === "alias" ? { ...item, child: merge(item.child) } : item,
  );
  return {
    definition,
    inQuery: {
      node,
      reads: (id) =>
        output.length === node.aggregates.length
          ? cteReference(id, output)
          : { kind: "project", child: cteReference(id, output), expressions: node.aggregates.map(attributeOf) },
    },
    inSubquery: { node: whole, reads: (id) => ({ ...whole, child: cteReference(id, fresh), aggregates }) },
  };
}

function joined(node: Filter, subquery: LogicalPlan, sharing: Sharing, id: number): LogicalPlan {
  const { inQuery, inSubquery } = sharing;
  const left = replacedIn(node.child, inQuery.node, inQuery.reads(id));
  const right = replacedIn(subquery, inSubquery.node, inSubquery.reads(id));
  const value = outputOf(right)[0]!;
  const replace = (expression: Expression): Expression =>
    expression.kind === "scalarSubquery" && expression.plan === subquery ? value : mapChildren(expression, replace);
  const child: LogicalPlan = { kind: "join", left, right, type: "cross", condition: null };
  const filter: Filter = { kind: "filter", child, condition: replace(node.condition) };
  return { kind: "project", child: filter, expressions: outputOf(node.child) };
}
