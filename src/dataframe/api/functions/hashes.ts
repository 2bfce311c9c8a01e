/** Hashes. Text arguments where a column may stand are names of columns; elsewhere they are values. */
import type { Column, ColumnOrName } from "../column";
import { call, column, value } from "./call";

/** SQL's crc32. */
export function crc32(col: ColumnOrName): Column {
  return call("crc32", column(col));
}

/** SQL's hash. */
export function hash(...cols: readonly ColumnOrName[]): Column {
  return call("hash", ...cols.map(column));
}

/** SQL's md5. */
export function md5(col: ColumnOrName): Column {
  return call("md5", column(col));
}

/** SQL's sha. */
export function sha(col: ColumnOrName): Column {
  return call("sha", column(col));
}

/** SQL's sha1. */
export function sha1(col: ColumnOrName): Column {
  return call("sha1", column(col));
}

/** SQL's sha2. */
export function sha2(col: ColumnOrName, numBits: Column | number): Column {
  return call("sha2", column(col), value(numBits));
}

/** SQL's xxhash64. */
export function xxhash64(...cols: readonly ColumnOrName[]): Column {
  return call("xxhash64", ...cols.map(column));
}
