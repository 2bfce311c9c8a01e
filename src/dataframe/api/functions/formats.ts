/** CSV, JSON, XML and variants. Text arguments where a column may stand are names of columns; elsewhere they are values. */
import type { Column, ColumnOrName } from "../column";
import { call, column, value } from "./call";

/** SQL's get_json_object. */
export function get_json_object(col: ColumnOrName, path: Column | string): Column {
  return call("get_json_object", column(col), value(path));
}

/** SQL's is_valid_variant. */
export function is_valid_variant(v: ColumnOrName): Column {
  return call("is_valid_variant", column(v));
}

/** SQL's is_variant_null. */
export function is_variant_null(v: ColumnOrName): Column {
  return call("is_variant_null", column(v));
}

/** SQL's json_array_length. */
export function json_array_length(col: ColumnOrName): Column {
  return call("json_array_length", column(col));
}

/** SQL's json_object_keys. */
export function json_object_keys(col: ColumnOrName): Column {
  return call("json_object_keys", column(col));
}

/** SQL's parse_json. */
export function parse_json(col: ColumnOrName): Column {
  return call("parse_json", column(col));
}

/** SQL's schema_of_variant. */
export function schema_of_variant(v: ColumnOrName): Column {
  return call("schema_of_variant", column(v));
}

/** SQL's schema_of_variant_agg. */
export function schema_of_variant_agg(v: ColumnOrName): Column {
  return call("schema_of_variant_agg", column(v));
}

/** SQL's to_variant_object. */
export function to_variant_object(col: ColumnOrName): Column {
  return call("to_variant_object", column(col));
}

/** SQL's try_parse_json. */
export function try_parse_json(col: ColumnOrName): Column {
  return call("try_parse_json", column(col));
}

/** SQL's try_variant_get. */
export function try_variant_get(v: ColumnOrName, path: Column | string, targetType: Column | string): Column {
  return call("try_variant_get", column(v), value(path), value(targetType));
}

/** SQL's try_variant_insert. */
export function try_variant_insert(v: ColumnOrName, path: Column | string, item: unknown): Column {
  return call("try_variant_insert", column(v), value(path), value(item));
}

/** SQL's variant_array_append. */
export function variant_array_append(v: ColumnOrName, path: Column | string, item: unknown): Column {
  return call("variant_array_append", column(v), value(path), value(item));
}

/** SQL's variant_delete. */
export function variant_delete(v: ColumnOrName, path: Column | string): Column {
  return call("variant_delete", column(v), value(path));
}

/** SQL's variant_get. */
export function variant_get(v: ColumnOrName, path: Column | string, targetType: Column | string): Column {
  return call("variant_get", column(v), value(path), value(targetType));
}

/** SQL's variant_insert. */
export function variant_insert(v: ColumnOrName, path: Column | string, item: unknown): Column {
  return call("variant_insert", column(v), value(path), value(item));
}

/** SQL's variant_set. */
export function variant_set(v: ColumnOrName, path: Column | string, item: unknown): Column {
  return call("variant_set", column(v), value(path), value(item));
}

/** SQL's variant_strip_nulls. */
export function variant_strip_nulls(v: ColumnOrName): Column {
  return call("variant_strip_nulls", column(v));
}

/** SQL's xpath. */
export function xpath(xml: ColumnOrName, path: ColumnOrName): Column {
  return call("xpath", column(xml), column(path));
}

/** SQL's xpath_boolean. */
export function xpath_boolean(xml: ColumnOrName, path: ColumnOrName): Column {
  return call("xpath_boolean", column(xml), column(path));
}

/** SQL's xpath_double. */
export function xpath_double(xml: ColumnOrName, path: ColumnOrName): Column {
  return call("xpath_double", column(xml), column(path));
}

/** SQL's xpath_float. */
export function xpath_float(xml: ColumnOrName, path: ColumnOrName): Column {
  return call("xpath_float", column(xml), column(path));
}

/** SQL's xpath_int. */
export function xpath_int(xml: ColumnOrName, path: ColumnOrName): Column {
  return call("xpath_int", column(xml), column(path));
}

/** SQL's xpath_long. */
export function xpath_long(xml: ColumnOrName, path: ColumnOrName): Column {
  return call("xpath_long", column(xml), column(path));
}

/** SQL's xpath_number. */
export function xpath_number(xml: ColumnOrName, path: ColumnOrName): Column {
  return call("xpath_number", column(xml), column(path));
}

/** SQL's xpath_short. */
export function xpath_short(xml: ColumnOrName, path: ColumnOrName): Column {
  return call("xpath_short", column(xml), column(path));
}

/** SQL's xpath_string. */
export function xpath_string(xml: ColumnOrName, path: ColumnOrName): Column {
  return call("xpath_string", column(xml), column(path));
}
