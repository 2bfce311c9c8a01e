/** Window functions: rows of a partition together and in order, without those that a filter above drops by their rank. */
import type { Attribute, Expression, SortOrder } from "../expressions/expression";
import { isDeterministic } from "../expressions/traverse";
import { outputOf } from "../logical/output";
import type { Filter, LogicalPlan, Window } from "../logical/plan";
import { numberSetting } from "../optimizer/context";
import { conjuncts, definitions, substitute } from "../optimizer/predicates";
import { ascending, through } from "./layout";
import type { GroupLimit, PhysicalPlan } from "./plan";
import { REDUCED, type Planner } from "./planner";

/** The filter's input; it stays what it is above. `condition`: the filter's over the columns of `node`. */
export function planBelowFilter(
  planner: Planner,
  filter: Filter,
  prefer: readonly Expression[] | null,
  node: LogicalPlan = filter.child,
  condition: Expression = filter.condition,
): PhysicalPlan {
  if (planner.state.book.anyOf(node) !== undefined) return planner.plan(node, prefer);
  switch (node.kind) {
    case "window":
      return planWindow(planner, node, prefer, { filter, condition });
    case "project": {
      const inner = prefer === null ? null : through(prefer, node.expressions);
      const below = substitute(condition, definitions(node.expressions));
      return planner.project(planBelowFilter(planner, filter, inner, node.child, below), node.expressions, outputOf(node));
    }
    default:
      return planner.plan(node, prefer);
  }
}

/** `above`: what drops rows of the window. */
export function planWindow(
  planner: Planner,
  node: Window,
  prefer: readonly Expression[] | null,
  above: { readonly filter: Filter; readonly condition: Expression } | null = null,
): PhysicalPlan {
  const order: readonly SortOrder[] = [...ascending(node.partitionBy), ...node.orderBy];
  const limit = above === null ? null : groupLimitOf(planner, node, above.condition);
  const limited = (child: PhysicalPlan, partial: boolean): PhysicalPlan => {
    if (limit === null) return child;
    const { partitionBy, orderBy } = node;
    return { kind: "windowGroupLimit", id: planner.id(), output: child.output, child, partitionBy, orderBy, ...limit, partial };
  };
  const child = planner.plan(node.child, node.partitionBy.length === 0 ? null : node.partitionBy);
  const reduced = limited(child, true);
  // A shuffle of fewer rows is for this filter alone.
  const [link, role] = above === null || limit === null ? [node.child, "rows"] : [above.filter, REDUCED];
  const gathered =
    node.partitionBy.length === 0
      ? planner.single(link, `${role}:single`, reduced)
      : planner.clustered(link, `${role}:window`, reduced, node.partitionBy, prefer);
  const columns = outputOf(node);
  const before = outputOf(node.child).length;
  return {
    kind: "window",
    id: planner.id(),
    output: columns,
    child: planner.sorted(gathered === reduced ? gathered : limited(gathered, false), order),
    functions: node.functions.map((item, i) => ({ result: columns[before + i] as Attribute, call: item.call })),
    partitionBy: node.partitionBy,
    orderBy: node.orderBy,
  };
}

const RANKS: ReadonlySet<string> = new Set<GroupLimit["rank"]>(["row_number", "rank", "dense_rank"]);

/** The smallest bound that the condition puts on a rank, where no other function looks at rows behind its own. */
function groupLimitOf(planner: Planner, node: Window, condition: Expression): GroupLimit | null {
  if (node.orderBy.length === 0 || !node.functions.every(({ call }) => isExpanding(call))) return null;
  if (![...node.partitionBy, ...node.orderBy.map(({ child }) => child)].every(isDeterministic)) return null;
  const threshold = numberSetting(planner, "spark.sql.optimizer.windowGroupLimitThreshold", 1000);
  let best: GroupLimit | null = null;
  for (const part of conjuncts(condition)) {
    const bound = upperBound(part);
    if (bound === null) continue;
    const fn = node.functions.find(({ id }) => id === bound.id)?.call.function;
    if (fn?.kind !== "windowFunction" || !RANKS.has(fn.fn)) continue;
    if (bound.limit < 1 || bound.limit > threshold || (best !== null && best.limit <= bound.limit)) continue;
    best = { rank: fn.fn as GroupLimit["rank"], limit: bound.limit };
  }
  return best;
}

/** Whether what the function gives for a row is decided by the rows before it and itself. */
function isExpanding({ function: fn, frame }: Window["functions"][number]["call"]): boolean {
  if (fn.kind === "windowFunction" && RANKS.has(fn.fn)) return true;
  if (fn.kind === "windowFunction" && fn.fn !== "nth_value") return false;
  return frame.unit === "rows" && frame.start.kind === "unboundedPreceding" && frame.end.kind === "currentRow";
}

/** `rank <= limit`, however it is written. */
function upperBound(condition: Expression): { readonly id: number; readonly limit: number } | null {
  if (condition.kind !== "call" || condition.args.length !== 2) return null;
  const [a, b] = condition.args as [Expression, Expression];
  const flipped = a.kind === "literal";
  const [column, constant] = flipped ? [b, a] : [a, b];
  if (column.kind !== "attribute" || constant.kind !== "literal" || typeof constant.value !== "number") return null;
  const { id } = column;
  switch (condition.fn) {
    case "=":
    case "<=>":
      return { id, limit: constant.value };
    case flipped ? ">=" : "<=":
      return { id, limit: constant.value };
    case flipped ? ">" : "<":
      return { id, limit: constant.value - 1 };
    default:
      return null;
  }
}
