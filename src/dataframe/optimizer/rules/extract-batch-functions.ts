/**
 * Functions that take whole batches leave the expressions that they stand in, and become columns below the node:
 *
 *   Project [(f(a + 1) * 2) AS b]   →   Project [(c * 2) AS b]
 *   +- r [a]                            +- AppendColumns f, [(a + 1)], [c]
 *                                          +- r [a]
 *
 * One that needs a variable of a lambda, or columns of both sides of a join, stays where it is and is called once a row.
 */
import { attribute } from "../../expressions/build";
import type { Attribute, Expression, UserCall } from "../../expressions/expression";
import { attributesOf, exists, mapChildren, sameExpression } from "../../expressions/traverse";
import { outputIds, outputOf } from "../../logical/output";
import type { LogicalPlan } from "../../logical/plan";
import { childrenOf, expressionsOf, mapExpressions, transformUp, withChildren } from "../../logical/traverse";
import type { OptimizerContext, Rule } from "../context";

export const extractBatchFunctions: Rule = {
  name: "ExtractPythonUDFs",
  apply: (plan, context) => transformUp(plan, (node) => extracted(node, context)),
};

function extracted(node: LogicalPlan, context: OptimizerContext): LogicalPlan {
  if (node.kind === "appendColumns" || !expressionsOf(node).some(holdsBatchCall)) return node;
  const children = [...childrenOf(node)];
  let current: LogicalPlan = node;
  for (;;) {
    const calls = innermost(current).filter((call) => sideOf(call, children) !== null);
    const [first] = calls;
    if (first === undefined) break;
    const column = attribute(context.nextId(), first.fn.name, first.type, first.nullable);
    const side = sideOf(first, children) as number;
    children[side] = appended(children[side] as LogicalPlan, first, column);
    const repeats = first.fn.deterministic ? (other: Expression): boolean => sameExpression(other, first) : same(first);
    const replace = (expression: Expression): Expression => (repeats(expression) ? column : mapChildren(expression, replace));
    current = mapExpressions(current, replace);
  }
  if (current === node) return node;
  const above = withChildren(current, children);
  const wanted = outputOf(node);
  return outputOf(above).length === wanted.length ? above : { kind: "project", child: above, expressions: wanted };
}

const same =
  (call: UserCall) =>
  (other: Expression): boolean =>
    other === call;

function appended(child: LogicalPlan, call: UserCall, column: Attribute): LogicalPlan {
  const { fn, args } = call;
  return { kind: "appendColumns", child, program: fn.name, spec: new Uint8Array(0), user: fn, inputs: args, output: [column] };
}

function isBatchCall(expression: Expression): expression is UserCall {
  return expression.kind === "userCall" && expression.fn.form === "batch";
}

function holdsBatchCall(expression: Expression): boolean {
  return exists(expression, isBatchCall);
}

/** Calls whose arguments hold no others. */
function innermost(node: LogicalPlan): readonly UserCall[] {
  const found: UserCall[] = [];
  const visit = (expression: Expression): Expression => {
    if (isBatchCall(expression) && !expression.args.some(holdsBatchCall)) found.push(expression);
    return mapChildren(expression, visit);
  };
  expressionsOf(node).forEach(visit);
  return found;
}

/** The child that has all columns of the call; null where none does, or where it needs something else. */
function sideOf(call: UserCall, children: readonly LogicalPlan[]): number | null {
  const needs = (kind: Expression["kind"]): boolean => call.args.some((arg) => exists(arg, (one) => one.kind === kind));
  if (needs("lambdaVariable") || needs("aggregate") || needs("window")) return null;
  const columns = call.args.flatMap((arg) => attributesOf(arg).map((column) => column.id));
  const side = children.findIndex((child) => {
    const ids = outputIds(child);
    return columns.every((id) => ids.has(id));
  });
  return side < 0 ? null : side;
}
