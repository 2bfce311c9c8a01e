/** Subqueries that compute the same become the same: what is grouped by is found again in the select list. */
import type { Expression } from "../expressions/expression";
import { exists } from "../expressions/traverse";
import type { LogicalPlan } from "../logical/plan";
import { planText } from "../logical/print";
import { mapSubqueries } from "../logical/traverse";

export class SharedSubqueries {
  readonly #plans = new Map<string, LogicalPlan>();

  /** The expression with the first plan of each text in the place of those like it. */
  share<E extends Expression>(expression: E): E {
    const holds = exists(
      expression,
      (node) => node.kind === "scalarSubquery" || node.kind === "exists" || node.kind === "inSubquery",
    );
    if (!holds) return expression;
    return mapSubqueries(expression, (plan) => {
      const text = numbered(plan);
      const known = this.#plans.get(text);
      if (known !== undefined) return known;
      this.#plans.set(text, plan);
      return plan;
    }) as E;
  }
}

/** The plan's text with the columns that it makes numbered in order of mention; those of queries around keep their ids. */
function numbered(plan: LogicalPlan): string {
  const ids = new Map<string, number>();
  return planText(plan).replace(/(outer\([^)]*#\d+)|#(\d+)/g, (whole: string, outer: string | undefined) => {
    if (outer !== undefined) return whole;
    if (!ids.has(whole)) ids.set(whole, ids.size);
    return `#${ids.get(whole)}`;
  });
}
