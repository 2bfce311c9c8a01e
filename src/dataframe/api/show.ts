/** The box table of `show`, to the character as Spark prints it. */
import type { Boxed, DataType, StructType } from "../../columnar/types";
import type { MapValue } from "../../columnar/types";
import { hexText, printer } from "../types/print";
import type { PrintSettings } from "../types/print";

export interface ShowOptions {
  /** Rows at most. */
  readonly count: number;
  /** Characters of a cell at most; 0: all, and cells begin at the left. Names of columns are never cut. */
  readonly truncate: number;
  readonly vertical: boolean;
}

const ESCAPES: Readonly<Record<string, string>> = {
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\f": "\\f",
  "\b": "\\b",
  "\u000b": "\\v",
  "\u0007": "\\a",
};

const ESCAPED = /[\n\r\t\f\b\u000b\u0007]/g;

/** Characters that take two columns of a terminal. */
const WIDE = /[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]/g;

/** @param rows one more than `count` where there are more. */
export function showText(
  schema: StructType,
  rows: readonly (readonly Boxed[])[],
  options: ShowOptions,
  settings: PrintSettings,
): string {
  const { count, truncate } = options;
  const cell = (text: string): string => {
    const whole = escaped(text);
    if (truncate <= 0 || whole.length <= truncate) return whole;
    return truncate < 4 ? whole.slice(0, truncate) : `${whole.slice(0, truncate - 3)}...`;
  };
  const printers = schema.fields.map((field) => prettyPrinter(field.type, settings));
  const header = schema.fields.map((field) => escaped(field.name));
  const body = rows.slice(0, count).map((row) => row.map((value, i) => cell(value === null ? "NULL" : printers[i]!(value))));
  const more = rows.length > count;
  const table = options.vertical ? vertical(header, body) : horizontal(header, body, truncate > 0);
  const footer = more ? `only showing top ${count} ${count === 1 ? "row" : "rows"}` : "";
  return options.vertical && body.length === 0 ? `(0 rows)\n${footer}` : table + footer;
}

/** Control characters as they are written in source text. */
export function escaped(text: string): string {
  return text.replace(ESCAPED, (character) => ESCAPES[character]!);
}

function width(text: string): number {
  return text.length + (text.match(WIDE)?.length ?? 0);
}

const MINIMUM = 3;

function horizontal(header: readonly string[], body: readonly (readonly string[])[], right: boolean): string {
  const widths = header.map((name, i) =>
    body.reduce((most, row) => Math.max(most, width(row[i]!)), Math.max(MINIMUM, width(name))),
  );
  const line = `+${widths.map((each) => "-".repeat(each)).join("+")}+\n`;
  const row = (cells: readonly string[]): string =>
    `|${cells
      .map((text, i) => {
        const blanks = " ".repeat(widths[i]! - width(text));
        return right ? blanks + text : text + blanks;
      })
      .join("|")}|\n`;
  return line + row(header) + line + body.map(row).join("") + line;
}

function vertical(header: readonly string[], body: readonly (readonly string[])[]): string {
  const nameWidth = header.reduce((most, name) => Math.max(most, width(name)), MINIMUM);
  const dataWidth = body.flat().reduce((most, text) => Math.max(most, width(text)), MINIMUM);
  return body
    .map((row, i) => {
      const title = `-RECORD ${i}`.padEnd(nameWidth + dataWidth + 5, "-");
      const lines = row.map((text, column) => {
        const name = header[column]!;
        return ` ${name}${" ".repeat(nameWidth - width(name))} | ${text}${" ".repeat(dataWidth - width(text))} \n`;
      });
      return `${title}\n${lines.join("")}`;
    })
    .join("");
}

/** As a cast to string, but nulls inside of values are NULL and bytes are in brackets. */
export function prettyPrinter(type: DataType, settings: PrintSettings): (value: Boxed) => string {
  switch (type.kind) {
    case "binary":
      return (value) => `[${hexText(value as Uint8Array).replace(/(..)(?=.)/g, "$1 ")}]`;
    case "array": {
      const item = orNull(prettyPrinter(type.element, settings));
      return (value) => `[${(value as readonly Boxed[]).map(item).join(", ")}]`;
    }
    case "struct": {
      const parts = type.fields.map((field) => orNull(prettyPrinter(field.type, settings)));
      return (value) => `{${(value as readonly Boxed[]).map((part, i) => parts[i]!(part)).join(", ")}}`;
    }
    case "map": {
      const key = prettyPrinter(type.key, settings);
      const item = orNull(prettyPrinter(type.value, settings));
      return (value) => {
        const { keys, values } = value as MapValue;
        return `{${keys.map((each, i) => `${key(each)} -> ${item(values[i]!)}`).join(", ")}}`;
      };
    }
    default:
      return printer(type, settings);
  }
}

function orNull(print: (value: Boxed) => string): (value: Boxed) => string {
  return (value) => (value === null ? "NULL" : print(value));
}
