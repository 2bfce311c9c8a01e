/** The share of rows that predicates keep, estimated. Conjuncts count less the more there are: they are rarely independent. */
import type { Expression, ExprId } from "../expressions/expression";
import type { ColumnEstimate, Estimate } from "./statistics";
import { disjuncts, isDiscrete, plainColumn } from "./predicates";

export function selectivity(parts: readonly Expression[], input: Estimate): number {
  const each = withinBounds(parts, input).sort((a, b) => a - b);
  let product = 1;
  each.forEach((value, i) => (product *= i < 3 ? value : Math.sqrt(value)));
  return product;
}

type Call = Extract<Expression, { kind: "call" }>;

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
  // Few rows have few values at the most.
  return column.max !== null && column.min !== null ? Math.min(0.5, 1 / column.domain) : Math.max(EQUALITY, 1 / column.domain);
}

function equality([a, b]: [Expression, Expression], input: Estimate): number {
  const left = estimateOf(a, input);
  const right = estimateOf(b, input);
  if (left !== null && right !== null) return 1 / Math.max(left.domain, right.domain, 1);
  const column = left ?? right;
  return column === null ? EQUALITY : oneValue(column);
}

/** The share of each part; lower and upper bounds of one column are one: what lies between them. */
function withinBounds(parts: readonly Expression[], input: Estimate): number[] {
  const shares: number[] = [];
  const bounds = new Map<ExprId, { below: number; above: number }>();
  for (const part of parts) {
    const share = selectivityOf(part, input);
    const side = part.kind === "call" ? boundOf(part) : null;
    if (side === null) {
      shares.push(share);
      continue;
    }
    let both = bounds.get(side.column);
    if (both === undefined) bounds.set(side.column, (both = { below: 1, above: 1 }));
    both[side.kind] = Math.min(both[side.kind], share);
  }
  for (const { below, above } of bounds.values()) {
    const known = below + above > 1;
    shares.push(below === 1 || above === 1 ? Math.min(below, above) : known ? below + above - 1 : below * above);
  }
  return shares;
}

/** Which side of a column's values a comparison with a literal bounds. */
function boundOf({ fn, args }: Call): { readonly column: ExprId; readonly kind: "below" | "above" } | null {
  if (fn !== "<" && fn !== "<=" && fn !== ">" && fn !== ">=") return null;
  const [a, b] = args as readonly [Expression, Expression];
  const flipped = a.kind === "literal";
  const column = plainColumn(flipped ? b : a);
  if (column === null || (flipped ? a : b).kind !== "literal") return null;
  return { column: column.id, kind: (fn === "<" || fn === "<=") !== flipped ? "below" : "above" };
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
