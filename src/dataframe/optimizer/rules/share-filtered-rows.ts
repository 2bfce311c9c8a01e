/**
 * A scalar subquery over rows that the query around it filters alike: where they are few they are read once, and the condition on the
 * subquery's value comes last.
 *
 *   Filter (p AND q AND x > (select avg(x) from r where p AND s))   →   WithCTE [1: Filter p]
 *   +- r [x, y]                                                         :  +- r [x, y]
 *                                                                       +- Project [x, y]
 *                                                                          +- Filter (x > t)
 *                                                                             +- Join Cross
 *                                                                                :- Filter q
 *                                                                                :  +- CTERelationRef 1 [x, y]
 *                                                                                +- Aggregate [], [avg(x) AS t]
 *                                                                                   +- Filter s
 *                                                                                      +- CTERelationRef 1 [x]
 *
 * The value is found where it is needed, by a task that reads the rows anyway, instead of by a query of its own that all else waits for.
 * A subquery in q becomes a join with the rows of the CTE, before the value is known.
 */
import type { Attribute, Expression, ExprId } from "../../expressions/expression";
import { mapChildren, sameExpression } from "../../expressions/traverse";
import { freshIds, renameExpression } from "../../logical/fresh";
import { outputOf } from "../../logical/output";
import type { Filter, LogicalPlan } from "../../logical/plan";
import { logicalSignature } from "../../logical/signature";
import { walkPlan } from "../../logical/traverse";
import type { OptimizerContext, Rule } from "../context";
import { conjunction, conjuncts, hasOuter, hasSubquery } from "../predicates";
import { cteReference, globalAggregate, isRepeatable, replacedIn, scalarsOf, withDefinition } from "../scalar-aggregates";
import { Statistics } from "../statistics";

/** By estimate. What one task reads: more rows would be read by several, and put together by a stage more than their second scan takes. */
const MOST_ROWS = 65_536;

export const shareFilteredRows: Rule = {
  name: "ShareFilteredRows",
  apply: (plan, context) => {
    let result: LogicalPlan | null = null;
    walkPlan(plan, (node) => {
      if (result === null && node.kind === "filter") result = shared(plan, node, context);
      return result === null;
    });
    return result ?? plan;
  },
};

function shared(plan: LogicalPlan, node: Filter, context: OptimizerContext): LogicalPlan | null {
  for (const subquery of scalarsOf(node.condition)) {
    const rows = commonRows(node, subquery);
    if (rows === null || new Statistics().of(rows.definition).rows > MOST_ROWS) continue;
    const id = context.nextId();
    return withDefinition(replacedIn(plan, node, joined(node, subquery, rows, id, context)), id, rows.definition);
  }
  return null;
}

/** What both sides read. */
interface CommonRows {
  readonly definition: LogicalPlan;
  /** What the query, and what the subquery, asks of them besides. */
  readonly inQuery: readonly Expression[];
  readonly inSubquery: {
    readonly node: LogicalPlan;
    readonly columns: readonly Attribute[];
    readonly conditions: readonly Expression[];
  };
}

function commonRows({ child, condition }: Filter, subquery: LogicalPlan): CommonRows | null {
  const aggregate = globalAggregate(subquery);
  if (aggregate === null || aggregate.child.kind !== "filter" || !isRepeatable(aggregate.child)) return null;
  const node = aggregate.child;
  if (!isRelation(child) || logicalSignature(node.child) !== logicalSignature(child)) return null;
  const columns = outputOf(node.child);
  const ids = new Map<ExprId, ExprId>(outputOf(child).map(({ id }, i) => [id, columns[i]!.id]));
  const theirs = conjuncts(node.condition);
  const ours = conjuncts(condition);
  const same = (part: Expression): Expression | undefined => {
    if (hasSubquery(part) || hasOuter(part)) return undefined;
    const renamed = renameExpression(part, ids);
    return theirs.find((other) => sameExpression(other, renamed));
  };
  const common = ours.filter((part) => same(part) !== undefined);
  const both = conjunction(common);
  if (both === null) return null;
  const shared = new Set(common.map(same));
  return {
    definition: { kind: "filter", child, condition: both },
    inQuery: ours.filter((part) => !common.includes(part)),
    inSubquery: { node, columns, conditions: theirs.filter((part) => !shared.has(part)) },
  };
}

/** Columns of one scan. */
function isRelation(plan: LogicalPlan): boolean {
  return plan.kind === "scan" || ((plan.kind === "project" || plan.kind === "filter") && isRelation(plan.child));
}

function joined({ child }: Filter, subquery: LogicalPlan, rows: CommonRows, id: number, context: OptimizerContext): LogicalPlan {
  const { inQuery, inSubquery } = rows;
  const last = inQuery.filter((part) => scalarsOf(part).includes(subquery));
  const first = inQuery.filter((part) => !last.includes(part));
  const left = filtered(cteReference(id, outputOf(child)), first);
  const few = filtered(cteReference(id, inSubquery.columns), inSubquery.conditions);
  const right = freshIds(replacedIn(subquery, inSubquery.node, few), () => context.nextId()).plan;
  const value = outputOf(right)[0]!;
  const replace = (expression: Expression): Expression =>
    expression.kind === "scalarSubquery" && expression.plan === subquery ? value : mapChildren(expression, replace);
  const join: LogicalPlan = { kind: "join", left, right, type: "cross", condition: null };
  return { kind: "project", child: filtered(join, last.map(replace)), expressions: outputOf(child) };
}

function filtered(child: LogicalPlan, parts: readonly Expression[]): LogicalPlan {
  const condition = conjunction(parts);
  return condition === null ? child : { kind: "filter", child, condition };
}
