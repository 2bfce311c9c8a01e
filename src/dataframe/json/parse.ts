/**
 * JSON text read against a schema. A value that is not of its type makes its record bad; structs keep what else could be read
 * of them, wherever they are, while arrays, maps and plain values become null.
 */
import type { ArrayType, Boxed, DataType, MapType, StructType } from "../../columnar/types";
import { MapValue } from "../../columnar/types";
import type { SqlSettings } from "../settings";
import { fitsPrecision, multiply, normalize, parseDecimal, rescale } from "../types/exact";
import { makeCast } from "../types/cast";
import { dateReader, timestampNtzReader, timestampReader, timeReader } from "./datetime-text";
import type { TextReader } from "./datetime-text";
import type { JsonOptions } from "./options";
import { JsonFault, JsonReader, nonNumericValue } from "./reader";
import { BadRecord } from "./record-mode";
import type { RecordParser } from "./record-mode";
import { copiedValue } from "./text";
import { variantOfReader } from "../variant/from-json";

/** The text is JSON, but not of the type. */
class WrongValue extends Error {}

/** As far as the value could be read. */
class PartialValue extends WrongValue {
  constructor(readonly value: Boxed) {
    super("Some field is not of its type.");
  }
}

/** Reads the value that the reader stands on and leaves it on the value's last token. */
type Converter = (reader: JsonReader) => Boxed;

interface Context {
  readonly options: JsonOptions;
  readonly settings: SqlSettings;
}

/**
 * Records that are objects, one row each; arrays of objects too, where `arrays` says that their elements are rows. `defaults` stand for fields
 * that a good record lacks; null for NULLs.
 */
export function jsonStructParser(
  schema: StructType,
  options: JsonOptions,
  settings: SqlSettings,
  arrays: boolean,
  defaults: readonly Boxed[] | null = null,
): RecordParser {
  const convert = structConverter(schema, { options, settings }, defaults);
  return rootParser(options, (reader) => {
    const { token } = reader;
    if (token === "{") return [convert(reader) as readonly Boxed[]];
    if (token !== "[" || !arrays) throw new WrongValue("Not an object.");
    const rows: (readonly Boxed[])[] = [];
    let bad = false;
    for (let item = reader.next(); item !== "]"; item = reader.next()) {
      if (item !== "{") throw new WrongValue("Not an object.");
      try {
        rows.push(convert(reader) as readonly Boxed[]);
      } catch (error) {
        if (!(error instanceof PartialValue)) throw error;
        bad = true;
        rows.push(error.value as readonly Boxed[]);
      }
    }
    if (bad) throw new BadRecord(rows);
    return rows;
  });
}

/** Records that are one value of an array, map or variant: rows of one column. An object stands for an array of itself. */
export function jsonValueParser(type: ArrayType | MapType | DataType, options: JsonOptions, settings: SqlSettings): RecordParser {
  const context = { options, settings };
  const convert = converterOf(type, context);
  const single = type.kind === "array" && type.element.kind === "struct" ? structConverter(type.element, context) : null;
  return rootParser(options, (reader) => {
    const alone = single !== null && reader.token === "{";
    if (reader.token === "null" && type.kind !== "variant") throw new WrongValue("Null is no record.");
    try {
      return alone ? [[[single(reader)]]] : [[convert(reader)]];
    } catch (error) {
      if (!(error instanceof PartialValue)) throw error;
      throw new BadRecord([[alone ? [error.value] : error.value]], { cause: error });
    }
  });
}

/** The value of a field in the text of its value, which is plain JSON; undefined where it is not wholly of the type. */
export type FieldConverter = (text: string) => Boxed | undefined;

export function fieldConverter(type: DataType, options: JsonOptions, settings: SqlSettings): FieldConverter {
  const convert = nullable(converterOf(type, { options, settings }));
  return (text) => {
    const reader = new JsonReader(text, options);
    reader.next();
    try {
      return convert(reader);
    } catch (error) {
      if (error instanceof WrongValue) return undefined;
      throw error;
    }
  };
}

