/** Recursive CTEs: an anchor, UNION ALL, and a step that reads the CTE itself. */
import { AnalysisError } from "../errors";
import type { QueryContext } from "../errors";
import { attribute } from "../expressions/build";
import type { Attribute } from "../expressions/expression";
import { outputOf } from "../logical/output";
import type { LogicalPlan } from "../logical/plan";
import { childrenOf, subqueryPlans } from "../logical/traverse";
import type { Cte, UnresolvedPlan } from "../syntax/plan";
import { aliased, renamed } from "./alias";
import { bound, exactly } from "./binder";
import type { Binder, Bound, CteScope, Env } from "./binder";
import { sameName } from "./columns";
import { commonType } from "../types/coercion";
import { sameType } from "../types/text";
import { quoted, typeText } from "./messages";
import { castTo } from "./set-operations";

/** Null where the CTE does not read itself. */
export function bindRecursive(binder: Binder, cte: Cte, id: number, env: Env): Bound | null {
  if (!mentions(binder, cte.plan, cte.name)) return null;
  if (innerWithMentions(binder, cte.plan, cte.name)) throw invalid(cte, cte.plan.at);
  const { union, rewrap } = unwrapped(cte.plan);
  if (union === null) throw invalid(cte, cte.plan.at);
  if (!union.all) throw new AnalysisError("UNION_NOT_SUPPORTED_IN_RECURSIVE_CTE", {}, cte.plan.at);
  if (mentions(binder, union.left, cte.name)) {
    throw new AnalysisError("INVALID_RECURSIVE_CTE", {}, cte.plan.at);
  }
  const aliasOf = (input: Bound): Bound =>
    cte.columns === undefined || cte.columns.length === 0 ? input : renamed(binder, input, cte.columns, cte.plan.at);
  const anchor = exactly(aliasOf(binder.plan(rewrap(union.left), env)));
  const columns = outputOf(anchor);
  const self: CteScope = {
    name: cte.name,
    parent: env.ctes,
    reference: () => {
      const output = columns.map((column) => attribute(binder.nextId(), column.name, column.type, true));
      return aliased(bound({ kind: "cteReference", id, output }, output), [cte.name]);
    },
  };
  const stepPlan = exactly(binder.plan(rewrap(union.right), { ...env, ctes: self }));
  if (outputOf(stepPlan).length !== columns.length) {
    throw new AnalysisError(
      "NUM_COLUMNS_MISMATCH",
      {
        operator: "UNION",
        firstNumColumns: String(columns.length),
        invalidOrdinalNum: "second",
        invalidNumColumns: String(outputOf(stepPlan).length),
      },
      cte.plan.at,
    );
  }
  checkTypes(binder, columns, outputOf(stepPlan), cte.plan.at);
  checkPlace(stepPlan, id, true, cte.plan.at);
  const step = castTo(
    binder,
    stepPlan,
    columns.map((column) => column.type),
  );
  const output = columns.map((column) => attribute(binder.nextId(), column.name, column.type, true));
  const limit = Number(binder.context.settings.conf["spark.sql.cteRecursionLevelLimit"] ?? "100");
  return bound(
    { kind: "recursiveCte", id, anchor, step, all: union.all, output, maxLevel: cte.maxRecursionLevel ?? limit },
    output,
  );
}

/** The anchor says the types; a step may have narrower ones, which become those, and no wider ones. */
function checkTypes(
  binder: Binder,
  anchor: readonly Attribute[],
  step: readonly Attribute[],
  at: QueryContext | undefined,
): void {
  anchor.forEach(({ type }, i) => {
    const other = (step[i] as Attribute).type;
    if (sameType(type, other)) return;
    const common = commonType([type, other], binder.context.settings);
    if (common !== null && sameType(common, type)) return;
    throw new AnalysisError("CANNOT_MERGE_INCOMPATIBLE_DATA_TYPE", { left: typeText(type), right: typeText(other) }, at);
  });
}

type Union = Extract<UnresolvedPlan, { kind: "setOperation" }>;

/** A WITH around the union has no place for the recursion in its own definitions. */
function innerWithMentions(binder: Binder, plan: UnresolvedPlan, name: string): boolean {
  if (plan.kind !== "with") return false;
  if (plan.ctes.some((one) => mentions(binder, one.plan, name) && !(plan.recursive && sameName(binder, one.name, name))))
    return true;
  return innerWithMentions(binder, plan.child, name);
}

/** The union under aliases and WITH clauses, and what puts these around its sides. */
function unwrapped(plan: UnresolvedPlan): {
  readonly union: Union | null;
  readonly rewrap: (side: UnresolvedPlan) => UnresolvedPlan;
} {
  if (plan.kind === "setOperation" && plan.operation === "union") return { union: plan, rewrap: (side) => side };
  if (plan.kind === "with") {
    const inner = unwrapped(plan.child);
    return { union: inner.union, rewrap: (side) => ({ ...plan, child: inner.rewrap(side) }) };
  }
  if (plan.kind === "alias") return unwrapped(plan.child);
  return { union: null, rewrap: (side) => side };
}

function invalid(cte: Cte, at: QueryContext | undefined): AnalysisError {
  return new AnalysisError("INVALID_RECURSIVE_CTE", { name: quoted(cte.name) }, at);
}

/** The reference must be where each of its rows gives rows of the step once and for all: not in subqueries, aggregates, the optional sides of joins. */
function checkPlace(plan: LogicalPlan, id: number, allowed: boolean, at: QueryContext | undefined): void {
  const place = (): AnalysisError => new AnalysisError("INVALID_RECURSIVE_REFERENCE.PLACE", {}, at);
  if (plan.kind === "cteReference" && plan.id === id && !allowed) throw place();
  const holds = plan.kind === "project" || plan.kind === "filter";
  for (const inner of subqueryPlans(plan)) checkPlace(inner, id, allowed && holds, at);
  if (plan.kind === "join") {
    const left =
      plan.type === "inner" ||
      plan.type === "cross" ||
      plan.type === "left" ||
      plan.type === "leftSemi" ||
      plan.type === "leftAnti";
    const right = plan.type === "inner" || plan.type === "cross" || plan.type === "right";
    checkPlace(plan.left, id, allowed && left, at);
    checkPlace(plan.right, id, allowed && right, at);
    return;
  }
  const passes = plan.kind !== "aggregate" && plan.kind !== "window" && plan.kind !== "sort";
  for (const child of childrenOf(plan)) checkPlace(child, id, allowed && passes, at);
}

/** Any table of that name in the plan, subqueries included; hidden by an inner CTE of the same name it does not count. */
function mentions(binder: Binder, node: unknown, name: string): boolean {
  if (typeof node !== "object" || node === null || ArrayBuffer.isView(node)) return false;
  if (Array.isArray(node)) return node.some((item) => mentions(binder, item, name));
  const plan = node as {
    readonly kind?: unknown;
    readonly name?: unknown;
    readonly ctes?: readonly Cte[];
    readonly recursive?: boolean;
  };
  if (plan.kind === "table" && Array.isArray(plan.name)) {
    return plan.name.length === 1 && sameName(binder, plan.name[0] as string, name);
  }
  if (plan.kind === "with" && plan.ctes?.some((cte) => sameName(binder, cte.name, name)) === true) {
    return plan.recursive !== true && plan.ctes.some((cte) => mentions(binder, cte.plan, name));
  }
  return Object.values(node).some((part) => mentions(binder, part, name));
}
