/** Types as they are written in CAST, in schemas and in definitions of columns. */
import type { DataType, StructField } from "../../columnar/types";
import { AnalysisError } from "../errors";
import { normalCollation } from "../expressions/collation";
import type { Cursor } from "./cursor";

const ATOMIC: Readonly<Record<string, DataType>> = {
  BOOLEAN: { kind: "boolean" },
  TINYINT: { kind: "byte" },
  BYTE: { kind: "byte" },
  SMALLINT: { kind: "short" },
  SHORT: { kind: "short" },
  INT: { kind: "int" },
  INTEGER: { kind: "int" },
  BIGINT: { kind: "long" },
  LONG: { kind: "long" },
  FLOAT: { kind: "float" },
  REAL: { kind: "float" },
  DOUBLE: { kind: "double" },
  DATE: { kind: "date" },
  TIMESTAMP_LTZ: { kind: "timestamp" },
  TIMESTAMP_NTZ: { kind: "timestamp_ntz" },
  BINARY: { kind: "binary" },
  VOID: { kind: "null" },
  VARIANT: { kind: "variant" },
};

const YEAR_MONTH_FIELDS = ["YEAR", "MONTH"] as const;
const DAY_TIME_FIELDS = ["DAY", "HOUR", "MINUTE", "SECOND"] as const;

export function dataType(p: Cursor): DataType {
  const start = p.token.start;
  if (p.token.kind === "string") throw p.unexpected();
  const name = p.name().toUpperCase();
  const nested = p.is("<") || p.is("<>");
  if (name === "ARRAY") {
    if (!nested) throw incomplete(p, "ARRAY", { elementType: "<INT>" }, start);
    p.expect("<");
    const element = dataType(p);
    p.expect(">");
    return { kind: "array", element, containsNull: true };
  }
  if (name === "MAP") {
    if (!nested) throw incomplete(p, "MAP", {}, start);
    p.expect("<");
    const key = dataType(p);
    p.expect(",");
    const value = dataType(p);
    p.expect(">");
    return { kind: "map", key, value, valueContainsNull: true };
  }
  if (name === "STRUCT") {
    if (p.accept("<>")) return { kind: "struct", fields: [] };
    if (!nested) throw incomplete(p, "STRUCT", {}, start);
    p.expect("<");
    const fields = p.is(">") ? [] : p.list(() => structField(p));
    p.expect(">");
    return { kind: "struct", fields };
  }
  if (name === "INTERVAL") return intervalType(p);
  const parameters = typeParameters(p);
  return named(p, name, parameters, start);
}

/** (10, 2); (ANY) and SRIDs of geometries as text. */
function typeParameters(p: Cursor): readonly string[] {
  if (!p.is("(")) return [];
  const next = p.peek(1).kind;
  if (next !== "integer" && !p.isAt(1, "ANY")) return [];
  return p.parenthesized(() => {
    if (p.token.kind !== "integer" && !p.is("ANY")) throw p.unexpected();
    return p.next().text;
  });
}

function named(p: Cursor, name: string, parameters: readonly string[], start: number): DataType {
  const numbers = parameters.map(Number);
  const [first] = numbers;
  if (parameters.length === 0) {
    const atomic = ATOMIC[name];
    if (atomic !== undefined) return atomic;
    if (name === "TIMESTAMP" && p.accept("WITHOUT", "TIME", "ZONE")) return { kind: "timestamp_ntz" };
    if (name === "TIMESTAMP" && p.accept("WITH", "LOCAL", "TIME", "ZONE")) return { kind: "timestamp" };
    if (name === "TIMESTAMP") return { kind: p.options.timestampType === "TIMESTAMP_NTZ" ? "timestamp_ntz" : "timestamp" };
  }
  switch (name) {
    case "STRING":
      if (parameters.length === 0) return p.accept("COLLATE") ? collated(p) : ofCollation(p.options.defaultCollation);
      break;
    case "CHARACTER":
    case "CHAR":
    case "VARCHAR": {
      if (first === undefined) throw p.error("DATATYPE_MISSING_SIZE", { type: `"${name}"` }, start);
      if (parameters.length > 1) break;
      const kind = name === "VARCHAR" ? "varchar" : "char";
      const collation = p.accept("COLLATE") ? collated(p) : null;
      return { kind: "string", ...collation, length: { kind, n: first } };
    }
    case "DECIMAL":
    case "DEC":
    case "NUMERIC":
      if (parameters.length <= 2) return decimalType(first ?? 10, numbers[1] ?? 0);
      break;
    case "TIME":
      if (parameters.length <= 1) {
        if (first !== undefined && first > 6) {
          throw p.error("UNSUPPORTED_TIME_PRECISION", { precision: String(first) }, start);
        }
        p.accept("WITHOUT", "TIME", "ZONE");
        return { kind: "time", ...(first !== undefined && { precision: first }) };
      }
      break;
    default:
      break;
  }
  const typeName = parameters.length === 0 ? name : `${name}(${parameters.join(",")})`;
  throw p.error("UNSUPPORTED_DATATYPE", { typeName: `"${typeName}"` }, start);
}