/** No rows for a text without tokens. */
function rootParser(options: JsonOptions, read: (reader: JsonReader) => readonly (readonly Boxed[])[]): RecordParser {
  return (record) => {
    const reader = new JsonReader(record, options);
    try {
      if (reader.next() === "end") return [];
      return read(reader);
    } catch (error) {
      if (error instanceof PartialValue) throw new BadRecord([error.value as readonly Boxed[]], { cause: error });
      if (error instanceof JsonFault || error instanceof WrongValue) throw new BadRecord([], { cause: error });
      throw error;
    }
  };
}

function structConverter(schema: StructType, context: Context, defaults: readonly Boxed[] | null = null): Converter {
  const places = new Map(schema.fields.map((field, i) => [field.name, i]));
  const converters = schema.fields.map((field) => nullable(converterOf(field.type, context)));
  const width = converters.length;
  return (reader) => {
    const row = new Array<Boxed>(width).fill(null);
    const lacking = defaults === null ? null : new Set(defaults.keys());
    let bad = false;
    while (reader.next() !== "}") {
      const place = places.get(reader.text);
      if (place === undefined) {
        reader.skipChildren();
        continue;
      }
      const { depth } = reader;
      lacking?.delete(place);
      reader.next();
      try {
        row[place] = (converters[place] as Converter)(reader);
      } catch (error) {
        if (!(error instanceof WrongValue)) throw error;
        bad = true;
        if (error instanceof PartialValue) row[place] = error.value;
        while (reader.depth > depth) reader.next();
      }
    }
    if (bad) throw new PartialValue(row);
    if (lacking !== null) for (const place of lacking) row[place] = defaults![place]!;
    return row;
  };
}

function nullable(convert: Converter): Converter {
  return (reader) => (reader.token === "null" ? null : convert(reader));
}

/** Elements that are partial stay; where one has no value at all, nor has the array. */
function arrayConverter(type: ArrayType, context: Context): Converter {
  const element = nullable(converterOf(type.element, context));
  return (reader) => {
    if (reader.token !== "[") throw wrong(reader);
    const items: Boxed[] = [];
    let bad = false;
    while (reader.next() !== "]") {
      try {
        items.push(element(reader));
      } catch (error) {
        if (!(error instanceof PartialValue)) throw error;
        bad = true;
        items.push(error.value);
      }
    }
    if (bad) throw new PartialValue(items);
    return items;
  };
}

function mapConverter(type: MapType, context: Context): Converter {
  const convert = nullable(converterOf(type.value, context));
  return (reader) => {
    if (reader.token !== "{") throw wrong(reader);
    const entries = new Map<string, Boxed>();
    let bad = false;
    while (reader.next() !== "}") {
      const key = reader.text;
      reader.next();
      try {
        entries.set(key, convert(reader));
      } catch (error) {
        if (!(error instanceof PartialValue)) throw error;
        bad = true;
        entries.set(key, error.value);
      }
    }
    const map = new MapValue([...entries.keys()], [...entries.values()]);
    if (bad) throw new PartialValue(map);
    return map;
  };
}

function wrong(reader: JsonReader): WrongValue {
  return new WrongValue(`Unexpected ${reader.token}.`);
}

/** Groups of four digits, padded where there are fewer; spaces only before a group. */
const BASE64 = /^(?:[\0-\x20]*[A-Za-z0-9+/]{2}(?:[A-Za-z0-9+/]{2}|[A-Za-z0-9+/]=|==))*[\0-\x20]*$/;

