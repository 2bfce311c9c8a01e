/**
 *   Distinct            →   Aggregate [a, b], [a, b]
 *   +- Relation [a, b]      +- Relation [a, b]
 */
import { outputOf } from "../../logical/output";
import { transformUpWithSubqueries } from "../../logical/traverse";
import type { Rule } from "../context";

export const replaceDistinctWithAggregate: Rule = {
  name: "ReplaceDistinctWithAggregate",
  apply: (plan) =>
    transformUpWithSubqueries(plan, (node) => {
      if (node.kind !== "distinct") return node;
      const columns = outputOf(node.child);
      return { kind: "aggregate", child: node.child, grouping: columns, aggregates: columns };
    }),
};
