/**
 * From what was written to what it means: one pass from the top, no fixed point. Every kind of plan has its file; this one
 * says which, and joins them.
 */
import { unreachable } from "../../common/errors";
import type { Expression } from "../expressions/expression";
import { metadataOf, withMetadataColumns } from "../logical/metadata-columns";
import type { LogicalPlan } from "../logical/plan";
import type { UnresolvedExpression } from "../syntax/expression";
import type { UnresolvedPlan } from "../syntax/plan";
import { bindAlias } from "./alias";
import { bound, EMPTY_ENV, exactly } from "./binder";
import type { Binder, Bound, Env, PlanColumns, Scope } from "./binder";
import { columnsOf } from "./columns";
import type { AnalysisContext } from "./context";
import { bindWith } from "./ctes";
import { bindExpression } from "./expressions";
import {
  bindAppendColumns,
  bindApplyInGroups,
  bindCogroup,
  bindMapBatches,
  bindObserve,
  bindScriptTransform,
} from "./functional";
import { bindLateralView } from "./lateral-view";
import { bindAggregatePlan, bindProject } from "./grouping";
import { bindPipeAggregate } from "./pipe-aggregate";
import { expandRoutines, expandRoutinesIn } from "./expand-routines";
import { checkInputFiles } from "./input-file";
import { bindHint, bindRepartition } from "./hints";
import { bindJoin } from "./joins";
import { bindLimit, bindOffset } from "./limits";
import { bindFilter, bindHaving, bindSort } from "./ordering";
import { bindSample } from "./sample";
import { bindQualify } from "./qualify";
import { bindPivot } from "./pivot";
import { bindExternal, bindInlineTable, bindLocal, bindRange, bindRead, bindTable, oneRow } from "./relations";
import { bindDrop, bindDropDuplicates, bindRenames, bindToDF, bindWithColumns } from "./reshape";
import { bindToSchema } from "./to-schema";
import { bindSetOperation, distinctBound } from "./set-operations";
import { expandRegex, expandStar } from "./stars";
import { bindTableFunction } from "./table-functions";
import { bindUnpivot } from "./unpivot";

/** The relations that the plan names must have been loaded: `context.relation` and `context.read` answer at once. */
export function analyze(plan: UnresolvedPlan, context: AnalysisContext): LogicalPlan {
  return wholeQuery(new QueryBinder(context), plan);
}

/** A plan that stands in no other. */
export function wholeQuery(binder: QueryBinder, plan: UnresolvedPlan): LogicalPlan {
  const written = expandRoutines(exactly(binder.plan(plan, EMPTY_ENV)), () => binder.nextId());
  const whole = withMetadataColumns(written, binder.metadataNamed);
  checkInputFiles(whole);
  return whole;
}

/** An expression without a table: DEFAULT values, options, parameters of commands. */
export function analyzeExpression(expression: UnresolvedExpression, context: AnalysisContext): Expression {
  const binder = new QueryBinder(context);
  const one = binder.expression(expression, { columns: columnsOf(binder), env: EMPTY_ENV, clause: "other" });
  return expandRoutinesIn(one.kind === "alias" ? one.child : one, () => binder.nextId());
}

export class QueryBinder implements Binder {
  constructor(
    readonly context: AnalysisContext,
    readonly metadataNamed = new Set<number>(),
  ) {}

  nextId(): number {
    return this.context.nextId();
  }

  under(conf: Readonly<Record<string, string>> | undefined): Binder {
    const { settings } = this.context;
    const ansi = (conf?.["spark.sql.ansi.enabled"] ?? String(settings.ansi)) === "true";
    return ansi === settings.ansi
      ? this
      : new QueryBinder({ ...this.context, settings: { ...settings, ansi } }, this.metadataNamed);
  }

  expression(expression: UnresolvedExpression, scope: Scope): Expression {
    return bindExpression(this, expression, scope);
  }

