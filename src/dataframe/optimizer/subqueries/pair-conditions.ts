/**
 * Conditions of outer, semi and anti joins whose subqueries look at both sides at once: the different combinations of what they
 * look at are tested beforehand, and each row of the left side gets those of the right that belong to it.
 *
 *   Join LeftOuter, (a + b) IN (…)   →   Join LeftOuter, array_contains(pairs, struct(b))
 *   :- left [a]                          :- Join LeftOuter, (a <=> a1)
 *   +- right [b]                         :  :- left [a]
 *                                        :  +- Aggregate [a1], [a1, collect_list(struct(b1)) AS pairs]
 *                                        :     +- Filter (a1 + b1) IN (…)
 *                                        :        +- Join Inner
 *                                        :           :- Aggregate [a1] of left
 *                                        :           +- Aggregate [b1] of right
 *                                        +- right [b]
 */
import { alias, attributeOf, BOOLEAN, call, literal, STRING } from "../../expressions/build";
import type { AggregateCall, Attribute, Expression, ExprId } from "../../expressions/expression";
import { attributesOf, walk } from "../../expressions/traverse";
import { freshIds, renameExpression } from "../../logical/fresh";
import { outputOf } from "../../logical/output";
import type { Join, LogicalPlan } from "../../logical/plan";
import type { OptimizerContext } from "../context";
import { conjunction, equalNullSafe } from "../predicates";
import { outerAttributes } from "./outer-references";

/** The join's left side with the pairs, and what is true of the two sides where all of `parts` are. `rewrite` makes joins of the filter's subqueries. */
export function withPairs(
  join: Join,
  parts: readonly Expression[],
  context: OptimizerContext,
  rewrite: (filter: LogicalPlan) => LogicalPlan,
): { readonly left: LogicalPlan; readonly condition: Expression } {
  const wanted = mentioned(parts);
  const left = combinations(join.left, wanted, context);
  const right = combinations(join.right, wanted, context);
  const ids = new Map([...left.ids, ...right.ids]);
  const all: LogicalPlan = { kind: "join", left: left.plan, right: right.plan, type: "inner", condition: null };
  const condition = conjunction(parts.map((part) => renameExpression(part, ids))) as Expression;
  const matching = rewrite({ kind: "filter", child: all, condition });
  const half = structOf(right.columns);
  const list: AggregateCall = {
    kind: "aggregate",
    fn: "collect_list",
    args: [half],
    distinct: false,
    filter: null,
    type: { kind: "array", element: half.type, containsNull: false },
    nullable: false,
  };
  const pairs = alias(list, "pairs", context.nextId());
  const grouped: LogicalPlan = {
    kind: "aggregate",
    child: matching,
    grouping: left.columns,
    aggregates: [...left.columns, pairs],
  };
  const same = left.own.map((column, i) => equalNullSafe(column, left.columns[i] as Attribute));
  const held: Attribute = { ...attributeOf(pairs), nullable: true };
  return {
    left: { kind: "join", left: join.left, right: grouped, type: "left", condition: conjunction(same) },
    condition: call("array_contains", [held, structOf(right.own)], BOOLEAN, true),
  };
}

interface Combinations {
  readonly plan: LogicalPlan;
  /** The side's columns that are looked at, */
  readonly own: readonly Attribute[];
  /** and what stands for them in the plan. */
  readonly columns: readonly Attribute[];
  readonly ids: ReadonlyMap<ExprId, ExprId>;
}

function combinations(side: LogicalPlan, wanted: ReadonlySet<ExprId>, context: OptimizerContext): Combinations {
  const own = outputOf(side).filter((column) => wanted.has(column.id));
  const { plan, ids } = freshIds(side, () => context.nextId());
  const inside = outputOf(plan);
  const columns = own.map((column) => inside.find((item) => item.id === (ids.get(column.id) ?? column.id)) as Attribute);
  return { plan: { kind: "aggregate", child: plan, grouping: columns, aggregates: columns }, own, columns, ids };
}

/** Columns that the expressions mention, also from inside of their subqueries. */
function mentioned(expressions: readonly Expression[]): ReadonlySet<ExprId> {
  const found = new Set<ExprId>();
  for (const expression of expressions) {
    for (const column of attributesOf(expression)) found.add(column.id);
    walk(expression, (node) => {
      if (node.kind !== "scalarSubquery" && node.kind !== "exists" && node.kind !== "inSubquery") return;
      for (const column of outerAttributes(node.plan)) found.add(column.id);
    });
  }
  return found;
}

/** Fields are named by their places, so that both structs are of one type. */
function structOf(columns: readonly Attribute[]): Expression {
  const args = columns.flatMap((column, i) => [literal(`c${i}`, STRING), column]);
  const fields = columns.map((column, i) => ({ name: `c${i}`, type: column.type, nullable: true }));
  return call("named_struct", args, { kind: "struct", fields }, false);
}
