/** Arrays, maps and structs. Text arguments where a column may stand are names of columns; elsewhere they are values. */
import type { Column, ColumnOrName } from "../column";
import { call, column, optional, value } from "./call";

/** SQL's array_append. */
export function array_append(col: ColumnOrName, item: unknown): Column {
  return call("array_append", column(col), value(item));
}

/** SQL's array_compact. */
export function array_compact(col: ColumnOrName): Column {
  return call("array_compact", column(col));
}

/** SQL's array_contains. */
export function array_contains(col: ColumnOrName, item: unknown): Column {
  return call("array_contains", column(col), value(item));
}

/** SQL's array_distinct. */
export function array_distinct(col: ColumnOrName): Column {
  return call("array_distinct", column(col));
}

/** SQL's array_except. */
export function array_except(col1: ColumnOrName, col2: ColumnOrName): Column {
  return call("array_except", column(col1), column(col2));
}

/** SQL's array_insert. */
export function array_insert(arr: ColumnOrName, pos: ColumnOrName | number, item: unknown): Column {
  return call("array_insert", column(arr), column(pos), value(item));
}

/** SQL's array_intersect. */
export function array_intersect(col1: ColumnOrName, col2: ColumnOrName): Column {
  return call("array_intersect", column(col1), column(col2));
}

/** SQL's array_join. */
export function array_join(col: ColumnOrName, delimiter: Column | string, nullReplacement?: Column | string): Column {
  return call("array_join", column(col), value(delimiter), optional(value, nullReplacement));
}

/** SQL's array_max. */
export function array_max(col: ColumnOrName): Column {
  return call("array_max", column(col));
}

/** SQL's array_min. */
export function array_min(col: ColumnOrName): Column {
  return call("array_min", column(col));
}

/** SQL's array_position. */
export function array_position(col: ColumnOrName, item: unknown): Column {
  return call("array_position", column(col), value(item));
}

/** SQL's array_prepend. */
export function array_prepend(col: ColumnOrName, item: unknown): Column {
  return call("array_prepend", column(col), value(item));
}

/** SQL's array_remove. */
export function array_remove(col: ColumnOrName, element: unknown): Column {
  return call("array_remove", column(col), value(element));
}

/** SQL's array_repeat. */
export function array_repeat(col: ColumnOrName, count: ColumnOrName | number): Column {
  return call("array_repeat", column(col), column(count));
}

/** SQL's array_size. */
export function array_size(col: ColumnOrName): Column {
  return call("array_size", column(col));
}

/** SQL's array_union. */
export function array_union(col1: ColumnOrName, col2: ColumnOrName): Column {
  return call("array_union", column(col1), column(col2));
}

/** SQL's arrays_overlap. */
export function arrays_overlap(a1: ColumnOrName, a2: ColumnOrName): Column {
  return call("arrays_overlap", column(a1), column(a2));
}

/** SQL's arrays_zip. */
export function arrays_zip(...cols: readonly ColumnOrName[]): Column {
  return call("arrays_zip", ...cols.map(column));
}

/** SQL's cardinality. */
export function cardinality(col: ColumnOrName): Column {
  return call("cardinality", column(col));
}

/** SQL's concat. */
export function concat(...cols: readonly ColumnOrName[]): Column {
  return call("concat", ...cols.map(column));
}

/** SQL's element_at. */
export function element_at(col: ColumnOrName, extraction: unknown): Column {
  return call("element_at", column(col), value(extraction));
}

/** SQL's flatten. */
export function flatten(col: ColumnOrName): Column {
  return call("flatten", column(col));
}

/** SQL's get. */
export function get(col: ColumnOrName, index: ColumnOrName | number): Column {
  return call("get", column(col), column(index));
}

/** SQL's map_contains_key. */
export function map_contains_key(col: ColumnOrName, item: unknown): Column {
  return call("map_contains_key", column(col), value(item));
}

/** SQL's map_entries. */
export function map_entries(col: ColumnOrName): Column {
  return call("map_entries", column(col));
}

/** SQL's map_from_arrays. */
export function map_from_arrays(col1: ColumnOrName, col2: ColumnOrName): Column {
  return call("map_from_arrays", column(col1), column(col2));
}

/** SQL's map_from_entries. */
export function map_from_entries(col: ColumnOrName): Column {
  return call("map_from_entries", column(col));
}

/** SQL's map_keys. */
export function map_keys(col: ColumnOrName): Column {
  return call("map_keys", column(col));
}

/** SQL's map_values. */
export function map_values(col: ColumnOrName): Column {
  return call("map_values", column(col));
}

/** SQL's named_struct. */
export function named_struct(...cols: readonly ColumnOrName[]): Column {
  return call("named_struct", ...cols.map(column));
}

/** SQL's reverse. */
export function reverse(col: ColumnOrName): Column {
  return call("reverse", column(col));
}

/** SQL's sequence. */
export function sequence(start: ColumnOrName, stop: ColumnOrName, step?: ColumnOrName): Column {
  return call("sequence", column(start), column(stop), optional(column, step));
}

/** SQL's shuffle. */
export function shuffle(col: ColumnOrName, seed?: Column | number): Column {
  return call("shuffle", column(col), optional(value, seed));
}

/** SQL's size. */
export function size(col: ColumnOrName): Column {
  return call("size", column(col));
}

/** SQL's slice. */
export function slice(x: ColumnOrName, start: ColumnOrName | number, length: ColumnOrName | number): Column {
  return call("slice", column(x), column(start), column(length));
}

/** SQL's sort_array. */
export function sort_array(col: ColumnOrName, asc?: Column | boolean): Column {
  return call("sort_array", column(col), optional(value, asc));
}

/** SQL's str_to_map. */
export function str_to_map(text: ColumnOrName, pairDelim?: ColumnOrName, keyValueDelim?: ColumnOrName): Column {
  return call("str_to_map", column(text), optional(column, pairDelim), optional(column, keyValueDelim));
}

/** SQL's try_element_at. */
export function try_element_at(col: ColumnOrName, extraction: ColumnOrName): Column {
  return call("try_element_at", column(col), column(extraction));
}
