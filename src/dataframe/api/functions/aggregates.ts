/** Aggregates. Text arguments where a column may stand are names of columns; elsewhere they are values. */
import type { Column, ColumnOrName } from "../column";
import { call, column, optional, value } from "./call";

/** Several shares are a call of `array`, by which the result's column is named. */
function shares(percentage: Column | number | readonly number[]): Column {
  return percentage instanceof Array ? call("array", ...percentage.map(value)) : value(percentage);
}

/** SQL's approx_count_distinct. */
export function approx_count_distinct(col: ColumnOrName, rsd?: Column | number): Column {
  return call("approx_count_distinct", column(col), optional(value, rsd));
}

/** SQL's approx_percentile. */
export function approx_percentile(
  col: ColumnOrName,
  percentage: Column | number | readonly number[],
  accuracy?: Column | number,
): Column {
  return call("approx_percentile", column(col), shares(percentage), optional(value, accuracy));
}

/** SQL's array_agg. */
export function array_agg(col: ColumnOrName): Column {
  return call("array_agg", column(col));
}

/** SQL's avg. */
export function avg(col: ColumnOrName): Column {
  return call("avg", column(col));
}

/** SQL's bit_and. */
export function bit_and(col: ColumnOrName): Column {
  return call("bit_and", column(col));
}

/** SQL's bit_or. */
export function bit_or(col: ColumnOrName): Column {
  return call("bit_or", column(col));
}

/** SQL's bit_xor. */
export function bit_xor(col: ColumnOrName): Column {
  return call("bit_xor", column(col));
}

/** SQL's bitmap_and_agg. */
export function bitmap_and_agg(col: ColumnOrName): Column {
  return call("bitmap_and_agg", column(col));
}

/** SQL's bitmap_construct_agg. */
export function bitmap_construct_agg(col: ColumnOrName): Column {
  return call("bitmap_construct_agg", column(col));
}

/** SQL's bitmap_or_agg. */
export function bitmap_or_agg(col: ColumnOrName): Column {
  return call("bitmap_or_agg", column(col));
}

/** SQL's bool_and. */
export function bool_and(col: ColumnOrName): Column {
  return call("bool_and", column(col));
}

/** SQL's bool_or. */
export function bool_or(col: ColumnOrName): Column {
  return call("bool_or", column(col));
}

/** SQL's collect_list. */
export function collect_list(col: ColumnOrName): Column {
  return call("collect_list", column(col));
}

/** SQL's collect_set. */
export function collect_set(col: ColumnOrName): Column {
  return call("collect_set", column(col));
}

/** SQL's corr. */
export function corr(col1: ColumnOrName, col2: ColumnOrName): Column {
  return call("corr", column(col1), column(col2));
}

/** SQL's count_if. */
export function count_if(col: ColumnOrName): Column {
  return call("count_if", column(col));
}

/** SQL's count_min_sketch. */
export function count_min_sketch(
  col: ColumnOrName,
  eps: Column | number,
  confidence: Column | number,
  seed?: Column | number,
): Column {
  return call("count_min_sketch", column(col), value(eps), value(confidence), optional(value, seed));
}

/** SQL's covar_pop. */
export function covar_pop(col1: ColumnOrName, col2: ColumnOrName): Column {
  return call("covar_pop", column(col1), column(col2));
}

/** SQL's covar_samp. */
export function covar_samp(col1: ColumnOrName, col2: ColumnOrName): Column {
  return call("covar_samp", column(col1), column(col2));
}

/** SQL's every. */
export function every(col: ColumnOrName): Column {
  return call("every", column(col));
}

/** SQL's grouping. */
export function grouping(col: ColumnOrName): Column {
  return call("grouping", column(col));
}

/** SQL's grouping_id. */
export function grouping_id(...cols: readonly ColumnOrName[]): Column {
  return call("grouping_id", ...cols.map(column));
}

/** SQL's histogram_numeric. */
export function histogram_numeric(col: ColumnOrName, nBins: Column | string): Column {
  return call("histogram_numeric", column(col), value(nBins));
}

/** SQL's hll_sketch_agg. */
export function hll_sketch_agg(col: ColumnOrName, lgConfigK?: Column | number): Column {
  return call("hll_sketch_agg", column(col), optional(value, lgConfigK));
}

