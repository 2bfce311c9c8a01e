/** What values of a type are where they lie in typed arrays. */
import type { DataType } from "../../columnar/types";

/** 64-bit integers by meaning: they may not fit a double. */
export function isLongLike(type: DataType): boolean {
  switch (type.kind) {
    case "long":
    case "decimal":
    case "timestamp":
    case "timestamp_ntz":
    case "time":
    case "dayTimeInterval":
      return true;
    default:
      return false;
  }
}

/** Whether such an integer may be beyond 64 bits. */
export function isTwoWords(type: DataType): boolean {
  return type.kind === "decimal" && type.precision > 18;
}

export function isIntLike(type: DataType): boolean {
  switch (type.kind) {
    case "byte":
    case "short":
    case "int":
    case "date":
    case "yearMonthInterval":
      return true;
    default:
      return false;
  }
}

export function isFloating(type: DataType): boolean {
  return type.kind === "float" || type.kind === "double";
}

/** Strings that compare by their bytes. */
export function isBinaryString(type: DataType): boolean {
  return type.kind === "binary" || (type.kind === "string" && (type.collation ?? "UTF8_BINARY") === "UTF8_BINARY");
}
