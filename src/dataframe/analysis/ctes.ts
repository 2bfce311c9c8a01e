/**
 * WITH. A CTE is bound once, where it is first used; its uses are references with columns of their own. One use, or a body
 * that reads the query around: the body stands in the reference's place. Otherwise WithCte keeps it.
 */
import { AnalysisError } from "../errors";
import type { QueryContext } from "../errors";
import { alias, attribute } from "../expressions/build";
import type { Attribute } from "../expressions/expression";
import { exists } from "../expressions/traverse";
import { freshIds } from "../logical/fresh";
import { inPlaceOf } from "../logical/recursion";
import { outputOf } from "../logical/output";
import type { LogicalPlan } from "../logical/plan";
import { existsPlan, expressionsOf, subqueryPlans, transformUpWithSubqueries } from "../logical/traverse";
import type { Cte, UnresolvedPlan } from "../syntax/plan";
import { aliased, renamed } from "./alias";
import { bound, exactly } from "./binder";
import type { Binder, Bound, Env } from "./binder";
import { sameName } from "./columns";
import { findCte } from "./cte-scope";
import { DOCS } from "./documentation";
import { quoted } from "./messages";
import { bindRecursive } from "./recursion";

export function bindWith(binder: Binder, plan: Extract<UnresolvedPlan, { kind: "with" }>, env: Env): Bound {
  refuseRepeated(binder, plan.ctes, plan.at);
  refuseShadowing(binder, plan);
  const definitions: Definition[] = [];
  let scope = env.ctes;
  for (const cte of plan.ctes) {
    const definition = new Definition(binder, cte, enclosed(binder, { ...env, ctes: scope }), plan.recursive);
    definitions.push(definition);
    if (findCte(binder, env.winning ?? null, cte.name) !== null) continue;
    scope = { name: cte.name, reference: (at) => definition.reference(at), parent: scope };
  }
  // Spark refuses a wrong CTE even where nothing reads it.
  for (const definition of definitions) definition.bind();
  const child = binder.plan(plan.child, { ...env, ctes: scope });
  return withDefinitions(binder, child, definitions);
}

/** What a CTE or a subquery is bound in: under the LEGACY policy the names around it win over its own. */
export function enclosed(binder: Binder, env: Env): Env {
  return policyOf(binder) === "LEGACY" ? { ...env, winning: env.ctes } : env;
}

function policyOf(binder: Binder): string | undefined {
  return binder.context.settings.conf["spark.sql.legacy.ctePrecedencePolicy"]?.toUpperCase();
}

class Definition {
  readonly id: number;
  uses = 0;
  #plan: LogicalPlan | null = null;

  constructor(
    private readonly binder: Binder,
    private readonly cte: Cte,
    private readonly env: Env,
    private readonly recursive: boolean,
  ) {
    this.id = binder.nextId();
  }

  bind(): LogicalPlan {
    return (this.#plan ??= this.#bound());
  }

  #bound(): LogicalPlan {
    const { binder, cte, env } = this;
    const body = this.recursive ? bindRecursive(binder, cte, this.id, env) : null;
    const input = body ?? binder.plan(cte.plan, env);
    const named =
      cte.columns === undefined || cte.columns.length === 0 ? input : renamed(binder, input, cte.columns, cte.plan.at);
    return exactly(named);
  }

  reference(_at: QueryContext | undefined): Bound {
    this.uses++;
    const output = outputOf(this.bind()).map((column) => newColumn(this.binder, column));
    return aliased(bound({ kind: "cteReference", id: this.id, output }, output), [this.cte.name]);
  }
}

function newColumn(binder: Binder, column: Attribute): Attribute {
  return attribute(binder.nextId(), column.name, column.type, column.nullable, [], column.metadata);
}