/** SQL's hll_union_agg. */
export function hll_union_agg(col: ColumnOrName, allowDifferentLgConfigK?: Column | boolean): Column {
  return call("hll_union_agg", column(col), optional(value, allowDifferentLgConfigK));
}

/** SQL's kll_merge_agg_bigint. */
export function kll_merge_agg_bigint(col: ColumnOrName, k?: Column | number): Column {
  return call("kll_merge_agg_bigint", column(col), optional(value, k));
}

/** SQL's kll_merge_agg_double. */
export function kll_merge_agg_double(col: ColumnOrName, k?: Column | number): Column {
  return call("kll_merge_agg_double", column(col), optional(value, k));
}

/** SQL's kll_merge_agg_float. */
export function kll_merge_agg_float(col: ColumnOrName, k?: Column | number): Column {
  return call("kll_merge_agg_float", column(col), optional(value, k));
}

/** SQL's kll_sketch_agg_bigint. */
export function kll_sketch_agg_bigint(col: ColumnOrName, k?: Column | number): Column {
  return call("kll_sketch_agg_bigint", column(col), optional(value, k));
}

/** SQL's kll_sketch_agg_double. */
export function kll_sketch_agg_double(col: ColumnOrName, k?: Column | number): Column {
  return call("kll_sketch_agg_double", column(col), optional(value, k));
}

/** SQL's kll_sketch_agg_float. */
export function kll_sketch_agg_float(col: ColumnOrName, k?: Column | number): Column {
  return call("kll_sketch_agg_float", column(col), optional(value, k));
}

/** SQL's kurtosis. */
export function kurtosis(col: ColumnOrName): Column {
  return call("kurtosis", column(col));
}

/** SQL's listagg. */
export function listagg(col: ColumnOrName, delimiter?: Column | string | Uint8Array): Column {
  return call("listagg", column(col), optional(value, delimiter));
}

/** SQL's max. */
export function max(col: ColumnOrName): Column {
  return call("max", column(col));
}

/** SQL's max_by. */
export function max_by(col: ColumnOrName, ord: ColumnOrName, k?: Column | number): Column {
  return call("max_by", column(col), column(ord), optional(value, k));
}

/** SQL's mean. */
export function mean(col: ColumnOrName): Column {
  return call("avg", column(col));
}

/** SQL's median. */
export function median(col: ColumnOrName): Column {
  return call("median", column(col));
}

/** SQL's min. */
export function min(col: ColumnOrName): Column {
  return call("min", column(col));
}

/** SQL's min_by. */
export function min_by(col: ColumnOrName, ord: ColumnOrName, k?: Column | number): Column {
  return call("min_by", column(col), column(ord), optional(value, k));
}

/** SQL's percentile. */
export function percentile(
  col: ColumnOrName,
  percentage: Column | number | readonly number[],
  frequency?: Column | number,
): Column {
  return call("percentile", column(col), shares(percentage), optional(value, frequency));
}

/** SQL's percentile_approx. */
export function percentile_approx(
  col: ColumnOrName,
  percentage: Column | number | readonly number[],
  accuracy?: Column | number,
): Column {
  return call("percentile_approx", column(col), shares(percentage), optional(value, accuracy));
}

/** SQL's product. */
export function product(col: ColumnOrName): Column {
  return call("product", column(col));
}

/** SQL's regr_avgx. */
export function regr_avgx(y: ColumnOrName, x: ColumnOrName): Column {
  return call("regr_avgx", column(y), column(x));
}

/** SQL's regr_avgy. */
export function regr_avgy(y: ColumnOrName, x: ColumnOrName): Column {
  return call("regr_avgy", column(y), column(x));
}

/** SQL's regr_count. */
export function regr_count(y: ColumnOrName, x: ColumnOrName): Column {
  return call("regr_count", column(y), column(x));
}

/** SQL's regr_intercept. */
export function regr_intercept(y: ColumnOrName, x: ColumnOrName): Column {
  return call("regr_intercept", column(y), column(x));
}

/** SQL's regr_r2. */
export function regr_r2(y: ColumnOrName, x: ColumnOrName): Column {
  return call("regr_r2", column(y), column(x));
}

/** SQL's regr_slope. */
export function regr_slope(y: ColumnOrName, x: ColumnOrName): Column {
  return call("regr_slope", column(y), column(x));
}

/** SQL's regr_sxx. */
export function regr_sxx(y: ColumnOrName, x: ColumnOrName): Column {
  return call("regr_sxx", column(y), column(x));
}

