/**
 * ROLLUP, CUBE and grouping sets among which is one of all keys: rows are put together by all keys first, and what is expanded are the
 * states of those groups, not the rows.
 *
 *   Aggregate [a', b', id], [sum(x)]                     →   Merge [a', b', id]
 *   +- Expand [[x, a, b, 0], [x, a, null, 1], …]             +- Expand [[a, b, 0, state], [a, null, 1, state], …]
 *      +- r [a, b, x]                                           +- Partial [a, b], [sum(x)]
 *                                                                  +- r [a, b, x]
 */
import { alias, attributeOf } from "../expressions/build";
import type { Attribute, Expression, ExprId, NamedExpression } from "../expressions/expression";
import { attributesOf, isDeterministic, mapChildren, sameExpression } from "../expressions/traverse";
import type { Aggregate, LogicalPlan } from "../logical/plan";
import type { AggregateItem, PhysicalPlan } from "./plan";
import type { Planner } from "./planner";

/** Whose states, once merged, do not tell in which order and in which parts the rows came. */
const MERGED = new Set(["count", "sum", "try_sum", "avg", "try_avg", "min", "max"]);

/** With so many sets it is worth while: where hardly any rows share their keys, it is a pass more beside one for each set. */
const LEAST_SETS = 3;
/** Rows of a group, about, that make it worth while with fewer sets. */
const LEAST_ROWS_OF_GROUP = 2;

/** `child`, the rows of `node`, as expanded states with the columns `grouping` and the states of `items`; null where that cannot be or does not pay. */
export function expandedStates(
  planner: Planner,
  node: Aggregate,
  child: PhysicalPlan,
  grouping: readonly NamedExpression[],
  items: readonly AggregateItem[],
): PhysicalPlan | null {
  if (child.kind !== "expand" || child.byRow || node.child.kind !== "expand" || items.length === 0) return null;
  const { projections, output } = child;
  const keys = grouping.map((key) => keyOf(key, output, projections));
  if (projections.length < 2 || !keys.every((key) => key !== null)) return null;
  const values = keys.flatMap(({ value }) => (value === null ? [] : [value]));
  const finest = projections.some((_, set) => keys.every(({ value, of }) => value === null || of[set] === null));
  if (values.length === 0 || !finest || !values.every(isDeterministic)) return null;
  const below = new Map<ExprId, Expression>();
  output.forEach(({ id }, i) => {
    const value = projections[0]![i]!;
    if (projections.every((row) => sameExpression(row[i]!, value))) below.set(id, value);
  });
  if (!items.every(({ call }) => MERGED.has(call.fn) && call.user === undefined && isKnown(call, below))) return null;
  if (!pays(planner, node.child.child, values, projections.length)) return null;
  const columns = values.map((value) => (value.kind === "attribute" ? value : alias(value, "_key", planner.services.nextId())));
  const distinct = columns.filter((column, i) => columns.findIndex(({ id }) => id === column.id) === i);
  const states = items.flatMap((item) => item.state);
  const partial: PhysicalPlan = {
    kind: "hashAggregate",
    id: planner.id(),
    output: [...distinct.map(attributeOf), ...states],
    mode: "partial",
    child: child.child,
    grouping: distinct,
    aggregates: items.map((item) => ({ ...item, call: substituted(item.call, below) as AggregateItem["call"] })),
  };
  const columnOf = new Map(values.map((value, i) => [value, attributeOf(columns[i]!)]));
  return {
    ...child,
    output: [...keys.map(({ column }) => column), ...states],
    projections: projections.map((_, set) => [...keys.map(({ value, of }) => of[set] ?? columnOf.get(value!)!), ...states]),
    child: partial,
  };
}

interface Key {
  readonly column: Attribute;
  /** What it is in the sets that have it; null where it is a constant in all of them. */
  readonly value: Expression | null;
  /** The constant that it is in a set. */
  readonly of: readonly (Expression | null)[];
}

function keyOf(key: NamedExpression, output: readonly Attribute[], projections: readonly (readonly Expression[])[]): Key | null {
  const place = key.kind === "attribute" ? output.findIndex(({ id }) => id === key.id) : -1;
  if (place < 0) return null;
  const all = projections.map((row) => row[place]!);
  const values = all.filter(({ kind }) => kind !== "literal");
  const value = values[0] ?? null;
  if (value !== null && !values.every((one) => sameExpression(one, value))) return null;
  return { column: output[place]!, value, of: all.map((one) => (one.kind === "literal" ? one : null)) };
}

/** Made of columns that are the same in all sets. */
function isKnown(call: Expression, below: ReadonlyMap<ExprId, Expression>): boolean {
  return attributesOf(call).every(({ id }) => below.has(id));
}

function substituted(expression: Expression, below: ReadonlyMap<ExprId, Expression>): Expression {
  if (expression.kind === "attribute") return below.get(expression.id) ?? expression;
  return mapChildren(expression, (child) => substituted(child, below));
}

function pays(planner: Planner, rows: LogicalPlan, keys: readonly Expression[], sets: number): boolean {
  if (sets >= LEAST_SETS) return true;
  const groups = planner.statistics.of({ kind: "aggregate", child: rows, grouping: keys, aggregates: [] }).rows;
  return groups * LEAST_ROWS_OF_GROUP <= planner.statistics.of(rows).rows;
}
