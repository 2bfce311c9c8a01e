/** Functions whose calls are more than a name and arguments in their order. */
import { UsageError } from "../../../common/errors";
import type { DataType } from "../../../columnar/types";
import { sqlName } from "../../types/text";
import { Column } from "../column";
import type { ColumnOrName } from "../column";
import { call, callExpression, column, optional, value } from "./call";

type Columns = readonly (ColumnOrName | readonly ColumnOrName[])[];

function columns(list: Columns): Column[] {
  return list.flat().map(column);
}

/** An array of columns. */
export function array(...items: Columns): Column {
  return call("array", ...columns(items));
}

/** A struct with a field for each column. */
export function struct(...fields: Columns): Column {
  return call("struct", ...columns(fields));
}

/** A map of keys and values that alternate. */
export function create_map(...entries: Columns): Column {
  return call("map", ...columns(entries));
}

export { create_map as map };

/** The entries of several maps as one. */
export function map_concat(...maps: Columns): Column {
  return call("map_concat", ...columns(maps));
}

// Counts and distinct aggregates

/** The number of rows, for "*"; else of those where the column is not null. */
export function count(argument: ColumnOrName): Column {
  return call("count", argument === "*" ? value(1) : column(argument));
}

function distinct(name: string, args: readonly (Column | undefined)[]): Column {
  return new Column({ ...callExpression(name, args), distinct: true });
}

/** The number of distinct values, or combinations of values, without nulls. */
export function count_distinct(first: ColumnOrName, ...more: readonly ColumnOrName[]): Column {
  return distinct("count", [first, ...more].map(column));
}
export { count_distinct as countDistinct };

/** The sum of the distinct values. */
export function sum_distinct(argument: ColumnOrName): Column {
  return distinct("sum", [column(argument)]);
}
export { sum_distinct as sumDistinct };

/** Text of the distinct values with a delimiter between them. */
export function listagg_distinct(argument: ColumnOrName, delimiter?: Column | string | Uint8Array): Column {
  return distinct("listagg", [column(argument), optional(value, delimiter)]);
}
export function string_agg_distinct(argument: ColumnOrName, delimiter?: Column | string | Uint8Array): Column {
  return distinct("string_agg", [column(argument), optional(value, delimiter)]);
}

// First and last values

/** A column says it as the function's second argument, which must be a literal. */
function withNulls(name: string, args: readonly (Column | undefined)[], ignoreNulls: boolean | Column | undefined): Column {
  if (ignoreNulls instanceof Column) return call(name, ...args, ignoreNulls);
  return new Column({ ...callExpression(name, args), ...(ignoreNulls === true && { ignoreNulls }) });
}

/** As withNulls, for functions that take it as their second argument. */
function edge(name: string, argument: ColumnOrName, ignoreNulls: boolean | Column | undefined): Column {
  return withNulls(name, [column(argument)], ignoreNulls === true ? value(true) : ignoreNulls);
}

/** The first value of a group; with `ignoreNulls` the first that is not null. */
export function first(argument: ColumnOrName, ignoreNulls?: boolean | Column): Column {
  return edge("first", argument, ignoreNulls);
}
export function first_value(argument: ColumnOrName, ignoreNulls?: boolean | Column): Column {
  return edge("first_value", argument, ignoreNulls);
}
/** The last value of a group; with `ignoreNulls` the last that is not null. */
export function last(argument: ColumnOrName, ignoreNulls?: boolean | Column): Column {
  return edge("last", argument, ignoreNulls);
}
export function last_value(argument: ColumnOrName, ignoreNulls?: boolean | Column): Column {
  return edge("last_value", argument, ignoreNulls);
}
/** Some value of a group. */
export function any_value(argument: ColumnOrName, ignoreNulls?: boolean | Column): Column {
  return edge("any_value", argument, ignoreNulls);
}
/** The value of the row that is number `offset` of the window's frame, from 1. */
export function nth_value(argument: ColumnOrName, offset: number, ignoreNulls?: boolean): Column {
  return withNulls("nth_value", [column(argument), value(offset)], ignoreNulls);
}
/** The value `offset` rows before this one in its window, or `fallback`. */
export function lag(argument: ColumnOrName, offset = 1, fallback?: unknown, ignoreNulls?: boolean): Column {
  return withNulls("lag", [column(argument), value(offset), optional(value, fallback)], ignoreNulls);
}
/** The value `offset` rows after this one in its window, or `fallback`. */
export function lead(argument: ColumnOrName, offset = 1, fallback?: unknown, ignoreNulls?: boolean): Column {
  return withNulls("lead", [column(argument), value(offset), optional(value, fallback)], ignoreNulls);
}
/** The number of the row's part, where the window's rows are cut into `n` parts. */
export function ntile(n: number): Column {
  return call("ntile", value(n));
}
/** The most frequent value; with `deterministic` the least of several. */
export function mode(argument: ColumnOrName, deterministic?: boolean): Column {
  return call("mode", column(argument), deterministic === true ? value(true) : undefined);
}

