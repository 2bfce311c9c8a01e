/** Functions that give several rows: the columns they make, in select lists, LATERAL VIEW and FROM. */
import type { StructType } from "../../columnar/types";
import { AnalysisError } from "../errors";
import type { QueryContext } from "../errors";
import { attribute } from "../expressions/build";
import type { Attribute, GeneratorCall } from "../expressions/expression";
import type { UnresolvedPlan } from "../syntax/plan";
import { bound } from "./binder";
import type { Binder, Bound, Env } from "./binder";
import { columnsOf } from "./columns";
import { quoted } from "./messages";
import { outputOf } from "../logical/output";

/** explode_outer and the like: a row of nulls where there is none. */
export function isOuterGenerator(call: GeneratorCall): boolean {
  return call.options?.["outer"] === true || (call.alias ?? call.fn).endsWith("_outer");
}

export function generatorOutput(
  binder: Binder,
  call: GeneratorCall,
  names: readonly string[],
  at: QueryContext | undefined,
  qualifier: readonly string[] = [],
): readonly Attribute[] {
  const { fields } = call.type as StructType;
  if (names.length > 0 && names.length !== fields.length) {
    throw new AnalysisError(
      "UDTF_ALIAS_NUMBER_MISMATCH",
      { aliasesSize: String(fields.length), aliasesNames: names.join(",") },
      at,
    );
  }
  return fields.map((field, i) =>
    attribute(binder.nextId(), names[i] ?? field.name, field.type, field.nullable, qualifier, field.metadata),
  );
}

export function bindLateralView(binder: Binder, plan: Extract<UnresolvedPlan, { kind: "lateralView" }>, env: Env): Bound {
  const input = binder.plan(plan.child, env);
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
