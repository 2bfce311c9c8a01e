/**
 * Casts between types on single values, in Spark's three ways: ANSI (what cannot be cast is an error), try (it is null)
 * and legacy (it is null, or wraps and saturates as Java's conversions do).
 */
import { MapValue, type Boxed, type DataType } from "../../columnar/types";
import { InternalError } from "../../common/errors";
import { QueryError, type QueryContext } from "../errors";
import type { CastMode } from "../expressions/expression";
import { overflowError, type CastCase, type CastFunction, type CastSettings } from "./cast-case";
import { castMayGiveNull } from "./coercion";
import { castToDate, castToTime, castToTimestamp, castToTimestampNtz } from "./cast-datetime";
import { castToCalendarInterval, castToDayTime, castToYearMonth } from "./cast-interval";
import { castToDecimal, castToFloating, castToIntegral } from "./cast-number";
import { trimmed } from "./datetime";
import { printer, sqlValue } from "./print";
import { isIntegral, isNumeric, quotedType, sameType } from "./text";

export { type CastFunction, type CastSettings } from "./cast-case";

/** Casts of and to variants: the variant functions hold their encoding and set this. */
export interface VariantCasts {
  fromVariant(to: DataType, mode: CastMode, settings: CastSettings, at: QueryContext | undefined): CastFunction;
  toVariant(from: DataType, settings: CastSettings): CastFunction;
}

let variantCasts: VariantCasts | undefined;

export function setVariantCasts(casts: VariantCasts): void {
  variantCasts = casts;
}

/** Whether CAST from one type to the other is allowed at all. */
export function canCast(from: DataType, to: DataType, mode: CastMode): boolean {
  if (from.kind === "null" || sameType(from, to)) return true;
  if (from.kind === "variant") return variantCan(to);
  if (to.kind === "variant") return variantTakes(from);
  switch (to.kind) {
    case "string":
      return true;
    case "binary":
      return from.kind === "string" || (mode === "legacy" && isIntegral(from));
    case "boolean":
      return (
        isNumeric(from) || from.kind === "string" || (mode === "legacy" && (from.kind === "date" || from.kind === "timestamp"))
      );
    case "byte":
    case "short":
    case "int":
    case "long":
      return isInterval(from) || from.kind === "time" || toNumber(from, mode);
    case "decimal":
      return isInterval(from) || from.kind === "time" || toNumber(from, mode);
    case "float":
    case "double":
      return toNumber(from, mode);
    case "date":
    case "timestamp_ntz":
      return from.kind === "string" || isDatetime(from);
    case "timestamp":
      return from.kind === "string" || isDatetime(from) || isNumeric(from) || (mode === "legacy" && from.kind === "boolean");
    case "time":
      return from.kind === "string" || from.kind === "time";
    case "calendarInterval":
      return from.kind === "string";
    case "dayTimeInterval":
    case "yearMonthInterval":
      return from.kind === "string" || from.kind === to.kind || isIntegral(from) || from.kind === "decimal";
    case "array":
      return (
        from.kind === "array" &&
        canCast(from.element, to.element, mode) &&
        keepsNulls(from.containsNull, from.element, to.element, to.containsNull, mode)
      );
    case "map":
      return (
        from.kind === "map" &&
        canCast(from.key, to.key, mode) &&
        (mode === "ansi" || !castMayGiveNull(from.key, to.key)) &&
        canCast(from.value, to.value, mode) &&
        keepsNulls(from.valueContainsNull, from.value, to.value, to.valueContainsNull, mode)
      );
    case "struct":
      return (
        from.kind === "struct" &&
        from.fields.length === to.fields.length &&
        from.fields.every((field, i) => {
          const target = to.fields[i]!;
          return (
            canCast(field.type, target.type, mode) && keepsNulls(field.nullable, field.type, target.type, target.nullable, mode)
          );
        })
      );
    case "udt":
      return sameType(from, to.sqlType);
    case "null":
      return false;
  }
}

function toNumber(from: DataType, mode: CastMode): boolean {
  return (
    isNumeric(from) ||
    from.kind === "boolean" ||
    from.kind === "string" ||
    from.kind === "timestamp" ||
    (mode === "legacy" && from.kind === "date")
  );
}

const isInterval = (type: DataType): boolean => type.kind === "dayTimeInterval" || type.kind === "yearMonthInterval";
const isDatetime = (type: DataType): boolean =>
  type.kind === "date" || type.kind === "timestamp" || type.kind === "timestamp_ntz";

function keepsNulls(nulls: boolean, from: DataType, to: DataType, allowed: boolean, mode: CastMode): boolean {
  return allowed || !(nulls || (mode !== "ansi" && castMayGiveNull(from, to)));
}

function variantCan(to: DataType): boolean {
  switch (to.kind) {
    case "null":
    case "time":
    case "calendarInterval":
    case "dayTimeInterval":
    case "yearMonthInterval":
    case "udt":
      return false;
    case "array":
      return variantCan(to.element) || to.element.kind === "variant";
    case "map":
      return to.key.kind === "string" && (variantCan(to.value) || to.value.kind === "variant");
    case "struct":
      return to.fields.every((field) => variantCan(field.type) || field.type.kind === "variant");
    default:
      return true;
  }
}

