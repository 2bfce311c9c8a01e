/**
 * The SQL types, as plain data: they travel to executors as they are and are told apart by `kind`. What users see as
 * `types` (dataframe/types) are objects of these same forms, with methods.
 */

export type DataType =
  | AtomicType
  | DecimalType
  | StringType
  | TimeType
  | DayTimeIntervalType
  | YearMonthIntervalType
  | ArrayType
  | MapType
  | StructType
  | UserDefinedType;

export interface AtomicType {
  readonly kind: AtomicKind;
}

export type AtomicKind =
  | "null"
  | "boolean"
  | "byte"
  | "short"
  | "int"
  | "long"
  | "float"
  | "double"
  | "binary"
  /** Days since 1970-01-01, proleptic Gregorian. */
  | "date"
  /** Microseconds since 1970-01-01T00:00:00Z. */
  | "timestamp"
  /** Microseconds of a date and time of day without a zone. */
  | "timestamp_ntz"
  | "calendarInterval"
  | "variant";

/** Values are unscaled integers: 1.50 as decimal(3,2) is 150. 1 ≤ precision ≤ 38, 0 ≤ scale ≤ precision. */
export interface DecimalType {
  readonly kind: "decimal";
  readonly precision: number;
  readonly scale: number;
}

export interface StringType {
  readonly kind: "string";
  /** UTF8_BINARY where absent. */
  readonly collation?: string;
  /** CHAR(n) and VARCHAR(n) of table schemas; expressions see plain strings. */
  readonly length?: { readonly kind: "char" | "varchar"; readonly n: number };
}

/** Nanoseconds since midnight. */
export interface TimeType {
  readonly kind: "time";
  /** Digits of a second's fraction, 0–6; 6 where absent. */
  readonly precision?: number;
}

/** Microseconds. Fields: 0 day, 1 hour, 2 minute, 3 second. */
export interface DayTimeIntervalType {
  readonly kind: "dayTimeInterval";
  readonly start: 0 | 1 | 2 | 3;
  readonly end: 0 | 1 | 2 | 3;
}

/** Months. Fields: 0 year, 1 month. */
export interface YearMonthIntervalType {
  readonly kind: "yearMonthInterval";
  readonly start: 0 | 1;
  readonly end: 0 | 1;
}

export interface ArrayType {
  readonly kind: "array";
  readonly element: DataType;
  readonly containsNull: boolean;
}

export interface MapType {
  readonly kind: "map";
  readonly key: DataType;
  readonly value: DataType;
  readonly valueContainsNull: boolean;
}

export interface StructField {
  readonly name: string;
  readonly type: DataType;
  readonly nullable: boolean;
  /** JSON values; Spark's keys ("comment", "__CHAR_VARCHAR_TYPE_STRING", …). */
  readonly metadata?: Readonly<Record<string, unknown>>;
}

export interface StructType {
  readonly kind: "struct";
  readonly fields: readonly StructField[];
}

/** A type of a library above SQL (vectors of MLlib), stored as `sqlType`. */
export interface UserDefinedType {
  readonly kind: "udt";
  /** "vector", "matrix". */
  readonly name: string;
  readonly sqlType: DataType;
}

/**
 * A value of a type inside the engine, one at a time ("boxed"):
 *
 *   boolean                                   boolean
 *   byte, short, int, date, year-month        number
 *   long, decimal (unscaled), timestamp(_ntz),
 *   time, day-time interval                   number where |x| ≤ 2^53 - 1, else bigint; never a bigint that would fit a number
 *   float, double                             number (floats rounded to single precision)
 *   string                                    string
 *   binary                                    Uint8Array
 *   array, struct                             array of boxed values
 *   map                                       MapValue
 *   calendar interval                         CalendarInterval
 *   variant                                   VariantValue
 *   null                                      null
 */
export type Boxed =
  null | boolean | number | bigint | string | Uint8Array | readonly Boxed[] | MapValue | CalendarInterval | VariantValue;

/** Entries in order; keys are never null and differ from each other. */
export class MapValue {
  constructor(
    readonly keys: readonly Boxed[],
    readonly values: readonly Boxed[],
  ) {}
}

export class CalendarInterval {
  constructor(
    readonly months: number,
    readonly days: number,
    /** number where safe, else bigint. */
    readonly microseconds: number | bigint,
  ) {}
}

/** A value in Spark's binary variant encoding. */
export class VariantValue {
  constructor(
    readonly value: Uint8Array,
    readonly metadata: Uint8Array,
  ) {}
}
