/**
 * Plans of queries that run again: what analysis and optimizer made of the same syntax is kept with it, as long as the session answers
 * their questions as before. Relations are looked up each time: files that changed, views that were replaced give a new plan.
 *
 * The same syntax is the same object: a DataFrame's that is collected again, a text's that the session read before (api/session-core).
 */
import { analyze } from "../analysis/analyze";
import { Asked } from "../analysis/asked";
import { contextFor } from "../catalog/analysis-context";
import type { ExprId } from "../expressions/expression";
import { exists, isDeterministic } from "../expressions/traverse";
import type { LogicalPlan } from "../logical/plan";
import { existsPlan, expressionsOf, subqueryPlans } from "../logical/traverse";
import type { OptimizerContext } from "../optimizer/context";
import { optimize } from "../optimizer/optimize";
import { originOf } from "../syntax/identified";
import type { UnresolvedPlan } from "../syntax/plan";
import type { SessionState } from "./session-state";

/** Plans that hold nothing of the program, and draw nothing. */
const KEPT: ReadonlySet<LogicalPlan["kind"]> = new Set([
  "project",
  "filter",
  "join",
  "aggregate",
  "sort",
  "limit",
  "union",
  "setOperation",
  "distinct",
  "window",
  "generate",
  "expand",
  "range",
  "scan",
  "subqueryAlias",
  "withCte",
  "cteReference",
  "hint",
]);

/** What became of a query's syntax. */
export class KeptPlan {
  #optimized: LogicalPlan | null = null;
  readonly #physicalIds: ExprId[] = [];

  constructor(
    readonly analyzed: LogicalPlan,
    private readonly asked: Asked,
  ) {}

  /** Of `analyzed`; kept where the settings are those of its analysis. */
  optimized(context: OptimizerContext): LogicalPlan {
    // A setting may have changed between the analysis and now.
    if (!this.asked.wasUnder(context.settings)) return optimize(this.analyzed, context);
    if (this.#optimized !== null) return this.#optimized;
    const optimized = optimize(this.analyzed, { ...context, settings: this.asked.watched(context.settings) });
    if (this.asked.lasts) this.#optimized = optimized;
    return optimized;
  }

  /**
   * Ids for the columns that only the physical plan of one run has: those of the first run again, and new ones where it had fewer. Stages that
   * are planned as before are the same bytes then.
   */
  idsOfRun(nextId: () => ExprId): () => ExprId {
    let drawn = 0;
    return () => (this.#physicalIds[drawn++] ??= nextId());
  }
}

export class KeptPlans {
  readonly #kept = new WeakMap<UnresolvedPlan, { readonly plan: KeptPlan; readonly asked: Asked }>();

  async of(plan: UnresolvedPlan, session: SessionState): Promise<KeptPlan> {
    const origin = originOf(plan);
    const context = await contextFor(plan, session);
    const kept = this.#kept.get(origin);
    if (kept?.asked.isAnsweredBy(context) === true) return kept.plan;
    const asked = new Asked(context);
    const made = new KeptPlan(analyze(plan, asked.context), asked);
    if (asked.lasts && isRepeatable(made.analyzed)) this.#kept.set(origin, { plan: made, asked });
    else this.#kept.delete(origin);
    return made;
  }
}

function isRepeatable(plan: LogicalPlan): boolean {
  return !existsPlan(plan, (node) => {
    if (!KEPT.has(node.kind)) return true;
    const isOwn = expressionsOf(node).some(
      (expression) => !isDeterministic(expression) || exists(expression, ({ kind }) => kind === "userCall"),
    );
    return isOwn || !subqueryPlans(node).every(isRepeatable);
  });
}
