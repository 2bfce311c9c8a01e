/** Nodes that run the program's own code over rows, and metrics that an action delivers. */
import { UsageError } from "../../common/errors";
import { AnalysisError } from "../errors";
import { alias } from "../expressions/build";
import type { Attribute, Expression, NamedExpression } from "../expressions/expression";
import { attributesOf } from "../expressions/traverse";
import { printed } from "../expressions/print";
import type { LogicalPlan } from "../logical/plan";
import type { UnresolvedPlan } from "../syntax/plan";
import { bound, exactly } from "./binder";
import type { Binder, Bound, Env } from "./binder";
import { exprText } from "./messages";
import { fieldColumn } from "./relations";
import { bindSelectList, hasAggregate, selectScope } from "./select";
import { attribute, STRING } from "../expressions/build";

type Plan<K extends UnresolvedPlan["kind"]> = Extract<UnresolvedPlan, { kind: K }>;

export function bindMapBatches(binder: Binder, plan: Plan<"mapBatches">, env: Env): Bound {
  const input = binder.plan(plan.child, env);
  const output = plan.schema.fields.map((field) => fieldColumn(binder, field, []));
  return bound({ kind: "mapBatches", child: exactly(input), fn: plan.fn, output }, output);
}

export function bindAppendColumns(binder: Binder, plan: Plan<"appendColumns">, env: Env): Bound {
  const input = binder.plan(plan.child, env);
  const inputs = plan.inputs.map((expression) => binder.expression(expression, selectScope(binder, input, env)));
  const output = plan.outputs.fields.map((field) => fieldColumn(binder, field, []));
  const { program, spec } = plan;
  return bound({ kind: "appendColumns", child: input.plan, program, spec, inputs, output }, [...input.output, ...output]);
}

export function bindApplyInGroups(binder: Binder, plan: Plan<"applyInGroups">, env: Env): Bound {
  const input = binder.plan(plan.child, env);
  const { child, keys } = withKeys(binder, input, plan.grouping, env);
  const output = plan.schema.fields.map((field) => fieldColumn(binder, field, []));
  return bound({ kind: "applyInGroups", child, grouping: keys, fn: plan.fn, output }, output);
}

export function bindCogroup(binder: Binder, plan: Plan<"cogroup">, env: Env): Bound {
  const left = withKeys(binder, binder.plan(plan.left, env), plan.leftGrouping, env);
  const right = withKeys(binder, binder.plan(plan.right, env), plan.rightGrouping, env);
  if (left.keys.length !== right.keys.length)
    throw new UsageError(
      "INVALID_ARGUMENT",
      `cogroup: both sides need as many keys; the left has ${left.keys.length}, the right ${right.keys.length}.`,
    );
  const output = plan.schema.fields.map((field) => fieldColumn(binder, field, []));
  return bound(
    {
      kind: "cogroup",
      left: left.child,
      right: right.child,
      leftGrouping: left.keys,
      rightGrouping: right.keys,
      fn: plan.fn,
      output,
    },
    output,
  );
}

/** Keys that are not columns are computed before the columns, as their first ones. */
function withKeys(
  binder: Binder,
  input: Bound,
  grouping: Plan<"applyInGroups">["grouping"],
  env: Env,
): { readonly child: LogicalPlan; readonly keys: readonly Attribute[] } {
  const { items } = bindSelectList(binder, grouping, selectScope(binder, input, env));
  const named = items.flatMap((item): readonly NamedExpression[] => (item.kind === "named" ? [item.expression] : []));
  const computed = named.filter((one) => one.kind === "alias");
  const keys = named.map((one): Attribute =>
    one.kind === "attribute" ? one : attribute(one.id, one.name, one.type, one.nullable),
  );
  const child = exactly(input);
  if (computed.length === 0) return { child, keys };
  return { child: { kind: "project", child, expressions: [...input.output, ...computed] }, keys };
}

/** observe(): aggregates over the rows that pass. */
export function bindObserve(binder: Binder, plan: Plan<"observe">, env: Env): Bound {
  const input = binder.plan(plan.child, env);
  const scope = selectScope(binder, input, env);
  const { items } = bindSelectList(binder, plan.metrics, scope);
  const metrics = items.map((item): NamedExpression => {
    if (item.kind === "generator") throw invalidMetric(plan, item.call);
    const value = item.expression.kind === "alias" ? item.expression.child : item.expression;
    const outside = attributesOf(withoutAggregates(value));
    if (!hasAggregate(value) && outside.length > 0) throw invalidMetric(plan, value);
    return item.expression.kind === "alias" ? item.expression : alias(value, printed(value), binder.nextId());
  });
  return bound({ kind: "collectMetrics", child: input.plan, name: plan.name, metrics }, input.output, {
    hidden: input.hidden,
    planIds: input.planIds,
  });
}

function withoutAggregates(expression: Expression): Expression {
  return hasAggregate(expression) ? { kind: "literal", value: null, type: expression.type, nullable: true } : expression;
}

function invalidMetric(plan: Plan<"observe">, expression: Expression): AnalysisError {
  return new AnalysisError(
    "INVALID_OBSERVED_METRICS.NON_AGGREGATE_FUNC_ARG_IS_ATTRIBUTE",
    { expr: exprText(expression) },
    plan.at,
  );
}

export function bindScriptTransform(binder: Binder, plan: Plan<"scriptTransform">, env: Env): Bound {
  const input = binder.plan(plan.child, env);
  const list = binder.list(plan.input, selectScope(binder, input, env));
  const output =
    plan.schema === null
      ? ["key", "value"].map((name) => attribute(binder.nextId(), name, STRING, true))
      : plan.schema.fields.map((field) => fieldColumn(binder, field, []));
  const expressions = list.map((one) => (one.kind === "alias" ? one.child : one));
  const { command, formats, schema } = plan;
  return bound(
    { kind: "scriptTransform", child: input.plan, input: expressions, command, formats, keyed: schema === null, output },
    output,
  );
}
