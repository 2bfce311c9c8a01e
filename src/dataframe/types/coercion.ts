/**
 * Which types turn into which without being asked: common types of operands and branches, types of decimal arithmetic,
 * and arguments of functions. ANSI mode and the older rules differ in what strings and lossy numbers may become.
 */
import type { DataType, DecimalType, StructField } from "../../columnar/types";
import type { SqlSettings } from "../settings";
import { isAtomic, isIntegral, isNumeric, sameType } from "./text";

type Mode = Pick<SqlSettings, "ansi" | "caseSensitive">;
type Pairing = (a: DataType, b: DataType, mode: Mode) => DataType | null;

const precedence: readonly DataType["kind"][] = ["byte", "short", "int", "long", "float", "double"];
const integralDigits: Readonly<Partial<Record<DataType["kind"], number>>> = { byte: 3, short: 5, int: 10, long: 20 };

/** The decimal that holds all values of a numeric type, or about those of float and double; null for other types. */
export function decimalForType(type: DataType): DecimalType | null {
  switch (type.kind) {
    case "decimal":
      return type;
    case "byte":
    case "short":
    case "int":
    case "long":
      return { kind: "decimal", precision: integralDigits[type.kind]!, scale: 0 };
    case "float":
      return { kind: "decimal", precision: 14, scale: 7 };
    case "double":
      return { kind: "decimal", precision: 30, scale: 15 };
    case "null":
      return { kind: "decimal", precision: 1, scale: 0 };
    default:
      return null;
  }
}

/** Precision and scale cut at 38, fraction digits kept. */
function boundedDecimal(precision: number, scale: number): DecimalType {
  return { kind: "decimal", precision: Math.min(precision, 38), scale: Math.min(scale, 38) };
}

/** Precision cut at 38 at the cost of fraction digits beyond the sixth, as arithmetic does. */
function adjustedDecimal(precision: number, scale: number): DecimalType {
  if (precision <= 38) return { kind: "decimal", precision, scale };
  const whole = precision - scale;
  const least = Math.min(scale, 6);
  return { kind: "decimal", precision: 38, scale: Math.max(38 - whole, least) };
}

/** The type of `left op right` on decimals; allowPrecisionLoss is spark.sql.decimalOperations.allowPrecisionLoss. */
export function decimalArithmeticType(
  op: "+" | "-" | "*" | "/" | "%" | "div",
  left: DecimalType,
  right: DecimalType,
  allowPrecisionLoss = true,
): DecimalType {
  const { precision: p1, scale: s1 } = left;
  const { precision: p2, scale: s2 } = right;
  const fit = allowPrecisionLoss ? adjustedDecimal : boundedDecimal;
  switch (op) {
    case "+":
    case "-": {
      const scale = Math.max(s1, s2);
      return fit(Math.max(p1 - s1, p2 - s2) + scale + 1, scale);
    }
    case "*":
      return fit(p1 + p2 + 1, s1 + s2);
    case "/": {
      if (allowPrecisionLoss) {
        const scale = Math.max(6, s1 + p2 + 1);
        return fit(p1 - s1 + s2 + scale, scale);
      }
      let whole = Math.min(38, p1 - s1 + s2);
      let fraction = Math.min(38, Math.max(6, s1 + p2 + 1));
      const excess = whole + fraction - 38;
      if (excess > 0) {
        fraction -= Math.trunc(excess / 2) + 1;
        whole = 38 - fraction;
      }
      return boundedDecimal(whole + fraction, fraction);
    }
    case "%": {
      const scale = Math.max(s1, s2);
      return fit(Math.min(p1 - s1, p2 - s2) + scale, scale);
    }
    case "div": {
      const precision = p1 - s1 + s2;
      return adjustedDecimal(precision === 0 ? 1 : precision, 0);
    }
  }
}

/** The decimal that holds the values of both; beyond 38 digits whole digits are kept before fraction digits. */
export function widerDecimal(a: DecimalType, b: DecimalType): DecimalType {
  const scale = Math.max(a.scale, b.scale);
  const precision = Math.max(a.precision - a.scale, b.precision - b.scale) + scale;
  return boundedDecimal(precision, Math.max(0, scale - Math.max(0, precision - 38)));
}

