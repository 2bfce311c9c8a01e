/** From what was written to what is worth running: the batches of rules, in order. */
import type { LogicalPlan } from "../logical/plan";
import type { OptimizerContext } from "./context";
import { runBatches, type Batch } from "./engine";
import { eliminateHints } from "./rules/eliminate-hints";
import { eliminateSubqueryAliases } from "./rules/eliminate-subquery-aliases";
import { replaceDistinctWithAggregate } from "./rules/replace-distinct";
import { replaceSetOperations } from "./rules/replace-set-operations";

/** Nothing below this batch knows aliases, hints, DISTINCT, INTERSECT or EXCEPT. */
const FINISH_ANALYSIS: Batch = {
  name: "Finish analysis",
  repeat: false,
  rules: [eliminateHints, eliminateSubqueryAliases, replaceSetOperations, replaceDistinctWithAggregate],
};

const BATCHES: readonly Batch[] = [FINISH_ANALYSIS];

export function optimize(plan: LogicalPlan, context: OptimizerContext): LogicalPlan {
  return runBatches(plan, BATCHES, context);
}