/** SQL's regr_sxy. */
export function regr_sxy(y: ColumnOrName, x: ColumnOrName): Column {
  return call("regr_sxy", column(y), column(x));
}

/** SQL's regr_syy. */
export function regr_syy(y: ColumnOrName, x: ColumnOrName): Column {
  return call("regr_syy", column(y), column(x));
}

/** SQL's skewness. */
export function skewness(col: ColumnOrName): Column {
  return call("skewness", column(col));
}

/** SQL's some. */
export function some(col: ColumnOrName): Column {
  return call("some", column(col));
}

/** SQL's std. */
export function std(col: ColumnOrName): Column {
  return call("std", column(col));
}

/** SQL's stddev. */
export function stddev(col: ColumnOrName): Column {
  return call("stddev", column(col));
}

/** SQL's stddev_pop. */
export function stddev_pop(col: ColumnOrName): Column {
  return call("stddev_pop", column(col));
}

/** SQL's stddev_samp. */
export function stddev_samp(col: ColumnOrName): Column {
  return call("stddev_samp", column(col));
}

/** SQL's string_agg. */
export function string_agg(col: ColumnOrName, delimiter?: Column | string | Uint8Array): Column {
  return call("string_agg", column(col), optional(value, delimiter));
}

/** SQL's sum. */
export function sum(col: ColumnOrName): Column {
  return call("sum", column(col));
}

/** SQL's theta_intersection_agg. */
export function theta_intersection_agg(col: ColumnOrName): Column {
  return call("theta_intersection_agg", column(col));
}

/** SQL's theta_sketch_agg. */
export function theta_sketch_agg(col: ColumnOrName, lgNomEntries?: Column | number): Column {
  return call("theta_sketch_agg", column(col), optional(value, lgNomEntries));
}

/** SQL's theta_union_agg. */
export function theta_union_agg(col: ColumnOrName, lgNomEntries?: Column | number): Column {
  return call("theta_union_agg", column(col), optional(value, lgNomEntries));
}

/** SQL's try_avg. */
export function try_avg(col: ColumnOrName): Column {
  return call("try_avg", column(col));
}

/** SQL's try_sum. */
export function try_sum(col: ColumnOrName): Column {
  return call("try_sum", column(col));
}

/** SQL's tuple_intersection_agg_double. */
export function tuple_intersection_agg_double(col: ColumnOrName, mode?: Column | string): Column {
  return call("tuple_intersection_agg_double", column(col), optional(value, mode));
}

/** SQL's tuple_intersection_agg_integer. */
export function tuple_intersection_agg_integer(col: ColumnOrName, mode?: Column | string): Column {
  return call("tuple_intersection_agg_integer", column(col), optional(value, mode));
}

/** SQL's tuple_sketch_agg_double. */
export function tuple_sketch_agg_double(
  key: ColumnOrName,
  summary: ColumnOrName,
  lgNomEntries?: Column | number,
  mode?: Column | string,
): Column {
  return call("tuple_sketch_agg_double", column(key), column(summary), optional(value, lgNomEntries), optional(value, mode));
}

/** SQL's tuple_sketch_agg_integer. */
export function tuple_sketch_agg_integer(
  key: ColumnOrName,
  summary: ColumnOrName,
  lgNomEntries?: Column | number,
  mode?: Column | string,
): Column {
  return call("tuple_sketch_agg_integer", column(key), column(summary), optional(value, lgNomEntries), optional(value, mode));
}

/** SQL's tuple_union_agg_double. */
export function tuple_union_agg_double(col: ColumnOrName, lgNomEntries?: Column | number, mode?: Column | string): Column {
  return call("tuple_union_agg_double", column(col), optional(value, lgNomEntries), optional(value, mode));
}

/** SQL's tuple_union_agg_integer. */
export function tuple_union_agg_integer(col: ColumnOrName, lgNomEntries?: Column | number, mode?: Column | string): Column {
  return call("tuple_union_agg_integer", column(col), optional(value, lgNomEntries), optional(value, mode));
}

/** SQL's var_pop. */
export function var_pop(col: ColumnOrName): Column {
  return call("var_pop", column(col));
}

/** SQL's var_samp. */
export function var_samp(col: ColumnOrName): Column {
  return call("var_samp", column(col));
}

/** SQL's variance. */
export function variance(col: ColumnOrName): Column {
  return call("variance", column(col));
}
