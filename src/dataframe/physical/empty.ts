/** What is known to have no rows, while a query runs: the parts of its plan that can give none for that are left out. */
import { outputOf } from "../logical/output";
import type { LogicalPlan } from "../logical/plan";
import { withChildren, childrenOf } from "../logical/traverse";
import { propagateEmpty } from "../optimizer/rules/propagate-empty-relation";
import type { ExchangeBook } from "./planner";

/** Plans under finished exchanges stay the nodes that they are: their rows are known by them. */
export function pruneEmpty(plan: LogicalPlan, empty: LogicalPlan, book: ExchangeBook): LogicalPlan {
  /** CTEs without rows: their definitions go, as exchanges are made for definitions whatever they hold. */
  const ctes = new Set<number>();
  const visit = (node: LogicalPlan): LogicalPlan => {
    if (node === empty || (node.kind === "cteReference" && ctes.has(node.id))) {
      return { kind: "localRelation", output: outputOf(node), rows: [] };
    }
    if (book.isRead(node)) return node;
    if (node.kind === "withCte" && node.definitions.some((definition) => definition.plan === empty)) {
      const definitions = node.definitions.filter((definition) => definition.plan !== empty || !ctes.add(definition.id));
      return visit(definitions.length === 0 ? node.child : { ...node, definitions });
    }
    const below = withChildren(node, childrenOf(node).map(visit));
    return below === node ? node : propagateEmpty(below);
  };
  return visit(plan);
}
