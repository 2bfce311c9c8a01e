/**
 * QUALIFY: a filter over window functions, which are computed over the list's input before the list's own columns are chosen.
 * A name is a column of the input first, then one of the list; over groups only the list is there.
 */
import { AnalysisError } from "../errors";
import type { QueryContext } from "../errors";
import type { Expression } from "../expressions/expression";
import { mapChildren } from "../expressions/traverse";
import { outputOf } from "../logical/output";
import type { LogicalPlan } from "../logical/plan";
import type { UnresolvedPlan } from "../syntax/plan";
import type { Binder, Bound, Columns, Env, Scope } from "./binder";
import { columnsOf } from "./columns";
import { exprText } from "./messages";
import { above, asBoolean, attempt, reaching } from "./ordering";
import { containsWindow, extractWindows } from "./windows";

export function bindQualify(binder: Binder, plan: Extract<UnresolvedPlan, { kind: "qualify" }>, env: Env): Bound {
  const list = binder.plan(plan.child, env);
  const input: Bound = list.block?.aggregate ? { ...list, block: null } : list;
  const scope: Scope = { columns: inputFirst(binder, input), env, clause: "having" };
  const condition = asBoolean(binder, binder.expression(plan.condition, scope), plan.condition.at);
  refuseAggregates(condition, plan.condition.at);
  if (!containsWindow(condition) && !listsWindow(list)) {
    throw new AnalysisError("QUALIFY_REQUIRES_WINDOW_FUNCTION", {}, plan.condition.at);
  }
  const reach = reaching(input, [condition]);
  return above(input, reach, (child) => {
    const windows = extractWindows(binder, child, reach.expressions);
    const filter: LogicalPlan = { kind: "filter", child: windows.plan, condition: windows.expressions[0] as Expression };
    return { kind: "project", child: filter, expressions: outputOf(child) };
  });
}

function inputFirst(binder: Binder, input: Bound): Columns {
  const own = columnsOf(binder, input);
  const { block } = input;
  if (block === null) return own;
  return {
    ...own,
    find: (parts, use) => {
      const below = attempt(block.below, parts, use);
      if (below.found !== null) return below.found;
      const found = own.find(parts, use);
      if (found === null && below.error !== null) throw below.error;
      return found;
    },
  };
}

/** Only functions before OVER aggregate here. */
function refuseAggregates(condition: Expression, at: QueryContext | undefined): void {
  const visit = (node: Expression, errorClass: string): Expression => {
    if (node.kind === "aggregate") throw new AnalysisError(errorClass, { aggregates: exprText(node) }, at);
    if (node.kind !== "window") return mapChildren(node, (child) => visit(child, errorClass));
    for (const part of [...node.function.args, ...node.partitionBy, ...node.orderBy.map((order) => order.child)])
      visit(part, "MISSING_GROUP_BY");
    return node;
  };
  visit(condition, "QUALIFY_AGGREGATE_NOT_ALLOWED");
}

/** Whether a column of the list itself is made with a window. */
function listsWindow({ plan, block }: Bound): boolean {
  const below = new Set(block?.below.all.map(({ id }) => id));
  const search = (node: LogicalPlan): boolean => {
    if (node.kind === "window") return node.functions.some(({ id }) => !below.has(id)) || search(node.child);
    return (node.kind === "project" || node.kind === "filter" || node.kind === "distinct") && search(node.child);
  };
  return search(plan);
}
