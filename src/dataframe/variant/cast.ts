/** Casts from variants, and values of other types as variants. Loading this makes them known to types/cast and types/print. */
import type { ArrayType, Boxed, DataType, MapType, StructType, VariantValue } from "../../columnar/types";
import { MapValue } from "../../columnar/types";
import { InternalError } from "../../common/errors";
import { QueryError } from "../errors";
import type { QueryContext } from "../errors";
import { canCast, makeCast, setVariantCasts } from "../types/cast";
import type { CastSettings } from "../types/cast";
import { decimalText, digits, fitsLong, multiply } from "../types/exact";
import type { Exact } from "../types/exact";
import { setVariantPrinter } from "../types/print";
import { quotedType } from "../types/text";
import { VariantReader } from "./decode";
import { VariantBuilder } from "./encode";
import type { FieldEntry } from "./encode";
import { readerToJson, variantToJson } from "./to-json";

/** The value that cannot be of the type that was asked for. */
class NotCastable extends Error {
  constructor(
    readonly reader: VariantReader,
    readonly to: DataType,
  ) {
    super("The value is not of the type.");
  }
}

type FromVariant = (reader: VariantReader) => Boxed;

/** Null for a variant's null and, unless `strict`, for what is not of the type; INVALID_VARIANT_CAST where strict. */
export function castFromVariant(
  to: DataType,
  strict: boolean,
  settings: CastSettings,
  at?: QueryContext,
  functionName = "`try_variant_get`",
): (reader: VariantReader) => Boxed {
  const convert = converter(to, settings);
  return (reader) => {
    try {
      return convert(reader);
    } catch (error) {
      if (!(error instanceof NotCastable)) throw error;
      if (!strict) return null;
      throw new QueryError(
        "INVALID_VARIANT_CAST",
        { value: readerToJson(error.reader, settings.timeZone), dataType: quotedType(error.to), functionName },
        at,
      );
    }
  };
}

function converter(to: DataType, settings: CastSettings): FromVariant {
  if (to.kind === "variant") return (reader) => reader.variant();
  const convert = presentConverter(to, settings);
  return (reader) => (reader.kind === "null" ? null : convert(reader));
}

function presentConverter(to: DataType, settings: CastSettings): FromVariant {
  switch (to.kind) {
    case "struct":
      return structConverter(to, settings);
    case "array":
      return arrayConverter(to, settings);
    case "map":
      return mapConverter(to, settings);
    case "string":
      return (reader) => {
        if (reader.kind === "object" || reader.kind === "array") return readerToJson(reader, settings.timeZone);
        if (reader.kind === "decimal") {
          const { unscaled, scale } = reader.decimal();
          return decimalText(unscaled, scale);
        }
        if (reader.kind === "uuid") return reader.uuid();
        return scalarConverter(to, settings)(reader);
      };
    default:
      return scalarConverter(to, settings);
  }
}

function structConverter(to: StructType, settings: CastSettings): FromVariant {
  const fields = to.fields.map((field) => ({ name: field.name, convert: converter(field.type, settings) }));
  return (reader) => {
    if (reader.kind !== "object") throw new NotCastable(reader, to);
    return fields.map(({ name, convert }) => {
      const value = reader.field(name);
      return value === null ? null : convert(value);
    });
  };
}

function arrayConverter(to: ArrayType, settings: CastSettings): FromVariant {
  const convert = converter(to.element, settings);
  return (reader) => {
    if (reader.kind !== "array") throw new NotCastable(reader, to);
    return [...reader.items()].map(convert);
  };
}

function mapConverter(to: MapType, settings: CastSettings): FromVariant {
  const convert = converter(to.value, settings);
  return (reader) => {
    if (reader.kind !== "object") throw new NotCastable(reader, to);
    const entries = [...reader.entries()];
    return new MapValue(
      entries.map(([name]) => name),
      entries.map(([, value]) => convert(value)),
    );
  };
}

/** By the cast of the type that the value has by itself. Casts are made once for each such type. */
function scalarConverter(to: DataType, settings: CastSettings): FromVariant {
  const casts = new Map<string, (value: Boxed) => Boxed>();
  return (reader) => {
    const natural = naturalValue(reader);
    if (natural === null) throw new NotCastable(reader, to);
    const { value, type } = natural;
    if (type.kind === "long" && to.kind === "timestamp") {
      const micros = multiply(value as Exact, 1_000_000);
      if (!fitsLong(micros)) throw new NotCastable(reader, to);
      return micros;
    }
    const key = type.kind === "decimal" ? `decimal ${type.precision} ${type.scale}` : type.kind;
    let cast = casts.get(key);
    if (cast === undefined) {
      if (!canCast(type, to, "ansi")) throw new NotCastable(reader, to);
      casts.set(key, (cast = makeCast(type, to, "try", settings)));
    }
    const result = cast(value);
    if (result === null) throw new NotCastable(reader, to);
    return result;
  };
}

