/** Records that a job brought back, as the box table of `show`: rows, objects with the same keys, tuples of the same length. */
import { inspect, stripVTControlCharacters } from "node:util";
import { isPlainObject } from "../../common/plain-object";

export interface TableLimits {
  readonly maxRows: number;
  /** Characters of a cell at most. */
  readonly truncate: number;
}

interface Records {
  readonly header: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}

/** What tells a row of a DataFrame from other objects. */
export interface RowLike {
  readonly names: readonly string[];
  toArray(): readonly unknown[];
}

/** The table; undefined where the values are no records of one form. */
export function tableOf(
  values: readonly unknown[],
  asRow: (value: unknown) => RowLike | undefined,
  { maxRows, truncate }: TableLimits,
): string | undefined {
  const shown = values.slice(0, maxRows);
  const records = recordsOf(shown, asRow);
  if (records === undefined) return undefined;
  const cut = (text: string): string => (text.length > truncate ? `${text.slice(0, truncate - 1)}…` : text);
  const numeric = records.header.map((_, i) => records.rows.every((row) => /^(?:number|bigint)$/.test(typeof row[i])));
  const body = records.rows.map((row) => row.map((value) => cut(textOf(value))));
  const header = records.header.map(cut);
  const widths = header.map((name, i) => Math.max(widthOf(name), ...body.map((row) => widthOf(row[i]!))));
  const rule = `+${widths.map((width) => "-".repeat(width)).join("+")}+\n`;
  const line = (cells: readonly string[]): string =>
    `|${cells.map((cell, i) => padded(cell, widths[i]!, numeric[i]!)).join("|")}|\n`;
  const more = values.length > maxRows ? `the first ${maxRows} of ${values.length}\n` : "";
  return rule + line(header) + rule + body.map(line).join("") + (body.length > 0 ? rule : "") + more;
}

function recordsOf(values: readonly unknown[], asRow: (value: unknown) => RowLike | undefined): Records | undefined {
  const [first] = values;
  if (values.length === 0 || typeof first !== "object" || first === null) return undefined;
  const row = asRow(first);
  if (row !== undefined) {
    const rows = values.map(asRow);
    if (!rows.every((one) => one !== undefined && sameNames(one.names, row.names))) return undefined;
    return { header: row.names, rows: rows.map((one) => one!.toArray()) };
  }
  if (Array.isArray(first)) {
    const { length } = first;
    const fits = length > 0 && length <= 20 && values.every((value) => Array.isArray(value) && value.length === length);
    if (!fits) return undefined;
    return { header: first.map((_, i) => `_${i + 1}`), rows: values as unknown[][] };
  }
  if (!isPlainObject(first)) return undefined;
  const names = Object.keys(first);
  const fits = names.length > 0 && values.every((value) => isPlainObject(value) && sameNames(Object.keys(value), names));
  return fits ? { header: names, rows: values.map((value) => Object.values(value as object) as unknown[]) } : undefined;
}

function sameNames(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((name, i) => name === b[i]);
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  const text = typeof value === "string" ? value : inspect(value, { breakLength: Infinity, depth: 3, maxArrayLength: 20 });
  return stripVTControlCharacters(text).replace(/[\x00-\x1f\x7f]/g, (character) => JSON.stringify(character).slice(1, -1));
}

/** Characters that take two columns of a terminal. */
const WIDE = /[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]/g;

function widthOf(text: string): number {
  return text.length + (text.match(WIDE)?.length ?? 0);
}

function padded(text: string, width: number, right: boolean): string {
  const blanks = " ".repeat(width - widthOf(text));
  return right ? blanks + text : text + blanks;
}
