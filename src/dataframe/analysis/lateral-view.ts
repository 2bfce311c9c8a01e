/** LATERAL VIEW: each row with each row that a generator makes of it. */
import { AnalysisError } from "../errors";
import { outputOf } from "../logical/output";
import type { UnresolvedPlan } from "../syntax/plan";
import { bound } from "./binder";
import type { Binder, Bound, Env } from "./binder";
import { findFunction } from "./calls";
import { columnsOf } from "./columns";
import { generatorOutput, isOuterGenerator } from "./generators";
import { idText, quoted } from "./messages";
import { noColumns } from "./relations";

export function bindLateralView(binder: Binder, plan: Extract<UnresolvedPlan, { kind: "lateralView" }>, env: Env): Bound {
  const input = binder.plan(plan.child, env);
  refuseUnknown(binder, plan, env);
  const call = binder.expression(plan.generator, { columns: columnsOf(binder, input), env, clause: "lateralView" });
  if (call.kind !== "generator") {
    const name = plan.generator.kind === "call" ? (plan.generator.name.at(-1) as string) : "";
    throw new AnalysisError(
      "UNSUPPORTED_GENERATOR.NOT_GENERATOR",
      { functionName: quoted(name), classCanonicalName: call.kind === "call" ? call.fn : call.kind },
      plan.at,
    );
  }
  const output = generatorOutput(binder, call, plan.columns, plan.at, plan.table === "" ? [] : [plan.table]);
  const outer = plan.outer || isOuterGenerator(call);
  const node = { kind: "generate", child: input.plan, generator: call, outer, output, unrequired: [] } as const;
  const all = outputOf(node);
  const hidden = new Set(input.hidden.map((column) => column.id));
  return bound(
    node,
    all.filter((column) => !hidden.has(column.id)),
    { hidden: input.hidden, planIds: input.planIds },
  );
}

function refuseUnknown(binder: Binder, plan: Extract<UnresolvedPlan, { kind: "lateralView" }>, env: Env): void {
  const { generator } = plan;
  if (generator.kind !== "call" || generator.name.length > 2) return;
  const scope = { ...noColumns(binder, env), clause: "lateralView" as const };
  const found = findFunction(binder, generator, scope);
  const isTable = found?.kind === "tableFunction" || (found === null && generator.name.join(".").toLowerCase() === "range");
  if (found !== null && !isTable) return;
  throw new AnalysisError("ROUTINE_NOT_FOUND", { routineName: idText(generator.name) }, generator.at ?? plan.at);
}