function holdsAll(decimal: DecimalType, integral: DataType): boolean {
  return decimal.precision - decimal.scale >= integralDigits[integral.kind]!;
}

const isDatetime = (type: DataType): boolean =>
  type.kind === "date" || type.kind === "timestamp" || type.kind === "timestamp_ntz";

/** The tightest type that holds the values of both without loss; null where there is none. */
export function widerType(a: DataType, b: DataType, mode: Mode): DataType | null {
  if (a.kind === "null") return b;
  if (b.kind === "null") return a;
  if (sameType(a, b) && isAtomic(a)) return a;
  if (a.kind === "decimal" && isIntegral(b)) return holdsAll(a, b) ? a : null;
  if (b.kind === "decimal" && isIntegral(a)) return holdsAll(b, a) ? b : null;
  const rankA = precedence.indexOf(a.kind);
  const rankB = precedence.indexOf(b.kind);
  if (rankA >= 0 && rankB >= 0) {
    const wider = rankA > rankB ? a : b;
    return mode.ansi && wider.kind === "float" && rankA !== rankB ? { kind: "double" } : wider;
  }
  if (isDatetime(a) && isDatetime(b)) {
    return a.kind === "timestamp" || b.kind === "timestamp" ? { kind: "timestamp" } : { kind: "timestamp_ntz" };
  }
  if (a.kind === "dayTimeInterval" && b.kind === "dayTimeInterval") {
    return { kind: a.kind, start: Math.min(a.start, b.start) as 0, end: Math.max(a.end, b.end) as 0 };
  }
  if (a.kind === "yearMonthInterval" && b.kind === "yearMonthInterval") {
    return { kind: a.kind, start: Math.min(a.start, b.start) as 0, end: Math.max(a.end, b.end) as 0 };
  }
  return combined(a, b, mode, widerType);
}

/** Types with parts: the parts' common types. */
function combined(a: DataType, b: DataType, mode: Mode, pairing: Pairing): DataType | null {
  if (a.kind === "array" && b.kind === "array") {
    const element = pairing(a.element, b.element, mode);
    if (element === null) return null;
    const containsNull =
      a.containsNull || b.containsNull || castMayGiveNull(a.element, element) || castMayGiveNull(b.element, element);
    return { kind: "array", element, containsNull };
  }
  if (a.kind === "map" && b.kind === "map") {
    const key = pairing(a.key, b.key, mode);
    const value = pairing(a.value, b.value, mode);
    if (key === null || value === null) return null;
    if (castMayGiveNull(a.key, key) || castMayGiveNull(b.key, key)) return null;
    const valueContainsNull =
      a.valueContainsNull || b.valueContainsNull || castMayGiveNull(a.value, value) || castMayGiveNull(b.value, value);
    return { kind: "map", key, value, valueContainsNull };
  }
  if (a.kind === "struct" && b.kind === "struct") {
    if (a.fields.length !== b.fields.length) return null;
    const fields: StructField[] = [];
    for (const [i, field] of a.fields.entries()) {
      const other = b.fields[i]!;
      const equal = mode.caseSensitive ? field.name === other.name : field.name.toLowerCase() === other.name.toLowerCase();
      const type = equal ? pairing(field.type, other.type, mode) : null;
      if (type === null) return null;
      const nullable = field.nullable || other.nullable || castMayGiveNull(field.type, type) || castMayGiveNull(other.type, type);
      fields.push({ name: field.name, type, nullable });
    }
    return { kind: "struct", fields };
  }
  if (a.kind === b.kind && !isAtomic(a) && sameType(a, b)) return a;
  if (a.kind === "string" && b.kind === "string") return combinedStrings(a, b);
  return null;
}

/** An explicit collation differs from the default one: the other wins; two of them have nothing in common. */
function combinedStrings(a: DataType & { kind: "string" }, b: DataType & { kind: "string" }): DataType | null {
  const [first, second] = [a.collation, b.collation];
  if (first === undefined || second === undefined) {
    const collation = first ?? second;
    return collation === undefined ? { kind: "string" } : { kind: "string", collation };
  }
  return first === second ? { kind: "string", collation: first } : null;
}

