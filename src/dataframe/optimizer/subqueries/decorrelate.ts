/** A subquery's plan without references to the query around, and what joins the two. */
import type { Attribute, Expression, ExprId } from "../../expressions/expression";
import { outputIds, outputOf } from "../../logical/output";
import type { LogicalPlan } from "../../logical/plan";
import type { OptimizerContext } from "../context";
import { decorrelateByDomain } from "./domain";
import { isCorrelated } from "./outer-references";
import { PullUp } from "./pull-up";

export interface Joinable {
  readonly plan: LogicalPlan;
  readonly conditions: readonly Expression[];
  /** For scalar subqueries: values of columns where no row matches, if not null. */
  readonly defaults: ReadonlyMap<ExprId, Expression>;
  /** The subquery's own columns. */
  readonly columns: readonly Attribute[];
}

export function decorrelate(plan: LogicalPlan, around: LogicalPlan, context: OptimizerContext, use: "scalar" | "rows"): Joinable {
  const columns = outputOf(plan);
  const outer = outputIds(around);
  if (!isCorrelated(plan, outer)) return { plan, conditions: [], defaults: new Map(), columns };
  const pulled = new PullUp(outer, context, use === "scalar").whole(plan);
  if (pulled !== null) return { ...pulled, columns };
  return { ...decorrelateByDomain(plan, around, context, use), defaults: new Map(), columns };
}
