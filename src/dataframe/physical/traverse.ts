/** Walking and rewriting operators. */
import type { PhysicalPlan } from "./plan";

const NONE: readonly PhysicalPlan[] = [];

export function childrenOf(plan: PhysicalPlan): readonly PhysicalPlan[] {
  switch (plan.kind) {
    case "scan":
    case "localTable":
    case "range":
    case "external":
    case "reusedExchange":
    case "shuffleRead":
    case "broadcastRead":
      return NONE;
    case "hashJoin":
    case "sortMergeJoin":
    case "nestedLoopJoin":
    case "markMatches":
    case "cogroup":
      return [plan.left, plan.right];
    case "markedRows":
      return [plan.child, ...plan.marks];
    case "union":
      return plan.children;
    default:
      return [plan.child];
  }
}

/** The plan itself where the children are the ones it has. */
export function withChildren(plan: PhysicalPlan, children: readonly PhysicalPlan[]): PhysicalPlan {
  switch (plan.kind) {
    case "scan":
    case "localTable":
    case "range":
    case "external":
    case "reusedExchange":
    case "shuffleRead":
    case "broadcastRead":
      return plan;
    case "hashJoin":
    case "sortMergeJoin":
    case "nestedLoopJoin":
    case "markMatches":
    case "cogroup": {
      const [left, right] = children as [PhysicalPlan, PhysicalPlan];
      return left === plan.left && right === plan.right ? plan : { ...plan, left, right };
    }
    case "markedRows": {
      const [child, ...marks] = children as [PhysicalPlan, ...PhysicalPlan[]];
      return child === plan.child && marks.every((one, i) => one === plan.marks[i]) ? plan : { ...plan, child, marks };
    }
    case "union":
      return children.every((child, i) => child === plan.children[i]) ? plan : { ...plan, children };
    default: {
      const child = children[0] as PhysicalPlan;
      return child === plan.child ? plan : { ...plan, child };
    }
  }
}

export function mapChildren(plan: PhysicalPlan, f: (child: PhysicalPlan) => PhysicalPlan): PhysicalPlan {
  return withChildren(plan, childrenOf(plan).map(f));
}

export function transformUp(plan: PhysicalPlan, f: (plan: PhysicalPlan) => PhysicalPlan): PhysicalPlan {
  return f(mapChildren(plan, (child) => transformUp(child, f)));
}

/** Every node, parents first; children are left out where `visit` gives false. */
export function walk(plan: PhysicalPlan, visit: (plan: PhysicalPlan) => boolean | void): void {
  if (visit(plan) === false) return;
  for (const child of childrenOf(plan)) walk(child, visit);
}
