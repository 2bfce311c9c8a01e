/** Types as text: the lower-case names of schemas, the upper-case names of SQL and of error messages, and Spark's JSON. */
import type { AtomicKind, DataType, StringType, StructField } from "../../columnar/types";
import { unreachable } from "../../common/errors";

const simpleNames: Readonly<Record<AtomicKind, string>> = {
  null: "void",
  boolean: "boolean",
  byte: "tinyint",
  short: "smallint",
  int: "int",
  long: "bigint",
  float: "float",
  double: "double",
  binary: "binary",
  date: "date",
  timestamp: "timestamp",
  timestamp_ntz: "timestamp_ntz",
  calendarInterval: "interval",
  variant: "variant",
};

const dayTimeFields = ["day", "hour", "minute", "second"] as const;
const yearMonthFields = ["year", "month"] as const;

/** "interval day to second", "interval month". */
export function intervalName(type: Extract<DataType, { kind: "dayTimeInterval" | "yearMonthInterval" }>): string {
  const names: readonly string[] = type.kind === "dayTimeInterval" ? dayTimeFields : yearMonthFields;
  const start = names[type.start]!;
  return type.start === type.end ? `interval ${start}` : `interval ${start} to ${names[type.end]!}`;
}

function stringName(type: StringType): string {
  if (type.length !== undefined) return `${type.length.kind}(${String(type.length.n)})`;
  return type.collation === undefined ? "string" : `string collate ${type.collation}`;
}

/** The name that schemas print: "decimal(10,2)", "struct<a:int,b:array<string>>". Never cut short. */
export function simpleString(type: DataType): string {
  switch (type.kind) {
    case "decimal":
      return `decimal(${String(type.precision)},${String(type.scale)})`;
    case "string":
      return stringName(type);
    case "time":
      return `time(${String(type.precision ?? 6)})`;
    case "dayTimeInterval":
    case "yearMonthInterval":
      return intervalName(type);
    case "array":
      return `array<${simpleString(type.element)}>`;
    case "map":
      return `map<${simpleString(type.key)},${simpleString(type.value)}>`;
    case "struct":
      return `struct<${type.fields.map((field) => `${field.name}:${simpleString(field.type)}`).join(",")}>`;
    case "udt":
      return type.name;
    default:
      return simpleNames[type.kind];
  }
}

/** A name as it must be written in SQL. */
export function quoteIfNeeded(name: string): string {
  return /^[A-Za-z0-9_]+$/.test(name) && !/^[0-9]+$/.test(name) ? name : `\`${name.replaceAll("`", "``")}\``;
}

/** The type as SQL: "DECIMAL(10,2)", "STRUCT<a: INT NOT NULL, b: ARRAY<STRING>>"; with the default collation of strings where it is wanted. */
export function sqlName(type: DataType, withCollations = false): string {
  switch (type.kind) {
    case "string": {
      const written = type.length === undefined && type.collation !== undefined ? `STRING COLLATE ${type.collation}` : null;
      return written ?? `${stringName(type).toUpperCase()}${withCollations ? " COLLATE UTF8_BINARY" : ""}`;
    }
    case "array":
      return `ARRAY<${sqlName(type.element, withCollations)}>`;
    case "map":
      return `MAP<${sqlName(type.key, withCollations)}, ${sqlName(type.value, withCollations)}>`;
    case "struct":
      return `STRUCT<${type.fields.map((field) => fieldSql(field, withCollations)).join(", ")}>`;
    case "udt":
      return sqlName(type.sqlType, withCollations);
    default:
      return simpleString(type).toUpperCase();
  }
}

function fieldSql(field: StructField, withCollations: boolean): string {
  const comment = field.metadata?.["comment"];
  return (
    `${quoteIfNeeded(field.name)}: ${sqlName(field.type, withCollations)}${field.nullable ? "" : " NOT NULL"}` +
    (typeof comment === "string" ? ` COMMENT '${comment.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'` : "")
  );
}

/** The type as error messages name it: `"INT"`. */
export function quotedType(type: DataType): string {
  return `"${sqlName(type)}"`;
}

/** True where values of the two types are of one form: nullability, names of struct fields compared exactly, comments not at all. */
export function sameType(a: DataType, b: DataType): boolean {
  if (a === b) return true;
  switch (a.kind) {
    case "decimal":
      return b.kind === "decimal" && a.precision === b.precision && a.scale === b.scale;
    case "string":
      return (
        b.kind === "string" &&
        (a.collation ?? "UTF8_BINARY") === (b.collation ?? "UTF8_BINARY") &&
        a.length?.kind === b.length?.kind &&
        a.length?.n === b.length?.n
      );
    case "time":
      return b.kind === "time" && (a.precision ?? 6) === (b.precision ?? 6);
    case "dayTimeInterval":
    case "yearMonthInterval":
      return b.kind === a.kind && a.start === b.start && a.end === b.end;
    case "array":
      return b.kind === "array" && sameType(a.element, b.element);
    case "map":
      return b.kind === "map" && sameType(a.key, b.key) && sameType(a.value, b.value);
    case "struct":
      return (
        b.kind === "struct" &&
        a.fields.length === b.fields.length &&
        a.fields.every((field, i) => field.name === b.fields[i]!.name && sameType(field.type, b.fields[i]!.type))
      );
    case "udt":
      return b.kind === "udt" && a.name === b.name;
    default:
      return a.kind === b.kind;
  }
}

