/** Queries as operators with exchanges between them. */
import type { LogicalPlan } from "../logical/plan";
import type { SqlSettings } from "../settings";
import type { PhysicalPlan } from "./plan";
import { planNode } from "./plan-node";
import { Planner, QueryState } from "./planner";
import type { PlanServices } from "./services";

/** Uncorrelated scalar subqueries may still stand in the plan's expressions: subqueries.ts finds them. */
export function planQuery(plan: LogicalPlan, settings: SqlSettings, services: PlanServices): PhysicalPlan {
  return planWith(plan, settings, services, new QueryState());
}

/** With what is known of the query from running parts of it. */
export function planWith(plan: LogicalPlan, settings: SqlSettings, services: PlanServices, state: QueryState): PhysicalPlan {
  return new Planner(settings, services, state, planNode).plan(plan);
}
