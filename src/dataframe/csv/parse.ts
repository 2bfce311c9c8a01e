/** CSV records read against a schema: tokens as values of the columns' types. */
import type { Boxed, DataType, StructType } from "../../columnar/types";
import { AnalysisError } from "../errors";
import { dateReader, timeReader, timestampNtzReader, timestampReader } from "../json/datetime-text";
import { BadRecord } from "../json/record-mode";
import type { RecordParser } from "../json/record-mode";
import type { SqlSettings } from "../settings";
import { makeCast } from "../types/cast";
import { fitsPrecision, parseDecimal, rescale } from "../types/exact";
import { quotedType } from "../types/text";
import { castToVariant } from "../variant/cast";
import { typeOfToken } from "./infer";
import { floatingOf } from "./number-token";
import type { CsvOptions } from "./options";
import { csvLineTokenizer } from "./tokenize";
import type { CsvTokens } from "./tokenize";

/** A token as a value; null where it is none of the type. Never for the null value. */
export type TokenReader = (token: string) => Boxed;

/** Records of one row each; a record with more or fewer tokens than columns is bad, and keeps what can be read. */
export function csvRecordParser(schema: StructType, options: CsvOptions, settings: SqlSettings): RecordParser {
  const tokenize = csvLineTokenizer(options);
  const convert = csvRowConverter(schema, options, settings);
  return (record) => {
    const tokens = tokenize(record);
    if (tokens === null) throw new BadRecord([]);
    const { row, bad } = convert(tokens);
    if (bad) throw new BadRecord([row]);
    return [row];
  };
}

export function csvRowConverter(
  schema: StructType,
  options: CsvOptions,
  settings: SqlSettings,
): (tokens: CsvTokens) => { readonly row: readonly Boxed[]; readonly bad: boolean } {
  const readers = schema.fields.map((field) => tokenReader(field.type, options, settings));
  const { nullValue } = options;
  const width = readers.length;
  return (tokens) => {
    let bad = tokens.length !== width;
    const row = new Array<Boxed>(width).fill(null);
    for (let i = 0; i < width; i++) {
      const token = tokens[i] ?? null;
      if (token === null || token === nullValue) continue;
      const value = (readers[i] as TokenReader)(token);
      if (value === null) bad = true;
      row[i] = value;
    }
    return { row, bad };
  };
}

const INTEGRAL = /^[+-]?\d+$/;

export function tokenReader(type: DataType, options: CsvOptions, settings: SqlSettings): TokenReader {
  const byCast = (): TokenReader => makeCast({ kind: "string" }, type, "try", settings);
  switch (type.kind) {
    case "string":
      return (token) => token;
    case "boolean":
      return (token) => {
        const lower = token.toLowerCase();
        return lower === "true" ? true : lower === "false" ? false : null;
      };
    case "byte":
    case "short":
    case "int":
    case "long": {
      const convert = byCast();
      return (token) => (INTEGRAL.test(token) ? convert(token) : null);
    }
    case "float":
      return (token) => {
        const value = floatingOf(token, options);
        return value === null ? null : Math.fround(value);
      };
    case "double":
      return (token) => floatingOf(token, options);
    case "decimal":
      return (token) => {
        const parsed = parseDecimal(token.replaceAll(",", ""));
        if (parsed === null) return null;
        const value = rescale(parsed.unscaled, parsed.scale, type.scale);
        return fitsPrecision(value, type.precision) ? value : null;
      };
    case "date":
      return dateReader(options.dateFormat, options, settings);
    case "timestamp":
      return timestampReader(options.timestampFormat, options, settings);
    case "timestamp_ntz":
      return timestampNtzReader(options.timestampNtzFormat);
    case "time":
      return timeReader(options.timeFormat, type, options, settings);
    case "binary":
      return (token) => new Uint8Array(Buffer.from(token, "utf8"));
    case "calendarInterval":
    case "dayTimeInterval":
    case "yearMonthInterval":
      return byCast();
    case "variant":
      return variantOfToken(options, settings);
    case "udt":
      return tokenReader(type.sqlType, options, settings);
    case "null":
    case "array":
    case "map":
    case "struct":
      throw new AnalysisError("UNSUPPORTED_DATATYPE", { typeName: quotedType(type) });
  }
}

/** Tokens as variants of the type that inference would give them. */
function variantOfToken(options: CsvOptions, settings: SqlSettings): TokenReader {
  const infer = typeOfToken(options, settings);
  return (token) => {
    const type = infer({ kind: "null" }, token);
    const value = type.kind === "null" ? null : tokenReader(type, options, settings)(token);
    return value === null ? castToVariant({ kind: "string" })(token) : castToVariant(type)(value);
  };
}
