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
import { fieldPlace, fieldsOf } from "./simplify-extracts";

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
  /** Of structs that the lower list makes: what is read of them, field by field. */
  const reads: { readonly id: ExprId; readonly field: Expression }[] = [];
  let special = false;
  for (const expression of upper) {
    walk(expression, (node) => {
      const read = fieldRead(node, values);
      if (read !== null) reads.push(read);
      else if (node.kind === "attribute") uses.set(node.id, (uses.get(node.id) ?? 0) + 1);
      else if (node.kind === "lambda") special = true;
      return read === null;
    });
  }
  const mayMove = (value: Expression, count: number): boolean =>
    count === 0 || (isDeterministic(value) && ((count === 1 && !special) || isCheap(value)));
  for (const [id, value] of values) {
    const count = uses.get(id) ?? 0;
    const ofFields = reads.filter((read) => read.id === id);
    if (!mayMove(value, count === 0 ? 0 : count + ofFields.length)) return false;
    for (const { field } of ofFields) if (!mayMove(field, ofFields.filter((read) => read.field === field).length)) return false;
  }
  return upper.every((expression) => isDeterministic(expression) || [...values.values()].every(isCheap));
}

/** A read of one field of a struct that the lower list makes: the struct itself is not needed for that. */
function fieldRead(node: Expression, values: ReadonlyMap<ExprId, Expression>): { id: ExprId; field: Expression } | null {
  if (node.kind !== "call" || node.fn !== "struct_field" || node.args[0]?.kind !== "attribute") return null;
  const { id } = node.args[0];
  const struct = values.get(id);
  return struct?.kind === "call" && struct.fn === "named_struct" ? { id, field: fieldsOf(struct)[fieldPlace(node)]! } : null;
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