/** For tokens other than null. */
function converterOf(type: DataType, context: Context): Converter {
  const { options, settings } = context;
  switch (type.kind) {
    case "struct": {
      const convert = structConverter(type, context);
      return (reader) => {
        if (reader.token !== "{") throw wrong(reader);
        return convert(reader);
      };
    }
    case "array":
      return arrayConverter(type, context);
    case "map":
      return mapConverter(type, context);
    case "udt":
      return converterOf(type.sqlType, context);
    case "variant":
      return (reader) => variantOfReader(reader);
    case "string":
      return (reader) => (reader.token === "string" ? reader.text : copiedValue(reader));
    case "boolean":
      return (reader) => {
        if (reader.token !== "true" && reader.token !== "false") throw wrong(reader);
        return reader.token === "true";
      };
    case "byte": {
      // Spark's parser takes unsigned bytes too, and keeps their bits.
      const convert = integerConverter(-128, 255);
      return (reader) => (convert(reader) << 24) >> 24;
    }
    case "short":
      return integerConverter(-32768, 32767);
    case "int":
      return integerConverter(-2147483648, 2147483647);
    case "long":
      return longOf;
    case "float":
      return floatingConverter(Math.fround, options);
    case "double":
      return floatingConverter((value) => value, options);
    case "decimal":
      return (reader) => decimalOf(reader, type.precision, type.scale);
    case "binary":
      return (reader) => {
        if (reader.token !== "string" || !BASE64.test(reader.text)) throw wrong(reader);
        return Uint8Array.from(Buffer.concat(reader.text.split("=").map((part) => Buffer.from(part, "base64"))));
      };
    case "date":
      return textConverter(dateReader(options.dateFormat, options, settings));
    case "timestamp": {
      const text = textConverter(timestampReader(options.timestampFormat, options, settings));
      return (reader) => (reader.token === "integer" ? multiply(longOf(reader), 1_000_000) : text(reader));
    }
    case "timestamp_ntz":
      return textConverter(timestampNtzReader(options.timestampNtzFormat));
    case "time":
      return textConverter(timeReader(options.timeFormat, type, options, settings));
    case "calendarInterval":
    case "dayTimeInterval":
    case "yearMonthInterval": {
      const read = makeCast({ kind: "string" }, type, "try", settings);
      return textConverter((text) => read(text));
    }
    case "null":
      return (reader) => {
        reader.skipChildren();
        return null;
      };
  }
}

/** Strings that are not empty. */
function textConverter(read: TextReader): Converter {
  return (reader) => {
    if (reader.token !== "string" || reader.text === "") throw wrong(reader);
    const value = read(reader.text);
    if (value === null) throw wrong(reader);
    return value;
  };
}

function integerConverter(least: number, most: number): (reader: JsonReader) => number {
  return (reader) => {
    if (reader.token !== "integer") throw wrong(reader);
    const value = Number(reader.text);
    if (value < least || value > most) throw new WrongValue("Out of range.");
    return value + 0;
  };
}

function longOf(reader: JsonReader): number | bigint {
  if (reader.token !== "integer") throw wrong(reader);
  if (reader.text.length < 16) return Number(reader.text) + 0;
  const value = BigInt(reader.text);
  if (value < -(2n ** 63n) || value >= 2n ** 63n) throw new WrongValue("Out of range.");
  return normalize(value);
}

function floatingConverter(round: (value: number) => number, options: JsonOptions): Converter {
  return (reader) => {
    switch (reader.token) {
      case "integer":
      case "float":
        return round(Number(reader.text));
      case "nonNumeric":
        return nonNumericValue(reader.text) as number;
      case "string": {
        const value = options.allowNonNumericNumbers ? nonNumericValue(reader.text) : undefined;
        if (value === undefined) throw wrong(reader);
        return value;
      }
      default:
        throw wrong(reader);
    }
  };
}

function decimalOf(reader: JsonReader, precision: number, scale: number): Boxed {
  const { token, text } = reader;
  if (token !== "integer" && token !== "float" && (token !== "string" || text === "")) throw wrong(reader);
  const parsed = parseDecimal(text);
  if (parsed === null) throw wrong(reader);
  const value = rescale(parsed.unscaled, parsed.scale, scale);
  if (!fitsPrecision(value, precision)) throw new WrongValue("Out of range.");
  return value;
}