// Text

/** Without blanks, or without the given characters, at both ends. */
export function trim(text: ColumnOrName, characters?: ColumnOrName): Column {
  return characters === undefined ? call("trim", column(text)) : call("trim", column(characters), column(text));
}
export function ltrim(text: ColumnOrName, characters?: ColumnOrName): Column {
  return characters === undefined ? call("ltrim", column(text)) : call("ltrim", column(characters), column(text));
}
export function rtrim(text: ColumnOrName, characters?: ColumnOrName): Column {
  return characters === undefined ? call("rtrim", column(text)) : call("rtrim", column(characters), column(text));
}
/** Hides text: letters and digits become the given ones; null leaves what it stands for. */
export function mask(
  text: ColumnOrName,
  upperChar?: ColumnOrName,
  lowerChar?: ColumnOrName,
  digitChar?: ColumnOrName,
  otherChar?: ColumnOrName,
): Column {
  return call(
    "mask",
    column(text),
    optional(column, upperChar) ?? value("X"),
    optional(column, lowerChar) ?? value("x"),
    optional(column, digitChar) ?? value("n"),
    optional(column, otherChar) ?? value(null),
  );
}

/** The logarithm of a column: natural, or to the base that comes first. */
export function log(baseOrColumn: ColumnOrName | number, argument?: ColumnOrName): Column {
  return argument === undefined ? call("ln", column(baseOrColumn)) : call("log", column(baseOrColumn), column(argument));
}

// Times

/** The timestamp `quantity` units later: `timestamp_add("DAY", 3, "t")`. */
export function timestamp_add(unit: string, quantity: ColumnOrName | number, timestamp: ColumnOrName): Column {
  return call("timestampadd", value(unit), column(quantity), column(timestamp));
}
/** Whole units between two timestamps. */
export function timestamp_diff(unit: string, start: ColumnOrName, end: ColumnOrName): Column {
  return call("timestampdiff", value(unit), column(start), column(end));
}
/** A timestamp without zone of one zone in another; without `source` it is the session's. */
export function convert_timezone(source: Column | string | null, target: Column | string, timestamp: ColumnOrName): Column {
  return source === null
    ? call("convert_timezone", value(target), column(timestamp))
    : call("convert_timezone", value(source), value(target), column(timestamp));
}

type Amount = ColumnOrName | number;

function amounts(name: string, given: readonly (Amount | undefined)[]): Column {
  return call(name, ...given.map((amount) => (amount === undefined ? value(0) : column(amount))));
}

export function make_interval(
  years?: Amount,
  months?: Amount,
  weeks?: Amount,
  days?: Amount,
  hours?: Amount,
  minutes?: Amount,
  seconds?: Amount,
): Column {
  return amounts("make_interval", [years, months, weeks, days, hours, minutes, seconds]);
}
export function try_make_interval(
  years?: Amount,
  months?: Amount,
  weeks?: Amount,
  days?: Amount,
  hours?: Amount,
  minutes?: Amount,
  seconds?: Amount,
): Column {
  return amounts("try_make_interval", [years, months, weeks, days, hours, minutes, seconds]);
}
export function make_dt_interval(days?: Amount, hours?: Amount, minutes?: Amount, seconds?: Amount): Column {
  return amounts("make_dt_interval", [days, hours, minutes, seconds]);
}
export function make_ym_interval(years?: Amount, months?: Amount): Column {
  return amounts("make_ym_interval", [years, months]);
}

/** Windows of time to group by: `window("t", "10 minutes", "5 minutes")`. */
export function window(time: ColumnOrName, windowDuration: string, slideDuration?: string, startTime?: string): Column {
  return call(
    "window",
    column(time),
    value(windowDuration),
    startTime === undefined ? optional(value, slideDuration) : value(slideDuration ?? windowDuration),
    optional(value, startTime),
  );
}
export function session_window(time: ColumnOrName, gap: Column | string): Column {
  return call("session_window", column(time), value(gap));
}
export function window_time(windowColumn: ColumnOrName): Column {
  return call("window_time", column(windowColumn));
}

// CSV, JSON, XML