/**
 * Whether a cast outside of ANSI mode can give null for a value: coercion makes such parts nullable. Parts of NULL's type are
 * those of `array()` and `map()`, which have no values, or are nullable anyway.
 */
export function castMayGiveNull(from: DataType, to: DataType): boolean {
  if (sameType(from, to) || from.kind === "null") return false;
  switch (to.kind) {
    case "string":
      return false;
    case "decimal": {
      if (from.kind === "boolean") return to.precision - to.scale < 1;
      const decimal = isIntegral(from) || from.kind === "decimal" ? decimalForType(from) : null;
      return decimal === null || !widerThan(to, decimal);
    }
    case "binary":
      return false;
    case "double":
    case "float":
    case "byte":
    case "short":
    case "int":
    case "long":
      return !(isNumeric(from) || from.kind === "boolean" || from.kind === "date");
    case "timestamp":
      return !(isNumeric(from) || from.kind === "boolean" || isDatetime(from));
    case "timestamp_ntz":
    case "date":
      return !isDatetime(from);
    case "boolean":
      return !isNumeric(from);
    default:
      return true;
  }
}

function widerThan(wide: DecimalType, narrow: DecimalType): boolean {
  return wide.scale >= narrow.scale && wide.precision - wide.scale >= narrow.precision - narrow.scale;
}

/** As widerType, but numbers may lose digits and strings meet other types. */
export function commonTypeOfTwo(a: DataType, b: DataType, mode: Mode): DataType | null {
  return widerType(a, b, mode) ?? commonDecimal(a, b) ?? commonString(a, b, mode) ?? combined(a, b, mode, commonTypeOfTwo);
}

function commonDecimal(a: DataType, b: DataType): DataType | null {
  if (!isNumeric(a) || !isNumeric(b) || (a.kind !== "decimal" && b.kind !== "decimal")) return null;
  if (a.kind === "float" || a.kind === "double" || b.kind === "float" || b.kind === "double") return { kind: "double" };
  return widerDecimal(decimalForType(a)!, decimalForType(b)!);
}

function commonString(a: DataType, b: DataType, mode: Mode): DataType | null {
  const other = a.kind === "string" ? b : b.kind === "string" ? a : null;
  const string = a.kind === "string" ? a : b;
  if (other === null || other.kind === "string") return null;
  if (!mode.ansi) {
    return isAtomic(other) && other.kind !== "binary" && other.kind !== "boolean" ? string : null;
  }
  return stringPromotedTo(other);
}

/** What a string becomes beside a value of the type, in ANSI mode. */
function stringPromotedTo(other: DataType): DataType | null {
  if (isIntegral(other)) return { kind: "long" };
  if (isNumeric(other)) return { kind: "double" };
  if (other.kind === "dayTimeInterval" || other.kind === "yearMonthInterval") return null;
  return isAtomic(other) ? other : null;
}

/** The one type of all branches of CASE, COALESCE, UNION, array(…): null where there is none. */
export function commonType(types: readonly DataType[], settings: Mode): DataType | null {
  const ordered = settings.ansi ? types : [...types.filter(holdsString), ...types.filter((type) => !holdsString(type))];
  let common: DataType | null = { kind: "null" };
  for (const type of ordered) {
    common = commonTypeOfTwo(common, type, settings);
    if (common === null) return null;
  }
  return common;
}

function holdsString(type: DataType): boolean {
  return type.kind === "string" || (type.kind === "array" && holdsString(type.element));
}

