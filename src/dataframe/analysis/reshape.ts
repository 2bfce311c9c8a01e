/** What the DataFrame API does to columns by name: add, rename, drop, reorder, deduplicate. */

import { AnalysisError } from "../errors";
import { alias, attribute } from "../expressions/build";
import type { Attribute, Expression, NamedExpression } from "../expressions/expression";
import { outputOf } from "../logical/output";
import type { LogicalPlan } from "../logical/plan";
import type { UnresolvedPlan } from "../syntax/plan";
import { renamed } from "./alias";
import { bound, exactly } from "./binder";
import type { Binder, Bound, Env } from "./binder";
import { columnNamed, columnsOf, refuseDuplicates, sameName, withColumnsOf } from "./columns";
import { noAggregateInPipe } from "./grouping";
import { bindName } from "./names";
import { bindSelectList, hasAggregate, projectBound, selectScope } from "./select";
import type { SelectItem } from "./select";
import { quoted } from "./messages";
import { distinctBound } from "./set-operations";
import { withTimeWindow } from "./time-windows";

type Plan<K extends UnresolvedPlan["kind"]> = Extract<UnresolvedPlan, { kind: K }>;

export function bindWithColumns(binder: Binder, plan: Plan<"withColumns">, env: Env): Bound {
  refuseDuplicates(
    binder,
    plan.columns.map((column) => column.name),
  );
  const written = plan.columns.map((column) => column.expression);
  const input = withTimeWindow(binder, binder.plan(plan.child, env), env, written);
  const scope = selectScope(binder, input, env);
  const { items } = bindSelectList(
    binder,
    plan.columns.map(({ name, expression }) => ({
      kind: "alias" as const,
      child: expression,
      names: [name],
      ...(expression.kind === "alias" && expression.metadata && { metadata: expression.metadata }),
      ...(expression.at && { at: expression.at }),
    })),
    { ...scope },
  );
  if (plan.pipe !== undefined)
    for (const { name } of plan.columns) bindName(binder, { parts: [name], ...(plan.at && { at: plan.at }) }, scope);
  const itemFor = (name: string): SelectItem | undefined =>
    items[plan.columns.findIndex((column) => sameName(binder, column.name, name))];
  const kept = input.output.map((column): SelectItem => itemFor(column.name) ?? keptItem(column));
  const added = items.filter(
    (_, i) => columnNamed(binder, input.output, (plan.columns[i] as { name: string }).name).length === 0,
  );
  for (const item of items) {
    if (item.kind !== "named" || !hasAggregate(item.expression)) continue;
    throw plan.pipe === undefined
      ? new AnalysisError("MISSING_GROUP_BY", {}, plan.at)
      : noAggregateInPipe(item.expression, plan.pipe, plan.at);
  }
  return projectBound(binder, input, { items: [...kept, ...added], below: [], lateral: new Set(), starred: false });
}

function keptItem(column: Attribute): SelectItem {
  return { kind: "named", expression: column, syntax: { kind: "name", parts: [column.name] } };
}

export function bindRenames(binder: Binder, plan: Plan<"withColumnsRenamed">, env: Env): Bound {
  const input = binder.plan(plan.child, env);
  const names = input.output.map((column) =>
    plan.renames.reduce((name, [from, to]) => (sameName(binder, name, from) ? to : name), column.name),
  );
  return project(
    input,
    input.output.map((column, i) =>
      names[i] === column.name ? column : alias(column, names[i] as string, binder.nextId(), column.metadata),
    ),
  );
}

/** These columns of the input. */
export function project(input: Bound, expressions: readonly NamedExpression[]): Bound {
  const plan: LogicalPlan = { kind: "project", child: input.plan, expressions };
  return bound(plan, outputOf(plan), { planIds: input.planIds });
}

/** Columns that are not there are not missed. */
export function bindDrop(binder: Binder, plan: Plan<"drop">, env: Env): Bound {
  const input = binder.plan(plan.child, env);
  const columns = columnsOf(binder, input);
  const gone = new Set<number>();
  for (const name of plan.names) for (const column of columnNamed(binder, input.output, name)) gone.add(column.id);
  for (const one of plan.columns) {
    const found =
      one.kind === "name"
        ? columns.find(one.parts, { at: one.at, planId: one.planId })
        : binder.expression(one, { columns, env, clause: "other" });
    if (found?.kind === "attribute") gone.add(found.id);
  }
  if (gone.size === 0) return input;
  return project(
    input,
    input.output.filter((column) => !gone.has(column.id)),
  );
}

export function bindToDF(binder: Binder, plan: Plan<"toDF">, env: Env): Bound {
  return renamed(binder, binder.plan(plan.child, env), plan.names, plan.at);
}

/** One row of each group of equal keys: the first that comes. */
export function bindDropDuplicates(binder: Binder, plan: Plan<"dropDuplicates">, env: Env): Bound {
  const input = binder.plan(plan.child, env);
  if (plan.columns === null) return distinctBound(binder, input);
  const keys = plan.columns.flatMap((name) => {
    const found = columnNamed(binder, input.output, name);
    if (found.length > 0) return found;
    const fieldNames = input.output.map((column) => column.name).join(", ");
    throw new AnalysisError("UNRESOLVED_COLUMN_AMONG_FIELD_NAMES", { colName: quoted(name), fieldNames }, plan.at);
  });
  const isKey = new Set(keys.map((key) => key.id));
  const aggregates = input.output.map((column): NamedExpression => {
    if (isKey.has(column.id)) return column;
    const first: Expression = {
      kind: "aggregate",
      fn: "first",
      args: [column],
      distinct: false,
      filter: null,
      options: { ignoreNulls: false },
      type: column.type,
      nullable: column.nullable,
    };
    return { ...alias(first, column.name, binder.nextId(), column.metadata) };
  });
  const node: LogicalPlan = { kind: "aggregate", child: exactly(input), grouping: keys, aggregates };
  const output = outputOf(node).map((column, i) => withQualifier(column, input.output[i] as Attribute));
  return bound(node, output, { planIds: replacedIds(input, output) });
}

function withQualifier(column: Attribute, from: Attribute): Attribute {
  return column.id === from.id
    ? column
    : attribute(column.id, column.name, column.type, column.nullable, from.qualifier, column.metadata);
}

function replacedIds(input: Bound, output: readonly Attribute[]): Bound["planIds"] {
  const place = new Map(input.output.map((column, i) => [column.id, output[i] as Attribute]));
  return withColumnsOf(input.planIds, (column) => place.get(column.id) ?? column);
}
