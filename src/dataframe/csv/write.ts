/** Rows as lines of CSV. */
import type { Boxed, DataType, StructType } from "../../columnar/types";
import { checkPatterns, dateWriter, timestampNtzWriter, timestampWriter, timeWriter } from "../json/datetime-text";
import type { SqlSettings } from "../settings";
import { binaryText } from "../types/hive-text";
import type { BinaryStyle } from "../types/hive-text";
import { literalSql, printer } from "../types/print";
import type { CsvOptions } from "./options";

/** The line of a row, without its end. */
export function csvLineWriter(schema: StructType, options: CsvOptions, settings: SqlSettings): (row: readonly Boxed[]) => string {
  checkPatterns([options.timestampFormat, options.timestampNtzFormat, options.dateFormat]);
  const writers = schema.fields.map((field) => csvTextOf(field.type, options, settings));
  const field = fieldWriter(options);
  const { delimiter } = options;
  return (row) => {
    let line = "";
    for (let i = 0; i < writers.length; i++) {
      if (i > 0) line += delimiter;
      const value = row[i] as Boxed;
      line += field(value === null ? null : writers[i]!(value), i);
    }
    return line;
  };
}

/** The line of names. */
export function csvHeader(schema: StructType, options: CsvOptions): string {
  const field = fieldWriter(options);
  return schema.fields.map(({ name }, i) => field(name, i)).join(options.delimiter);
}

function fieldWriter(options: CsvOptions): (text: string | null, column: number) => string {
  const { quote, escape, escapeOfEscape, delimiter, quoteAll, nullValue, emptyValue } = options;
  const comment = options.comment ?? "#";
  const escaped = (text: string): string => {
    let out = "";
    for (const unit of text) {
      if (unit === quote) out += escape === "" ? unit : escape + unit;
      else if (unit === escape && escapeOfEscape !== "" && escape !== quote) out += escapeOfEscape + unit;
      else out += unit;
    }
    return `${quote}${out}${quote}`;
  };
  return (given, column) => {
    if (given === null) return quoteAll ? escaped(nullValue) : nullValue;
    let text = given;
    if (options.trimLeading.write && text.charCodeAt(0) <= 32) text = text.replace(/^[\0- ]+/, "");
    if (options.trimTrailing.write && text.charCodeAt(text.length - 1) <= 32) text = text.replace(/[\0- ]+$/, "");
    if (text === "") return quoteAll && emptyValue.write !== '""' ? escaped(emptyValue.write) : emptyValue.write;
    const special =
      text.includes(delimiter) ||
      text.includes("\n") ||
      text.includes("\r") ||
      (options.escapeQuotes && quote !== "" && text.includes(quote)) ||
      (column === 0 && text.startsWith(comment));
    return (quoteAll || special) && quote !== "" ? escaped(text) : text;
  };
}

/** Text of a value that is not null. */
export function csvTextOf(type: DataType, options: CsvOptions, settings: SqlSettings): (value: Boxed) => string {
  const style = (settings.conf["spark.sql.binaryOutputStyle"]?.toUpperCase() ?? "HEX_DISCRETE") as BinaryStyle;
  switch (type.kind) {
    case "date":
      return dateWriter(options.dateFormat, options);
    case "timestamp":
      return timestampWriter(options.timestampFormat, options);
    case "timestamp_ntz":
      return timestampNtzWriter(options.timestampNtzFormat, options);
    case "time":
      return timeWriter(options.timeFormat, options);
    case "dayTimeInterval":
    case "yearMonthInterval":
      return (value) => literalSql(value, type);
    case "binary":
      return (value) => binaryText(value as Uint8Array, style);
    default:
      return printer(type, settings);
  }
}
