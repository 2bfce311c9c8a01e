/** DESCRIBE of tables, columns, partitions and queries. */
import type { DataType, StructField, StructType } from "../../../columnar/types";
import { AnalysisError } from "../../errors";
import { idText, quoted } from "../../analysis/messages";
import { quoteIfNeeded, simpleString } from "../../types/text";
import type { Statement } from "../../syntax/command";
import { table } from "../ports";
import type { CommandResult, CommandSession } from "../ports";
import { lower } from "../session-catalog";
import type { FoundName } from "../session-catalog";
import { dataColumns } from "../table";
import type { ColumnFigures } from "../table";
import { commentOf, defaultOf } from "./columns";
import { describedAsJson } from "./describe-json";
import { bucketLines, storageLines, tableLines } from "./information";
import { nameParts } from "./names";
import { onePartition, partitionLines } from "./partitions";
import { viewSchema } from "./views";
import { searchPath } from "../../analysis/messages";

type Command<K extends Statement["kind"]> = Extract<Statement, { kind: K }>;
type Row = readonly [string, string, string | null];

const BLANK: Row = ["", "", ""];

function columnRows(fields: readonly StructField[]): Row[] {
  return fields.map((field) => [field.name, simpleString(field.type), commentOf(field)]);
}

function described(rows: readonly Row[]): CommandResult {
  return table(["col_name", "data_type", "comment"], rows, ["comment"]);
}

export async function describeTable(command: Command<"describeTable">, session: CommandSession): Promise<CommandResult> {
  const parts = await nameParts(command.table, session);
  const found = session.catalog.find(parts);
  if (found === null) {
    const path = searchPath({ context: { settings: session.settings() } } as Parameters<typeof searchPath>[0]);
    throw new AnalysisError("TABLE_OR_VIEW_NOT_FOUND", { relationName: idText(parts), searchPath: path }, command.at);
  }
  if (command.column !== null) return describeColumn(command, found, command.column);
  if (command.asJson) {
    const one =
      found.kind === "table" && command.partition !== null ? await onePartition(found.table, command.partition, session) : null;
    return describedAsJson(found, one, session);
  }
  if (found.kind === "tempView") {
    if (command.partition !== null) {
      throw new AnalysisError(
        "FORBIDDEN_OPERATION",
        { statement: "DESC PARTITION", objectType: "TEMPORARY VIEW", objectName: idText([found.view.name]) },
        command.at,
      );
    }
    return described(columnRows(found.view.columns.fields));
  }
  const { table: metadata } = found;
  const rows: Row[] = columnRows(metadata.schema.fields);
  if (metadata.partitionColumns.length > 0) {
    const partition = metadata.schema.fields.slice(dataColumns(metadata).length);
    rows.push(["# Partition Information", "", ""], ["# col_name", "data_type", "comment"], ...columnRows(partition));
  }
  if (metadata.clusterBy !== undefined && metadata.clusterBy.length > 0) {
    rows.push(["# Clustering Information", "", ""], ["# col_name", "data_type", "comment"]);
    rows.push(...metadata.clusterBy.map((path) => clusteringRow(metadata.schema, path)));
  }
  if (command.partition !== null) {
    if (metadata.kind === "view") {
      throw new AnalysisError(
        "FORBIDDEN_OPERATION",
        { statement: "DESC PARTITION", objectType: "VIEW", objectName: idText([metadata.name]) },
        command.at,
      );
    }
    const one = await onePartition(metadata, command.partition, session);
    if (command.extended) {
      rows.push(
        BLANK,
        ["# Detailed Partition Information", "", ""],
        ["Database", metadata.database, ""],
        ["Table", metadata.name, ""],
      );
      rows.push(...partitionLines(metadata, one).map(([name, value]): Row => [name, value, ""]));
      rows.push(BLANK, ["# Storage Information", "", ""]);
      const storage = [...bucketLines(metadata), ["Location", metadata.location ?? ""] as const, ...storageLines(metadata)];
      rows.push(...storage.map(([name, value]): Row => [name, value, ""]));
    }
  } else if (command.extended) {
    rows.push(BLANK, ["# Detailed Table Information", "", ""]);
    rows.push(...tableLines(metadata, session).map(([name, value]): Row => [name, value, ""]));
  }
  rows.push(...defaultRows(metadata.schema));
  return described(rows);
}

function defaultRows(schema: StructType): readonly Row[] {
  const fields = schema.fields.filter((field) => defaultOf(field) !== null);
  if (fields.length === 0) return [];
  return [
    BLANK,
    ["# Column Default Values", "", ""],
    ...fields.map((field): Row => [field.name, simpleString(field.type), defaultOf(field)]),
  ];
}

/** FIELD_NOT_FOUND where a path of fields leads nowhere. */
function requireField(type: DataType, [name, ...rest]: readonly string[], command: Command<"describeTable">): void {
  if (name === undefined) return;
  const fields = type.kind === "struct" ? type.fields : [];
  const field = fields.find((one) => lower(one.name) === lower(name));
  if (type.kind === "struct" && field === undefined) {
    const names = fields.map((one) => quoted(one.name)).join(", ");
    throw new AnalysisError("FIELD_NOT_FOUND", { fieldName: quoted(name), fields: names }, command.at);
  }
  if (field !== undefined) requireField(field.type, rest, command);
}

function describeColumn(command: Command<"describeTable">, found: FoundName, parts: readonly string[]): CommandResult {
  const schema = found.kind === "tempView" ? found.view.columns : found.table.schema;
  const field = schema.fields.find((one) => lower(one.name) === lower(parts[0] as string));
  if (field === undefined) {
    const colName = quoted(parts.join("."));
    throw new AnalysisError("COLUMN_NOT_FOUND", { colName, caseSensitiveConfig: '"spark.sql.caseSensitive"' }, command.at);
  }
  if (parts.length > 1) {
    requireField(field.type, parts.slice(1), command);
    throw new AnalysisError("_LEGACY_ERROR_TEMP_1060", { command: "DESC TABLE COLUMN", column: parts.join(".") }, command.at);
  }
  const rows: [string, string][] = [
    ["col_name", parts[0] as string],
    ["data_type", simpleString(field.type)],
    ["comment", commentOf(field) ?? "NULL"],
  ];
  if (command.extended)
    rows.push(...figureRows(found.kind === "table" ? found.table.statistics?.columns[field.name] : undefined));
  return table(["info_name", "info_value"], rows);
}

function figureRows(figures: ColumnFigures | undefined): readonly [string, string][] {
  const text = (value: string | number | undefined): string => (value === undefined ? "NULL" : String(value));
  return [
    ["min", text(figures?.min)],
    ["max", text(figures?.max)],
    ["num_nulls", text(figures?.nullCount)],
    ["distinct_count", text(figures?.distinctCount)],
    ["avg_col_len", text(figures?.averageLength)],
    ["max_col_len", text(figures?.maxLength)],
    ["histogram", "NULL"],
  ];
}

function clusteringRow(schema: StructType, path: readonly string[]): Row {
  let type: DataType = schema;
  let comment: string | null = null;
  for (const part of path) {
    const field: StructField | undefined =
      type.kind === "struct" ? type.fields.find((one) => lower(one.name) === lower(part)) : undefined;
    if (field === undefined) break;
    type = field.type;
    comment = commentOf(field);
  }
  return [path.map(quoteIfNeeded).join("."), simpleString(type), comment];
}

export async function describeQuery(command: Command<"describeQuery">, session: CommandSession): Promise<CommandResult> {
  const { schema } = await viewSchema(command.query, session);
  return described(columnRows(schema.fields));
}
