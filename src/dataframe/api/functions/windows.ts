/** Functions over windows. Text arguments where a column may stand are names of columns; elsewhere they are values. */
import type { Column, ColumnOrName } from "../column";
import { call, column } from "./call";

/** SQL's counter_diff. */
export function counter_diff(col: ColumnOrName): Column {
  return call("counter_diff", column(col));
}

/** SQL's cume_dist. */
export function cume_dist(): Column {
  return call("cume_dist");
}

/** SQL's dense_rank. */
export function dense_rank(): Column {
  return call("dense_rank");
}

/** SQL's percent_rank. */
export function percent_rank(): Column {
  return call("percent_rank");
}

/** SQL's rank. */
export function rank(): Column {
  return call("rank");
}

/** SQL's row_number. */
export function row_number(): Column {
  return call("row_number");
}