/** Whether a column of one type may be stored as the other under the ANSI assignment policy. */
export function storeAssignable(from: DataType, to: DataType): boolean {
  if (sameType(from, to) || from.kind === "null") return true;
  if (isNumeric(from) && isNumeric(to)) return true;
  if (to.kind === "string") return isAtomic(from) || from.kind === "calendarInterval";
  if (isDatetime(from) && isDatetime(to)) return true;
  if (from.kind === "time" && to.kind === "time") return true;
  if (from.kind === "dayTimeInterval" && to.kind === "dayTimeInterval") return true;
  if (from.kind === "yearMonthInterval" && to.kind === "yearMonthInterval") return true;
  if (from.kind === "array" && to.kind === "array") {
    return (!from.containsNull || to.containsNull) && storeAssignable(from.element, to.element);
  }
  if (from.kind === "map" && to.kind === "map") {
    return (
      (!from.valueContainsNull || to.valueContainsNull) &&
      storeAssignable(from.key, to.key) &&
      storeAssignable(from.value, to.value)
    );
  }
  if (from.kind === "struct" && to.kind === "struct") {
    return (
      from.fields.length === to.fields.length &&
      from.fields.every((field, i) => {
        const target = to.fields[i]!;
        return (!field.nullable || target.nullable) && storeAssignable(field.type, target.type);
      })
    );
  }
  return false;
}

/** Whether a function that wants `to` takes a `from`: the argument is then cast. */
export function implicitlyCastable(from: DataType, to: DataType, settings: Mode): boolean {
  if (sameType(from, to) || from.kind === "null") return true;
  if (from.kind === "string" && to.kind === "string") return true;
  if (settings.ansi) {
    if (from.kind === "string") return isAtomic(to) && to.kind !== "variant";
    return storeAssignable(from, to);
  } else {
    if (isNumeric(from) && isNumeric(to)) return true;
    if (isDatetime(from) && isDatetime(to)) return true;
    if (from.kind === "string") return isNumeric(to) || isDatetime(to) || to.kind === "time" || to.kind === "binary";
    if (to.kind === "string") return isAtomic(from);
  }
  if (from.kind === "dayTimeInterval" && to.kind === "dayTimeInterval") return true;
  if (from.kind === "yearMonthInterval" && to.kind === "yearMonthInterval") return true;
  if (from.kind === "time" && to.kind === "time") return true;
  if (from.kind === "array" && to.kind === "array") {
    return (!from.containsNull || to.containsNull) && implicitlyCastable(from.element, to.element, settings);
  }
  if (from.kind === "map" && to.kind === "map") {
    return (
      (!from.valueContainsNull || to.valueContainsNull) &&
      implicitlyCastable(from.key, to.key, settings) &&
      implicitlyCastable(from.value, to.value, settings)
    );
  }
  return false;
}

/** Whether every value of a type has one of the other, so that a cast, and try_cast too, gives a value for each. */
export function castNeverFails(from: DataType, to: DataType): boolean {
  if (sameType(from, to) || from.kind === "null") return true;
  if (from.kind === "variant") return false;
  if (from.kind === "string") return to.kind === "binary";
  if (to.kind === "string") return isAtomic(from) || from.kind === "calendarInterval";
  if (isNumeric(from) && isNumeric(to)) return numberNeverFails(from, to);
  if (isDatetime(from) && isDatetime(to)) return to.kind !== "date";
  if (from.kind === "long" || to.kind === "long") return from.kind === "timestamp" || to.kind === "timestamp";
  if (from.kind === "dayTimeInterval" || from.kind === "yearMonthInterval") return from.kind === to.kind;
  if (from.kind === "array" && to.kind === "array") {
    return (!from.containsNull || to.containsNull) && castNeverFails(from.element, to.element);
  }
  if (from.kind === "map" && to.kind === "map") {
    const values = (!from.valueContainsNull || to.valueContainsNull) && castNeverFails(from.value, to.value);
    return values && castNeverFails(from.key, to.key);
  }
  if (from.kind === "struct" && to.kind === "struct") {
    const holds = (field: StructField, into: StructField | undefined): boolean =>
      into !== undefined && (!field.nullable || into.nullable) && castNeverFails(field.type, into.type);
    return from.fields.length === to.fields.length && from.fields.every((field, i) => holds(field, to.fields[i]));
  }
  return false;
}

function numberNeverFails(from: DataType, to: DataType): boolean {
  if (to.kind === "decimal") return (from.kind === "decimal" || isIntegral(from)) && widerThan(to, decimalForType(from)!);
  if (from.kind === "decimal") return false;
  return precedence.indexOf(from.kind) <= precedence.indexOf(to.kind);
}
