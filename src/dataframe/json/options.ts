/** Spark's options of JSON, for files and functions alike. Names of options are in any case. */
import { AnalysisError } from "../errors";
import type { LastingSettings } from "../settings";
import { timeZone } from "../types/time-zone";
import type { ReadOptions } from "./reader";
import type { ParseMode } from "./record-mode";

export interface JsonOptions extends ReadOptions {
  readonly mode: ParseMode;
  readonly columnNameOfCorruptRecord: string;
  readonly primitivesAsString: boolean;
  readonly prefersDecimal: boolean;
  readonly inferTimestamp: boolean;
  readonly dropFieldIfAllNull: boolean;
  readonly samplingRatio: number;
  readonly dateFormat: string | undefined;
  readonly timestampFormat: string | undefined;
  readonly timestampNtzFormat: string | undefined;
  readonly timeFormat: string | undefined;
  readonly locale: string;
  readonly timeZone: string;
  readonly multiLine: boolean;
  readonly lineSep: string | undefined;
  readonly encoding: string | undefined;
  readonly singleVariantColumn: string | undefined;
  readonly ignoreNullFields: boolean;
  readonly pretty: boolean;
  readonly writeNonAsciiAsCodePoint: boolean;
  readonly sortKeys: boolean;
}

export type OptionMap = Readonly<Record<string, string>>;

/** Looks options up without regard to case, and reads their values. */
export class Options {
  readonly #values = new Map<string, string>();

  constructor(options: OptionMap) {
    for (const [name, value] of Object.entries(options)) this.#values.set(name.toLowerCase(), value);
  }

  text(name: string): string | undefined {
    return this.#values.get(name.toLowerCase());
  }

  flag(name: string, otherwise: boolean): boolean {
    const value = this.text(name);
    if (value === undefined) return otherwise;
    const lower = value.trim().toLowerCase();
    if (lower === "true" || lower === "false") return lower === "true";
    throw new AnalysisError("INVALID_OPTIONS.BOOLEAN_VALUE", { option: name, value });
  }

  number(name: string, otherwise: number): number {
    const value = this.text(name);
    if (value === undefined) return otherwise;
    const number = Number(value);
    if (Number.isFinite(number)) return number;
    throw new AnalysisError("INVALID_OPTIONS.NUMBER_VALUE", { option: name, value });
  }

  /** What ends a line, of at most that many characters; undefined: any of the usual ones. */
  lineSep(longest = Infinity): string | undefined {
    const value = this.text("lineSep");
    if (value === undefined || (value !== "" && value.length <= longest)) return value;
    const expected = longest === Infinity ? "one character or more" : `a text of 1 to ${longest} characters`;
    throw new AnalysisError("INVALID_OPTION_VALUE", { optionName: "lineSep", optionValue: value, expected });
  }

  /** The share of records that a schema is found in. */
  samplingRatio(): number {
    const value = this.number("samplingRatio", 1);
    if (value > 0) return value;
    const expected = "a number greater than 0";
    throw new AnalysisError("INVALID_OPTION_VALUE", { optionName: "samplingRatio", optionValue: String(value), expected });
  }

  /** Throws INVALID_TIMEZONE for what is none. */
  timeZone(otherwise: string): string {
    const id = this.text("timeZone");
    if (id !== undefined && timeZone(id) === null) throw new AnalysisError("INVALID_TIMEZONE", { timeZone: id });
    return id ?? otherwise;
  }

  mode(): ParseMode {
    const mode = (this.text("mode") ?? "PERMISSIVE").toUpperCase();
    // An unknown mode reads as PERMISSIVE.
    return mode === "FAILFAST" || mode === "DROPMALFORMED" ? mode : "PERMISSIVE";
  }
}

export function jsonOptions(map: OptionMap, settings: LastingSettings): JsonOptions {
  const options = new Options(map);
  const conf = (key: string, otherwise: string): string => settings.conf[key] ?? otherwise;
  return {
    allowComments: options.flag("allowComments", false),
    allowUnquotedFieldNames: options.flag("allowUnquotedFieldNames", false),
    allowSingleQuotes: options.flag("allowSingleQuotes", true),
    allowNumericLeadingZeros: options.flag("allowNumericLeadingZeros", false),
    allowNonNumericNumbers: options.flag("allowNonNumericNumbers", true),
    allowBackslashEscapingAnyCharacter: options.flag("allowBackslashEscapingAnyCharacter", false),
    allowUnquotedControlChars: options.flag("allowUnquotedControlChars", false),
    mode: options.mode(),
    columnNameOfCorruptRecord:
      options.text("columnNameOfCorruptRecord") ?? conf("spark.sql.columnNameOfCorruptRecord", "_corrupt_record"),
    primitivesAsString: options.flag("primitivesAsString", false),
    prefersDecimal: options.flag("prefersDecimal", false),
    inferTimestamp: options.flag("inferTimestamp", false),
    dropFieldIfAllNull: options.flag("dropFieldIfAllNull", false),
    samplingRatio: options.samplingRatio(),
    dateFormat: options.text("dateFormat"),
    timestampFormat: options.text("timestampFormat"),
    timestampNtzFormat: options.text("timestampNTZFormat"),
    timeFormat: options.text("timeFormat"),
    locale: options.text("locale") ?? "en-US",
    timeZone: options.timeZone(settings.timeZone),
    multiLine: options.flag("multiLine", false),
    lineSep: options.lineSep(),
    encoding: options.text("encoding") ?? options.text("charset"),
    singleVariantColumn: options.text("singleVariantColumn"),
    ignoreNullFields: options.flag("ignoreNullFields", conf("spark.sql.jsonGenerator.ignoreNullFields", "true") === "true"),
    pretty: options.flag("pretty", false),
    writeNonAsciiAsCodePoint: options.flag("writeNonAsciiCharacterAsCodePoint", false),
    sortKeys: options.flag("sortKeys", false),
  };
}
