/** INSERT in its forms: analysed here, written by the session. */
import { AnalysisError } from "../../errors";
import { QueryBinder, wholeQuery } from "../../analysis/analyze";
import { EMPTY_ENV } from "../../analysis/binder";
import { insertPlan } from "../../analysis/insert";
import { idText, quoted } from "../../analysis/messages";
import { attributeColumns } from "../../analysis/columns";
import { coerced } from "../../expressions/build";
import type { Expression } from "../../expressions/expression";
import type { SqlSettings } from "../../settings";
import { parseExpression } from "../../sql/parse";
import type { PartitionSpec, Statement } from "../../syntax/command";
import type { UnresolvedExpression } from "../../syntax/expression";
import type { UnresolvedPlan } from "../../syntax/plan";
import { contextFor } from "../analysis-context";
import { NOTHING } from "../ports";
import type { CommandResult, CommandSession } from "../ports";
import { qualifiedTable } from "../table";
import type { TableMetadata } from "../table";
import { isDefault, mentionsDefault } from "./defaults";
import { nameParts, requireTable } from "./names";
import { afterWrite, fixedPath, hasPartition, specValues } from "./partitions";

type Command<K extends Statement["kind"]> = Extract<Statement, { kind: K }>;

export async function insert(command: Command<"insert">, session: CommandSession): Promise<CommandResult> {
  const parts = await nameParts(command.table, session);
  if (session.catalog.find(parts) === null) throw session.catalog.notFound(parts, command.at, true);
  const table = await requireTable(parts, session, "INSERT", command.at);
  const tableName = idText(qualifiedTable(table));
  if (command.replaceWhere !== undefined) throw new AnalysisError("_LEGACY_ERROR_TEMP_1012", { table: tableName }, command.at);
  if (command.replaceMatching) {
    const operation = "INSERT INTO ... REPLACE ON/USING";
    throw new AnalysisError("UNSUPPORTED_FEATURE.TABLE_OPERATION", { tableName, operation }, command.at);
  }
  const written = withDefaults(command.query, table, command.columns, session.settings());
  const context = await contextFor(written, session);
  const binder = new QueryBinder(context);
  const query = wholeQuery(binder, written);
  const partition = await specValues(table, checkedSpec(command.partition, table), session);
  const values: Record<string, Expression> = {};
  for (const { name, value } of command.partition) {
    const column = table.partitionColumns.find((one) => one.toLowerCase() === name.toLowerCase());
    if (column === undefined || value === null) continue;
    const type = (table.schema.fields.find((field) => field.name === column) as (typeof table.schema.fields)[number]).type;
    const bound = binder.expression(value, { columns: attributeColumns(binder, []), env: EMPTY_ENV, clause: "values" });
    values[column] = coerced(bound.kind === "alias" ? bound.child : bound, type, { settings: context.settings });
  }
  const plan = insertPlan(binder, { name: qualifiedTable(table), fields: table.schema.fields }, query, {
    columns: command.columns,
    byName: command.byName,
    fixed: values,
    at: command.at,
  });
  const dynamic = (session.conf.get("spark.sql.sources.partitionOverwriteMode") ?? "STATIC").toUpperCase() === "DYNAMIC";
  if (command.ifPartitionNotExists && hasPartition(table, partition)) return NOTHING;
  const below = fixedPath(table, partition);
  const dynamicOverwrite = command.overwrite && dynamic;
  const partitions = await session.data.write({
    query: plan,
    target: { kind: "table", table },
    mode: command.overwrite ? "overwrite" : "append",
    below,
    dynamicOverwrite,
  });
  const replaced = command.overwrite && !dynamicOverwrite ? below : null;
  const { statistics, ...rest } = table;
  const changed = afterWrite(rest, partitions, replaced);
  if (statistics !== undefined || changed !== rest) session.catalog.store.saveTable(changed);
  session.data.refresh(table, null);
  return NOTHING;
}

function checkedSpec(spec: PartitionSpec, table: TableMetadata): PartitionSpec {
  for (const { name } of spec) {
    if (table.partitionColumns.some((column) => column.toLowerCase() === name.toLowerCase())) continue;
    const tableName = idText(qualifiedTable(table));
    throw new AnalysisError("PARTITIONS_NOT_FOUND", { partitionList: quoted(name), tableName });
  }
  if (spec.length === 0) return spec;
  if (spec.length !== table.partitionColumns.length) {
    const parameters = {
      tableName: idText(qualifiedTable(table)),
      normalizedPartSpec: spec.map(({ name }) => name).join(","),
      partColNames: table.partitionColumns.join(","),
    };
    throw new AnalysisError("_LEGACY_ERROR_TEMP_1169", parameters);
  }
  const given = (column: string): boolean =>
    spec.some(({ name, value }) => name.toLowerCase() === column.toLowerCase() && value !== null);
  const firstOpen = table.partitionColumns.findIndex((column) => !given(column));
  if (firstOpen >= 0 && table.partitionColumns.slice(firstOpen).some(given)) {
    throw new AnalysisError("_LEGACY_ERROR_TEMP_1147", {});
  }
  return spec;
}

/** DEFAULT in VALUES: the column's default, or null. */
function withDefaults(
  query: UnresolvedPlan,
  table: TableMetadata,
  columns: readonly string[] | null,
  { timeZone }: Pick<SqlSettings, "timeZone">,
): UnresolvedPlan {
  const names = columns ?? table.schema.fields.map((field) => field.name);
  if (query.kind === "inlineTable") {
    return {
      ...query,
      rows: query.rows.map((row) =>
        row.map((cell, i) => {
          if (isDefault(cell)) return defaultExpression(table, names[i], timeZone);
          if (mentionsDefault(cell)) throw new AnalysisError("DEFAULT_PLACEMENT_INVALID", {}, cell.at);
          return cell;
        }),
      ),
    };
  }
  if (query.kind === "project" && query.expressions.some(isDefault)) {
    return {
      ...query,
      expressions: query.expressions.map((one, i) => (isDefault(one) ? defaultExpression(table, names[i], timeZone) : one)),
    };
  }
  return query;
}

/** Values beyond the columns (no name) are null here; their number is refused later. */
function defaultExpression(table: TableMetadata, name: string | undefined, timeZone: string): UnresolvedExpression {
  const field = table.schema.fields.find((one) => one.name.toLowerCase() === name?.toLowerCase());
  const text = field?.metadata?.["CURRENT_DEFAULT"];
  return typeof text === "string"
    ? parseExpression(text, { timeZone })
    : { kind: "literal", value: null, type: { kind: "null" } };
}

export async function insertDirectory(command: Command<"insertDirectory">, session: CommandSession): Promise<CommandResult> {
  const { path: optionPath, ...options } = command.options;
  const path = command.path ?? optionPath;
  const format = command.provider?.join(".") ?? "parquet";
  if (path === undefined) throw new AnalysisError("_LEGACY_ERROR_TEMP_0049", {}, command.at);
  const context = await contextFor(command.query, session);
  const query = wholeQuery(new QueryBinder(context), command.query);
  await session.data.write({
    query,
    target: { kind: "path", path, format, options },
    mode: "overwrite",
    below: "",
    dynamicOverwrite: false,
  });
  return NOTHING;
}
