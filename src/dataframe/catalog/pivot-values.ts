/** The query for the values of a pivot that were not written: distinct, sorted, not more than the session allows. */
import { AnalysisError } from "../errors";
import type { SqlSettings } from "../settings";
import type { UnresolvedExpression } from "../syntax/expression";
import type { UnresolvedPlan } from "../syntax/plan";

type Pivot = Extract<UnresolvedPlan, { kind: "pivot" }>;

export function pivotValueQuery(plan: Pivot, settings: SqlSettings): UnresolvedPlan {
  const column: UnresolvedExpression =
    plan.column.length === 1
      ? (plan.column[0] as UnresolvedExpression)
      : { kind: "call", name: ["struct"], args: plan.column, operator: true };
  const named: UnresolvedExpression = { kind: "alias", child: column, names: ["value"] };
  const distinct: UnresolvedPlan = { kind: "project", child: plan.child, expressions: [named], distinct: true };
  const sorted: UnresolvedPlan = { kind: "sort", child: distinct, order: [{ kind: "name", parts: ["value"] }], global: true };
  const limit = pivotLimit(settings) + 1;
  return { kind: "limit", child: sorted, limit: { kind: "literal", value: limit, type: { kind: "int" } } };
}

export function pivotLimit(settings: SqlSettings): number {
  return Number(settings.conf["spark.sql.pivotMaxValues"] ?? "10000");
}

export function refuseTooMany(count: number, settings: SqlSettings): void {
  const limit = pivotLimit(settings);
  if (count <= limit) return;
  throw new AnalysisError("_LEGACY_ERROR_TEMP_1324", {
    pivotColumn: "",
    maxValues: String(limit),
    conf: "spark.sql.pivotMaxValues",
  });
}