function variantTakes(from: DataType): boolean {
  switch (from.kind) {
    case "calendarInterval":
    case "dayTimeInterval":
    case "yearMonthInterval":
    case "map":
    case "struct":
    case "udt":
      return false;
    case "array":
      return variantTakes(from.element);
    default:
      return true;
  }
}

/** The function that casts values, none of them null, from one type to another; the pair must pass `canCast`. */
export function makeCast(from: DataType, to: DataType, mode: CastMode, settings: CastSettings, at?: QueryContext): CastFunction {
  if (sameType(from, to) || from.kind === "null") return (value) => value;
  if (from.kind === "udt" && to.kind !== "string") return makeCast(from.sqlType, to, mode, settings, at);
  if (from.kind === "variant" || to.kind === "variant") {
    if (variantCasts === undefined) throw new InternalError("Casts of variants were not registered.");
    return from.kind === "variant" ? variantCasts.fromVariant(to, mode, settings, at) : variantCasts.toVariant(from, settings);
  }
  const failing: CastCase = {
    from,
    to,
    mode,
    settings,
    at,
    invalid(value) {
      if (mode !== "ansi") return null;
      throw new QueryError(
        "CAST_INVALID_INPUT",
        {
          expression: sqlValue(value, from, settings),
          sourceType: quotedType(from),
          targetType: quotedType(to),
          ansiConfig: '"spark.sql.ansi.enabled"',
        },
        at,
      );
    },
    overflow(value, target = to) {
      if (mode !== "ansi") return null;
      throw overflowError(value, from, target, settings, at);
    },
  };
  return castOf(failing);
}

function castOf(pair: CastCase): CastFunction {
  const { from, to, mode, settings, at } = pair;
  switch (to.kind) {
    case "string":
      return printer(from, { ...settings, decimalExponents: mode === "legacy" });
    case "binary":
      return from.kind === "string" ? (value) => encoder.encode(value as string) : integralBytes(from);
    case "boolean":
      return castToBoolean(pair);
    case "byte":
    case "short":
    case "int":
    case "long":
      return castToIntegral({ ...pair, to: { kind: to.kind } });
    case "float":
    case "double":
      return castToFloating({ ...pair, to: { kind: to.kind } });
    case "decimal":
      return castToDecimal({ ...pair, to });
    case "date":
      return castToDate(pair);
    case "timestamp":
      return castToTimestamp(pair);
    case "timestamp_ntz":
      return castToTimestampNtz(pair);
    case "time":
      return castToTime({ ...pair, to });
    case "calendarInterval":
      return castToCalendarInterval();
    case "dayTimeInterval":
      return castToDayTime({ ...pair, to });
    case "yearMonthInterval":
      return castToYearMonth({ ...pair, to });
    case "array": {
      if (from.kind !== "array") break;
      const element = orNull(makeCast(from.element, to.element, mode, settings, at));
      return (value) => (value as readonly Boxed[]).map(element);
    }
    case "map": {
      if (from.kind !== "map") break;
      const key = makeCast(from.key, to.key, mode, settings, at);
      const item = orNull(makeCast(from.value, to.value, mode, settings, at));
      return (value) => {
        const map = value as MapValue;
        return new MapValue(map.keys.map(key), map.values.map(item));
      };
    }
    case "struct": {
      if (from.kind !== "struct") break;
      const fields = from.fields.map((field, i) => orNull(makeCast(field.type, to.fields[i]!.type, mode, settings, at)));
      return (value) => fields.map((field, i) => field((value as readonly Boxed[])[i]!));
    }
    case "udt":
      return (value) => value;
    default:
  }
  throw new InternalError(`There is no cast from ${from.kind} to ${to.kind}.`);
}

const encoder = new TextEncoder();

function orNull(cast: CastFunction): CastFunction {
  return (value) => (value === null ? null : cast(value));
}

const trueWords = new Set(["t", "true", "y", "yes", "1"]);
const falseWords = new Set(["f", "false", "n", "no", "0"]);

function castToBoolean({ from, mode, invalid }: CastCase): CastFunction {
  switch (from.kind) {
    case "string":
      return (value) => {
        const word = trimmed(value as string).toLowerCase();
        return trueWords.has(word) ? true : falseWords.has(word) ? false : invalid(value);
      };
    case "date":
      return mode === "legacy" ? () => null : (value) => invalid(value);
    default:
      return (value) => value !== 0;
  }
}

/** The bytes of an integer, most significant first. */
function integralBytes(from: DataType): CastFunction {
  const size = from.kind === "byte" ? 1 : from.kind === "short" ? 2 : from.kind === "int" ? 4 : 8;
  return (value) => {
    const bytes = new Uint8Array(size);
    let rest = BigInt.asUintN(64, BigInt(value as number | bigint));
    for (let i = size - 1; i >= 0; i--) {
      bytes[i] = Number(rest & 255n);
      rest >>= 8n;
    }
    return bytes;
  };
}
