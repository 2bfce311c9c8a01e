/**
 * Bodies of functions written in SQL, put in the places of their calls when the query around has been bound.
 *
 *     Project [f(sum(v)) AS a]                        Project [scalar-subquery(u.k <= outer(sum#1)) AS a]
 *       Aggregate [s], [s, sum(v) AS sum#1]    →        Aggregate [s], [s, sum(v) AS sum#1]
 */
import type { Attribute, Expression, ExprId, RoutineCall } from "../expressions/expression";
import { mapChildren, sameExpression } from "../expressions/traverse";
import { freshIds } from "../logical/fresh";
import type { LogicalPlan } from "../logical/plan";
import { mapExpressions, mapSubqueries, transformUp } from "../logical/traverse";
import { asOuter } from "./names";

/** The plan with the bodies of its routines in the places of their calls, which call with columns by now. */
export function expandRoutines(plan: LogicalPlan, nextId: () => ExprId): LogicalPlan {
  return new Expansion(nextId).plan(plan);
}

/** One expression that stands in no plan. */
export function expandRoutinesIn(expression: Expression, nextId: () => ExprId): Expression {
  return new Expansion(nextId).expression(expression, { calls: [], plans: new Map() });
}

/** What one node holds several times is one computation there. */
interface InNode {
  readonly calls: { readonly call: RoutineCall; readonly expanded: Expression }[];
  readonly plans: Map<LogicalPlan, LogicalPlan>;
}

class Expansion {
  /** Bodies that stand somewhere: in the next place they need columns of their own. */
  readonly #used = new Set<Expression>();

  constructor(private readonly nextId: () => ExprId) {}

  plan(plan: LogicalPlan): LogicalPlan {
    return transformUp(plan, (node) => {
      const here: InNode = { calls: [], plans: new Map() };
      return mapExpressions(node, (expression) => this.expression(expression, here));
    });
  }

  expression(expression: Expression, here: InNode): Expression {
    const inner = mapChildren(expression, (child) => this.expression(child, here));
    if (inner.kind === "routineCall") return this.#call(inner, here);
    if (inner.kind !== "scalarSubquery" && inner.kind !== "exists" && inner.kind !== "inSubquery") return inner;
    let plan = here.plans.get(inner.plan);
    if (plan === undefined) here.plans.set(inner.plan, (plan = this.plan(inner.plan)));
    return plan === inner.plan ? inner : { ...inner, plan };
  }

  #call(call: RoutineCall, here: InNode): Expression {
    const known = here.calls.find((one) => sameExpression(one.call, call));
    if (known !== undefined) return known.expanded;
    const { body } = call;
    const own = this.#used.has(body) ? mapSubqueries(body, (plan) => freshIds(plan, this.nextId).plan) : body;
    this.#used.add(body);
    const expanded = this.expression(withArguments(own, call.parameters, call.args), here);
    here.calls.push({ call, expanded });
    return expanded;
  }
}

/** `body` with `values` in the places of `parameters`, in its subqueries too. */
export function withArguments(body: Expression, parameters: readonly Attribute[], values: readonly Expression[]): Expression {
  const valueOf = (id: number): Expression | undefined => values[parameters.findIndex((parameter) => parameter.id === id)];
  const visit = (node: Expression): Expression => {
    if (node.kind === "attribute") return valueOf(node.id) ?? node;
    if (node.kind === "outer") {
      const value = valueOf(node.attribute.id);
      return value === undefined ? node : asOuter(value);
    }
    const inner = mapChildren(node, visit);
    return mapSubqueries(inner, (plan) => planWithArguments(plan, parameters, values));
  };
  return visit(body);
}

export function planWithArguments(
  plan: LogicalPlan,
  parameters: readonly Attribute[],
  values: readonly Expression[],
): LogicalPlan {
  return transformUp(plan, (node) => mapExpressions(node, (expression) => withArguments(expression, parameters, values)));
}
