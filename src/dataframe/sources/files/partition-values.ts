/** Values of partition columns: how they are spelled in directory names, and which types they have. */
import type { Boxed, DataType, StructField } from "../../../columnar/types";
import { narrowed } from "../../../columnar/batch";
import type { SqlSettings } from "../../settings";
import { AnalysisError, QueryError } from "../../errors";
import { makeCast } from "../../types/cast";
import { parseDate, parseTimestamp, sessionZone } from "../../types/datetime";
import { quotedType } from "../../types/text";
import { booleanSetting } from "../options";

export const DEFAULT_PARTITION = "__HIVE_DEFAULT_PARTITION__";

/** Characters that Hive escapes in directory names. */
const ESCAPED = new Set([..."\"#%'*/:=?\\{[]^\u007f"].map((c) => c.charCodeAt(0)));

/** `a/b` ⇒ `a%2Fb`. */
export function escapePathName(text: string): string {
  let result = "";
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    result += code < 32 || ESCAPED.has(code) ? `%${code.toString(16).toUpperCase().padStart(2, "0")}` : text[i]!;
  }
  return result;
}

export function unescapePathName(text: string): string {
  return text.replaceAll(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}

/** `k=v` of a directory's name, unescaped; null for other directories. */
export function partitionOf(directory: string): readonly [name: string, value: string] | null {
  const equals = directory.indexOf("=");
  if (equals <= 0 || equals === directory.length - 1) return null;
  return [unescapePathName(directory.slice(0, equals)), unescapePathName(directory.slice(equals + 1))];
}

/** The type that a text looks like, as Spark takes it. */
function typeOfText(text: string, settings: SqlSettings): DataType {
  if (text === DEFAULT_PARTITION) return { kind: "null" };
  if (/^[+-]?\d+$/.test(text)) {
    const value = BigInt(text.startsWith("+") ? text.slice(1) : text);
    if (BigInt.asIntN(32, value) === value) return { kind: "int" };
    if (BigInt.asIntN(64, value) === value) return { kind: "long" };
    const digits = text.replace(/^[+-]?0*/, "").length;
    if (digits <= 38) return { kind: "decimal", precision: 38, scale: 0 };
  }
  if (/^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?[dDfF]?$/.test(text) || /^[+-]?(NaN|Infinity)$/.test(text)) {
    return { kind: "double" };
  }
  if (/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?$/.test(text) && parseTimestamp(text, sessionZone(settings.timeZone), 0) !== null)
    return { kind: settings.conf["spark.sql.timestampType"] === "TIMESTAMP_NTZ" ? "timestamp_ntz" : "timestamp" };
  if (/^\d{4}-\d\d-\d\d$/.test(text) && parseDate(text) !== null) return { kind: "date" };
  return { kind: "string" };
}

const NUMBERS = ["int", "long", "decimal"];

/** The type of a column whose values look like `a` here and like `b` there. */
function joined(a: DataType, b: DataType): DataType {
  if (a.kind === b.kind || b.kind === "null") return a;
  if (a.kind === "null") return b;
  const kinds = [a.kind, b.kind];
  if (kinds.every((kind) => NUMBERS.includes(kind))) return NUMBERS.indexOf(a.kind) > NUMBERS.indexOf(b.kind) ? a : b;
  if (kinds.includes("double") && kinds.includes("int")) return { kind: "double" };
  if (kinds.includes("date") && kinds.includes("timestamp")) return { kind: "timestamp" };
  if (kinds.includes("date") && kinds.includes("timestamp_ntz")) return { kind: "timestamp_ntz" };
  return { kind: "string" };
}

/** Types of the columns with these names, from all values that were found. */
export function partitionFields(
  names: readonly string[],
  rows: Iterable<readonly string[]>,
  settings: SqlSettings,
): StructField[] {
  const infer = booleanSetting(settings, "spark.sql.sources.partitionColumnTypeInference.enabled", true);
  const types: DataType[] = names.map(() => ({ kind: "null" }));
  const seen = names.map(() => new Set<string>());
  for (const row of rows) {
    row.forEach((text, i) => {
      if (seen[i]!.has(text)) return;
      seen[i]!.add(text);
      types[i] = joined(types[i]!, infer || text === DEFAULT_PARTITION ? typeOfText(text, settings) : { kind: "string" });
    });
  }
  return names.map((name, i) => ({ name, type: types[i]!.kind === "null" ? { kind: "string" } : types[i]!, nullable: true }));
}

/** The value that a directory's text stands for. Throws INVALID_PARTITION_VALUE where the user gave a type that it does not fit. */
export function partitionValue(text: string, { name, type }: StructField, settings: SqlSettings): Boxed {
  if (text === DEFAULT_PARTITION) return null;
  const misfit = (cause?: unknown): AnalysisError =>
    new AnalysisError(
      "INVALID_PARTITION_VALUE",
      { value: `'${text}'`, dataType: quotedType(type), columnName: `\`${name}\`` },
      undefined,
      { cause },
    );
  if (type.kind === "string") return text;
  if (type.kind === "int" || type.kind === "long") {
    if (!/^[+-]?\d+$/.test(text)) throw misfit();
    const value = BigInt(text.startsWith("+") ? text.slice(1) : text);
    if (BigInt.asIntN(type.kind === "int" ? 32 : 64, value) !== value) throw misfit();
    return type.kind === "int" ? Number(value) : narrowed(value);
  }
  const number = type.kind === "double" || type.kind === "float";
  try {
    return makeCast({ kind: "string" }, type, "ansi", settings)(number ? text.replace(/[dDfF]$/, "") : text);
  } catch (error) {
    throw error instanceof QueryError ? misfit(error) : error;
  }
}