function collated(p: Cursor): { kind: "string"; collation?: string } {
  return ofCollation(collationName(p));
}

function ofCollation(collation: string | undefined): { kind: "string"; collation?: string } {
  return collation === undefined || collation === "UTF8_BINARY" ? { kind: "string" } : { kind: "string", collation };
}

/** As Spark spells names of collations: UTF8_LCASE, UNICODE_CI, en_AI, de_CI_AI. */
export function collationName(p: Cursor): string {
  return normalCollation(p.names().at(-1) as string);
}

/** As it stands in the query, which columns are named after. */
export function writtenCollation(p: Cursor): string {
  return p.names().at(-1) as string;
}

export function decimalType(precision: number, scale: number): DataType {
  if (precision > 38) {
    throw new AnalysisError("DECIMAL_PRECISION_EXCEEDS_MAX_PRECISION", { precision: String(precision), maxPrecision: "38" });
  }
  if (scale > precision) {
    throw new AnalysisError("_LEGACY_ERROR_TEMP_1228", { scale: String(scale), precision: String(precision) });
  }
  return { kind: "decimal", precision, scale };
}

function intervalType(p: Cursor): DataType {
  const year = YEAR_MONTH_FIELDS.findIndex((field) => p.is(field));
  if (year >= 0) {
    p.next();
    let end = year;
    if (p.is("TO") && p.isAt(1, "MONTH")) {
      p.expect("TO", "MONTH");
      end = 1;
    }
    return { kind: "yearMonthInterval", start: year as 0 | 1, end: end as 0 | 1 };
  }
  const day = DAY_TIME_FIELDS.findIndex((field) => p.is(field));
  if (day >= 0) {
    p.next();
    let end = day;
    if (p.is("TO")) {
      const to = DAY_TIME_FIELDS.findIndex((field) => p.isAt(1, field));
      if (to >= 1) {
        p.expect("TO");
        p.next();
        end = to;
      }
    }
    if (end < day) {
      throw p.error(
        "INVALID_SQL_SYNTAX.UNSUPPORTED_SQL_STATEMENT",
        { sqlText: `INTERVAL ${DAY_TIME_FIELDS[day] as string} TO ${DAY_TIME_FIELDS[end] as string}` },
        p.token.start,
      );
    }
    return { kind: "dayTimeInterval", start: day as 0 | 1 | 2 | 3, end: end as 0 | 1 | 2 | 3 };
  }
  return { kind: "calendarInterval" };
}

function incomplete(p: Cursor, kind: string, parameters: Record<string, string>, start: number): Error {
  return p.error(`INCOMPLETE_TYPE_DEFINITION.${kind}`, parameters, start);
}

/** name: type [NOT NULL] [COMMENT 'text'], with or without the colon. */
function structField(p: Cursor): StructField {
  const name = p.strictName();
  p.accept(":");
  return fieldOf(p, name);
}

/** name type [NOT NULL] [COMMENT 'text'] */
export function schemaField(p: Cursor): StructField {
  return fieldOf(p, p.strictName());
}

function fieldOf(p: Cursor, name: string): StructField {
  const type = dataType(p);
  let nullable = true;
  if ((p.is("NOT") || p.is("!")) && p.isAt(1, "NULL")) {
    p.next();
    p.next();
    nullable = false;
  }
  const metadata: Record<string, unknown> = {};
  if (p.accept("COMMENT")) metadata["comment"] = p.string();
  return { name, type, nullable, ...(Object.keys(metadata).length > 0 && { metadata }) };
}

export function schemaFields(p: Cursor): readonly StructField[] {
  return p.list(() => schemaField(p));
}
