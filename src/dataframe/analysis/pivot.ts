/**
 * PIVOT. Aggregates of numbers and truth values: groups by the grouping and the pivot column first, then takes for each value the
 * aggregates of its group as columns of their own; null where a group has no such value. Where an aggregate gives anything else, all
 * of them are computed for each value over its rows alone, as in Spark: the count of no rows is 0 then, and their list is empty.
 */
import type { DataType } from "../../columnar/types";
import { AnalysisError } from "../errors";
import type { QueryContext } from "../errors";
import { alias, attributeOf, call, cast, literal } from "../expressions/build";
import type { Alias, Attribute, Expression, Literal, NamedExpression } from "../expressions/expression";
import { printed } from "../expressions/print";
import { attributesOf, exists, isFoldable, mapChildren } from "../expressions/traverse";
import { outputOf } from "../logical/output";
import type { LogicalPlan } from "../logical/plan";
import type { UnresolvedPlan } from "../syntax/plan";
import { valueToString } from "../types/print";
import { canCast } from "../types/cast";
import { isOrderable, sameType } from "../types/text";

import { standsAbove } from "./aggregate";
import { bindContext } from "./bind-context";
import { bound } from "./binder";
import type { Binder, Bound, Env, Scope } from "./binder";
import { columnsOf } from "./columns";
import { exprText, idText, qualifiedText, quoted } from "./messages";
import { hasAggregate, named } from "./select";

/** Results, beside decimals, of aggregates that are computed once for all values. */
const OF_GROUPS: ReadonlySet<DataType["kind"]> = new Set(["boolean", "byte", "short", "int", "long", "float", "double"]);

interface PivotValue {
  readonly name: string;
  readonly value: Literal;
}

type PivotSyntax = Extract<UnresolvedPlan, { kind: "pivot" }>;

export function bindPivot(binder: Binder, plan: PivotSyntax, env: Env): Bound {
  const input = binder.plan(plan.child, env);
  const scope: Scope = { columns: columnsOf(binder, input), env, clause: "select" };
  const plain = (one: Expression): Expression => (one.kind === "alias" ? one.child : one);
  const aggregates = plan.aggregates.map((syntax) => {
    const one = binder.expression(syntax, scope);
    checkAggregate(plain(one), syntax.at ?? plan.at);
    return one.kind === "alias" ? one : alias(one, printed(one), binder.nextId());
  });
  const columns = plan.column.map((syntax) => plain(binder.expression(syntax, scope)));
  const pivot = pivotColumn(binder, columns, plan.at);
  const grouping = groupingOf(binder, plan, input, scope, [...aggregates, pivot]);
  const values = pivotValues(binder, plan, pivot, scope);
  const nameOf = (value: PivotValue, aggregate: Alias): string =>
    aggregates.length === 1 ? value.name : `${value.name}_${aggregate.name}`;
  if (!aggregates.every(({ child }) => child.type.kind === "decimal" || OF_GROUPS.has(child.type.kind))) {
    const filtered = values.flatMap((value) =>
      aggregates.map((one): Alias => alias(ofRowsWith(pivot, value.value, one.child), nameOf(value, one), binder.nextId())),
    );
    const keys = grouping.map((one) => plain(one));
    const node: LogicalPlan = filtered.some(standsAbove)
      ? projected(binder, (computed) => ({ kind: "aggregate", child: input.plan, grouping: keys, aggregates: [...grouping, ...computed] }), grouping, filtered) // prettier-ignore
      : { kind: "aggregate", child: input.plan, grouping: keys, aggregates: [...grouping, ...filtered] };
    return bound(node, outputOf(node), { planIds: input.planIds });
  }
  const key = alias(pivot, printed(pivot), binder.nextId());
  const keys = [...grouping, key];
  const groups = (computed: readonly NamedExpression[]): LogicalPlan => ({
    kind: "aggregate",
    child: input.plan,
    grouping: [...grouping.map((one) => plain(one)), pivot],
    aggregates: [...keys, ...computed],
  });
  const inner = aggregates.some(standsAbove) ? projected(binder, groups, keys, aggregates) : groups(aggregates);
  const results = values.flatMap((value) =>
    aggregates.map((aggregate): Alias =>
      alias(firstOf(key, value.value, attributeOf(aggregate)), nameOf(value, aggregate), binder.nextId()),
    ),
  );
  const outer = grouping.map(attributeOf);
  const node: LogicalPlan = { kind: "aggregate", child: inner, grouping: outer, aggregates: [...outer, ...results] };
  return bound(node, outputOf(node), { planIds: input.planIds });
}

