/** From what was written to what is worth running: the batches of rules, in order. */
import type { LogicalPlan } from "../logical/plan";
import { mapSubqueries, transformAllExpressions } from "../logical/traverse";
import type { OptimizerContext } from "./context";
import { runBatches, type Batch } from "./engine";
import { eliminateHints } from "./rules/eliminate-hints";
import { eliminateSubqueryAliases } from "./rules/eliminate-subquery-aliases";
import { inlineCte } from "./rules/inline-cte";
import { propagateEmptyRelation } from "./rules/propagate-empty-relation";
import { replaceDistinctWithAggregate } from "./rules/replace-distinct";
import { replaceSetOperations } from "./rules/replace-set-operations";
import { rewriteDistinctAggregates } from "./rules/rewrite-distinct-aggregates";
import { rewriteLateralJoins } from "./rules/rewrite-lateral-joins";
import { rewriteSubqueries } from "./rules/rewrite-subqueries";

/** Nothing below this batch knows aliases, hints, DISTINCT, INTERSECT or EXCEPT, or subqueries that refer to what is around them. */
const FINISH_ANALYSIS: Batch = {
  name: "Finish analysis",
  repeat: false,
  rules: [inlineCte, eliminateHints, eliminateSubqueryAliases, replaceSetOperations, replaceDistinctWithAggregate],
};

/** A subquery in a subquery may refer to what is around both: its turn comes again when the outer one has become a join. */
const SUBQUERIES: Batch = { name: "Subqueries", repeat: true, rules: [rewriteSubqueries, rewriteLateralJoins] };

const DISTINCT_AGGREGATES: Batch = {
  name: "Distinct aggregates",
  repeat: false,
  rules: [rewriteDistinctAggregates],
};

const LOCAL: Batch = { name: "Empty relations", repeat: false, rules: [propagateEmptyRelation] };

const BATCHES: readonly Batch[] = [FINISH_ANALYSIS, SUBQUERIES, DISTINCT_AGGREGATES, LOCAL];

/** Plans of scalar subqueries that stay are optimized too. */
export function optimize(plan: LogicalPlan, context: OptimizerContext): LogicalPlan {
  const optimized = runBatches(plan, BATCHES, context);
  return transformAllExpressions(optimized, (expression) => mapSubqueries(expression, (inner) => optimize(inner, context)));
}
