/** `types`: the types of columns and the classes of their values. `import { types as T } from "firesteel"`. */
import { inspect } from "node:util";
import {
  CalendarInterval,
  type ArrayType as ArrayData,
  type AtomicKind,
  type DataType as TypeData,
  type DayTimeIntervalType as DayTimeData,
  type DecimalType as DecimalData,
  type MapType as MapData,
  type StringType as StringData,
  type StructField as FieldData,
  type StructType as StructData,
  type TimeType as TimeData,
  type YearMonthIntervalType as YearMonthData,
} from "../../columnar/types";
import { DESERIALIZE, SERIALIZE } from "../../columnar/values/kinds";
import { UsageError } from "../../common/errors";
import { parseTableSchema, parseType, parseTypeOrSchema } from "../sql/parse-type";
import { quoteIfNeeded, sameType, simpleString, sqlName, typeFromJson, typeToJson, type Json } from "./text";
import type { ColumnsOf, ColumnTypes, Declares } from "./typed-columns";

export { CalendarInterval };
export { DayTimeInterval, LocalDate, LocalTime, SqlTimestamp, YearMonthInterval } from "./date-values";
export { Decimal, type DecimalLike } from "./decimal";
export { Row } from "./row";
export { VariantVal } from "./variant-val";

/** A type of columns. */
export type DataType = TypeData & TypeMethods;

