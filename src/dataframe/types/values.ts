/** Between the values of programs and boxed values: what goes in is checked, what comes out is as programs expect it. */
import { isProxy, isDate, isMap, isUint8Array } from "node:util/types";
import { CalendarInterval, MapValue, VariantValue, type Boxed, type DataType, type StructType } from "../../columnar/types";
import { AnalysisError, QueryError } from "../errors";
import type { SqlSettings } from "../settings";
import { DayTimeInterval, LocalDate, LocalTime, SqlTimestamp, YearMonthInterval } from "./date-values";
import { parseDate, parseTime, parseTimestamp, parseTimestampNtz, sessionZone } from "./datetime";
import { Decimal } from "./decimal";
import { fitsLong, fitsPrecision, multiply, normalize, rescale, type Exact } from "./exact";
import { Row, RowShape } from "./row";
import { quotedType, simpleString } from "./text";
import { userTypeNamed, userTypeOf } from "./user-types";
import { VariantVal } from "./variant-val";

const ranges = {
  byte: [-128, 127],
  short: [-32768, 32767],
  int: [-2147483648, 2147483647],
} as const;

/** What the conversions depend on. */
export type ValueSettings = Pick<SqlSettings, "timeZone"> & Partial<Pick<SqlSettings, "conf">>;

const inUtc: ValueSettings = { timeZone: "UTC" };

/**
 * The boxed form of a program's value for a column; undefined is null. `path` names the value in errors ("row 3.age").
 * Text stands for dates and timestamps too; timestamps without a zone in the text are in that of the settings.
 */
export function toBoxed(value: unknown, type: DataType, path: string, settings: ValueSettings = inUtc): Boxed {
  return boxer(type, settings)(value, path);
}

/** `toBoxed` made once for a type. */
export function boxer(type: DataType, settings: ValueSettings = inUtc): (value: unknown, path: string) => Boxed {
  const box = notNull(type, settings);
  return (value, path) => (value === null || value === undefined ? null : box(value, path));
}

function refused(value: unknown, type: DataType, path: string, why = ""): never {
  throw new AnalysisError("FIELD_DATA_TYPE_UNACCEPTABLE_WITH_NAME", {
    field_name: path,
    obj: shown(value) + why,
    data_type: quotedType(type),
  });
}

function outside(value: unknown, path: string, least: number, most: number): never {
  throw new AnalysisError("VALUE_OUT_OF_BOUNDS", {
    arg_name: path,
    lower_bound: String(least),
    upper_bound: String(most),
    actual: shown(value),
  });
}

function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  if (typeof value === "object" && value !== null && !isProxy(value)) {
    return isDate(value) || value instanceof Decimal ? String(value) : `a value of ${value.constructor?.name ?? "no class"}`;
  }
  return typeof value === "function" ? "a function" : String(value);
}

