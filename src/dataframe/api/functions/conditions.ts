/** Conditions and nulls. Text arguments where a column may stand are names of columns; elsewhere they are values. */
import type { Column, ColumnOrName } from "../column";
import { call, column, optional, value } from "./call";

/** SQL's coalesce. */
export function coalesce(...cols: readonly ColumnOrName[]): Column {
  return call("coalesce", ...cols.map(column));
}

/** SQL's equal_null. */
export function equal_null(col1: ColumnOrName, col2: ColumnOrName): Column {
  return call("equal_null", column(col1), column(col2));
}

/** SQL's ifnull. */
export function ifnull(col1: ColumnOrName, col2: ColumnOrName): Column {
  return call("ifnull", column(col1), column(col2));
}

/** SQL's ilike. */
export function ilike(text: ColumnOrName, pattern: ColumnOrName, escapeChar?: Column | string): Column {
  return call("ilike", column(text), column(pattern), optional(value, escapeChar));
}

/** SQL's isnan. */
export function isnan(col: ColumnOrName): Column {
  return call("isnan", column(col));
}

/** SQL's isnotnull. */
export function isnotnull(col: ColumnOrName): Column {
  return call("isnotnull", column(col));
}

/** SQL's isnull. */
export function isnull(col: ColumnOrName): Column {
  return call("isnull", column(col));
}

/** SQL's like. */
export function like(text: ColumnOrName, pattern: ColumnOrName, escapeChar?: Column | string): Column {
  return call("like", column(text), column(pattern), optional(value, escapeChar));
}

/** SQL's nanvl. */
export function nanvl(col1: ColumnOrName, col2: ColumnOrName): Column {
  return call("nanvl", column(col1), column(col2));
}

/** SQL's nullif. */
export function nullif(col1: ColumnOrName, col2: ColumnOrName): Column {
  return call("nullif", column(col1), column(col2));
}

/** SQL's nullifzero. */
export function nullifzero(col: ColumnOrName): Column {
  return call("nullifzero", column(col));
}

/** SQL's nvl. */
export function nvl(col1: ColumnOrName, col2: ColumnOrName): Column {
  return call("nvl", column(col1), column(col2));
}

/** SQL's nvl2. */
export function nvl2(col1: ColumnOrName, col2: ColumnOrName, col3: ColumnOrName): Column {
  return call("nvl2", column(col1), column(col2), column(col3));
}

/** SQL's regexp. */
export function regexp(text: ColumnOrName, regexp: ColumnOrName): Column {
  return call("regexp", column(text), column(regexp));
}

/** SQL's regexp_like. */
export function regexp_like(text: ColumnOrName, regexp: ColumnOrName): Column {
  return call("regexp_like", column(text), column(regexp));
}

/** SQL's rlike. */
export function rlike(text: ColumnOrName, regexp: ColumnOrName): Column {
  return call("rlike", column(text), column(regexp));
}

/** SQL's zeroifnull. */
export function zeroifnull(col: ColumnOrName): Column {
  return call("zeroifnull", column(col));
}