/** From the last definition to the first: later ones may use earlier ones. */
function withDefinitions(binder: Binder, child: Bound, definitions: readonly Definition[]): Bound {
  let plan = child.plan;
  let kept: { readonly id: number; readonly plan: LogicalPlan }[] = [];
  const remaining = definitions.map((one) => ({ one, plan: one.bind() }));
  for (let i = remaining.length - 1; i >= 0; i--) {
    const { one, plan: body } = remaining[i] as (typeof remaining)[number];
    if (one.uses === 0) continue;
    if (one.uses > 1 && !readsAround(body)) {
      kept = [{ id: one.id, plan: body }, ...kept];
      continue;
    }
    const inline = inliner(binder, one.id, body);
    plan = inline(plan);
    kept = kept.map((definition) => ({ ...definition, plan: inline(definition.plan) }));
  }
  if (kept.length > 0) plan = { kind: "withCte", child: plan, definitions: kept };
  return bound(plan, child.output, { hidden: child.hidden, planIds: child.planIds });
}

function inliner(binder: Binder, id: number, body: LogicalPlan): (plan: LogicalPlan) => LogicalPlan {
  let copies = 0;
  return (plan) =>
    transformUpWithSubqueries(plan, (node) => {
      if (node.kind !== "cteReference" || node.id !== id) return node;
      const copy = inPlaceOf(node, copies++ === 0 ? body : freshIds(body, () => binder.nextId()).plan);
      const columns = outputOf(copy);
      return {
        kind: "project",
        child: copy,
        expressions: node.output.map((column, i) => alias(columns[i] as Attribute, column.name, column.id, column.metadata)),
      };
    });
}

/** Reads columns of a query around the WITH. */
function readsAround(plan: LogicalPlan): boolean {
  return existsPlan(
    plan,
    (node) =>
      expressionsOf(node).some((expression) => exists(expression, (one) => one.kind === "outer")) ||
      subqueryPlans(node).some(readsAround),
  );
}

function refuseRepeated(binder: Binder, ctes: readonly Cte[], at: QueryContext | undefined): void {
  const repeated = ctes.filter((cte, i) => ctes.findIndex((other) => sameName(binder, other.name, cte.name)) !== i);
  if (repeated.length === 0) return;
  const duplicateNames = repeated.map((cte) => quoted(cte.name)).join(", ");
  throw new AnalysisError("DUPLICATED_CTE_NAMES", { duplicateNames }, at);
}

/** Under the EXCEPTION policy a CTE at the start of a query may not hide one around it; one in FROM may. */
function refuseShadowing(binder: Binder, plan: Extract<UnresolvedPlan, { kind: "with" }>): void {
  if (policyOf(binder) !== "EXCEPTION") return;
  checkStart(binder, plan, []);
}

function checkStart(binder: Binder, query: UnresolvedPlan, around: readonly string[]): void {
  if (query.kind !== "with") {
    checkSubqueries(binder, query, around);
    return;
  }
  const names = [...around];
  for (const cte of query.ctes) {
    if (around.some((name) => sameName(binder, name, cte.name))) {
      throw new AnalysisError(
        "AMBIGUOUS_ALIAS_IN_NESTED_CTE",
        { name: quoted(cte.name), config: '"spark.sql.legacy.ctePrecedencePolicy"', docroot: DOCS },
        query.at,
      );
    }
    checkStart(binder, cte.plan, names);
    names.push(cte.name);
  }
  checkStart(binder, query.child, names);
}

/** Subqueries of expressions; a WITH in FROM is checked on its own, when it is bound. */
function checkSubqueries(binder: Binder, node: unknown, around: readonly string[]): void {
  if (typeof node !== "object" || node === null || ArrayBuffer.isView(node)) return;
  const { kind, plan } = node as { readonly kind?: unknown; readonly plan?: UnresolvedPlan };
  if (kind === "with" || kind === "local") return;
  if ((kind === "scalarSubquery" || kind === "exists" || kind === "inSubquery") && plan !== undefined) {
    checkStart(binder, plan, around);
  }
  for (const part of Object.values(node)) if (part !== plan) checkSubqueries(binder, part, around);
}
