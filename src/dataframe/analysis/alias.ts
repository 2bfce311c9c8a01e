/** Names for relations and their columns: `… AS t(a, b)`. */
import { AnalysisError } from "../errors";
import type { QueryContext } from "../errors";
import { alias } from "../expressions/build";
import { outputOf } from "../logical/output";
import type { LogicalPlan } from "../logical/plan";
import type { UnresolvedPlan } from "../syntax/plan";
import { idText } from "./messages";
import { bound } from "./binder";
import type { Binder, Bound, Env } from "./binder";

export function bindAlias(binder: Binder, plan: Extract<UnresolvedPlan, { kind: "alias" }>, env: Env): Bound {
  const input = binder.plan(plan.child, env);
  if (plan.child.kind === "tableFunction" && input.plan.kind === "generate" && plan.columns !== undefined) {
    const [aliases, columns] = [plan.columns.length, input.output.length];
    if (aliases > 0 && aliases !== columns) {
      throw new AnalysisError(
        "NUM_TABLE_VALUE_ALIASES_MISMATCH",
        { funcName: idText(["generator"]), aliasesNum: String(aliases), outColsNum: String(columns) },
        plan.at,
      );
    }
  }
  const shaped = plan.columns === undefined || plan.columns.length === 0 ? input : renamed(binder, input, plan.columns, plan.at);
  return aliased(shaped, [plan.name]);
}

export function aliased(input: Bound, name: readonly string[]): Bound {
  const node: LogicalPlan = { kind: "subqueryAlias", child: input.plan, name };
  const hidden = new Set(input.hidden.map((column) => column.id));
  const all = outputOf(node);
  return bound(
    node,
    all.filter((column) => !hidden.has(column.id)),
    { hidden: all.filter((column) => hidden.has(column.id)), planIds: input.planIds },
  );
}

export function renamed(binder: Binder, input: Bound, names: readonly string[], at: QueryContext | undefined): Bound {
  if (names.length !== input.output.length) {
    throw new AnalysisError(
      "ASSIGNMENT_ARITY_MISMATCH",
      { numExpr: String(names.length), numTarget: String(input.output.length) },
      at,
    );
  }
  const expressions = input.output.map((column, i) => alias(column, names[i] as string, binder.nextId(), column.metadata));
  const plan: LogicalPlan = { kind: "project", child: input.plan, expressions };
  return bound(plan, outputOf(plan), { planIds: input.planIds });
}
