/** SHOW CREATE TABLE: statements that make the table or view again. */
import type { StructField } from "../../../columnar/types";
import { AnalysisError } from "../../errors";
import { idText, quoted } from "../../analysis/messages";
import { sqlName } from "../../types/text";
import type { Statement } from "../../syntax/command";
import { table } from "../ports";
import type { CommandResult, CommandSession } from "../ports";
import type { TableMetadata } from "../table";
import { shownBinding } from "../view-binding";
import { commentOf, defaultOf } from "./columns";
import { redacted, shownProperties } from "./information";
import { requireRelation, tempName } from "./names";

export async function showCreateTable(
  command: Extract<Statement, { kind: "showCreateTable" }>,
  session: CommandSession,
): Promise<CommandResult> {
  const found = await requireRelation(command.table, session, command.at);
  if (found.kind === "tempView") {
    throw new AnalysisError(
      "EXPECT_PERMANENT_VIEW_NOT_TEMP",
      { viewName: idText(tempName(found.view)), operation: "SHOW CREATE TABLE" },
      command.at,
    );
  }
  if (command.asSerde) {
    throw new AnalysisError(
      "UNSUPPORTED_SHOW_CREATE_TABLE.ON_DATA_SOURCE_TABLE_WITH_AS_SERDE",
      { tableName: idText(["spark_catalog", found.table.database, found.table.name]) },
      command.at,
    );
  }
  return table(["createtab_stmt"], [[found.table.kind === "view" ? viewText(found.table, session) : tableText(found.table)]]);
}

function viewText(view: TableMetadata, session: CommandSession): string {
  const definition = view.view as NonNullable<TableMetadata["view"]>;
  const mode = shownBinding(definition, session);
  const columns = view.schema.fields.map((field) => {
    const comment = commentOf(field);
    return `${quoteIfNeeded(field.name)}${comment === null ? "" : ` COMMENT '${escaped(comment)}'`}`;
  });
  return [
    `CREATE VIEW ${[view.database, view.name].map(quoteIfNeeded).join(".")} (${block(columns)})\n`,
    comment(view),
    collation(view),
    properties("TBLPROPERTIES", redacted(view.properties)),
    mode === null ? "" : `WITH SCHEMA ${mode.toUpperCase()}\n`,
    `AS ${definition.text}\n`,
  ].join("");
}

function tableText(one: TableMetadata): string {
  const partition = one.partitionColumns.map(quoteIfNeeded).join(", ");
  return [
    `CREATE TABLE ${["spark_catalog", one.database, one.name].map(quoteIfNeeded).join(".")} (${block(one.schema.fields.map(columnText))})\n`,
    one.provider === null ? "" : `USING ${one.provider}\n`,
    properties("OPTIONS", redacted(one.options)),
    partition === "" ? "" : `PARTITIONED BY (${partition})\n`,
    buckets(one),
    one.clusterBy === undefined
      ? ""
      : `PARTITIONED BY (cluster_by(${one.clusterBy.map((column) => column.map(quoteIfNeeded).join(".")).join(", ")}))\n`,
    comment(one),
    collation(one),
    one.kind === "external" ? `LOCATION '${escaped(one.location ?? "")}'\n` : "",
    properties("TBLPROPERTIES", redacted(shownProperties(one))),
  ].join("");
}

function block(lines: readonly string[]): string {
  return lines.length === 0 ? "" : `\n  ${lines.join(",\n  ")}`;
}

function columnText(field: StructField): string {
  const type = sqlName(field.type, true);
  const about = commentOf(field);
  const value = defaultOf(field);
  return [
    `${quoteIfNeeded(field.name)} ${type}`,
    field.nullable || value !== null ? "" : " NOT NULL",
    value === null ? "" : ` DEFAULT ${value}`,
    about === null ? "" : ` COMMENT '${escaped(about)}'`,
  ].join("");
}

function buckets(one: TableMetadata): string {
  if (one.bucket === undefined) return "";
  const sort = one.bucket.sort.length === 0 ? "" : `SORTED BY (${one.bucket.sort.join(", ")})\n`;
  return `CLUSTERED BY (${one.bucket.columns.join(", ")})\n${sort}INTO ${one.bucket.buckets} BUCKETS\n`;
}

function collation(one: TableMetadata): string {
  return one.collation === undefined ? "" : `DEFAULT COLLATION ${one.collation}\n`;
}

function comment(one: TableMetadata): string {
  return one.comment === undefined ? "" : `COMMENT '${escaped(one.comment)}'\n`;
}

function properties(keyword: string, values: Readonly<Record<string, string>>): string {
  const entries = Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1));
  if (entries.length === 0) return "";
  return `${keyword} (${block(entries.map(([key, value]) => `'${escaped(key)}' = '${escaped(value)}'`))})\n`;
}

function escaped(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("'", "\\'");
}

function quoteIfNeeded(name: string): string {
  return /^[a-zA-Z_]\w*$/.test(name) ? name : quoted(name);
}
