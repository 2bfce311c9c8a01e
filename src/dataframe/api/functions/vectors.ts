/** Vectors of numbers. Text arguments where a column may stand are names of columns; elsewhere they are values. */
import type { Column, ColumnOrName } from "../column";
import { call, column } from "./call";

/** SQL's vector_avg. */
export function vector_avg(col: ColumnOrName): Column {
  return call("vector_avg", column(col));
}

/** SQL's vector_cosine_similarity. */
export function vector_cosine_similarity(left: ColumnOrName, right: ColumnOrName): Column {
  return call("vector_cosine_similarity", column(left), column(right));
}

/** SQL's vector_inner_product. */
export function vector_inner_product(left: ColumnOrName, right: ColumnOrName): Column {
  return call("vector_inner_product", column(left), column(right));
}

/** SQL's vector_l2_distance. */
export function vector_l2_distance(left: ColumnOrName, right: ColumnOrName): Column {
  return call("vector_l2_distance", column(left), column(right));
}

/** SQL's vector_norm. */
export function vector_norm(col: ColumnOrName): Column {
  return call("vector_norm", column(col));
}

/** SQL's vector_normalize. */
export function vector_normalize(col: ColumnOrName): Column {
  return call("vector_normalize", column(col));
}

/** SQL's vector_sum. */
export function vector_sum(col: ColumnOrName): Column {
  return call("vector_sum", column(col));
}
