/**
 * Projections on top of each other are one, unless something dear would be computed twice.
 *
 *   Project [(c + 1) AS d]         →   Project [((a * 2) + 1) AS d]
 *   +- Project [(a * 2) AS c]          +- r [a]
 *      +- r [a]
 */
import type { Expression, ExprId, NamedExpression } from "../../expressions/expression";
import { isDeterministic, walk } from "../../expressions/traverse";
import { outputOf } from "../../logical/output";
import type { LogicalPlan } from "../../logical/plan";
import { transformUp } from "../../logical/traverse";
import type { Rule } from "../context";
import { definitions, substitute } from "../predicates";

export const collapseProject: Rule = {
  name: "CollapseProject",
  apply: (plan) => transformUp(plan, collapsed),
};

function collapsed(node: LogicalPlan): LogicalPlan {
  if (node.kind !== "project") return node;
  const { child } = node;
  if (isNothing(node)) return child;
  if (child.kind === "project") {
    if (!mayMerge(node.expressions, child.expressions)) return node;
    return { kind: "project", child: child.child, expressions: merged(node.expressions, child.expressions) };
  }
  if (child.kind === "aggregate") {
    if (!mayMerge(node.expressions, child.aggregates)) return node;
    return { ...child, aggregates: merged(node.expressions, child.aggregates) };
  }
  return node;
}

/** Gives the columns of its child as they are. */
function isNothing(node: Extract<LogicalPlan, { kind: "project" }>): boolean {
  const columns = outputOf(node.child);
  return (
    columns.length === node.expressions.length &&
    node.expressions.every((item, i) => item.kind === "attribute" && item.id === columns[i]?.id)
  );
}

export function mayMerge(upper: readonly Expression[], lower: readonly NamedExpression[]): boolean {
  const values = definitions(lower);
  const uses = new Map<ExprId, number>();
  let special = false;
  for (const expression of upper) {
    walk(expression, (node) => {
      if (node.kind === "attribute") uses.set(node.id, (uses.get(node.id) ?? 0) + 1);
      if (node.kind === "lambda") special = true;
    });
  }
  for (const [id, value] of values) {
    const count = uses.get(id) ?? 0;
    if (!isDeterministic(value) && count > 0) return false;
    if ((count > 1 || (special && count > 0)) && !isCheap(value)) return false;
  }
  return upper.every((expression) => isDeterministic(expression) || [...values.values()].every(isCheap));
}

/** Costs about as much as reading a column. */
export function isCheap(expression: Expression): boolean {
  switch (expression.kind) {
    case "attribute":
    case "literal":
    case "outer":
      return true;
    case "alias":
      return isCheap(expression.child);
    case "cast":
      return expression.child.kind === "attribute" && isSmall(expression);
    case "call":
      return expression.fn === "struct_field" && expression.args.every(isCheap);
    default:
      return false;
  }
}

function isSmall(expression: Extract<Expression, { kind: "cast" }>): boolean {
  const kinds = ["byte", "short", "int", "long", "float", "double", "date"];
  return kinds.includes(expression.type.kind) && kinds.includes(expression.child.type.kind);
}

function merged(upper: readonly NamedExpression[], lower: readonly NamedExpression[]): readonly NamedExpression[] {
  const byId = new Map(lower.map((item) => [item.id, item]));
  const values = definitions(lower);
  return upper.map((item) => {
    if (item.kind === "alias") return { ...item, child: substitute(item.child, values) };
    return byId.get(item.id) ?? item;
  });
}
