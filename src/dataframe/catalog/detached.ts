/**
 * A DataFrame's plan as a view keeps it: temporary views that it names stand in it with their own plans, so that a view may
 * replace one that it is made of.
 */
import type { UnresolvedPlan } from "../syntax/plan";
import type { SessionCatalog } from "./session-catalog";

export function detachedPlan(plan: UnresolvedPlan, catalog: SessionCatalog): UnresolvedPlan {
  return detached(plan, catalog, new Set()) as UnresolvedPlan;
}

function detached(node: unknown, catalog: SessionCatalog, hidden: ReadonlySet<string>): unknown {
  if (typeof node !== "object" || node === null || ArrayBuffer.isView(node)) return node;
  if (Array.isArray(node)) return mapped(node, (item) => detached(item, catalog, hidden));
  const plan = node as UnresolvedPlan;
  if (plan.kind === "local" || Object.getPrototypeOf(node) !== Object.prototype) return node;
  if (plan.kind === "table" && Array.isArray(plan.name)) {
    const name = plan.name as readonly string[];
    const view = hidden.has(name.join(".").toLowerCase()) ? null : catalog.findTemp(name);
    if (view === null) return node;
    const columns = view.schema?.fields.map((field) => field.name);
    return { kind: "alias", child: detachedPlan(view.plan, catalog), name: view.name, ...(columns && { columns }) };
  }
  const ctes = plan.kind === "with" ? plan.ctes.map((cte) => cte.name.toLowerCase()) : [];
  const inner = ctes.length === 0 ? hidden : new Set([...hidden, ...ctes]);
  const entries = Object.entries(node);
  const changed = mapped(entries, (entry) => {
    const value = detached(entry[1], catalog, inner);
    return value === entry[1] ? entry : ([entry[0], value] as [string, unknown]);
  });
  return changed === entries ? node : Object.fromEntries(changed);
}

function mapped<T>(items: readonly T[], f: (item: T) => unknown): readonly T[] {
  const results = items.map((item) => f(item) as T);
  return results.every((one, i) => one === items[i]) ? items : results;
}
