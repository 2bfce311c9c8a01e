/** The session, files, encryption and other things. Text arguments where a column may stand are names of columns; elsewhere they are values. */
import type { Column, ColumnOrName } from "../column";
import { call, column, optional, value } from "./call";

/** SQL's assert_true. */
export function assert_true(col: ColumnOrName, errMsg?: Column | string): Column {
  return call("assert_true", column(col), optional(value, errMsg));
}

/** SQL's bitmap_bit_position. */
export function bitmap_bit_position(col: ColumnOrName): Column {
  return call("bitmap_bit_position", column(col));
}

/** SQL's bitmap_bucket_number. */
export function bitmap_bucket_number(col: ColumnOrName): Column {
  return call("bitmap_bucket_number", column(col));
}

/** SQL's bitmap_count. */
export function bitmap_count(col: ColumnOrName): Column {
  return call("bitmap_count", column(col));
}

/** SQL's current_catalog. */
export function current_catalog(): Column {
  return call("current_catalog");
}

/** SQL's current_database. */
export function current_database(): Column {
  return call("current_database");
}

/** SQL's current_path. */
export function current_path(): Column {
  return call("current_path");
}

/** SQL's current_schema. */
export function current_schema(): Column {
  return call("current_schema");
}

/** SQL's current_user. */
export function current_user(): Column {
  return call("current_user");
}

/** SQL's input_file_block_length. */
export function input_file_block_length(): Column {
  return call("input_file_block_length");
}

/** SQL's input_file_block_start. */
export function input_file_block_start(): Column {
  return call("input_file_block_start");
}

/** SQL's input_file_name. */
export function input_file_name(): Column {
  return call("input_file_name");
}

/** SQL's monotonically_increasing_id. */
export function monotonically_increasing_id(): Column {
  return call("monotonically_increasing_id");
}

/** SQL's raise_error. */
export function raise_error(errMsg: Column | string): Column {
  return call("raise_error", value(errMsg));
}

/** SQL's session_user. */
export function session_user(): Column {
  return call("session_user");
}

/** SQL's spark_partition_id. */
export function spark_partition_id(): Column {
  return call("spark_partition_id");
}

/** SQL's typeof. */
function typeof_(col: ColumnOrName): Column {
  return call("typeof", column(col));
}

/** SQL's user. */
export function user(): Column {
  return call("user");
}

/** SQL's uuid. */
export function uuid(seed?: Column | number): Column {
  return call("uuid", optional(value, seed));
}

/** SQL's version. */
export function version(): Column {
  return call("version");
}

export { typeof_ as typeof };