/** Values of JSON, as JSON.parse gives them. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

const jsonNames: Readonly<Partial<Record<DataType["kind"], string>>> = {
  byte: "byte",
  short: "short",
  int: "integer",
  long: "long",
};

const udtClasses: Readonly<Record<string, { readonly class: string; readonly pyClass: string }>> = {
  vector: { class: "org.apache.spark.ml.linalg.VectorUDT", pyClass: "pyspark.ml.linalg.VectorUDT" },
  matrix: { class: "org.apache.spark.ml.linalg.MatrixUDT", pyClass: "pyspark.ml.linalg.MatrixUDT" },
  "mllib.vector": { class: "org.apache.spark.mllib.linalg.VectorUDT", pyClass: "pyspark.mllib.linalg.VectorUDT" },
  "mllib.matrix": { class: "org.apache.spark.mllib.linalg.MatrixUDT", pyClass: "pyspark.mllib.linalg.MatrixUDT" },
};

const collationsKey = "__COLLATIONS";
const charVarcharKey = "__CHAR_VARCHAR_TYPE_STRING";

/** Spark's JSON of a type. Collations of strings are in the metadata of the field around them, as Spark writes them. */
export function typeToJson(type: DataType): Json {
  switch (type.kind) {
    case "array":
      return { type: "array", elementType: typeToJson(type.element), containsNull: type.containsNull };
    case "map":
      return {
        type: "map",
        keyType: typeToJson(type.key),
        valueType: typeToJson(type.value),
        valueContainsNull: type.valueContainsNull,
      };
    case "struct":
      return { type: "struct", fields: type.fields.map(fieldToJson) };
    case "udt":
      return { type: "udt", ...(udtClasses[type.name] ?? { class: type.name }), sqlType: typeToJson(type.sqlType) };
    case "string":
      return type.length === undefined ? "string" : stringName(type);
    default:
      return jsonNames[type.kind] ?? simpleString(type);
  }
}

function fieldToJson(field: StructField): Json {
  const collations: Record<string, string> = {};
  collectCollations(field.type, field.name, collations);
  const metadata: Record<string, Json> = { ...(field.metadata as Record<string, Json> | undefined) };
  if (Object.keys(collations).length > 0) metadata[collationsKey] = collations;
  return { name: field.name, type: typeToJson(field.type), nullable: field.nullable, metadata };
}

function collectCollations(type: DataType, path: string, found: Record<string, string>): void {
  if (type.kind === "string" && type.collation !== undefined) {
    const provider = type.collation.startsWith("UTF8_") ? "spark" : "icu";
    found[path] = `${provider}.${type.collation}`;
  } else if (type.kind === "array") collectCollations(type.element, `${path}.element`, found);
  else if (type.kind === "map") {
    collectCollations(type.key, `${path}.key`, found);
    collectCollations(type.value, `${path}.value`, found);
  }
}

/** The type of Spark's JSON; throws SyntaxError where it is not one. */
export function typeFromJson(json: Json): DataType {
  return fromJson(json, "", {});
}

const byJsonName = new Map<string, DataType>([
  ...(Object.entries(simpleNames) as [AtomicKind, string][]).map(([kind, name]) => [name, { kind }] as [string, DataType]),
  ["null", { kind: "null" }],
  ["byte", { kind: "byte" }],
  ["short", { kind: "short" }],
  ["integer", { kind: "int" }],
  ["long", { kind: "long" }],
  ["string", { kind: "string" }],
  ["decimal", { kind: "decimal", precision: 10, scale: 0 }],
  ["time", { kind: "time" }],
]);

function fromName(name: string, path: string, collations: Readonly<Record<string, Json>>): DataType {
  const collation = collations[path];
  if (name === "string" && typeof collation === "string")
    return { kind: "string", collation: collation.slice(collation.indexOf(".") + 1) };
  const known = byJsonName.get(name);
  if (known !== undefined) return known;
  let match = /^decimal\(\s*(\d+)\s*,\s*(\d+)\s*\)$/.exec(name);
  if (match) return { kind: "decimal", precision: Number(match[1]), scale: Number(match[2]) };
  match = /^(char|varchar)\(\s*(\d+)\s*\)$/.exec(name);
  if (match) return { kind: "string", length: { kind: match[1] as "char" | "varchar", n: Number(match[2]) } };
  match = /^time\((\d)\)$/.exec(name);
  if (match) return { kind: "time", precision: Number(match[1]) };
  match = /^string collate (\w+)$/.exec(name);
  if (match) return { kind: "string", collation: match[1]! };
  match = /^interval (\w+)(?: to (\w+))?$/.exec(name);
  if (match) return intervalFromNames(match[1]!, match[2] ?? match[1]!) ?? notAType(name);
  return notAType(name);
}

