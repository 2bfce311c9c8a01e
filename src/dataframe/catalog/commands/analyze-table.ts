/** ANALYZE TABLE: sizes from the files, figures of columns by queries. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { StructField } from "../../../columnar/types";
import { AnalysisError } from "../../errors";
import { idText, quoted } from "../../analysis/messages";
import { outputOf } from "../../logical/output";
import { valueToString } from "../../types/print";
import type { Statement } from "../../syntax/command";
import type { UnresolvedExpression } from "../../syntax/expression";
import type { UnresolvedPlan } from "../../syntax/plan";
import { analyzePlan } from "../analysis-context";
import { NOTHING } from "../ports";
import type { CommandResult, CommandSession } from "../ports";
import { localPath } from "../store";
import { qualifiedTable } from "../table";
import type { ColumnFigures, TableMetadata } from "../table";
import { fullName, nameParts, requireRelation, requireTable } from "./names";
import { onePartition, partitionsOf, specValues } from "./partitions";

type Command<K extends Statement["kind"]> = Extract<Statement, { kind: K }>;

const call = (name: string, ...args: readonly UnresolvedExpression[]): UnresolvedExpression => ({
  kind: "call",
  name: [name],
  args,
});
const column = (name: string): UnresolvedExpression => ({ kind: "name", parts: [name] });
const ONE: UnresolvedExpression = { kind: "literal", value: 1, type: { kind: "int" } };

export async function analyzeTable(command: Command<"analyzeTable">, session: CommandSession): Promise<CommandResult> {
  const found = await requireRelation(command.name, session, command.at);
  if (found.kind === "tempView" && command.columns === null)
    throw new AnalysisError(
      "EXPECT_PERMANENT_VIEW_NOT_TEMP",
      { viewName: idText(fullName(found)), operation: "ANALYZE TABLE" },
      command.at,
    );
  if (found.kind === "table" && found.table.kind === "view")
    throw new AnalysisError("UNSUPPORTED_FEATURE.ANALYZE_VIEW", {}, command.at);
  const table = await requireTable(command.name, session, "ANALYZE TABLE", command.at);
  if (command.partition !== null) return analyzePartitions(command, table, session);
  const sizeInBytes = folderSize(localPath(table.location ?? ""));
  const before = table.statistics?.columns ?? {};
  if (command.noScan) {
    const rowCount = table.statistics?.rowCount;
    session.catalog.store.saveTable({
      ...table,
      statistics: { sizeInBytes, ...(rowCount !== undefined && { rowCount }), columns: before },
    });
    return NOTHING;
  }
  const fields = chosenFields(table, command.columns, command.at);
  const { rowCount, columns } = await figures(table, fields, session);
  session.catalog.store.saveTable({ ...table, statistics: { sizeInBytes, rowCount, columns: { ...before, ...columns } } });
  return NOTHING;
}

function chosenFields(
  table: TableMetadata,
  columns: readonly string[] | "all" | null,
  at: Command<"analyzeTable">["at"],
): readonly StructField[] {
  if (columns === null) return [];
  if (columns === "all") return table.schema.fields.filter((field) => hasFigures(field));
  return columns.map((name) => {
    const field = table.schema.fields.find((one) => one.name.toLowerCase() === name.toLowerCase());
    if (field === undefined) {
      throw new AnalysisError(
        "COLUMN_NOT_FOUND",
        { colName: quoted(name), caseSensitiveConfig: '"spark.sql.caseSensitive"' },
        at,
      );
    }
    if (!hasFigures(field)) {
      throw new AnalysisError(
        "UNSUPPORTED_FEATURE.ANALYZE_UNSUPPORTED_COLUMN_TYPE",
        { columnType: field.type.kind, columnName: quoted(field.name), tableName: quoted(table.name) },
        at,
      );
    }
    return field;
  });
}

function hasFigures(field: StructField): boolean {
  return !["array", "map", "struct", "variant", "calendarInterval"].includes(field.type.kind);
}

async function figures(
  table: TableMetadata,
  fields: readonly StructField[],
  session: CommandSession,
): Promise<{ readonly rowCount: number; readonly columns: Readonly<Record<string, ColumnFigures>> }> {
  const expressions = [
    call("count", ONE),
    ...fields.flatMap((field) => {
      const one = column(field.name);
      const length = isText(field) ? call("length", one) : one;
      return [
        call("min", one),
        call("max", one),
        call("count", one),
        call("approx_count_distinct", one),
        call("avg", length),
        call("max", length),
      ].map((expression, i) => (i >= 4 && !isText(field) ? ONE : expression));
    }),
  ];
  const plan: UnresolvedPlan = {
    kind: "aggregate",
    child: { kind: "table", name: qualifiedTable(table) },
    grouping: { kind: "by", expressions: [] },
    aggregates: expressions,
  };
  const analyzed = await analyzePlan(plan, session);
  const types = outputOf(analyzed).map((one) => one.type);
  const [row = []] = await session.data.collect(analyzed);
  const rowCount = Number(row[0] ?? 0);
  const settings = session.settings();
  const text = (i: number): string | undefined => {
    const value = row[i];
    return value === null || value === undefined ? undefined : valueToString(value, types[i] ?? { kind: "string" }, settings);
  };
  const columns = fields.map((field, f): readonly [string, ColumnFigures] => {
    const base = 1 + f * 6;
    const minMax = !isText(field) && field.type.kind !== "binary";
    const fixed = FIXED_LENGTHS[field.type.kind] ?? 8;
    const [min, max] = [text(base), text(base + 1)];
    return [
      field.name,
      {
        ...(minMax && min !== undefined && { min }),
        ...(minMax && max !== undefined && { max }),
        nullCount: rowCount - Number(row[base + 2] ?? 0),
        distinctCount: Number(row[base + 3] ?? 0),
        averageLength: isText(field) ? Math.ceil(Number(row[base + 4] ?? 0)) : fixed,
        maxLength: isText(field) ? Number(row[base + 5] ?? 0) : fixed,
      },
    ];
  });
  return { rowCount, columns: Object.fromEntries(columns) };
}

const FIXED_LENGTHS: Readonly<Record<string, number>> = { boolean: 1, byte: 1, short: 2, int: 4, date: 4, float: 4 };

function isText(field: StructField): boolean {
  return field.type.kind === "string" || field.type.kind === "binary";
}

async function analyzePartitions(
  command: Command<"analyzeTable">,
  table: TableMetadata,
  session: CommandSession,
): Promise<CommandResult> {
  const spec = command.partition ?? [];
  const wanted = await specValues(table, spec, session);
  const partitions = await partitionsOf(table, spec, session, command.at);
  if (partitions.length === 0 && Object.values(wanted).every((value) => value !== null)) await onePartition(table, spec, session);
  const counted = new Map<string, { sizeInBytes: number; rowCount?: number }>();
  for (const one of partitions) {
    const sizeInBytes = folderSize(localPath(one.location));
    if (command.noScan) {
      counted.set(one.path, { sizeInBytes });
      continue;
    }
    const condition = Object.entries(one.values)
      .map(([name, value]): UnresolvedExpression => {
        const literal: UnresolvedExpression = { kind: "literal", value, type: { kind: "string" } };
        const text: UnresolvedExpression = { kind: "cast", child: column(name), type: { kind: "string" }, mode: "cast" };
        return { kind: "call", name: ["="], args: [text, literal], operator: true };
      })
      .reduce((a, b) => ({ kind: "call", name: ["and"], args: [a, b], operator: true }));
    const plan: UnresolvedPlan = {
      kind: "aggregate",
      child: { kind: "filter", child: { kind: "table", name: qualifiedTable(table) }, condition },
      grouping: { kind: "by", expressions: [] },
      aggregates: [call("count", ONE)],
    };
    const [row = []] = await session.data.collect(await analyzePlan(plan, session));
    counted.set(one.path, { sizeInBytes, rowCount: Number(row[0] ?? 0) });
  }
  session.catalog.store.saveTable({
    ...table,
    partitionStatistics: { ...table.partitionStatistics, ...Object.fromEntries(counted) },
  });
  return NOTHING;
}

export async function analyzeTables(command: Command<"analyzeTables">, session: CommandSession): Promise<CommandResult> {
  const { catalog } = session;
  const database =
    command.database === null ? catalog.currentDatabase : catalog.databaseName(await nameParts(command.database, session));
  for (const table of catalog.tables(database)) {
    if (table.kind === "view") continue;
    await analyzeTable(
      { kind: "analyzeTable", name: qualifiedTable(table), partition: null, noScan: command.noScan, columns: null },
      session,
    );
  }
  return NOTHING;
}

/** Bytes of the data files under a folder; names that begin with _ or . are not data. */
function folderSize(folder: string): number {
  if (!existsSync(folder)) return 0;
  let total = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.name.startsWith("_") || entry.name.startsWith(".")) continue;
    const path = join(folder, entry.name);
    total += entry.isDirectory() ? folderSize(path) : statSync(path).size;
  }
  return total;
}
