/**
 * Table aliases are for finding names; afterwards they are nothing.
 *
 *   SubqueryAlias t            →   Relation
 *   +- Relation
 */
import { transformUpWithSubqueries } from "../../logical/traverse";
import type { Rule } from "../context";

export const eliminateSubqueryAliases: Rule = {
  name: "EliminateSubqueryAliases",
  apply: (plan) => transformUpWithSubqueries(plan, (node) => (node.kind === "subqueryAlias" ? node.child : node)),
};