/** interval day to second, …: undefined where there is no such pair of fields. */
function intervalFromNames(start: string, end: string): DataType | undefined {
  const days: readonly string[] = dayTimeFields;
  const months: readonly string[] = yearMonthFields;
  const [d1, d2, m1, m2] = [days.indexOf(start), days.indexOf(end), months.indexOf(start), months.indexOf(end)];
  if (d1 >= 0 && d2 >= d1) return { kind: "dayTimeInterval", start: d1 as 0, end: d2 as 0 };
  if (m1 >= 0 && m2 >= m1) return { kind: "yearMonthInterval", start: m1 as 0, end: m2 as 0 };
  return undefined;
}

function notAType(json: unknown): never {
  throw new SyntaxError(`Not the JSON of a type: ${JSON.stringify(json)}.`);
}

function fromJson(json: Json, path: string, collations: Readonly<Record<string, Json>>): DataType {
  if (typeof json === "string") return fromName(json, path, collations);
  if (json === null || typeof json !== "object" || Array.isArray(json)) return notAType(json);
  const object = json as Readonly<Record<string, Json>>;
  const part = (key: string, at: string): DataType => fromJson(object[key] ?? null, at, collations);
  switch (object["type"]) {
    case "array":
      return { kind: "array", element: part("elementType", `${path}.element`), containsNull: object["containsNull"] !== false };
    case "map":
      return {
        kind: "map",
        key: part("keyType", `${path}.key`),
        value: part("valueType", `${path}.value`),
        valueContainsNull: object["valueContainsNull"] !== false,
      };
    case "struct": {
      const fields = object["fields"];
      return Array.isArray(fields) ? { kind: "struct", fields: (fields as Json[]).map(fieldFromJson) } : notAType(json);
    }
    case "udt": {
      const name = Object.keys(udtClasses).find((key) => {
        const classes = udtClasses[key]!;
        return classes.class === object["class"] || classes.pyClass === object["pyClass"];
      });
      const sqlType = part("sqlType", path);
      return name === undefined ? sqlType : { kind: "udt", name, sqlType };
    }
    default:
      return notAType(json);
  }
}

function fieldFromJson(json: Json): StructField {
  if (json === null || typeof json !== "object" || Array.isArray(json)) return notAType(json);
  const object = json as Readonly<Record<string, Json>>;
  const name = object["name"];
  if (typeof name !== "string") return notAType(json);
  const { [collationsKey]: collations, ...metadata } = (object["metadata"] ?? {}) as Record<string, Json>;
  let type = fromJson(object["type"] ?? null, name, (collations ?? {}) as Record<string, Json>);
  const declared = metadata[charVarcharKey];
  if (type.kind === "string" && typeof declared === "string") {
    const length = fromName(declared, "", {});
    if (length.kind === "string" && length.length !== undefined) type = { ...type, length: length.length };
  }
  return {
    name,
    type,
    nullable: object["nullable"] !== false,
    ...(Object.keys(metadata).length > 0 ? { metadata } : {}),
  };
}

/** Whether values of the type are numbers to SQL. */
export function isNumeric(type: DataType): boolean {
  return isIntegral(type) || type.kind === "float" || type.kind === "double" || type.kind === "decimal";
}

export function isIntegral(type: DataType): boolean {
  return type.kind === "byte" || type.kind === "short" || type.kind === "int" || type.kind === "long";
}

/** Types whose values have an order: what ORDER BY, comparisons, min and max take. */
export function isOrderable(type: DataType): boolean {
  switch (type.kind) {
    case "map":
    case "variant":
    case "calendarInterval":
      return false;
    case "array":
      return isOrderable(type.element);
    case "struct":
      return type.fields.every((field) => isOrderable(field.type));
    case "udt":
      return isOrderable(type.sqlType);
    default:
      return true;
  }
}

/** Spark's AtomicType: one value without parts; not void, calendar intervals or user types. */
export function isAtomic(type: DataType): boolean {
  switch (type.kind) {
    case "null":
    case "calendarInterval":
    case "array":
    case "map":
    case "struct":
    case "udt":
      return false;
    case "variant":
    case "boolean":
    case "byte":
    case "short":
    case "int":
    case "long":
    case "float":
    case "double":
    case "decimal":
    case "string":
    case "binary":
    case "date":
    case "timestamp":
    case "timestamp_ntz":
    case "time":
    case "dayTimeInterval":
    case "yearMonthInterval":
      return true;
    default:
      return unreachable(type);
  }
}
