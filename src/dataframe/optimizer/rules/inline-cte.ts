/**
 * CTEs are put where they are used: each use is then optimized for what it needs. What is the same after all is computed once
 * by exchange reuse. A CTE that is used several times and would not give the same rows twice stays as it is, unless a scalar
 * subquery reads it; so does a recursion, unless a limit says where it may end.
 *
 *   WithCTE [1]               →   Join Inner
 *   :- Project […]                :- Project […]
 *   +- Join Inner                 +- Project [… with new ids]
 *      :- CTERelationRef 1
 *      +- CTERelationRef 1
 */
import { alias } from "../../expressions/build";
import type { Attribute, NamedExpression } from "../../expressions/expression";
import { isDeterministic, walk } from "../../expressions/traverse";
import { freshIds } from "../../logical/fresh";
import { outputOf } from "../../logical/output";
import type { LogicalPlan } from "../../logical/plan";
import { inPlaceOf, recursionOf } from "../../logical/recursion";
import {
  childrenOf,
  existsPlan,
  expressionsOf,
  subqueryPlans,
  transformUpWithSubqueries,
  walkPlan,
} from "../../logical/traverse";
import type { OptimizerContext, Rule } from "../context";
import { outerAttributes } from "../subqueries/outer-references";

export const inlineCte: Rule = {
  name: "InlineCTE",
  apply: (plan, context) => transformUpWithSubqueries(plan, (node) => (node.kind === "withCte" ? inlined(node, context) : node)),
};

function inlined(node: Extract<LogicalPlan, { kind: "withCte" }>, context: OptimizerContext): LogicalPlan {
  const kept: { readonly id: number; readonly plan: LogicalPlan }[] = [];
  const known = new Map<number, LogicalPlan>();
  const counts = referenceCounts([node.child, ...node.definitions.map((definition) => definition.plan)]);
  const apart = referencesApart(node);
  const used = new Set<number>();
  const replace = (plan: LogicalPlan): LogicalPlan =>
    transformUpWithSubqueries(plan, (part) => {
      if (part.kind !== "cteReference") return part;
      const definition = known.get(part.id);
      if (definition === undefined) return part;
      const first = !used.has(part.id);
      used.add(part.id);
      const body = first ? definition : freshIds(definition, () => context.nextId()).plan;
      return renamed(inPlaceOf(part, body), part.output);
    });
  for (const definition of node.definitions) {
    const body = replace(definition.plan);
    const count = counts.get(definition.id) ?? 0;
    if (count === 0) continue;
    const alone =
      count === 1 ||
      givesSameRows(body) ||
      outerAttributes(body).length > 0 ||
      apart.inSubqueries.has(definition.id) ||
      (apart.limited.has(definition.id) && recursionOf(body) !== null);
    if (alone) known.set(definition.id, body);
    else kept.push({ id: definition.id, plan: body });
  }
  const child = replace(node.child);
  if (kept.length === 0) return child;
  const same = kept.length === node.definitions.length && kept.every((one, i) => one.plan === node.definitions[i]?.plan);
  return same && child === node.child ? node : { kind: "withCte", child, definitions: kept };
}

function referenceCounts(plans: readonly LogicalPlan[]): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  const visit = (plan: LogicalPlan): void =>
    walkPlan(plan, (node) => {
      if (node.kind === "cteReference") counts.set(node.id, (counts.get(node.id) ?? 0) + 1);
      subqueryPlans(node).forEach(visit);
    });
  plans.forEach(visit);
  return counts;
}

interface ReferencesApart {
  /** In scalar subqueries, which run before the query around them: what that keeps is unknown there. */
  readonly inSubqueries: ReadonlySet<number>;
  /** Under LIMIT: a recursion ends where that has enough. */
  readonly limited: ReadonlySet<number>;
}

function referencesApart({ child, definitions }: Extract<LogicalPlan, { kind: "withCte" }>): ReferencesApart {
  const inSubqueries = new Set<number>();
  const limited = new Set<number>();
  const visit = (plan: LogicalPlan, isApart: boolean, isLimited: boolean): void => {
    if (plan.kind === "cteReference") {
      if (isApart) inSubqueries.add(plan.id);
      if (isLimited || plan.unlimited === true) limited.add(plan.id);
    }
    const scalar = new Set(
      expressionsOf(plan).flatMap((expression) => {
        const found: LogicalPlan[] = [];
        walk(expression, (part) => void (part.kind === "scalarSubquery" && found.push(part.plan)));
        return found;
      }),
    );
    for (const inner of subqueryPlans(plan)) visit(inner, isApart || scalar.has(inner), false);
    for (const below of childrenOf(plan)) visit(below, isApart, isLimited || plan.kind === "limit");
  };
  visit(child, false, false);
  // From the last to the first: each may refer to those before it.
  for (const { id, plan } of [...definitions].reverse()) visit(plan, inSubqueries.has(id), limited.has(id));
  return { inSubqueries, limited };
}

function givesSameRows(plan: LogicalPlan): boolean {
  return !existsPlan(
    plan,
    (node) =>
      node.kind === "sample" ||
      node.kind === "mapBatches" ||
      node.kind === "recursiveCte" ||
      !expressionsOf(node).every(isDeterministic) ||
      !subqueryPlans(node).every(givesSameRows),
  );
}

/** The body under the ids of the reference. */
function renamed(body: LogicalPlan, output: readonly Attribute[]): LogicalPlan {
  const columns = outputOf(body);
  const expressions = output.map((target, i): NamedExpression => {
    const source = columns[i] as Attribute;
    return source.id === target.id ? source : alias(source, target.name, target.id);
  });
  const same = expressions.length === columns.length && expressions.every((item, i) => item === columns[i]);
  return same ? body : { kind: "project", child: body, expressions };
}
