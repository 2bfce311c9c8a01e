/** Sketches: small summaries of many values. Text arguments where a column may stand are names of columns; elsewhere they are values. */
import type { Column, ColumnOrName } from "../column";
import { call, column, optional, value } from "./call";

/** SQL's hll_sketch_estimate. */
export function hll_sketch_estimate(col: ColumnOrName): Column {
  return call("hll_sketch_estimate", column(col));
}

/** SQL's hll_union. */
export function hll_union(col1: ColumnOrName, col2: ColumnOrName, allowDifferentLgConfigK?: Column | boolean): Column {
  return call("hll_union", column(col1), column(col2), optional(value, allowDifferentLgConfigK));
}

/** SQL's kll_sketch_get_n_bigint. */
export function kll_sketch_get_n_bigint(col: ColumnOrName): Column {
  return call("kll_sketch_get_n_bigint", column(col));
}

/** SQL's kll_sketch_get_n_double. */
export function kll_sketch_get_n_double(col: ColumnOrName): Column {
  return call("kll_sketch_get_n_double", column(col));
}

/** SQL's kll_sketch_get_n_float. */
export function kll_sketch_get_n_float(col: ColumnOrName): Column {
  return call("kll_sketch_get_n_float", column(col));
}

/** SQL's kll_sketch_get_quantile_bigint. */
export function kll_sketch_get_quantile_bigint(sketch: ColumnOrName, rank: ColumnOrName): Column {
  return call("kll_sketch_get_quantile_bigint", column(sketch), column(rank));
}

/** SQL's kll_sketch_get_quantile_double. */
export function kll_sketch_get_quantile_double(sketch: ColumnOrName, rank: ColumnOrName): Column {
  return call("kll_sketch_get_quantile_double", column(sketch), column(rank));
}

/** SQL's kll_sketch_get_quantile_float. */
export function kll_sketch_get_quantile_float(sketch: ColumnOrName, rank: ColumnOrName): Column {
  return call("kll_sketch_get_quantile_float", column(sketch), column(rank));
}

/** SQL's kll_sketch_get_rank_bigint. */
export function kll_sketch_get_rank_bigint(sketch: ColumnOrName, quantile: ColumnOrName): Column {
  return call("kll_sketch_get_rank_bigint", column(sketch), column(quantile));
}

/** SQL's kll_sketch_get_rank_double. */
export function kll_sketch_get_rank_double(sketch: ColumnOrName, quantile: ColumnOrName): Column {
  return call("kll_sketch_get_rank_double", column(sketch), column(quantile));
}

/** SQL's kll_sketch_get_rank_float. */
export function kll_sketch_get_rank_float(sketch: ColumnOrName, quantile: ColumnOrName): Column {
  return call("kll_sketch_get_rank_float", column(sketch), column(quantile));
}

/** SQL's kll_sketch_merge_bigint. */
export function kll_sketch_merge_bigint(left: ColumnOrName, right: ColumnOrName): Column {
  return call("kll_sketch_merge_bigint", column(left), column(right));
}

/** SQL's kll_sketch_merge_double. */
export function kll_sketch_merge_double(left: ColumnOrName, right: ColumnOrName): Column {
  return call("kll_sketch_merge_double", column(left), column(right));
}

/** SQL's kll_sketch_merge_float. */
export function kll_sketch_merge_float(left: ColumnOrName, right: ColumnOrName): Column {
  return call("kll_sketch_merge_float", column(left), column(right));
}

/** SQL's kll_sketch_to_string_bigint. */
export function kll_sketch_to_string_bigint(col: ColumnOrName): Column {
  return call("kll_sketch_to_string_bigint", column(col));
}

/** SQL's kll_sketch_to_string_double. */
export function kll_sketch_to_string_double(col: ColumnOrName): Column {
  return call("kll_sketch_to_string_double", column(col));
}

/** SQL's kll_sketch_to_string_float. */
export function kll_sketch_to_string_float(col: ColumnOrName): Column {
  return call("kll_sketch_to_string_float", column(col));
}

/** SQL's theta_difference. */
export function theta_difference(col1: ColumnOrName, col2: ColumnOrName): Column {
  return call("theta_difference", column(col1), column(col2));
}

/** SQL's theta_intersection. */
export function theta_intersection(col1: ColumnOrName, col2: ColumnOrName): Column {
  return call("theta_intersection", column(col1), column(col2));
}

/** SQL's theta_sketch_estimate. */
export function theta_sketch_estimate(col: ColumnOrName): Column {
  return call("theta_sketch_estimate", column(col));
}

