/** UNPIVOT: each row once a group of value columns, with the group's name and its values. */
import type { DataType } from "../../columnar/types";
import { AnalysisError } from "../errors";
import { attribute, call, coerced, literal, STRING } from "../expressions/build";
import type { Attribute, Expression } from "../expressions/expression";
import type { LogicalPlan } from "../logical/plan";
import type { UnresolvedPlan } from "../syntax/plan";
import { sameType } from "../types/text";
import { bindContext } from "./bind-context";
import { bound } from "./binder";
import type { Binder, Bound, Env, Scope } from "./binder";
import { columnsOf } from "./columns";
import { idText, typeText } from "./messages";
import { commonWithoutStrings } from "./relations";
import { outputOf } from "../logical/output";

type UnpivotSyntax = Extract<UnresolvedPlan, { kind: "unpivot" }>;

interface Group {
  readonly columns: readonly Attribute[];
  readonly name: string;
}

export function bindUnpivot(binder: Binder, plan: UnpivotSyntax, env: Env): Bound {
  const input = binder.plan(plan.child, env);
  const scope: Scope = { columns: columnsOf(binder, input), env, clause: "select" };
  const written =
    plan.values?.map(({ columns, alias }) => ({ columns: attributes(binder, columns, scope, plan), alias })) ?? null;
  const writtenIds = plan.ids === null ? null : attributes(binder, plan.ids, scope, plan);
  const groups: readonly Group[] =
    written?.flatMap((group) => grouped(group, plan.valueNames.length)) ??
    input.output
      .filter((column) => !(writtenIds ?? []).some((id) => id.id === column.id))
      .map((column) => ({ columns: [column], name: column.name }));
  const inGroups = new Set(groups.flatMap((group) => group.columns).map((column) => column.id));
  const ids = writtenIds ?? input.output.filter((column) => !inGroups.has(column.id));
  if (groups.length === 0) throw new AnalysisError("UNPIVOT_REQUIRES_VALUE_COLUMNS", {}, plan.at);
  for (const group of groups) {
    if (group.columns.length === plan.valueNames.length) continue;
    throw new AnalysisError("UNPIVOT_VALUE_SIZE_MISMATCH", { names: String(plan.valueNames.length) }, plan.at);
  }
  const types = plan.valueNames.map((_, i) => valueType(binder, groups, i, plan));
  const context = bindContext(binder, "unpivot", plan.at);
  const values = types.map((type, i) =>
    attribute(
      binder.nextId(),
      plan.valueNames[i] as string,
      type,
      groups.some((group) => (group.columns[i] as Attribute).nullable),
    ),
  );
  const newIds = ids.map((id) => id);
  const output = [...newIds, attribute(binder.nextId(), plan.variableName, STRING, false), ...values];
  const projections = groups.map((group): readonly Expression[] => [
    ...ids,
    literal(group.name, STRING),
    ...group.columns.map((column, i) => coerced(column, types[i] as DataType, context)),
  ]);
  const expand: LogicalPlan = { kind: "expand", child: input.plan, projections, output, byRow: true };
  const node: LogicalPlan = plan.includeNulls ? expand : { kind: "filter", child: expand, condition: someValue(values) };
  return bound(node, outputOf(node), { planIds: input.planIds });
}

function someValue(values: readonly Attribute[]): Expression {
  return values
    .map((value): Expression => call("isnotnull", [value], { kind: "boolean" }, false))
    .reduce((a, b) => call("or", [a, b], { kind: "boolean" }, false));
}

function grouped(
  group: { readonly columns: readonly Attribute[]; readonly alias: string | null },
  size: number,
): readonly Group[] {
  if (size === 1 && group.columns.length !== 1) {
    return group.columns.map((column) => ({ columns: [column], name: column.name }));
  }
  return [{ columns: group.columns, name: group.alias ?? group.columns.map((column) => column.name).join("_") }];
}

function attributes(
  binder: Binder,
  expressions: NonNullable<UnpivotSyntax["ids"]>,
  scope: Scope,
  plan: UnpivotSyntax,
): readonly Attribute[] {
  const list = binder.list(expressions, scope);
  const others = list.filter((one) => one.kind !== "attribute");
  if (others.length > 0) {
    throw new AnalysisError("UNPIVOT_REQUIRES_ATTRIBUTES", { given: "value", empty: "id", expressions: "" }, plan.at);
  }
  return list as readonly Attribute[];
}

function valueType(binder: Binder, groups: readonly Group[], i: number, plan: UnpivotSyntax): DataType {
  const columns = groups.map((group) => group.columns[i] as Attribute);
  const first = (columns[0] as Attribute).type;
  if (columns.every((column) => sameType(column.type, first))) return first;
  const common = commonWithoutStrings(
    binder,
    columns.map((column) => column.type),
  );
  if (common !== null) return common;
  const byType = new Map<string, string[]>();
  for (const column of columns) {
    const type = typeText(column.type);
    byType.set(type, [...(byType.get(type) ?? []), idText([column.name])]);
  }
  const types = [...byType].map(([type, names]) => `${type} (${names.slice(0, 3).join(", ")}${names.length > 3 ? ", ..." : ""})`);
  throw new AnalysisError("UNPIVOT_VALUE_DATA_TYPE_MISMATCH", { types: types.join(", ") }, plan.at);
}
