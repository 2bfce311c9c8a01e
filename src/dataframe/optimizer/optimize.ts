/** From what was written to what is worth running: the batches of rules, in order. */
import type { LogicalPlan } from "../logical/plan";
import { mapSubqueries, transformAllExpressions } from "../logical/traverse";
import type { OptimizerContext, Rule } from "./context";
import { runBatches, type Batch } from "./engine";
import { aggregateJoinedRows } from "./rules/aggregate-joined-rows";
import { booleanSimplification } from "./rules/boolean-simplification";
import { collapseProject } from "./rules/collapse-project";
import { columnPruning } from "./rules/column-pruning";
import { combineFilters } from "./rules/combine-filters";
import { combineLimits } from "./rules/combine-limits";
import { combineUnions } from "./rules/combine-unions";
import { constantFolding } from "./rules/constant-folding";
import { eagerAggregation } from "./rules/eager-aggregation";
import { eliminateHints } from "./rules/eliminate-hints";
import { eliminateOuterJoin } from "./rules/eliminate-outer-join";
import { eliminateSorts } from "./rules/eliminate-sorts";
import { eliminateSubqueryAliases } from "./rules/eliminate-subquery-aliases";
import { extractBatchFunctions } from "./rules/extract-batch-functions";
import { groupStructsByFields } from "./rules/group-structs-by-fields";
import { inferFiltersFromConstraints } from "./rules/infer-filters";
import { inlineCte } from "./rules/inline-cte";
import { likeSimplification } from "./rules/like-simplification";
import { limitPushDown } from "./rules/limit-push-down";
import { nullPropagation } from "./rules/null-propagation";
import { optimizeIn } from "./rules/optimize-in";
import { partitionPruning } from "./rules/partition-pruning";
import { precomputeInCte } from "./rules/precompute-in-cte";
import { propagateEmptyRelation } from "./rules/propagate-empty-relation";
import { pruneFilters } from "./rules/prune-filters";
import { pullOutGroupingExpressions } from "./rules/pull-out-grouping-expressions";
import { pushDownPredicates } from "./rules/push-down-predicates";
import { pushExtraPredicates } from "./rules/push-extra-predicates";
import { pushFiltersIntoScans } from "./rules/push-filters-into-scans";
import { reduceAggregateInput } from "./rules/reduce-aggregate-input";
import { reorderJoins } from "./rules/reorder-joins";
import { replaceDistinctWithAggregate } from "./rules/replace-distinct";
import { replaceSetOperations } from "./rules/replace-set-operations";
import { rewriteDistinctAggregates } from "./rules/rewrite-distinct-aggregates";
import { rewriteLateralJoins } from "./rules/rewrite-lateral-joins";
import { rewriteSubqueries } from "./rules/rewrite-subqueries";
import { shareAggregates } from "./rules/share-aggregates";
import { shareFilteredRows } from "./rules/share-filtered-rows";
import { simplifyCasts } from "./rules/simplify-casts";
import { simplifyConditionals } from "./rules/simplify-conditionals";
import { simplifyExtracts } from "./rules/simplify-extracts";
import { unwrapCastInBinaryComparison } from "./rules/unwrap-cast";

/** What the planner cannot do without: excluding these from a session has no effect. */
const REQUIRED: readonly Rule[] = [
  // First: what is grouped by is still the same object in the select list where it holds a subquery.
  pullOutGroupingExpressions,
  inlineCte,
  eliminateHints,
  eliminateSubqueryAliases,
  replaceSetOperations,
  replaceDistinctWithAggregate,
];

/** A subquery in a subquery may refer to what is around both: its turn comes again when the outer one has become a join. */
const SUBQUERIES: readonly Rule[] = [rewriteSubqueries, rewriteLateralJoins];

const OPERATORS: readonly Rule[] = [
  combineUnions,
  pushDownPredicates,
  combineFilters,
  eliminateOuterJoin,
  limitPushDown,
  combineLimits,
  collapseProject,
  nullPropagation,
  constantFolding,
  optimizeIn,
  likeSimplification,
  simplifyCasts,
  unwrapCastInBinaryComparison,
  simplifyConditionals,
  simplifyExtracts,
  booleanSimplification,
  pruneFilters,
  eliminateSorts,
  propagateEmptyRelation,
];

const AGAIN: readonly Rule[] = [
  nullPropagation,
  constantFolding,
  unwrapCastInBinaryComparison,
  simplifyConditionals,
  booleanSimplification,
  pruneFilters,
  propagateEmptyRelation,
  pushFiltersIntoScans,
];

const BATCHES: readonly Batch[] = [
  { name: "Finish analysis", repeat: false, required: true, rules: REQUIRED },
  // While both are as they were written.
  { name: "Subqueries over the same rows", repeat: false, rules: [shareAggregates, shareFilteredRows] },
  { name: "Subqueries", repeat: true, required: true, rules: SUBQUERIES },
  { name: "Operators", repeat: true, rules: OPERATORS },
  // While relations that are there twice look the same.
  { name: "Aggregates of joined rows", repeat: false, rules: [aggregateJoinedRows] },
  { name: "Infer filters", repeat: false, rules: [inferFiltersFromConstraints, pushExtraPredicates] },
  { name: "Operators over inferred filters", repeat: true, rules: OPERATORS },
  { name: "Join order", repeat: false, rules: [reorderJoins] },
  { name: "Aggregates below joins", repeat: false, rules: [reduceAggregateInput, eagerAggregation] },
  // Again for structs in structs.
  { name: "Structs as keys", repeat: true, rules: [groupStructsByFields, simplifyExtracts] },
  { name: "Distinct aggregates", repeat: false, required: true, rules: [rewriteDistinctAggregates] },
  // After join order: projections between joins would keep them apart.
  { name: "Columns", repeat: false, rules: [pushFiltersIntoScans, columnPruning, collapseProject, precomputeInCte] },
  { name: "Partitions", repeat: false, rules: [partitionPruning] },
  { name: "Batch functions", repeat: false, required: true, rules: [extractBatchFunctions] },
];

/** Plans of scalar subqueries that stay are optimized too. */
export function optimize(plan: LogicalPlan, context: OptimizerContext): LogicalPlan {
  const optimized = runBatches(plan, BATCHES, context);
  return withSubqueries(optimized, context);
}

/** Constants that were not known before: values of subqueries. */
export function optimizeAgain(plan: LogicalPlan, context: OptimizerContext): LogicalPlan {
  return runBatches(plan, [{ name: "Known values", repeat: true, rules: AGAIN }], context);
}

/** Each plan once: a subquery that stands in several places stays the same in all of them. */
function withSubqueries(optimized: LogicalPlan, context: OptimizerContext): LogicalPlan {
  const known = new Map<LogicalPlan, LogicalPlan>();
  const inner = (plan: LogicalPlan): LogicalPlan => {
    let found = known.get(plan);
    if (found === undefined) known.set(plan, (found = optimize(plan, context)));
    return found;
  };
  return transformAllExpressions(optimized, (expression) => mapSubqueries(expression, inner));
}
