/** Functions that make rows of a value. Text arguments where a column may stand are names of columns; elsewhere they are values. */
import type { Column, ColumnOrName } from "../column";
import { call, column } from "./call";

/** SQL's explode. */
export function explode(col: ColumnOrName): Column {
  return call("explode", column(col));
}

/** SQL's explode_outer. */
export function explode_outer(col: ColumnOrName): Column {
  return call("explode_outer", column(col));
}

/** SQL's inline. */
export function inline(col: ColumnOrName): Column {
  return call("inline", column(col));
}

/** SQL's inline_outer. */
export function inline_outer(col: ColumnOrName): Column {
  return call("inline_outer", column(col));
}

/** SQL's posexplode. */
export function posexplode(col: ColumnOrName): Column {
  return call("posexplode", column(col));
}

/** SQL's posexplode_outer. */
export function posexplode_outer(col: ColumnOrName): Column {
  return call("posexplode_outer", column(col));
}

/** SQL's stack. */
export function stack(...cols: readonly ColumnOrName[]): Column {
  return call("stack", ...cols.map(column));
}
