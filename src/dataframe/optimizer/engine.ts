/** Carries out batches of rules: order, iteration, and the promise that no rule changes what a plan's columns are. */
import { InternalError } from "../../common/errors";
import { describe } from "../logical/print";
import { outputOf } from "../logical/output";
import type { LogicalPlan } from "../logical/plan";
import { sameType } from "../types/text";
import type { OptimizerContext, Rule } from "./context";

export interface Batch {
  readonly name: string;
  /** Once, or until nothing changes any more (spark.sql.optimizer.maxIterations at most). */
  readonly repeat: boolean;
  readonly rules: readonly Rule[];
  /** The planner cannot do without: not to be excluded. */
  readonly required?: boolean;
}

export function runBatches(plan: LogicalPlan, batches: readonly Batch[], context: OptimizerContext): LogicalPlan {
  const excluded = excludedRules(context);
  const limit = Number(context.settings.conf["spark.sql.optimizer.maxIterations"] ?? "100");
  let current = plan;
  // What a rule makes of a plan depends on nothing else: one that it left as it is needs no second look.
  const settled = new Map<Rule, LogicalPlan>();
  for (const batch of batches) {
    const rules = batch.required === true ? batch.rules : batch.rules.filter((rule) => !excluded.has(rule.name));
    for (let round = 0; round < (batch.repeat ? limit : 1); round++) {
      const before = current;
      for (const rule of rules) {
        if (settled.get(rule) === current) continue;
        const changed = applyRule(rule, current, context);
        if (changed === current) settled.set(rule, current);
        current = changed;
      }
      if (current === before) break;
    }
  }
  return current;
}

export function applyRule(rule: Rule, plan: LogicalPlan, context: OptimizerContext): LogicalPlan {
  const changed = rule.apply(plan, context);
  if (changed === plan) return plan;
  assertSameColumns(rule, plan, changed);
  context.changed?.(rule.name, plan, changed);
  return changed;
}

function assertSameColumns(rule: Rule, before: LogicalPlan, after: LogicalPlan): void {
  const was = outputOf(before);
  const is = outputOf(after);
  const same = was.length === is.length && was.every((column, i) => column.id === is[i]?.id && sameType(column.type, is[i].type));
  if (same) return;
  throw new InternalError(`The rule ${rule.name} changed the columns of a plan.\n${describe(before)}\n${describe(after)}`);
}

function excludedRules(context: OptimizerContext): ReadonlySet<string> {
  const text = context.settings.conf["spark.sql.optimizer.excludedRules"] ?? "";
  return new Set(
    text
      .split(",")
      .map((name) => name.trim())
      .map((name) => name.slice(name.lastIndexOf(".") + 1)),
  );
}
