/** The types of CSV columns: each token widens what the tokens above it were. */
import type { DataType, StructType } from "../../columnar/types";
import { checkPatterns, dateReader, isReadable, timestampNtzReader, timestampReader } from "../json/datetime-text";
import type { TextReader } from "../json/datetime-text";
import type { SqlSettings } from "../settings";
import { digits, fitsLong, parseDecimal } from "../types/exact";
import { floatingOf } from "./number-token";
import type { CsvOptions } from "./options";
import type { CsvTokens } from "./tokenize";

const NULL: DataType = { kind: "null" };
const STRING: DataType = { kind: "string" };

type Widen = (soFar: DataType, token: string) => DataType;

/** What a column is that has been `soFar` and holds the token too. */
export function typeOfToken(options: CsvOptions, settings: SqlSettings): Widen {
  const tests = dateTests(options, settings);
  const isoDates = options.preferDate && options.dateFormat === undefined;
  return (soFar, token) => {
    if (soFar.kind === "string" || isPlainly(soFar.kind, token, isoDates)) return soFar;
    if (token === "" || token === options.nullValue) return soFar;
    const type = atLeast(soFar, token, options, tests);
    return compatible(soFar, type, options);
  };
}

/** Most tokens are seen to be of their column's type by their characters: what is true here needs no other test. */
function isPlainly(kind: DataType["kind"], token: string, isoDates: boolean): boolean {
  const { length } = token;
  switch (kind) {
    case "int":
      return length <= 9 && digitsFrom(token, 0) === length && length > 0;
    case "long":
      return length <= 18 && digitsFrom(token, 0) === length && length > 0;
    case "double": {
      const whole = digitsFrom(token, 0);
      if (whole === 0) return false;
      return (
        whole === length || (token.charCodeAt(whole) === 46 && length > whole + 1 && digitsFrom(token, whole + 1) === length)
      );
    }
    case "date": {
      if (!isoDates || length !== 10 || token.charCodeAt(0) === 48 || digitsFrom(token, 0) !== 4) return false;
      if (token.charCodeAt(4) !== 45 || digitsFrom(token, 5) !== 7 || token.charCodeAt(7) !== 45 || digitsFrom(token, 8) !== 10)
        return false;
      const [month, day] = [twoDigits(token, 5), twoDigits(token, 8)];
      return month >= 1 && month <= 12 && day >= 1 && day <= 28;
    }
    default:
      return false;
  }
}

/** Where the digits from `from` on end. */
function digitsFrom(token: string, from: number): number {
  let at = from;
  for (; at < token.length; at++) {
    const code = token.charCodeAt(at);
    if (code < 48 || code > 57) break;
  }
  return at;
}

function twoDigits(token: string, at: number): number {
  return (token.charCodeAt(at) - 48) * 10 + token.charCodeAt(at + 1) - 48;
}

interface DateTests {
  readonly date: TextReader | null;
  readonly timestamp: TextReader;
  readonly local: TextReader | null;
}

function dateTests(options: CsvOptions, settings: SqlSettings): DateTests {
  return {
    date: options.preferDate ? strictDate(options, settings) : null,
    timestamp: timestampReader(options.timestampFormat, options, settings),
    local: settings.conf["spark.sql.timestampType"] === "TIMESTAMP_NTZ" ? timestampNtzReader(options.timestampNtzFormat) : null,
  };
}

/** Dates without a time, of all digits. As in Spark no text is one of a `dateFormat` that is no pattern; reading a date refuses it. */
function strictDate(options: CsvOptions, settings: SqlSettings): TextReader {
  if (options.dateFormat !== undefined && !isReadable(options.dateFormat)) return () => null;
  const read = dateReader(options.dateFormat, options, settings);
  return options.dateFormat !== undefined ? read : (text) => (/^(?:\d{4}|-\d{4,})-\d{2}-\d{2}$/.test(text) ? read(text) : null);
}

/** Types from the narrowest on, each with its test. A token is of the first at or behind the column's own that it passes. */
const LADDER: readonly (readonly [
  kind: DataType["kind"],
  test: (token: string, options: CsvOptions, tests: DateTests) => DataType | null,
])[] = [
  ["int", (token) => (isWhole(token) && Math.abs(Number(token) + 0.5) < 2147483648 ? { kind: "int" } : null)],
  ["long", (token) => (isWhole(token) && fitsLong(BigInt(token)) ? { kind: "long" } : null)],
  ["decimal", wholeDecimal],
  ["double", (token, options) => (floatingOf(token, options) === null ? null : { kind: "double" })],
  ["date", (token, _, { date }) => (date !== null && date(token) !== null ? { kind: "date" } : null)],
  ["timestamp_ntz", (token, _, { local }) => (local !== null && local(token) !== null ? { kind: "timestamp_ntz" } : null)],
  ["timestamp", (token, _, { timestamp }) => (timestamp(token) === null ? null : { kind: "timestamp" })],
  ["boolean", (token) => (/^(?:true|false)$/i.test(token) ? { kind: "boolean" } : null)],
];

