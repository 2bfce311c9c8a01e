/**
 * What is known of a part of a table (bounds, number of nulls) against the filters that a query pushed: whether some row of
 * it may pass. "No" is certain; "yes" is not.
 */
import type { Boxed, DataType } from "../../columnar/types";
import type { Attribute, Expression, Literal } from "../expressions/expression";
import type { RuntimeValues } from "./data-source";

/** Bounds hold for all values that are not null (NaN apart); null where they are not known. */
export interface ColumnBounds {
  readonly min: Boxed;
  readonly max: Boxed;
  /** Whether there may be nulls, and whether there may be values. */
  readonly mayBeNull: boolean;
  readonly mayHaveValues: boolean;
  /** Whether `value` is among the values, where something knows: a bloom filter, a dictionary. */
  readonly mayContain?: (value: Boxed) => boolean;
}

/** Null where nothing is known of the column. */
export type BoundsOf = (column: Attribute) => ColumnBounds | null;

export function mayMatch(filters: readonly Expression[], runtime: readonly RuntimeValues[], bounds: BoundsOf): boolean {
  return (
    filters.every((filter) => mayBeTrue(filter, bounds)) &&
    runtime.every(({ column, min, max }) => {
      const known = bounds(column);
      if (known === null) return true;
      if (!known.mayHaveValues) return false;
      return (min === null || !isBelow(known.max, min)) && (max === null || !isBelow(max, known.min));
    })
  );
}

export function mayBeTrue(filter: Expression, bounds: BoundsOf): boolean {
  if (filter.kind === "literal") return filter.value === true;
  if (filter.kind === "attribute") return contains(bounds(filter), true);
  if (filter.kind !== "call") return true;
  const [first, second] = filter.args;
  switch (filter.fn) {
    case "and":
      return filter.args.every((arg) => mayBeTrue(arg, bounds));
    case "or":
      return filter.args.some((arg) => mayBeTrue(arg, bounds));
    case "not":
      return first?.kind === "attribute" ? contains(bounds(first), false) : true;
    case "isnull":
      return first?.kind === "attribute" ? (bounds(first)?.mayBeNull ?? true) : true;
    case "isnotnull":
      return first?.kind === "attribute" ? (bounds(first)?.mayHaveValues ?? true) : true;
    case "in": {
      const [value, ...list] = filter.args;
      if (value?.kind !== "attribute" || !list.every((item) => item.kind === "literal")) return true;
      const known = bounds(value);
      return known === null || list.some((item) => item.value !== null && contains(known, item.value));
    }
    case "startswith":
      return first?.kind === "attribute" && second?.kind === "literal" ? mayStart(bounds(first), second.value) : true;
    case "=":
    case "==":
    case "<=>":
    case "<":
    case "<=":
    case ">":
    case ">=":
      return mayCompare(filter.fn, first, second, bounds);
    default:
      return true;
  }
}

const FLIPPED: Readonly<Record<string, string>> = { "<": ">", "<=": ">=", ">": "<", ">=": "<=" };

function mayCompare(fn: string, left: Expression | undefined, right: Expression | undefined, bounds: BoundsOf): boolean {
  if (left?.kind === "literal" && right?.kind === "attribute") return compares(FLIPPED[fn] ?? fn, right, left, bounds);
  if (left?.kind === "attribute" && right?.kind === "literal") return compares(fn, left, right, bounds);
  return true;
}

function compares(fn: string, column: Attribute, literal: Literal, bounds: BoundsOf): boolean {
  const known = bounds(column);
  const { value } = literal;
  if (column.type.kind === "string" && column.type.collation !== undefined) return true;
  if (known === null) return true;
  if (value === null) return fn === "<=>" ? known.mayBeNull : false;
  if (!known.mayHaveValues) return false;
  // NaN is above all numbers and in no bounds.
  const nan = isFloating(column.type);
  switch (fn) {
    case "<":
      return isNaNValue(value) || known.min === null || isBelow(known.min, value);
    case "<=":
      return isNaNValue(value) || known.min === null || !isBelow(value, known.min);
    case ">":
      return nan || known.max === null || isBelow(value, known.max);
    case ">=":
      return nan || known.max === null || !isBelow(known.max, value);
    default:
      return contains(known, value);
  }
}

function contains(known: ColumnBounds | null, value: Boxed): boolean {
  if (known === null) return true;
  if (!known.mayHaveValues) return false;
  if (isNaNValue(value)) return true;
  if (isBelow(value, known.min) || isBelow(known.max, value)) return false;
  return known.mayContain?.(value) ?? true;
}

/** Whether a text that begins with `prefix` may lie within the bounds. */
function mayStart(known: ColumnBounds | null, prefix: Boxed): boolean {
  if (known === null || typeof prefix !== "string") return true;
  if (!known.mayHaveValues) return false;
  const bytes = Buffer.from(prefix, "utf8");
  const head = (bound: Boxed): Buffer | null =>
    typeof bound === "string" ? Buffer.from(bound, "utf8").subarray(0, bytes.length) : null;
  const low = head(known.min);
  const high = head(known.max);
  return (low === null || Buffer.compare(low, bytes) <= 0) && (high === null || Buffer.compare(high, bytes) >= 0);
}

function isFloating(type: DataType): boolean {
  return type.kind === "float" || type.kind === "double";
}

function isNaNValue(value: Boxed): boolean {
  return typeof value === "number" && Number.isNaN(value);
}

/** a < b, false where either is unknown. Strings by their bytes in UTF-8, as SQL orders them. */
export function isBelow(a: Boxed, b: Boxed): boolean {
  if (a === null || b === null) return false;
  if (typeof a === "string" && typeof b === "string") return Buffer.compare(Buffer.from(a, "utf8"), Buffer.from(b, "utf8")) < 0;
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b) < 0;
  if (isScalar(a) && isScalar(b)) return a < b;
  return false;
}

function isScalar(value: Boxed): value is number | bigint | boolean {
  return typeof value === "number" || typeof value === "bigint" || typeof value === "boolean";
}
