/** What DESCRIBE EXTENDED and SHOW TABLE EXTENDED tell of a table, line by line, in Spark's order. */
import type { DataType, StructType } from "../../../columnar/types";
import { isSecretKey } from "../../../common/config-entries";
import { simpleString } from "../../types/text";
import { quoted } from "../../analysis/messages";
import { STRING } from "../../expressions/build";
import type { CommandSession } from "../ports";
import type { TempView } from "../session-catalog";
import { GLOBAL_TEMP, SESSION_CATALOG } from "../table";
import type { TableMetadata } from "../table";
import { shownBinding } from "../view-binding";

export type Line = readonly [name: string, value: string];

export function tableLines(table: TableMetadata, session: CommandSession): readonly Line[] {
  const lines: Line[] = [
    ["Catalog", SESSION_CATALOG],
    ["Database", table.database],
    ["Table", table.name],
    ["Created Time", dateText(table.created)],
    ["Last Access", "UNKNOWN"],
    ["Created By", "firesteel"],
    ["Type", table.kind.toUpperCase()],
  ];
  if (table.provider !== null) lines.push(["Provider", table.provider]);
  lines.push(...bucketLines(table));
  if (table.comment !== undefined && table.comment !== "") lines.push(["Comment", table.comment]);
  if (table.collation !== undefined) lines.push(["Collation", table.collation]);
  const view = table.view;
  if (view !== undefined) {
    lines.push(["View Text", view.text], ["View Original Text", view.text]);
    const mode = shownBinding(view, session);
    if (mode !== null) lines.push(["View Schema Mode", mode.toUpperCase()]);
    lines.push(["View Catalog and Namespace", [view.catalog, view.database].map(quoteIfNeeded).join(".")]);
    if (view.queryColumns.length > 0) lines.push(["View Query Output Columns", list(view.queryColumns)]);
  }
  const properties = Object.entries(redacted(shownProperties(table))).sort(([a], [b]) => (a < b ? -1 : 1));
  if (properties.length > 0)
    lines.push(["Table Properties", `[${properties.map(([key, value]) => `${key}=${value}`).join(", ")}]`]);
  const statistics = table.statistics;
  if (statistics !== undefined) {
    const rows = statistics.rowCount === undefined ? "" : `, ${statistics.rowCount} rows`;
    lines.push(["Statistics", `${statistics.sizeInBytes} bytes${rows}`]);
  }
  if (table.location !== null) lines.push(["Location", table.location]);
  lines.push(...storageLines(table));
  if (table.partitionColumns.length > 0 && table.kind !== "view") lines.push(["Partition Provider", "Catalog"]);
  return lines;
}

export function bucketLines({ bucket }: TableMetadata): readonly Line[] {
  if (bucket === undefined) return [];
  return [
    ["Num Buckets", String(bucket.buckets)],
    ["Bucket Columns", list(bucket.columns)],
    ["Sort Columns", list(bucket.sort)],
  ];
}

export function storageLines(table: TableMetadata): readonly Line[] {
  const options = Object.entries(redacted(table.options)).sort(([a], [b]) => (a < b ? -1 : 1));
  return options.length === 0 ? [] : [["Storage Properties", `[${options.map(([key, value]) => `${key}=${value}`).join(", ")}]`]];
}

/** Properties, with the columns that rows lie together by, which Spark keeps as one of them. */
export function shownProperties({ properties, clusterBy }: TableMetadata): Readonly<Record<string, string>> {
  return clusterBy === undefined ? properties : { ...properties, clusteringColumns: JSON.stringify(clusterBy) };
}

/** Options and properties whose names or values look like secrets are masked; addresses are too, as by spark.sql.redaction.options.regex. */
export function redacted(values: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const isHidden = (text: string): boolean => isSecretKey(text) || /url/i.test(text);
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, isHidden(key) || isSecretKey(value) ? "*********(redacted)" : value]),
  );
}

function list(names: readonly string[]): string {
  return `[${names.map(quoted).join(", ")}]`;
}

function quoteIfNeeded(name: string): string {
  return /^[a-zA-Z_]\w*$/.test(name) ? name : quoted(name);
}

/** "Sat Nov 21 05:33:45 UTC 2026" */
export function dateText(millis: number): string {
  const [day, date, month, year, time] = new Date(millis).toUTCString().replace(",", "").split(" ") as [
    string,
    string,
    string,
    string,
    string,
  ];
  return `${day} ${month} ${date} ${time} UTC ${year}`;
}

export function informationText(table: TableMetadata, session: CommandSession): string {
  const lines = tableLines(table, session).map(([name, value]) => `${name}: ${value}`);
  if (table.partitionColumns.length > 0) lines.push(`Partition Columns: ${list(table.partitionColumns)}`);
  return `${lines.join("\n")}\nSchema: ${treeText(table.schema)}\n`;
}

export function temporaryInformation(view: TempView): string {
  const lines: string[] = [];
  if (view.global) lines.push(`Database: ${GLOBAL_TEMP}`);
  lines.push(
    `Table: ${view.name}`,
    `Created Time: ${dateText(0)}`,
    "Last Access: UNKNOWN",
    "Created By: firesteel",
    "Type: VIEW",
  );
  if (view.comment !== undefined) lines.push(`Comment: ${view.comment}`);
  if (view.text !== undefined) lines.push(`View Text: ${view.text}`, `View Original Text: ${view.text}`);
  lines.push("View Schema Mode: BINDING");
  return `${lines.join("\n")}\nSchema: ${treeText(view.columns)}\n`;
}

/** printSchema's tree. */
export function treeText(schema: StructType): string {
  const lines = ["root"];
  fieldLines(schema, " |", lines);
  return `${lines.join("\n")}\n`;
}

function fieldLines(schema: StructType, prefix: string, lines: string[]): void {
  for (const field of schema.fields) {
    // Lengths of CHAR and VARCHAR are beside the type, not in it.
    const type = field.type.kind === "string" && field.type.length !== undefined ? STRING : field.type;
    lines.push(`${prefix}-- ${field.name}: ${typeName(type)} (nullable = ${field.nullable})`);
    innerLines(field.type, `${prefix}    |`, lines);
  }
}

function innerLines(type: DataType, prefix: string, lines: string[]): void {
  switch (type.kind) {
    case "struct":
      fieldLines(type, prefix, lines);
      return;
    case "array":
      lines.push(`${prefix}-- element: ${typeName(type.element)} (containsNull = ${type.containsNull})`);
      innerLines(type.element, `${prefix}    |`, lines);
      return;
    case "map":
      lines.push(`${prefix}-- key: ${typeName(type.key)}`);
      innerLines(type.key, `${prefix}    |`, lines);
      lines.push(`${prefix}-- value: ${typeName(type.value)} (valueContainsNull = ${type.valueContainsNull})`);
      innerLines(type.value, `${prefix}    |`, lines);
      return;
    default:
  }
}

const TREE_NAMES: Readonly<Record<string, string>> = { int: "integer", bigint: "long", tinyint: "byte", smallint: "short" };

function typeName(type: DataType): string {
  if (type.kind === "struct" || type.kind === "array" || type.kind === "map") return type.kind;
  const text = simpleString(type);
  return TREE_NAMES[text] ?? text;
}