/** What stands above groups, over columns for the aggregates in it. */
function projected(
  binder: Binder,
  groups: (computed: readonly NamedExpression[]) => LogicalPlan,
  keys: readonly NamedExpression[],
  items: readonly Alias[],
): LogicalPlan {
  const computed: Alias[] = [];
  const lifted = (node: Expression): Expression => {
    if (node.kind !== "aggregate") return mapChildren(node, lifted);
    const one = alias(node, printed(node), binder.nextId());
    computed.push(one);
    return attributeOf(one);
  };
  const above = items.map((item): Alias => ({ ...item, child: lifted(item.child) }));
  return { kind: "project", child: groups(computed), expressions: [...keys.map(attributeOf), ...above] };
}

function firstOf(key: Alias, value: Literal, aggregate: Attribute): Expression {
  const same = call("<=>", [attributeOf(key), value], { kind: "boolean" }, false);
  const chosen = call("if", [same, aggregate, literal(null, aggregate.type)], aggregate.type, true);
  return {
    kind: "aggregate",
    fn: "first",
    args: [chosen],
    distinct: false,
    filter: null,
    options: { ignoreNulls: true },
    type: aggregate.type,
    nullable: true,
  };
}

/** The expression with its aggregates taken over the rows alone whose pivot is the value. */
function ofRowsWith(pivot: Expression, value: Literal, expression: Expression): Expression {
  const same = call("<=>", [pivot, value], { kind: "boolean" }, false);
  const filtered = (node: Expression): Expression => {
    if (node.kind !== "aggregate") return mapChildren(node, filtered);
    const filter = node.filter === null ? same : call("and", [same, node.filter], { kind: "boolean" }, true);
    const first = node.fn === "first" || node.fn === "last";
    return { ...node, filter, ...(first && { options: { ...node.options, ignoreNulls: true } }) };
  };
  return filtered(expression);
}

function checkAggregate(expression: Expression, at: QueryContext | undefined): void {
  if (hasAggregate(expression) && !exists(expression, (node) => node.kind === "window")) return;
  throw new AnalysisError("_LEGACY_ERROR_TEMP_1006", { sql: qualifiedText(expression) }, at);
}

/** Several columns are compared as one struct. */
function pivotColumn(binder: Binder, columns: readonly Expression[], at: QueryContext | undefined): Expression {
  const one =
    columns.length === 1
      ? (columns[0] as Expression)
      : binder.context.functions.scalar("struct").bind(columns, bindContext(binder, "struct", at));
  if (isOrderable(one.type)) return one;
  const wrong = columns.find((column) => !isOrderable(column.type)) ?? one;
  throw new AnalysisError(
    "INCOMPARABLE_PIVOT_COLUMN",
    { columnName: wrong.kind === "attribute" ? idText([...wrong.qualifier, wrong.name]) : quoted(printed(wrong)) },
    at,
  );
}

/** Without GROUP BY: every column that neither the aggregates nor the pivot reads. */
function groupingOf(
  binder: Binder,
  plan: PivotSyntax,
  input: Bound,
  scope: Scope,
  used: readonly Expression[],
): readonly NamedExpression[] {
  if (plan.grouping === null) {
    const read = new Set(used.flatMap((one) => attributesOf(one)).map((column) => column.id));
    return input.output.filter((column) => !read.has(column.id));
  }
  return plan.grouping.flatMap((syntax) => binder.list([syntax], scope).map((one) => named(binder, one, syntax)));
}

function pivotValues(binder: Binder, plan: PivotSyntax, pivot: Expression, scope: Scope): readonly PivotValue[] {
  if (plan.values === null) {
    const found = binder.context.pivotValues?.(plan) ?? [];
    return found.map((value) => ({ name: textOf(binder, value), value }));
  }
  return plan.values.map((syntax) => {
    const one = binder.expression(syntax, { ...scope, columns: scope.columns });
    const value = one.kind === "alias" ? one.child : one;
    if (!isFoldable(value)) {
      throw new AnalysisError("NON_LITERAL_PIVOT_VALUES", { expression: exprText(value) }, syntax.at ?? plan.at);
    }
    if (!canCast(value.type, pivot.type, "ansi")) {
      throw new AnalysisError(
        "PIVOT_VALUE_DATA_TYPE_MISMATCH",
        { value: qualifiedText(value), valueType: value.type.kind, pivotType: pivot.type.kind },
        syntax.at ?? plan.at,
      );
    }
    const constant = binder.context.evaluate(value);
    const typed = sameType(value.type, pivot.type) ? constant : binder.context.evaluate(cast(constant, pivot.type, "ansi"));
    return { name: one.kind === "alias" ? one.name : textOf(binder, typed), value: typed };
  });
}

function textOf(binder: Binder, value: Literal): string {
  return value.value === null ? "null" : valueToString(value.value, value.type, binder.context.settings);
}