function naturalValue(reader: VariantReader): { readonly value: Boxed; readonly type: DataType } | null {
  switch (reader.kind) {
    case "boolean":
      return { value: reader.boolean(), type: { kind: "boolean" } };
    case "long":
    case "date":
    case "timestamp":
    case "timestamp_ntz":
      return { value: reader.integer(), type: { kind: reader.kind } };
    case "double":
    case "float":
      return { value: reader.number(), type: { kind: reader.kind } };
    case "string":
      return { value: reader.string(), type: { kind: "string" } };
    case "binary":
      return { value: reader.binary(), type: { kind: "binary" } };
    case "uuid":
      return { value: reader.uuid(), type: { kind: "string" } };
    case "decimal": {
      const { unscaled, scale } = reader.decimal();
      return { value: unscaled, type: { kind: "decimal", precision: Math.max(digits(unscaled), scale), scale } };
    }
    case "null":
    case "object":
    case "array":
      return null;
  }
}

/** A value of any type, structs and maps of strings included, as a variant. */
export function castToVariant(from: DataType): (value: Boxed) => VariantValue {
  const append = appender(from);
  return (value) => {
    const builder = new VariantBuilder();
    append(builder, value);
    return builder.finish();
  };
}

type Append = (builder: VariantBuilder, value: Boxed) => void;

function appender(type: DataType): Append {
  const append = presentAppender(type);
  return (builder, value) => {
    if (value === null) builder.null();
    else append(builder, value);
  };
}

function presentAppender(type: DataType): Append {
  switch (type.kind) {
    case "null":
      return (builder) => builder.null();
    case "boolean":
      return (builder, value) => builder.boolean(value === true);
    case "byte":
    case "short":
    case "int":
    case "long":
      return (builder, value) => builder.long(value as Exact);
    case "float":
      return (builder, value) => builder.float(value as number);
    case "double":
      return (builder, value) => builder.double(value as number);
    case "decimal":
      return (builder, value) => builder.decimal(value as Exact, type.scale);
    case "string":
      return (builder, value) => builder.string(value as string);
    case "binary":
      return (builder, value) => builder.binary(value as Uint8Array);
    case "date":
      return (builder, value) => builder.date(value as number);
    case "timestamp":
    case "timestamp_ntz":
      return (builder, value) => builder.timestamp(value as Exact, type.kind === "timestamp");
    case "variant":
      return (builder, value) => builder.append(VariantReader.of(value as VariantValue));
    case "array": {
      const element = appender(type.element);
      return (builder, value) => {
        const start = builder.position;
        const offsets: number[] = [];
        for (const item of value as readonly Boxed[]) {
          offsets.push(builder.position - start);
          element(builder, item);
        }
        builder.endArray(start, offsets);
      };
    }
    case "map": {
      const item = appender(type.value);
      return (builder, value) => {
        const { keys, values } = value as MapValue;
        appendObject(builder, keys as readonly string[], (i) => item(builder, values[i] as Boxed));
      };
    }
    case "struct": {
      const names = type.fields.map((field) => field.name);
      const fields = type.fields.map((field) => appender(field.type));
      return (builder, value) => {
        const row = value as readonly Boxed[];
        appendObject(builder, names, (i) => (fields[i] as Append)(builder, row[i] as Boxed));
      };
    }
    case "time":
    case "dayTimeInterval":
    case "yearMonthInterval":
    case "calendarInterval":
    case "udt":
      throw new InternalError(`A value of type ${type.kind} is no variant.`);
  }
}

function appendObject(builder: VariantBuilder, names: readonly string[], append: (i: number) => void): void {
  const start = builder.position;
  const fields: FieldEntry[] = [];
  names.forEach((key, i) => {
    fields.push({ key, id: builder.idOf(key), offset: builder.position - start });
    append(i);
  });
  builder.endObject(start, fields);
}

/** Types whose values structs, arrays and maps of a variant may hold. */
export function isVariantable(type: DataType, objects: boolean): boolean {
  switch (type.kind) {
    case "array":
      return isVariantable(type.element, objects);
    case "map":
      return objects && type.key.kind === "string" && isVariantable(type.value, objects);
    case "struct":
      return objects && type.fields.every((field) => isVariantable(field.type, objects));
    case "time":
    case "dayTimeInterval":
    case "yearMonthInterval":
    case "calendarInterval":
    case "udt":
      return false;
    default:
      return true;
  }
}

/** Puts the codec where casts and texts of values look for it. */
export function installVariants(): void {
  setVariantCasts({
    fromVariant: (to, mode, settings, at) => {
      const convert = castFromVariant(to, mode !== "try", settings, at, "`try_cast`");
      return (value) => convert(VariantReader.of(value as VariantValue));
    },
    toVariant: (from) => castToVariant(from),
  });
  setVariantPrinter(
    ({ timeZone }) =>
      (value) =>
        variantToJson(value as VariantValue, timeZone),
  );
}
