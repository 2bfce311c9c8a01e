/** Aggregates of a group put together from those of its parts. */
import { call, literal, LONG } from "../expressions/build";
import type { AggregateCall, Attribute, Expression } from "../expressions/expression";
import { isDeterministic } from "../expressions/traverse";

const OF_PARTS = new Set(["count", "sum", "min", "max"]);

/** Whether the aggregate of a group follows from those of its parts. */
export function canBeMerged({ fn, args, distinct, filter, user }: AggregateCall): boolean {
  const plain = !distinct && filter === null && user === undefined;
  return plain && OF_PARTS.has(fn) && args.every(isDeterministic);
}

/** `item` over all parts, of each of which `part` holds it. */
export function mergedOver(item: AggregateCall, part: Attribute): Expression {
  const again: AggregateCall = { ...item, args: [part], nullable: true };
  if (item.fn !== "count") return again;
  return call("coalesce", [{ ...again, fn: "sum", type: LONG }, literal(0, LONG)], LONG, false);
}
