/** Spark's options of CSV, for files and functions alike. Names of options are in any case. */
import { AnalysisError } from "../errors";
import { Options } from "../json/options";
import type { OptionMap } from "../json/options";
import type { ParseMode } from "../json/record-mode";
import type { SqlSettings } from "../settings";

/** What a quote inside of a quoted value does that is not escaped and does not end it. */
export type UnescapedQuotes = "STOP_AT_DELIMITER" | "STOP_AT_CLOSING_QUOTE" | "SKIP_VALUE" | "RAISE_ERROR";

export interface CsvOptions {
  readonly delimiter: string;
  /** Empty: no quoting. */
  readonly quote: string;
  readonly escape: string;
  /** Escapes the escape character; empty where nothing does. */
  readonly escapeOfEscape: string;
  readonly comment: string | undefined;
  readonly unescapedQuotes: UnescapedQuotes;
  readonly header: boolean;
  readonly inferSchema: boolean;
  readonly preferDate: boolean;
  readonly enforceSchema: boolean;
  readonly trimLeading: { readonly read: boolean; readonly write: boolean };
  readonly trimTrailing: { readonly read: boolean; readonly write: boolean };
  readonly nullValue: string;
  readonly emptyValue: { readonly read: string; readonly write: string };
  readonly nanValue: string;
  readonly positiveInf: string;
  readonly negativeInf: string;
  readonly dateFormat: string | undefined;
  readonly timestampFormat: string | undefined;
  readonly timestampNtzFormat: string | undefined;
  readonly timeFormat: string | undefined;
  readonly locale: string;
  readonly timeZone: string;
  readonly mode: ParseMode;
  readonly columnNameOfCorruptRecord: string;
  readonly multiLine: boolean;
  readonly lineSep: string | undefined;
  readonly encoding: string | undefined;
  readonly maxColumns: number;
  readonly maxCharsPerColumn: number;
  readonly samplingRatio: number;
  readonly quoteAll: boolean;
  readonly escapeQuotes: boolean;
  readonly singleVariantColumn: string | undefined;
}

export function csvOptions(map: OptionMap, settings: SqlSettings): CsvOptions {
  const options = new Options(map);
  const quote = character(options, "quote", '"');
  const escape = character(options, "escape", "\\");
  const emptyValue = options.text("emptyValue");
  const leading = options.text("ignoreLeadingWhiteSpace");
  const trailing = options.text("ignoreTrailingWhiteSpace");
  return {
    delimiter: delimiterOf(options.text("sep") ?? options.text("delimiter") ?? ","),
    quote,
    escape,
    escapeOfEscape: character(options, "charToEscapeQuoteEscaping", escape === quote ? "" : escape),
    comment: commentOf(options),
    unescapedQuotes: unescapedQuotesOf(options.text("unescapedQuoteHandling")),
    header: options.flag("header", false),
    inferSchema: options.flag("inferSchema", false),
    preferDate: options.flag("preferDate", true),
    enforceSchema: options.flag("enforceSchema", true),
    trimLeading: {
      read: flagOr(options, leading, "ignoreLeadingWhiteSpace", false),
      write: flagOr(options, leading, "ignoreLeadingWhiteSpace", true),
    },
    trimTrailing: {
      read: flagOr(options, trailing, "ignoreTrailingWhiteSpace", false),
      write: flagOr(options, trailing, "ignoreTrailingWhiteSpace", true),
    },
    nullValue: options.text("nullValue") ?? "",
    emptyValue: { read: emptyValue ?? "", write: emptyValue ?? '""' },
    nanValue: options.text("nanValue") ?? "NaN",
    positiveInf: options.text("positiveInf") ?? "Inf",
    negativeInf: options.text("negativeInf") ?? "-Inf",
    dateFormat: options.text("dateFormat"),
    timestampFormat: options.text("timestampFormat"),
    timestampNtzFormat: options.text("timestampNTZFormat"),
    timeFormat: options.text("timeFormat"),
    locale: options.text("locale") ?? "en-US",
    timeZone: options.timeZone(settings.timeZone),
    mode: options.mode(),
    columnNameOfCorruptRecord:
      options.text("columnNameOfCorruptRecord") ?? settings.conf["spark.sql.columnNameOfCorruptRecord"] ?? "_corrupt_record",
    multiLine: options.flag("multiLine", false),
    lineSep: options.lineSep(2),
    encoding: options.text("encoding") ?? options.text("charset"),
    maxColumns: options.number("maxColumns", 20480),
    maxCharsPerColumn: options.number("maxCharsPerColumn", -1),
    samplingRatio: options.samplingRatio(),
    quoteAll: options.flag("quoteAll", false),
    escapeQuotes: options.flag("escapeQuotes", true),
    singleVariantColumn: options.text("singleVariantColumn"),
  };
}

function flagOr(options: Options, text: string | undefined, name: string, otherwise: boolean): boolean {
  return text === undefined ? otherwise : options.flag(name, otherwise);
}

/** One character, or none for an empty text. */
function character(options: Options, name: string, otherwise: string): string {
  const value = options.text(name);
  if (value === undefined) return otherwise;
  if (value === "" || value === "\0") return "";
  if (value.length > 1) throw new AnalysisError("OPTION_VALUE_EXCEEDS_ONE_CHARACTER", { option: name, value });
  return value;
}

function commentOf(options: Options): string | undefined {
  const comment = character(options, "comment", "");
  return comment === "" ? undefined : comment;
}

const ESCAPED: Readonly<Record<string, string>> = {
  "\\t": "\t",
  "\\r": "\r",
  "\\b": "\b",
  "\\f": "\f",
  '\\"': '"',
  "\\'": "'",
  "\\\\": "\\",
  "\\u0000": "\0",
  "\\0": "\0",
};

/** `\t` and its like may be written out. */
function delimiterOf(text: string): string {
  if (text === "") throw new AnalysisError("INVALID_DELIMITER_VALUE.EMPTY_STRING", {});
  if (text === "\\") throw new AnalysisError("INVALID_DELIMITER_VALUE.SINGLE_BACKSLASH", {});
  const delimiter = text.replace(/\\u0000|\\[^]/g, (escape) => {
    const resolved = ESCAPED[escape];
    if (resolved === undefined) {
      throw new AnalysisError("INVALID_DELIMITER_VALUE.UNSUPPORTED_SPECIAL_CHARACTER", { str: escape });
    }
    return resolved;
  });
  return delimiter;
}

function unescapedQuotesOf(text: string | undefined): UnescapedQuotes {
  const name = (text ?? "STOP_AT_DELIMITER").toUpperCase();
  switch (name) {
    case "STOP_AT_DELIMITER":
    case "STOP_AT_CLOSING_QUOTE":
    case "SKIP_VALUE":
    case "RAISE_ERROR":
      return name;
    default:
      throw new AnalysisError("UNSUPPORTED_FEATURE.CSV_UNESCAPED_QUOTE_HANDLING", { handling: name });
  }
}