/** What all types can do. Its objects are plain data with methods: columnar/types says which data. */
class TypeMethods {
  get #type(): TypeData {
    return this as unknown as TypeData;
  }

  static [SERIALIZE](type: unknown): unknown {
    return { ...(type as TypeData) };
  }

  static [DESERIALIZE](data: unknown): TypeData {
    return withMethods(data as TypeData);
  }

  /** "struct<a:int,b:array<string>>" */
  simpleString(): string {
    return simpleString(this.#type);
  }

  /** As in CREATE TABLE: "DECIMAL(10,2)". */
  sql(): string {
    return sqlName(this.#type);
  }

  /** Spark's name of the type: "integer", "decimal(10,2)", "array". */
  typeName(): string {
    return typeName(this.#type);
  }

  /** Spark's JSON text of the type. */
  json(): string {
    return JSON.stringify(typeToJson(this.#type));
  }

  /** Spark's JSON of the type, as a value. */
  jsonValue(): Json {
    return typeToJson(this.#type);
  }

  /** Whether both are the same type: names of fields count, nullability too. */
  equals(other: TypeData): boolean {
    return sameType(this.#type, other) && this.json() === JSON.stringify(typeToJson(other));
  }

  toString(): string {
    return simpleString(this.#type);
  }

  [inspect.custom](): string {
    return this.sql();
  }
}

function typeName(type: TypeData): string {
  if (type.kind === "udt") return type.name;
  const json = typeToJson(type);
  return typeof json === "string" ? json : type.kind;
}

function typed<T extends TypeData>(data: T): T & TypeMethods {
  return Object.assign(new TypeMethods(), data);
}

/** Any type with the methods of `types`. */
export function withMethods(type: TypeData): DataType {
  switch (type.kind) {
    case "struct":
      return StructType(type.fields);
    case "array":
      return ArrayType(type.element, type.containsNull);
    case "map":
      return MapType(type.key, type.value, type.valueContainsNull);
    default:
      return typed(type);
  }
}

type Atomic<K extends AtomicKind> = { readonly kind: K } & TypeMethods;

/** The type of NULL. */
export const NullType: Atomic<"null"> = typed({ kind: "null" } as const);
/** true and false. */
export const BooleanType: Atomic<"boolean"> = typed({ kind: "boolean" } as const);
/** TINYINT: 8 bits. */
export const ByteType: Atomic<"byte"> = typed({ kind: "byte" } as const);
/** SMALLINT: 16 bits. */
export const ShortType: Atomic<"short"> = typed({ kind: "short" } as const);
/** INT: 32 bits. */
export const IntegerType: Atomic<"int"> = typed({ kind: "int" } as const);
/** BIGINT: 64 bits. Values are numbers, and bigints with `firesteel.sql.longAs=bigint`. */
export const LongType: Atomic<"long"> = typed({ kind: "long" } as const);
/** FLOAT: single precision. */
export const FloatType: Atomic<"float"> = typed({ kind: "float" } as const);
/** DOUBLE: JavaScript's numbers. */
export const DoubleType: Atomic<"double"> = typed({ kind: "double" } as const);
/** BINARY: Uint8Array. */
export const BinaryType: Atomic<"binary"> = typed({ kind: "binary" } as const);
/** DATE: LocalDate. */
export const DateType: Atomic<"date"> = typed({ kind: "date" } as const);
/** TIMESTAMP: an instant; Date, or SqlTimestamp where there are microseconds. */
export const TimestampType: Atomic<"timestamp"> = typed({ kind: "timestamp" } as const);
/** TIMESTAMP_NTZ: a date and time without zone; a Date whose UTC fields they are. */
export const TimestampNTZType: Atomic<"timestamp_ntz"> = typed({ kind: "timestamp_ntz" } as const);
/** INTERVAL of months, days and microseconds: CalendarInterval. */
export const CalendarIntervalType: Atomic<"calendarInterval"> = typed({ kind: "calendarInterval" } as const);
/** VARIANT: JSON-like values of any shape. */
export const VariantType: Atomic<"variant"> = typed({ kind: "variant" } as const);
/** STRING, compared by bytes. */
export const StringType: StringData & TypeMethods = typed<StringData>({ kind: "string" });

/** STRING COLLATE name: "UNICODE", "UTF8_LCASE", "en_CI", … */
export const CollatedStringType: Maker<[collation: string], StringData & TypeMethods> = maker((collation: string) =>
  typed<StringData>(collation === "UTF8_BINARY" ? { kind: "string" } : { kind: "string", collation }),
);

/** Types with parameters are made with or without `new`. */
interface Maker<A extends unknown[], T> {
  (...args: A): T;
  new (...args: A): T;
}

function maker<A extends unknown[], T extends TypeData | FieldData>(make: (...args: A) => T & object): Maker<A, T> {
  return function create(...args: A) {
    return make(...args);
  } as unknown as Maker<A, T>;
}

function checked(ok: boolean, message: string): void {
  if (!ok) throw new UsageError("INVALID_TYPE", message);
}

/** DECIMAL(precision, scale): at most 38 digits, `scale` of them after the point. */
export const DecimalType: Maker<[precision?: number, scale?: number], DecimalData & TypeMethods> = maker(
  (precision = 10, scale = 0) => {
    const fits = Number.isInteger(precision) && Number.isInteger(scale) && precision >= 1 && precision <= 38;
    checked(
      fits && scale >= 0 && scale <= precision,
      `DecimalType(${String(precision)}, ${String(scale)}): digits are 1 to 38, those after the point at most as many.`,
    );
    return typed<DecimalData>({ kind: "decimal", precision, scale });
  },
);

/** CHAR(n): text filled up with blanks. Only in schemas of tables. */
export const CharType: Maker<[n: number], StringData & TypeMethods> = maker((n: number) =>
  typed<StringData>({ kind: "string", length: { kind: "char", n } }),
);

/** VARCHAR(n): text of at most n characters. Only in schemas of tables. */
export const VarcharType: Maker<[n: number], StringData & TypeMethods> = maker((n: number) =>
  typed<StringData>({ kind: "string", length: { kind: "varchar", n } }),
);

/** TIME(precision): LocalTime. */
export const TimeType: Maker<[precision?: number], TimeData & TypeMethods> = maker((precision = 6) =>
  typed<TimeData>({ kind: "time", precision }),
);

/** INTERVAL DAY TO SECOND and its parts: DayTimeInterval. Fields: 0 day, 1 hour, 2 minute, 3 second. */
export const DayTimeIntervalType: Maker<[start?: 0 | 1 | 2 | 3, end?: 0 | 1 | 2 | 3], DayTimeData & TypeMethods> = maker(
  (start: 0 | 1 | 2 | 3 = 0, end: 0 | 1 | 2 | 3 = 3) => {
    checked(start <= end, "An interval ends with a field that is not before its first.");
    return typed<DayTimeData>({ kind: "dayTimeInterval", start, end });
  },
);

/** INTERVAL YEAR TO MONTH and its parts: YearMonthInterval. Fields: 0 year, 1 month. */
export const YearMonthIntervalType: Maker<[start?: 0 | 1, end?: 0 | 1], YearMonthData & TypeMethods> = maker(
  (start: 0 | 1 = 0, end: 0 | 1 = 1) => {
    checked(start <= end, "An interval ends with a field that is not before its first.");
    return typed<YearMonthData>({ kind: "yearMonthInterval", start, end });
  },
);

/** ARRAY<element>: arrays. */
export const ArrayType: Maker<[element: TypeData, containsNull?: boolean], ArrayData & TypeMethods> = maker(
  (element: TypeData, containsNull = true) => typed<ArrayData>({ kind: "array", element, containsNull }),
);

/** MAP<key, value>: Map. */
export const MapType: Maker<[key: TypeData, value: TypeData, valueContainsNull?: boolean], MapData & TypeMethods> = maker(
  (key: TypeData, value: TypeData, valueContainsNull = true) => typed<MapData>({ kind: "map", key, value, valueContainsNull }),
);

/** What fields of structs can do: their objects are plain data, too. */
class FieldMethods {
  static [SERIALIZE](field: unknown): unknown {
    return { ...(field as FieldData) };
  }

  static [DESERIALIZE](data: unknown): StructField {
    return withFieldMethods(data as FieldData);
  }

  get #field(): FieldData {
    return this as unknown as FieldData;
  }

  /** The field's type with its methods: Spark's name of `type`. */
  get dataType(): DataType {
    return withMethods(this.#field.type);
  }

  /** "a:int" */
  simpleString(): string {
    return `${this.#field.name}:${simpleString(this.#field.type)}`;
  }

  [inspect.custom](): string {
    const { name, type, nullable } = this.#field;
    return `${quoteIfNeeded(name)}: ${sqlName(type)}${nullable ? "" : " NOT NULL"}`;
  }

  /** Spark's JSON text of the field. */
  json(): string {
    return JSON.stringify(this.jsonValue());
  }

  /** Spark's JSON of the field, as a value. */
  jsonValue(): Json {
    const { fields } = typeToJson({ kind: "struct", fields: [this.#field] }) as { readonly fields: readonly Json[] };
    return fields[0]!;
  }

  toString(): string {
    return this.simpleString();
  }
}

export type StructField = FieldData & FieldMethods;

function withFieldMethods(field: FieldData): StructField {
  return field instanceof FieldMethods ? field : Object.assign(new FieldMethods(), field);
}

/** A column of a StructType. */
export const StructField: Maker<
  [name: string, type: TypeData, nullable?: boolean, metadata?: Readonly<Record<string, unknown>>],
  StructField
> = maker((name: string, type: TypeData, nullable = true, metadata?: Readonly<Record<string, unknown>>) =>
  withFieldMethods({ name, type, nullable, ...(metadata === undefined ? {} : { metadata }) }),
);

/** What structs can do beside. */
class StructMethods extends TypeMethods {
  get #struct(): StructType {
    return this as unknown as StructType;
  }

  /** The struct with one more field, a StructField or its parts; the struct itself is not changed. Types may be DDL text. */
  add(
    field: FieldData | string,
    type?: TypeData | string,
    nullable = true,
    metadata?: Readonly<Record<string, unknown>>,
  ): StructType {
    const { fields } = this.#struct;
    if (typeof field !== "string") return StructType([...fields, field]);
    if (type === undefined) throw new UsageError("INVALID_TYPE", `add("${field}", type): say the type of the field.`);
    return StructType([...fields, StructField(field, typeof type === "string" ? parseType(type) : type, nullable, metadata)]);
  }

  /** "a INT,b STRING NOT NULL" */
  toDDL(): string {
    return this.#struct.fields.map(fieldDdl).join(",");
  }

  fieldNames(): string[] {
    return this.#struct.fields.map((field) => field.name);
  }

  /** The field of this name; throws where there is none. */
  field(name: string): StructField {
    return this.#struct.fields[this.fieldIndex(name)]!;
  }

  fieldIndex(name: string): number {
    const index = this.#struct.fields.findIndex((field) => field.name === name);
    checked(index >= 0, `There is no field ${name}; those there are: ${this.fieldNames().join(", ")}.`);
    return index;
  }

  /** As printSchema prints it. */
  treeString(): string {
    return `root\n${this.#struct.fields.map((field) => fieldTree(field, " ")).join("")}`;
  }
}

export type StructType = Omit<StructData, "fields"> & { readonly fields: readonly StructField[] } & StructMethods;

function fieldDdl(field: FieldData): string {
  const comment = field.metadata?.["comment"];
  return (
    `${quoteIfNeeded(field.name)} ${sqlName(field.type)}${field.nullable ? "" : " NOT NULL"}` +
    (typeof comment === "string" ? ` COMMENT '${comment.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'` : "")
  );
}

function fieldTree(field: FieldData, indent: string): string {
  return (
    `${indent}|-- ${field.name}: ${typeName(field.type)} (nullable = ${String(field.nullable)})\n` +
    partsTree(field.type, `${indent}|    `)
  );
}

function partsTree(type: TypeData, indent: string): string {
  switch (type.kind) {
    case "array":
      return (
        `${indent}|-- element: ${typeName(type.element)} (containsNull = ${String(type.containsNull)})\n` +
        partsTree(type.element, `${indent}|    `)
      );
    case "map":
      return (
        `${indent}|-- key: ${typeName(type.key)}\n${partsTree(type.key, `${indent}|    `)}` +
        `${indent}|-- value: ${typeName(type.value)} (valueContainsNull = ${String(type.valueContainsNull)})\n` +
        partsTree(type.value, `${indent}|    `)
      );
    case "struct":
      return type.fields.map((field) => fieldTree(field, indent)).join("");
    default:
      return "";
  }
}

interface StructMaker extends Maker<[fields?: readonly FieldData[]], StructType> {
  /** The schema of "a INT, b STRUCT<c: STRING>"; "a: int, b: string" is the same as "a INT, b STRING". */
  fromDDL(ddl: string): StructType;

  /** The schema of Spark's JSON, as text or as a value: what `schema.json()` and `schema.jsonValue()` give. */
  fromJson(json: string | Json): StructType;

  /**
   * A schema that the compiler knows: of DataFrames that are read, made or cast by it, names of columns and types of values are checked.
   *
   * @example
   * const people = StructType.of({ id: "bigint not null", name: "string" });
   * const df = spark.read.schema(people).csv("people.csv");
   * df.select("nmae"); // an error of types
   */
  of<const T extends ColumnTypes>(columns: T): StructType & Declares<ColumnsOf<T>>;
}

/** STRUCT: rows with named columns; the schema of a DataFrame. */
export const StructType: StructMaker = Object.assign(
  maker<[fields?: readonly FieldData[]], StructType>((fields = []) =>
    Object.assign(new StructMethods(), { kind: "struct" as const, fields: fields.map(withFieldMethods) }),
  ),
  {
    fromDDL: (ddl: string): StructType => {
      const type = parseTypeOrSchema(ddl);
      return StructType(type.kind === "struct" ? type.fields : parseTableSchema(ddl).fields);
    },
    fromJson: (json: string | Json): StructType => {
      const type = DataType.fromJson(json);
      if (type.kind !== "struct")
        throw new UsageError(
          "INVALID_TYPE",
          `StructType.fromJson: this is the JSON of the type ${type.simpleString()}, not of a struct.`,
        );
      return StructType(type.fields);
    },
    of: (columns: ColumnTypes): StructType => StructType(Object.entries(columns).map(declaredField)),
  },
);

function declaredField([name, type]: readonly [string, string | TypeData]): FieldData {
  if (typeof type !== "string") return StructField(name, type);
  const [, scalar = type] = /^(.*\S)\s+not\s+null\s*$/is.exec(type) ?? [];
  return StructField(name, parseType(scalar), scalar === type);
}

/** The type that text or Spark's JSON names: "array<int>", "a INT, b STRING", {"type": "struct", …}. */
export const DataType: {
  fromDDL(ddl: string): DataType;
  fromJson(json: string | Json): DataType;
} = {
  fromDDL(ddl) {
    return withMethods(parseTypeOrSchema(ddl));
  },
  fromJson(json) {
    return withMethods(typeFromJson(typeof json === "string" ? (JSON.parse(json) as Json) : json));
  },
};
