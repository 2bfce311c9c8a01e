/** The share of rows that predicates keep, estimated. Conjuncts count less the more there are: they are rarely independent. */
import type { Expression } from "../expressions/expression";
import type { ColumnEstimate, Estimate } from "./statistics";
import { disjuncts, isDiscrete, plainColumn } from "./predicates";

export function selectivity(parts: readonly Expression[], input: Estimate): number {
  const each = parts.map((part) => selectivityOf(part, input)).sort((a, b) => a - b);
  let product = 1;
  each.forEach((value, i) => (product *= i < 3 ? value : Math.sqrt(value)));
  return product;
}

const UNKNOWN = 0.3;
const EQUALITY = 0.05;
const RANGE = 0.3;
/** Of sums, averages and other results: who asks for these asks for the exceptional. */
const COMPUTED_RANGE = 0.1;

function selectivityOf(part: Expression, input: Estimate): number {
  if (part.kind === "literal") return part.value === true ? 1 : 0;
  if (part.kind !== "call") return UNKNOWN;
  switch (part.fn) {
    case "and":
      return selectivity(part.args, input);
    case "or": {
      let none = 1;
      for (const arm of disjuncts(part)) none *= 1 - selectivityOf(arm, input);
      return 1 - none;
    }
    case "not":
      return Math.max(0.05, 1 - selectivityOf(part.args[0] as Expression, input));
    case "isnotnull":
      return 1 - (estimateOf(part.args[0] as Expression, input)?.nullFraction ?? 0);
    case "isnull":
      return estimateOf(part.args[0] as Expression, input)?.nullFraction ?? 0.05;
    case "=":
    case "<=>":
      return equality(part.args as [Expression, Expression], input);
    case "!=":
      return 1 - equality(part.args as [Expression, Expression], input);
    case "in": {
      const column = estimateOf(part.args[0] as Expression, input);
      const count = part.args.length - 1;
      return Math.min(0.9, count * (column === null ? EQUALITY : oneValue(column)));
    }
    case "<":
    case "<=":
    case ">":
    case ">=":
      return range(part.fn, part.args as [Expression, Expression], input);
    case "startswith":
      return 0.1;
    case "like":
    case "contains":
    case "endswith":
      return 0.1;
    default:
      return UNKNOWN;
  }
}

function estimateOf(expression: Expression, input: Estimate): ColumnEstimate | null {
  const column = plainColumn(expression);
  return column === null ? null : (input.columns.get(column.id) ?? null);
}

function oneValue(column: ColumnEstimate): number {
  if (column.distinct !== null) return 1 / Math.max(1, column.distinct);
  // Without a count of values only an integer's span says something: a key's equality is rare, a flag's is not.
  return column.max !== null && column.min !== null ? Math.min(0.5, 1 / column.domain) : EQUALITY;
}

function equality([a, b]: [Expression, Expression], input: Estimate): number {
  const left = estimateOf(a, input);
  const right = estimateOf(b, input);
  if (left !== null && right !== null) return 1 / Math.max(left.domain, right.domain, 1);
  const column = left ?? right;
  return column === null ? EQUALITY : oneValue(column);
}

function range(fn: string, [a, b]: [Expression, Expression], input: Estimate): number {
  const flipped = b.kind !== "literal" && a.kind === "literal";
  const column = estimateOf(flipped ? b : a, input);
  const bound = flipped ? a : b;
  if (column === null) return COMPUTED_RANGE;
  if (bound.kind !== "literal" || typeof bound.value !== "number") return RANGE;
  const { min, max } = column;
  if (
    min === null ||
    max === null ||
    !(isDiscrete(bound.type) || bound.type.kind === "decimal" || bound.type.kind === "double" || bound.type.kind === "timestamp")
  )
    return RANGE;
  if (max <= min) return 0.5;
  const below = Math.min(1, Math.max(0, (bound.value - min) / (max - min)));
  const wantsBelow = (fn === "<" || fn === "<=") !== flipped;
  return Math.max(0.001, wantsBelow ? below : 1 - below);
}