function notNull(type: DataType, settings: ValueSettings): (value: unknown, path: string) => Boxed {
  const no = (value: unknown, path: string, why?: string): never => refused(value, type, path, why);
  switch (type.kind) {
    case "null":
      return no;
    case "boolean":
      return (value, path) => (typeof value === "boolean" ? value : no(value, path));
    case "byte":
    case "short":
    case "int": {
      const [least, most] = ranges[type.kind];
      return (value, path) => {
        const number = typeof value === "bigint" ? Number(value) : value;
        if (typeof number !== "number" || !Number.isInteger(number)) return no(value, path);
        return number >= least && number <= most ? number + 0 : outside(value, path, least, most);
      };
    }
    case "long":
      return (value, path) => {
        if (typeof value === "bigint") return fitsLong(value) ? normalize(value) : no(value, path, ", beyond 64 bits");
        if (typeof value !== "number" || !Number.isInteger(value)) return no(value, path);
        return Number.isSafeInteger(value)
          ? value + 0
          : no(value, path, ", which is no exact integer as a number; pass a bigint");
      };
    case "float":
      return (value, path) => (typeof value === "number" ? Math.fround(value) : no(value, path));
    case "double":
      return (value, path) => (typeof value === "number" ? value : no(value, path));
    case "decimal": {
      const { precision, scale } = type;
      return (value, path) => {
        if (!(value instanceof Decimal) && typeof value !== "number" && typeof value !== "bigint" && typeof value !== "string") {
          return no(value, path);
        }
        if (typeof value === "number" && !Number.isFinite(value)) return no(value, path);
        if (typeof value === "string" && !/^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,4})?\s*$/.test(value)) return no(value, path);
        const decimal = Decimal.of(value);
        const unscaled = rescale(normalize(decimal.unscaled), decimal.scale, scale);
        return fitsPrecision(unscaled, precision) ? unscaled : no(value, path, ", which has too many digits");
      };
    }
    case "string":
      return (value, path) => (typeof value === "string" ? value : no(value, path));
    case "binary":
      return (value, path) => (isUint8Array(value) ? value : no(value, path));
    case "date":
      return (value, path) => {
        if (value instanceof LocalDate) return value.epochDay;
        if (isDate(value)) return Number.isNaN(value.getTime()) ? no(value, path) : Math.floor(value.getTime() / 86_400_000);
        return typeof value === "string" ? (parseDate(value) ?? no(value, path)) : no(value, path);
      };
    case "timestamp": {
      const zone = sessionZone(settings.timeZone);
      return (value, path) => {
        if (isDate(value)) return microsOf(value) ?? no(value, path);
        return typeof value === "string" ? (parseTimestamp(value, zone, Date.now() * 1000) ?? no(value, path)) : no(value, path);
      };
    }
    case "timestamp_ntz":
      return (value, path) => {
        if (isDate(value)) return microsOf(value) ?? no(value, path);
        return typeof value === "string" ? (parseTimestampNtz(value) ?? no(value, path)) : no(value, path);
      };
    case "time":
      return (value, path) => {
        if (value instanceof LocalTime) return value.nanoOfDay;
        return typeof value === "string" ? (parseTime(value) ?? no(value, path)) : no(value, path);
      };
    case "dayTimeInterval":
      return (value, path) => (value instanceof DayTimeInterval ? value.microseconds : no(value, path));
    case "yearMonthInterval":
      return (value, path) => (value instanceof YearMonthInterval ? value.months : no(value, path));
    case "calendarInterval":
      return (value, path) => (value instanceof CalendarInterval ? value : no(value, path));
    case "variant":
      return (value, path) => {
        if (value instanceof VariantVal) return new VariantValue(value.value, value.metadata);
        return value instanceof VariantValue ? value : no(value, path);
      };
    case "array": {
      const element = boxer(type.element, settings);
      const { containsNull } = type;
      return (value, path) => {
        if (!Array.isArray(value) && !(ArrayBuffer.isView(value) && !(value instanceof DataView))) return no(value, path);
        return Array.from(value as ArrayLike<unknown>, (item, i) => {
          const at = `${path}[${String(i)}]`;
          return required(element(item, at), containsNull, at);
        });
      };
    }
    case "map": {
      const key = boxer(type.key, settings);
      const item = boxer(type.value, settings);
      const { valueContainsNull } = type;
      return (value, path) => {
        const entries = isMap(value) ? [...value] : isRecord(value) ? Object.entries(value) : no(value, path);
        const keys = entries.map(([k]) => required(key(k, `${path}.key`), false, `${path}.key`));
        const values = entries.map(([k, v]) => {
          const at = `${path}[${shown(k)}]`;
          return required(item(v, at), valueContainsNull, at);
        });
        return new MapValue(keys, values);
      };
    }
    case "struct":
      return structBoxer(type, settings, no);
    case "udt": {
      const userType = userTypeNamed(type.name);
      if (userType === undefined) return notNull(type.sqlType, settings);
      return (value, path) => (typeof value === "object" ? userType.toBoxed(value as object) : null) ?? no(value, path);
    }
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value) && !isDate(value);
}

function required(value: Boxed, nullable: boolean, path: string): Boxed {
  if (value === null && !nullable) throw new QueryError("NOT_NULL_ASSERT_VIOLATION", { walkedTypePath: path });
  return value;
}

