/**
 * Plans of queries that run again: what analysis and optimizer made of the same syntax is kept with it, as long as the session answers
 * their questions as before. Relations are looked up each time: files that changed, views that were replaced give a new plan.
 *
 * The same syntax is the same object: a DataFrame's that is collected again, a text's that the session read before (api/session-core).
 */
import { isDeepStrictEqual } from "node:util";
import { analyze } from "../analysis/analyze";
import { Asked } from "../analysis/asked";
import { contextFor } from "../catalog/analysis-context";
import type { ExprId } from "../expressions/expression";
import { exists, isDeterministic } from "../expressions/traverse";
import type { LogicalPlan } from "../logical/plan";
import { existsPlan, expressionsOf, subqueryPlans } from "../logical/traverse";
import type { OptimizerContext } from "../optimizer/context";
import { optimize } from "../optimizer/optimize";
import { KeptSteps } from "../physical/repeated-run";
import type { SourceParts } from "../sources/data-source";
import { originOf } from "../syntax/identified";
import type { UnresolvedPlan } from "../syntax/plan";
import { type PlanTexts, planTexts } from "./query-events";
import type { SqlSettings } from "../settings";
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

/** How the work of a scan is cut into tasks. */
export interface PlannedScan {
  readonly splits: readonly (readonly unknown[])[];
  readonly parts: SourceParts | null;
}

/** By what tells scans of a query apart. */
export type PlannedScans = ReadonlyMap<string, PlannedScan>;

/** What a physical plan depends on beside the optimized one and the settings. */
interface CutWork {
  readonly parallelism: number;
  readonly scans: PlannedScans;
}

/** Scans that are cut into more splits, or have more parts, are not compared. */
const MOST_SPLITS = 1024;

/** What became of a query's syntax. */
export class KeptPlan {
  #optimized: LogicalPlan | null = null;
  readonly #physicalIds: ExprId[] = [];
  #work: CutWork | null = null;
  #steps = new KeptSteps();
  #texts: PlanTexts | null = null;

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

  /** Of `analyzed` and of its optimized form. */
  get texts(): PlanTexts {
    return (this.#texts ??= planTexts(this.analyzed, this.#optimized ?? this.analyzed));
  }

  /** What is known of runs of `plan`, with the work cut like this; null where it is not what is kept. */
  stepsOf(plan: LogicalPlan, settings: SqlSettings, work: CutWork): KeptSteps | null {
    if (plan !== this.#optimized || !this.asked.wasUnder(settings) || !isComparable(work)) return null;
    if (this.#work !== null && isSameWork(this.#work, work)) return this.#steps;
    this.#work = work;
    this.#steps = new KeptSteps();
    return this.#steps;
  }
}

function isComparable({ scans }: CutWork): boolean {
  let pieces = 0;
  for (const { splits, parts } of scans.values())
    pieces += splits.reduce((sum, split) => sum + split.length, 0) + (parts?.parts.length ?? 0);
  return pieces <= MOST_SPLITS;
}

function isSameWork(a: CutWork, b: CutWork): boolean {
  if (a.parallelism !== b.parallelism || a.scans.size !== b.scans.size) return false;
  return [...a.scans].every(([key, { splits, parts }]) => {
    const other = b.scans.get(key);
    return other !== undefined && isDeepStrictEqual(splits, other.splits) && isDeepStrictEqual(parts?.parts, other.parts?.parts);
  });
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