function isWhole(token: string): boolean {
  return /^[+-]?\d+$/.test(token);
}

function wholeDecimal(token: string): DataType | null {
  const parsed = parseDecimal(token);
  if (parsed?.scale !== 0) return null;
  const precision = digits(parsed.unscaled);
  return precision <= 38 ? { kind: "decimal", precision, scale: 0 } : null;
}

function atLeast(soFar: DataType, token: string, options: CsvOptions, tests: DateTests): DataType {
  const from = Math.max(
    LADDER.findIndex(([kind]) => kind === soFar.kind),
    0,
  );
  for (const [, test] of LADDER.slice(from)) {
    const type = test(token, options, tests);
    if (type !== null) return type;
  }
  return STRING;
}

const NUMBERS = ["int", "long", "double"];

/** The type of both; strings hold everything. */
function compatible(a: DataType, b: DataType, options: CsvOptions): DataType {
  if (a.kind === "null") return b;
  if (b.kind === "null") return a;
  if (a.kind === "decimal" || b.kind === "decimal") {
    const x = asDecimal(a);
    const y = asDecimal(b);
    if (x !== null && y !== null) {
      const precision = Math.max(x, y);
      return precision > 38 ? { kind: "double" } : { kind: "decimal", precision, scale: 0 };
    }
    return a.kind === "double" || b.kind === "double" ? { kind: "double" } : STRING;
  }
  if (a.kind === b.kind) return a;
  if (NUMBERS.includes(a.kind) && NUMBERS.includes(b.kind)) {
    return NUMBERS.indexOf(a.kind) > NUMBERS.indexOf(b.kind) ? a : b;
  }
  const kinds = new Set([a.kind, b.kind]);
  const times = ["date", "timestamp", "timestamp_ntz"];
  if ([...kinds].every((kind) => times.includes(kind))) {
    if (kinds.has("date") && !datesAreTimestamps(kinds.has("timestamp"), options)) return STRING;
    return kinds.has("timestamp") ? { kind: "timestamp" } : { kind: "timestamp_ntz" };
  }
  return STRING;
}

/** Patterns of dates that timestamps are read of too, where they have no pattern of their own. */
const SHORT_TIMESTAMPS = ["yyyy-MM-dd", "yyyy-M-d", "yyyy-M-dd", "yyyy-MM-d", "yyyy-MM", "yyyy-M", "yyyy"];

function datesAreTimestamps(
  zoned: boolean,
  { dateFormat = "yyyy-MM-dd", timestampFormat, timestampNtzFormat }: CsvOptions,
): boolean {
  return (zoned ? timestampFormat : timestampNtzFormat) === undefined && SHORT_TIMESTAMPS.includes(dateFormat);
}

/** Digits of a whole number's type. */
function asDecimal(type: DataType): number | null {
  return type.kind === "decimal" ? type.precision : type.kind === "int" ? 10 : type.kind === "long" ? 20 : null;
}

/** The types of columns, seen record by record. */
export class CsvInference {
  readonly types: DataType[];
  readonly #widen: Widen;

  constructor(
    width: number,
    private readonly options: CsvOptions,
    settings: SqlSettings,
  ) {
    checkPatterns([options.timestampFormat, options.timestampNtzFormat], "parse");
    this.types = Array.from({ length: width }, () => NULL);
    this.#widen = typeOfToken(options, settings);
  }

  /** Tokens beyond the columns say nothing. */
  add(tokens: CsvTokens): void {
    const n = Math.min(tokens.length, this.types.length);
    for (let i = 0; i < n; i++) {
      const token = tokens[i] as string | null;
      if (token !== null) this.widen(i, token);
    }
  }

  widen(column: number, token: string): void {
    this.types[column] = this.#widen(this.types[column] as DataType, token);
  }

  /** What other records of the same columns were found to be. */
  merge(types: readonly DataType[]): void {
    types.forEach((type, i) => (this.types[i] = compatible(this.types[i] as DataType, type, this.options)));
  }

  /** Columns of nulls alone are strings. */
  schema(names: readonly string[]): StructType {
    const fields = names.map((name, i) => {
      const type = this.types[i] as DataType;
      return { name, type: type.kind === "null" ? STRING : type, nullable: true };
    });
    return { kind: "struct", fields };
  }
}

/** Names of columns: those of a header, made different where they are not, or _c0, _c1, … */
export function csvColumnNames(first: CsvTokens, options: CsvOptions, caseSensitive: boolean): readonly string[] {
  if (!options.header) return first.map((_, i) => `_c${i}`);
  const fold = (name: string): string => (caseSensitive ? name : name.toLowerCase());
  const counts = new Map<string, number>();
  for (const name of first) if (name !== null) counts.set(fold(name), (counts.get(fold(name)) ?? 0) + 1);
  return first.map((name, i) => {
    if (name === null || name === "" || name === options.nullValue) return `_c${i}`;
    return (counts.get(fold(name)) as number) > 1 ? `${name}${i}` : name;
  });
}
