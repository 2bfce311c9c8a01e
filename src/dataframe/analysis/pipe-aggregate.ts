/** `|> AGGREGATE a GROUP BY b`: an aggregate whose keys come first, with less in it than SELECT … GROUP BY may have. */
import { AnalysisError } from "../errors";
import type { Expression } from "../expressions/expression";
import { printed } from "../expressions/print";
import { exists } from "../expressions/traverse";
import type { UnresolvedExpression } from "../syntax/expression";
import type { Grouping, UnresolvedPlan } from "../syntax/plan";
import type { Binder, Bound, Env } from "./binder";
import { aggregateOver } from "./grouping";
import { bindSelectList, hasAggregate, itemExpressions, selectScope } from "./select";
import { containsWindow } from "./windows";

type Syntax = Extract<UnresolvedPlan, { kind: "pipeAggregate" }>;

export function bindPipeAggregate(binder: Binder, plan: Syntax, env: Env): Bound {
  const { aggregates, at } = plan;
  const input = binder.plan(plan.child, env);
  const { items } = bindSelectList(binder, aggregates, selectScope(binder, input, env));
  for (const item of itemExpressions(items)) checkAggregate(item.kind === "alias" ? item.child : item, at);
  const keys = plan.keys.map((key) => columnAt(key, input));
  const expressions = keys.map((key) => (key.kind === "alias" ? key.child : key));
  const grouping: Grouping = { kind: "by", expressions };
  return aggregateOver(
    binder,
    { kind: "aggregate", grouping, aggregates: [...keys, ...aggregates], ...(at && { at }) },
    input,
    env,
  );
}

function checkAggregate(expression: Expression, at: Syntax["at"]): void {
  const refuse = (what: string): never => {
    throw new AnalysisError("UNSUPPORTED_FEATURE.PIPE_OPERATOR_AGGREGATE_UNSUPPORTED_CASE", { case: what }, at);
  };
  if (exists(expression, (node) => node.kind === "call" && (node.fn === "grouping" || node.fn === "grouping_id")))
    refuse("GROUPING");
  if (containsWindow(expression)) refuse("window functions");
  if (hasAggregate(expression)) return;
  throw new AnalysisError("PIPE_OPERATOR_AGGREGATE_EXPRESSION_CONTAINS_NO_AGGREGATE_FUNCTION", { expr: printed(expression) }, at);
}

/** GROUP BY 2: the second column of the input. */
function columnAt(key: UnresolvedExpression, input: Bound): UnresolvedExpression {
  if (key.kind !== "literal" || key.type.kind !== "int") return key;
  const index = Number(key.value);
  const column = input.output[index - 1];
  if (column === undefined) {
    const parameters = { index: String(index), size: String(input.output.length) };
    throw new AnalysisError("GROUP_BY_POS_OUT_OF_RANGE", parameters, key.at);
  }
  return { kind: "name", parts: [column.name], ...(key.at && { at: key.at }) };
}
