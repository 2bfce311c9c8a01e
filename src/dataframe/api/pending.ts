/**
 * Parts of plans that are known only later: results of statements, and plans that depend on the schema of their input. They stand
 * in plans as leaves and are put in before a plan leaves the API.
 */
import { AsyncLocalStorage } from "node:async_hooks";
import { identified } from "../syntax/identified";
import type { UnresolvedPlan } from "../syntax/plan";

const making = new AsyncLocalStorage<true>();

/**
 * Whether a pending part is being made, in this chain of calls. Who asks for it has waited for the statements before it; those after it, or
 * the one that it is for, must not be waited for.
 */
export function isMaking(): boolean {
  return making.getStore() === true;
}

/** A leaf that stands for a plan to come. */
class PendingPlan {
  readonly kind = "pending";
  /** Of the DataFrame that it is the whole of. */
  planId: number | null = null;
  #result: Promise<UnresolvedPlan> | null = null;

  constructor(private readonly make: () => Promise<UnresolvedPlan>) {}

  get(): Promise<UnresolvedPlan> {
    return (this.#result ??= making.run(true, this.make));
  }

  /** What it became, under its own id. */
  identified(plan: UnresolvedPlan): UnresolvedPlan {
    return this.planId === null ? plan : { ...plan, planId: this.planId };
  }
}

/** A plan that is made when it is needed, once. */
export function pendingPlan(make: () => Promise<UnresolvedPlan>): UnresolvedPlan {
  // The API alone sees these: the layers below have no such kind.
  return new PendingPlan(make) as unknown as UnresolvedPlan;
}

/** The plan of a DataFrame with this id. */
export function withPlanId(plan: UnresolvedPlan, planId: number): UnresolvedPlan {
  const pending: unknown = plan;
  if (!(pending instanceof PendingPlan)) return identified(plan, planId);
  pending.planId = planId;
  return plan;
}

export function isPending(plan: UnresolvedPlan): boolean {
  return (plan as unknown) instanceof PendingPlan;
}

/** The number by which `df.col` names its DataFrame. */
export function planIdOf(plan: UnresolvedPlan): number | undefined {
  const pending: unknown = plan;
  return pending instanceof PendingPlan ? (pending.planId ?? undefined) : plan.planId;
}

/** A plan without pending parts, in itself and in its subqueries. */
export async function completed(plan: UnresolvedPlan): Promise<UnresolvedPlan> {
  const found = new Set<PendingPlan>();
  findPending(plan, found);
  if (found.size === 0) return plan;
  const known = new Map<PendingPlan, UnresolvedPlan>();
  for (const pending of found) known.set(pending, pending.identified(await completed(await pending.get())));
  return replaced(plan, known) as UnresolvedPlan;
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** Rows of the program hold no plans, and there may be many. */
const DATA = new Set(["rows", "schema", "type", "at"]);

function findPending(node: unknown, found: Set<PendingPlan>): void {
  if (node instanceof PendingPlan) found.add(node);
  else if (Array.isArray(node)) for (const item of node) findPending(item, found);
  else if (isPlain(node)) {
    for (const [key, part] of Object.entries(node)) {
      if (typeof part === "object" && part !== null && (!DATA.has(key) || node["kind"] === "inlineTable"))
        findPending(part, found);
    }
  }
}

function replaced(node: unknown, known: ReadonlyMap<PendingPlan, UnresolvedPlan>): unknown {
  if (node instanceof PendingPlan) return known.get(node);
  if (Array.isArray(node)) {
    const items = node.map((item) => replaced(item, known));
    return items.some((item, i) => item !== node[i]) ? items : node;
  }
  if (!isPlain(node)) return node;
  let copy: Record<string, unknown> | null = null;
  for (const [key, part] of Object.entries(node)) {
    if (typeof part !== "object" || part === null || (DATA.has(key) && node["kind"] !== "inlineTable")) continue;
    const changed = replaced(part, known);
    if (changed !== part) (copy ??= { ...node })[key] = changed;
  }
  return copy ?? node;
}