/** SQL's theta_union. */
export function theta_union(col1: ColumnOrName, col2: ColumnOrName, lgNomEntries?: Column | number): Column {
  return call("theta_union", column(col1), column(col2), optional(value, lgNomEntries));
}

/** SQL's tuple_difference_double. */
export function tuple_difference_double(col1: ColumnOrName, col2: ColumnOrName): Column {
  return call("tuple_difference_double", column(col1), column(col2));
}

/** SQL's tuple_difference_integer. */
export function tuple_difference_integer(col1: ColumnOrName, col2: ColumnOrName): Column {
  return call("tuple_difference_integer", column(col1), column(col2));
}

/** SQL's tuple_difference_theta_double. */
export function tuple_difference_theta_double(col1: ColumnOrName, col2: ColumnOrName): Column {
  return call("tuple_difference_theta_double", column(col1), column(col2));
}

/** SQL's tuple_difference_theta_integer. */
export function tuple_difference_theta_integer(col1: ColumnOrName, col2: ColumnOrName): Column {
  return call("tuple_difference_theta_integer", column(col1), column(col2));
}

/** SQL's tuple_intersection_double. */
export function tuple_intersection_double(col1: ColumnOrName, col2: ColumnOrName, mode?: Column | string): Column {
  return call("tuple_intersection_double", column(col1), column(col2), optional(value, mode));
}

/** SQL's tuple_intersection_integer. */
export function tuple_intersection_integer(col1: ColumnOrName, col2: ColumnOrName, mode?: Column | string): Column {
  return call("tuple_intersection_integer", column(col1), column(col2), optional(value, mode));
}

/** SQL's tuple_intersection_theta_double. */
export function tuple_intersection_theta_double(col1: ColumnOrName, col2: ColumnOrName, mode?: Column | string): Column {
  return call("tuple_intersection_theta_double", column(col1), column(col2), optional(value, mode));
}

/** SQL's tuple_intersection_theta_integer. */
export function tuple_intersection_theta_integer(col1: ColumnOrName, col2: ColumnOrName, mode?: Column | string): Column {
  return call("tuple_intersection_theta_integer", column(col1), column(col2), optional(value, mode));
}

/** SQL's tuple_sketch_estimate_double. */
export function tuple_sketch_estimate_double(col: ColumnOrName): Column {
  return call("tuple_sketch_estimate_double", column(col));
}

/** SQL's tuple_sketch_estimate_integer. */
export function tuple_sketch_estimate_integer(col: ColumnOrName): Column {
  return call("tuple_sketch_estimate_integer", column(col));
}

/** SQL's tuple_sketch_summary_double. */
export function tuple_sketch_summary_double(col: ColumnOrName, mode?: Column | string): Column {
  return call("tuple_sketch_summary_double", column(col), optional(value, mode));
}

/** SQL's tuple_sketch_summary_integer. */
export function tuple_sketch_summary_integer(col: ColumnOrName, mode?: Column | string): Column {
  return call("tuple_sketch_summary_integer", column(col), optional(value, mode));
}

/** SQL's tuple_sketch_theta_double. */
export function tuple_sketch_theta_double(col: ColumnOrName): Column {
  return call("tuple_sketch_theta_double", column(col));
}

/** SQL's tuple_sketch_theta_integer. */
export function tuple_sketch_theta_integer(col: ColumnOrName): Column {
  return call("tuple_sketch_theta_integer", column(col));
}

/** SQL's tuple_union_double. */
export function tuple_union_double(
  col1: ColumnOrName,
  col2: ColumnOrName,
  lgNomEntries?: Column | number,
  mode?: Column | string,
): Column {
  return call("tuple_union_double", column(col1), column(col2), optional(value, lgNomEntries), optional(value, mode));
}

/** SQL's tuple_union_integer. */
export function tuple_union_integer(
  col1: ColumnOrName,
  col2: ColumnOrName,
  lgNomEntries?: Column | number,
  mode?: Column | string,
): Column {
  return call("tuple_union_integer", column(col1), column(col2), optional(value, lgNomEntries), optional(value, mode));
}

/** SQL's tuple_union_theta_double. */
export function tuple_union_theta_double(
  col1: ColumnOrName,
  col2: ColumnOrName,
  lgNomEntries?: Column | number,
  mode?: Column | string,
): Column {
  return call("tuple_union_theta_double", column(col1), column(col2), optional(value, lgNomEntries), optional(value, mode));
}

/** SQL's tuple_union_theta_integer. */
export function tuple_union_theta_integer(
  col1: ColumnOrName,
  col2: ColumnOrName,
  lgNomEntries?: Column | number,
  mode?: Column | string,
): Column {
  return call("tuple_union_theta_integer", column(col1), column(col2), optional(value, lgNomEntries), optional(value, mode));
}