function structBoxer(
  type: StructType,
  settings: ValueSettings,
  no: (value: unknown, path: string, why?: string) => never,
): (value: unknown, path: string) => Boxed {
  const fields = type.fields.map((field) => ({ ...field, box: boxer(field.type, settings) }));
  return (value, path) => {
    const inner = (name: string): string => (path === "" ? name : `${path}.${name}`);
    const byPosition = value instanceof Row ? value.toArray() : Array.isArray(value) ? (value as unknown[]) : null;
    if (byPosition !== null) {
      if (byPosition.length !== fields.length) {
        return no(value, path, ` with ${String(byPosition.length)} values for ${String(fields.length)} fields`);
      }
      return fields.map((field, i) => required(field.box(byPosition[i], inner(field.name)), field.nullable, inner(field.name)));
    }
    if (!isRecord(value)) return no(value, path);
    return fields.map((field) => required(field.box(value[field.name], inner(field.name)), field.nullable, inner(field.name)));
  };
}

function microsOf(date: Date): Exact | null {
  const milliseconds = date.getTime();
  if (Number.isNaN(milliseconds)) return null;
  const micros = date instanceof SqlTimestamp ? date.microseconds : 0;
  const whole = multiply(milliseconds, 1000);
  return typeof whole === "number" && Number.isSafeInteger(whole + micros)
    ? whole + micros
    : normalize(BigInt(whole) + BigInt(micros));
}

/** What programs get for a boxed value: see `types` for the class of each type. */
export function toExternal(value: Boxed, type: DataType, settings: ValueSettings): unknown {
  return externalizer(type, settings)(value);
}

/** `toExternal` made once for a type; rows of one struct share their shape. */
export function externalizer(type: DataType, settings: ValueSettings): (value: Boxed) => unknown {
  const convert = convertNotNull(type, settings);
  return convert === null ? (value) => value : (value) => (value === null ? null : convert(value));
}

/** Null where boxed values are what programs get. */
function convertNotNull(type: DataType, settings: ValueSettings): ((value: Boxed) => unknown) | null {
  switch (type.kind) {
    case "long":
      if (settings.conf?.["firesteel.sql.longAs"]?.toLowerCase() === "bigint") return (value) => BigInt(value as Exact);
      return (value) => (typeof value === "bigint" ? tooLong(value) : value);
    case "decimal": {
      const { scale } = type;
      return (value) => new Decimal(value as Exact, scale);
    }
    case "date":
      return (value) => LocalDate.ofEpochDay(value as number);
    case "timestamp":
    case "timestamp_ntz":
      return (value) => dateOf(value as Exact);
    case "time":
      return (value) => LocalTime.ofNanoOfDay(value as number);
    case "dayTimeInterval":
      return (value) => new DayTimeInterval(value as Exact);
    case "yearMonthInterval":
      return (value) => new YearMonthInterval(value as number);
    case "variant":
      return (value) => new VariantVal((value as VariantValue).value, (value as VariantValue).metadata);
    case "array": {
      const element = externalizer(type.element, settings);
      return (value) => (value as readonly Boxed[]).map(element);
    }
    case "map": {
      const key = externalizer(type.key, settings);
      const item = externalizer(type.value, settings);
      return (value) => {
        const { keys, values } = value as MapValue;
        return new Map(keys.map((k, i) => [key(k), item(values[i]!)]));
      };
    }
    case "struct": {
      const shape = new RowShape(type.fields.map((field) => field.name));
      const fields = type.fields.map((field) => externalizer(field.type, settings));
      return (value) =>
        new Row(
          shape,
          fields.map((field, i) => field((value as readonly Boxed[])[i]!)),
        );
    }
    case "udt": {
      const userType = userTypeNamed(type.name);
      return userType === undefined ? convertNotNull(type.sqlType, settings) : (value) => userType.fromBoxed(value);
    }
    default:
      return null;
  }
}

function tooLong(value: bigint): never {
  throw new QueryError("LONG_NOT_SAFE_INTEGER", { value: value.toString() });
}

const farthest = 8_640_000_000_000_000n * 1000n;

