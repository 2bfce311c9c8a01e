/** DataFrameWriter: rows into files of a path, into a new table, into a table that is there. */
import type { Call } from "../../rdd/context-port";
import { UsageError } from "../../common/errors";
import { idText } from "../analysis/messages";
import type { BucketBy, WriteSpec } from "../api/query-port";
import { runCommand } from "../catalog/commands/run-command";
import type { TableMetadata } from "../catalog/table";
import { AnalysisError } from "../errors";
import type { Attribute } from "../expressions/expression";
import { outputOf } from "../logical/output";
import { existsPlan } from "../logical/traverse";
import { sourceNamed } from "../sources/registry";
import type { Statement } from "../syntax/command";
import type { UnresolvedPlan } from "../syntax/plan";
import { sameType, simpleString } from "../types/text";
import type { SessionState } from "./session-state";

export async function writePlan(session: SessionState, plan: UnresolvedPlan, spec: WriteSpec, call: Call): Promise<void> {
  switch (spec.kind) {
    case "save": {
      const format = spec.format ?? session.sessionConf.get("spark.sql.sources.default", "parquet");
      const { writer, pathless } = sourceNamed(format);
      if (writer === undefined)
        throw new AnalysisError("UNSUPPORTED_DATA_SOURCE_SAVE_MODE", { source: format, createMode: spec.mode });
      const path = spec.path ?? spec.options["path"] ?? (pathless === true ? "" : undefined);
      if (path === undefined)
        throw new UsageError("PATH_NOT_GIVEN", "save needs a path, as an argument or as the option `path`.");
      const { mode, partitionBy, options } = spec;
      await session.data.save(await session.analyze(plan), { format, path, mode, partitionBy, options }, call);
      return;
    }
    case "insertInto": {
      const statement = insertStatement(spec.table, plan, spec.overwrite);
      await runCommand(statement, session);
      return;
    }
    case "saveAsTable": {
      const table = session.catalog.findTable(spec.table);
      if (table !== null && spec.mode === "ignore") return;
      if (table !== null && spec.mode === "append") {
        checkSameLayout(table, spec);
        checkSameColumns(table, outputOf(await session.analyze(plan)));
        await runCommand(insertStatement(spec.table, plan, false, true), session);
        return;
      }
      if (table !== null && spec.mode === "overwrite") {
        await overwriteTable(session, table, plan, spec);
        return;
      }
      await runCommand(createStatement(spec, plan), session);
      return;
    }
  }
}

type SaveAsTable = Extract<WriteSpec, { kind: "saveAsTable" }>;

/** What is appended must say nothing else about the table than what the table says. */
function checkSameLayout(table: TableMetadata, spec: SaveAsTable): void {
  const tableName = ["spark_catalog", table.database, table.name].join(".");
  const same = (a: readonly string[], b: readonly string[]): boolean =>
    a.length === b.length && a.every((name, i) => name.toLowerCase() === b[i]!.toLowerCase());
  const provider = spec.format ?? table.provider ?? "parquet";
  if (table.provider !== null && provider.toLowerCase() !== table.provider.toLowerCase())
    throw new AnalysisError("_LEGACY_ERROR_TEMP_1159", {
      tableName,
      existingProvider: table.provider,
      specifiedProvider: provider,
    });
  if (!same(spec.partitionBy, table.partitionColumns))
    throw new AnalysisError("_LEGACY_ERROR_TEMP_1163", {
      tableName,
      specifiedPartCols: spec.partitionBy.join(", "),
      existingPartCols: table.partitionColumns.join(", "),
    });
  const [asked, has] = [spec.bucketBy, table.bucket];
  const sameBuckets =
    asked === null || has === undefined
      ? asked === null && has === undefined
      : asked.buckets === has.buckets && same(asked.columns, has.columns) && same(asked.sort, has.sort);
  if (!sameBuckets)
    throw new AnalysisError("_LEGACY_ERROR_TEMP_1164", {
      tableName,
      specifiedBucketString: bucketsText(asked),
      existingBucketString: bucketsText(has ?? null),
    });
}

/** Columns are appended by name; none may be missing, even where the table has a default for it. */
function checkSameColumns(table: TableMetadata, output: readonly Attribute[]): void {
  const tableName = ["spark_catalog", table.database, table.name].join(".");
  const { fields } = table.schema;
  if (output.length !== fields.length)
    throw new AnalysisError("_LEGACY_ERROR_TEMP_1161", {
      tableName,
      existingTableSchema: simpleString(table.schema),
      querySchema: `struct<${output.map(({ name, type }) => `${name}:${simpleString(type)}`).join(",")}>`,
    });
}

function bucketsText(buckets: BucketBy | null): string {
  if (buckets === null) return "not bucketed";
  const sort = buckets.sort.length === 0 ? "" : `, sort columns: [${buckets.sort.join(", ")}]`;
  return `${buckets.buckets} buckets, bucket columns: [${buckets.columns.join(", ")}]${sort}`;
}

/** Overwriting makes a new table. Where it looks as the old one, its rows are replaced: they stay if that fails. */
async function overwriteTable(
  session: SessionState,
  table: TableMetadata,
  plan: UnresolvedPlan,
  spec: SaveAsTable,
): Promise<void> {
  const analyzed = await session.analyze(plan);
  const name = `spark_catalog.${table.database}.${table.name}`;
  if (existsPlan(analyzed, (node) => node.kind === "scan" && node.relation.name === name))
    throw new AnalysisError("UNSUPPORTED_OVERWRITE.TABLE", { table: idText(name.split(".")) });
  const output = outputOf(analyzed);
  const isLike =
    looksLike(table, spec) &&
    output.length === table.schema.fields.length &&
    output.every((column, i) => {
      const field = table.schema.fields[i]!;
      return column.name === field.name && sameType(column.type, field.type);
    });
  if (!isLike) await runCommand({ kind: "dropTable", name: spec.table, ifExists: true, purge: false }, session);
  await runCommand(isLike ? insertStatement(spec.table, plan, true) : createStatement(spec, plan), session);
}

function looksLike(table: TableMetadata, spec: SaveAsTable): boolean {
  try {
    checkSameLayout(table, spec);
    return true;
  } catch (error) {
    if (error instanceof AnalysisError) return false;
    throw error;
  }
}

function insertStatement(table: readonly string[], query: UnresolvedPlan, overwrite: boolean, byName = false): Statement {
  return {
    kind: "insert",
    table,
    overwrite,
    partition: [],
    ifPartitionNotExists: false,
    columns: null,
    byName,
    query,
  };
}

function createStatement(spec: SaveAsTable, query: UnresolvedPlan): Statement {
  const { table, format, partitionBy, clusterBy, bucketBy, options } = spec;
  const { path, ...others } = options;
  return {
    kind: "createTable",
    name: table,
    ifNotExists: false,
    orReplace: false,
    replace: false,
    external: path !== undefined,
    temporary: false,
    spec: {
      columns: [],
      constraints: [],
      ...(format !== null && { provider: [format] }),
      partitioning: partitionBy.map((name) => ({ kind: "column", name: [name] })),
      ...(bucketBy && { bucket: { ...bucketBy, sort: bucketBy.sort.map((column) => ({ column, ascending: true })) } }),
      ...(clusterBy.length > 0 && { clusterBy: clusterBy.map((name) => [name]) }),
      options: others,
      properties: {},
      ...(path !== undefined && { location: path }),
    },
    query: { sql: "", tree: query },
  };
}