export type TextOptions = Readonly<Record<string, string | number | boolean>>;

/** A schema as a type, as text, or as a column that gives its text (schema_of_json). */
export type SchemaArgument = DataType | Column | string;

function schemaColumn(schema: SchemaArgument): Column {
  if (schema instanceof Column || typeof schema === "string") return value(schema);
  return value(schema.kind === "struct" ? schema.fields.map(fieldText).join(", ") : sqlName(schema));
}

function fieldText({ name, type, nullable }: { name: string; type: DataType; nullable: boolean }): string {
  return `\`${name.replaceAll("`", "``")}\` ${sqlName(type)}${nullable ? "" : " NOT NULL"}`;
}

function optionsColumn(options: TextOptions | undefined): Column | undefined {
  if (options === undefined || Object.keys(options).length === 0) return undefined;
  return call("map", ...Object.entries(options).flatMap(([key, option]) => [value(key), value(String(option))]));
}

export function from_json(text: ColumnOrName, schema: SchemaArgument, options?: TextOptions): Column {
  return call("from_json", column(text), schemaColumn(schema), optionsColumn(options));
}
export function from_csv(text: ColumnOrName, schema: SchemaArgument, options?: TextOptions): Column {
  return call("from_csv", column(text), schemaColumn(schema), optionsColumn(options));
}
export function from_xml(text: ColumnOrName, schema: SchemaArgument, options?: TextOptions): Column {
  return call("from_xml", column(text), schemaColumn(schema), optionsColumn(options));
}
export function to_json(argument: ColumnOrName, options?: TextOptions): Column {
  return call("to_json", column(argument), optionsColumn(options));
}
export function to_csv(argument: ColumnOrName, options?: TextOptions): Column {
  return call("to_csv", column(argument), optionsColumn(options));
}
export function to_xml(argument: ColumnOrName, options?: TextOptions): Column {
  return call("to_xml", column(argument), optionsColumn(options));
}
export function schema_of_json(text: Column | string, options?: TextOptions): Column {
  return call("schema_of_json", value(text), optionsColumn(options));
}
export function schema_of_csv(text: Column | string, options?: TextOptions): Column {
  return call("schema_of_csv", value(text), optionsColumn(options));
}
export function schema_of_xml(text: Column | string, options?: TextOptions): Column {
  return call("schema_of_xml", value(text), optionsColumn(options));
}
/** Fields of JSON text as columns c0, c1, …. */
export function json_tuple(text: ColumnOrName, ...fields: readonly string[]): Column {
  return call("json_tuple", column(text), ...fields.map(value));
}

// Encryption

export function aes_encrypt(
  input: ColumnOrName,
  key: ColumnOrName,
  mode?: ColumnOrName,
  padding?: ColumnOrName,
  iv?: ColumnOrName,
  aad?: ColumnOrName,
): Column {
  const more = [mode, padding, iv, aad].map((argument) => optional(column, argument));
  const defaults = [value("GCM"), value("DEFAULT"), value(""), value("")];
  return call("aes_encrypt", column(input), column(key), ...filled(more, defaults));
}
export function aes_decrypt(
  input: ColumnOrName,
  key: ColumnOrName,
  mode?: ColumnOrName,
  padding?: ColumnOrName,
  aad?: ColumnOrName,
): Column {
  return decrypt("aes_decrypt", input, key, mode, padding, aad);
}
export function try_aes_decrypt(
  input: ColumnOrName,
  key: ColumnOrName,
  mode?: ColumnOrName,
  padding?: ColumnOrName,
  aad?: ColumnOrName,
): Column {
  return decrypt("try_aes_decrypt", input, key, mode, padding, aad);
}

function decrypt(name: string, input: ColumnOrName, key: ColumnOrName, ...more: readonly (ColumnOrName | undefined)[]): Column {
  const given = more.map((argument) => optional(column, argument));
  return call(name, column(input), column(key), ...filled(given, [value("GCM"), value("DEFAULT"), value("")]));
}

/** Defaults for what was left out before something that was given. */
function filled(given: readonly (Column | undefined)[], defaults: readonly Column[]): (Column | undefined)[] {
  const count = given.reduce<number>((last, argument, i) => (argument === undefined ? last : i + 1), 0);
  return given.slice(0, count).map((argument, i) => argument ?? defaults[i]);
}

/** Methods of Java classes: there are none here. */
export function java_method(): never {
  throw new UsageError("UNSUPPORTED_FUNCTION", "java_method calls a class of the JVM, and there is no JVM here.");
}
export { java_method as reflect, java_method as try_reflect };