function dateOf(micros: Exact): Date {
  if (typeof micros === "number" && micros % 1000 === 0) return new Date(micros / 1000);
  if (micros > farthest || micros < -farthest) {
    throw new QueryError("TIMESTAMP_BEYOND_DATE", { value: micros.toString() });
  }
  return SqlTimestamp.ofEpochMicros(micros);
}

/** The type that a program's value has on its own, for literals and for rows without a schema. */
export function inferType(value: unknown, path = "value"): DataType {
  if (value === null || value === undefined) return { kind: "null" };
  switch (typeof value) {
    case "boolean":
      return { kind: "boolean" };
    case "string":
      return { kind: "string" };
    case "bigint":
      return { kind: "long" };
    case "number":
      return { kind: Number.isSafeInteger(value) && !Object.is(value, -0) ? "long" : "double" };
    case "object":
      return inferObject(value, path);
    default:
      throw new AnalysisError("UNSUPPORTED_LITERAL_VALUE", { value: shown(value), path });
  }
}

function inferObject(value: object, path: string): DataType {
  if (value instanceof Decimal) return { kind: "decimal", precision: Math.max(38, value.precision), scale: 18 };
  if (value instanceof LocalDate) return { kind: "date" };
  if (value instanceof LocalTime) return { kind: "time" };
  if (isDate(value)) return { kind: "timestamp" };
  if (value instanceof DayTimeInterval) return { kind: "dayTimeInterval", start: 0, end: 3 };
  if (value instanceof YearMonthInterval) return { kind: "yearMonthInterval", start: 0, end: 1 };
  if (value instanceof CalendarInterval) return { kind: "calendarInterval" };
  if (value instanceof VariantVal || value instanceof VariantValue) return { kind: "variant" };
  if (isUint8Array(value)) return { kind: "binary" };
  if (Array.isArray(value)) {
    const element = value.map((item, i) => inferType(item, `${path}[${String(i)}]`)).reduce(wider, { kind: "null" });
    return { kind: "array", element, containsNull: true };
  }
  if (isMap(value)) {
    const keys = [...value.keys()].map((key) => inferType(key, `${path}.key`));
    const values = [...value.values()].map((item) => inferType(item, `${path}.value`));
    return {
      kind: "map",
      key: keys.reduce(wider, { kind: "null" }),
      value: values.reduce(wider, { kind: "null" }),
      valueContainsNull: true,
    };
  }
  const userType = userTypeOf(value);
  if (userType !== null) return userType;
  const entries: [string, unknown][] =
    value instanceof Row ? Row.names(value).map((name, i) => [name, Row.get(value, i)]) : Object.entries(value);
  return {
    kind: "struct",
    fields: entries.map(([name, item]) => ({ name, type: inferType(item, `${path}.${name}`), nullable: true })),
  };
}

/** The type of two values in one column: numbers widen, nulls give way, structs take the fields of both. */
export function wider(a: DataType, b: DataType): DataType {
  return widerOf(a, b, "one column");
}

/** @param column what the values are of, for an error */
function widerOf(a: DataType, b: DataType, column: string): DataType {
  if (a.kind === "null") return b;
  if (b.kind === "null") return a;
  if (a.kind === "array" && b.kind === "array") return { ...a, element: widerOf(a.element, b.element, column) };
  if (a.kind === "map" && b.kind === "map")
    return { ...a, key: widerOf(a.key, b.key, column), value: widerOf(a.value, b.value, column) };
  if (a.kind === "struct" && b.kind === "struct") {
    const fields = a.fields.map((field) => {
      const other = b.fields.find(({ name }) => name === field.name);
      return other === undefined ? field : { ...field, type: widerOf(field.type, other.type, `\`${field.name}\``) };
    });
    const added = b.fields.filter((field) => !a.fields.some(({ name }) => name === field.name));
    return { kind: "struct", fields: [...fields, ...added] };
  }
  if (simpleString(a) === simpleString(b)) return a;
  if ((a.kind === "long" && b.kind === "double") || (a.kind === "double" && b.kind === "long")) return { kind: "double" };
  throw new AnalysisError("CANNOT_MERGE_TYPE", { column, left: quotedType(a), right: quotedType(b) });
}
