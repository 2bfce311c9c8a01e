/** What rules are given, and what they are. */
import type { Expression, ExprId } from "../expressions/expression";
import type { LogicalPlan } from "../logical/plan";
import type { Relation } from "../sources/relation";
import type { SqlSettings } from "../settings";

export interface OptimizerContext {
  readonly settings: SqlSettings;
  /** Unique in the session. */
  nextId(): ExprId;
  /**
   * What a source can do with a predicate over its columns: "exact" needs no filter above the scan, "hint" skips data only,
   * "no" is of no use to it. Without this function a source is asked for nothing.
   */
  pushable?(relation: Relation, predicate: Expression): "exact" | "hint" | "no";
  /** Columns of nested structs can be read without their siblings. */
  prunesNested?(relation: Relation): boolean;
  /** Told after each rule that changed something: the plan-change log. */
  changed?(rule: string, before: LogicalPlan, after: LogicalPlan): void;
}

export interface Rule {
  /** Spark's name where it has such a rule: what spark.sql.optimizer.excludedRules lists (after the last dot). */
  readonly name: string;
  /** Gives the plan itself where there is nothing to do. Plans of subqueries are optimized on their own, by the engine. */
  apply(plan: LogicalPlan, context: OptimizerContext): LogicalPlan;
}

/** A setting of the session as a boolean. */
export function enabled(context: { readonly settings: SqlSettings }, key: string, otherwise: boolean): boolean {
  const value = context.settings.conf[key];
  return value === undefined ? otherwise : value.toLowerCase() === "true";
}

export function numberSetting(context: { readonly settings: SqlSettings }, key: string, otherwise: number): number {
  const value = context.settings.conf[key];
  const number = value === undefined ? NaN : Number(value);
  return Number.isFinite(number) ? number : otherwise;
}

const UNITS: Readonly<Record<string, number>> = {
  "": 1,
  b: 1,
  k: 1024,
  kb: 1024,
  m: 2 ** 20,
  mb: 2 ** 20,
  g: 2 ** 30,
  gb: 2 ** 30,
  t: 2 ** 40,
  tb: 2 ** 40,
};

/** A setting that is a size: "10485760", "10MB", "-1". */
export function sizeSetting(context: { readonly settings: SqlSettings }, key: string, otherwise: number): number {
  const match = /^\s*(-?\d+)\s*([a-z]*)\s*$/i.exec(context.settings.conf[key] ?? "");
  const unit = match === null ? undefined : UNITS[(match[2] as string).toLowerCase()];
  return match === null || unit === undefined ? otherwise : Number(match[1]) * unit;
}