  list(expressions: readonly UnresolvedExpression[], scope: Scope): readonly Expression[] {
    return expressions.flatMap((one) => {
      if (one.kind === "star") return expandStar(this, one, scope);
      if (one.kind === "regex") return expandRegex(this, one, scope);
      return [this.expression(one, scope)];
    });
  }

  plan(plan: UnresolvedPlan, env: Env): Bound {
    const result = this.#bind(plan, env);
    return plan.planId === undefined ? result : withPlanId(result, plan.planId);
  }

  #bind(plan: UnresolvedPlan, env: Env): Bound {
    switch (plan.kind) {
      case "table":
        return bindTable(this, plan, env);
      case "read":
        return bindRead(this, plan);
      case "tableFunction":
        return bindTableFunction(this, plan, env);
      case "range":
        return bindRange(this, plan);
      case "inlineTable":
        return bindInlineTable(this, plan, env);
      case "local":
        return bindLocal(this, plan);
      case "external":
        return bindExternal(this, plan);
      case "oneRow":
        return bound(oneRow(), []);
      case "project":
        return bindProject(this, plan, env);
      case "withColumns":
        return bindWithColumns(this, plan, env);
      case "withColumnsRenamed":
        return bindRenames(this, plan, env);
      case "drop":
        return bindDrop(this, plan, env);
      case "toDF":
        return bindToDF(this, plan, env);
      case "toSchema":
        return bindToSchema(this, plan, env);
      case "filter":
        return bindFilter(this, plan, env);
      case "having":
        return bindHaving(this, plan, env);
      case "qualify":
        return bindQualify(this, plan, env);
      case "aggregate":
        return bindAggregatePlan(this, plan, env);
      case "pipeAggregate":
        return bindPipeAggregate(this, plan, env);
      case "pivot":
        return bindPivot(this, plan, env);
      case "unpivot":
        return bindUnpivot(this, plan, env);
      case "join":
        return bindJoin(this, plan, env);
      case "setOperation":
        return bindSetOperation(this, plan, env);
      case "sort":
        return bindSort(this, plan, env);
      case "limit":
        return bindLimit(this, plan, env);
      case "offset":
        return bindOffset(this, plan, env);
      case "tail": {
        const input = this.plan(plan.child, env);
        return bound({ kind: "tail", child: input.plan, limit: plan.limit }, input.output, input);
      }
      case "distinct":
        return distinctBound(this, this.plan(plan.child, env));
      case "dropDuplicates":
        return bindDropDuplicates(this, plan, env);
      case "alias":
        return bindAlias(this, plan, env);
      case "with":
        return bindWith(this, plan, env);
      case "windows":
        return this.plan(plan.child, { ...env, windows: { ...env.windows, ...plan.windows } });
      case "lateralView":
        return bindLateralView(this, plan, env);
      case "sample":
        return bindSample(this, plan, env);
      case "repartition":
        return bindRepartition(this, plan, env);
      case "hint":
        return bindHint(this, plan, env);
      case "mapBatches":
        return bindMapBatches(this, plan, env);
      case "appendColumns":
        return bindAppendColumns(this, plan, env);
      case "applyInGroups":
        return bindApplyInGroups(this, plan, env);
      case "cogroup":
        return bindCogroup(this, plan, env);
      case "observe":
        return bindObserve(this, plan, env);
      case "scriptTransform":
        return bindScriptTransform(this, plan, env);
      default:
        return unreachable(plan);
    }
  }
}

function withPlanId(input: Bound, planId: number): Bound {
  const planIds = new Map<number, readonly PlanColumns[]>();
  for (const [id, places] of input.planIds) {
    planIds.set(
      id,
      places.map(({ columns, depth }) => ({ columns, depth: depth + 1 })),
    );
  }
  planIds.set(planId, [{ columns: [...input.output, ...input.hidden, ...metadataOf(input.plan)], depth: 0 }]);
  return { ...input, planIds };
}
