/** CREATE TABLE in its forms, DROP TABLE, TRUNCATE. */
import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { DataType, StructField, StructType } from "../../../columnar/types";
import { AnalysisError } from "../../errors";
import type { QueryContext } from "../../errors";
import { idText, quoted, tooManyParts } from "../../analysis/messages";
import type { BucketSpec, Statement, TableSpec } from "../../syntax/command";
import { asNullable } from "../../functions/families/json-inputs";
import { containsType } from "../../types/contains";
import { quotedType } from "../../types/text";
import { outputOf } from "../../logical/output";
import type { LogicalPlan } from "../../logical/plan";
import { analyzePlan, schemaOf } from "../analysis-context";
import { NOTHING } from "../ports";
import type { CommandResult, CommandSession } from "../ports";
import { lower } from "../session-catalog";
import { localPath, locationOf } from "../store";
import { qualifiedTable, SESSION_CATALOG } from "../table";
import type { TableMetadata } from "../table";
import { fieldOf, refuseRepeated, withCollation } from "./columns";
import { constantDefault } from "./defaults";
import { nameParts, requireRelation, requireTable } from "./names";
import { onePartition, partitionsOf } from "./partitions";

type Command<K extends Statement["kind"]> = Extract<Statement, { kind: K }>;

export async function createTable(command: Command<"createTable">, session: CommandSession): Promise<CommandResult> {
  const { catalog } = session;
  const parts = await nameParts(command.name, session);
  const [, database, name] = catalog.qualified(parts);
  const existing = catalog.store.table(database, name);
  if (command.temporary) {
    throw new AnalysisError(
      "UNSUPPORTED_FEATURE.TABLE_OPERATION",
      { tableName: idText(parts), operation: "CREATE TEMPORARY TABLE" },
      command.at,
    );
  }
  if (command.external && command.spec.location === undefined && command.spec.options["path"] === undefined)
    throw new AnalysisError("_LEGACY_ERROR_TEMP_1069", {}, command.at);
  if (command.orReplace || command.replace) {
    throw new AnalysisError(
      "UNSUPPORTED_FEATURE.TABLE_OPERATION",
      { tableName: idText([SESSION_CATALOG, database, name]), operation: "REPLACE TABLE" },
      command.at,
    );
  }
  catalog.requireDatabase(database);
  if (existing !== null) {
    if (command.ifNotExists) return NOTHING;
    throw alreadyExists([SESSION_CATALOG, database, name], command.at);
  }
  const query = command.query === null ? null : await analyzePlan(command.query.tree, session);
  const table = await definition(command, database, name, query, session);
  catalog.createTable(table);
  if (table.kind === "managed" && table.location !== null) mkdirSync(localPath(table.location), { recursive: true });
  if (query === null) return NOTHING;
  try {
    await session.data.write({
      query: partitionsLast(query, table),
      target: { kind: "table", table },
      mode: "overwrite",
      below: "",
      dynamicOverwrite: false,
    });
  } catch (error) {
    catalog.store.dropTable(database, name);
    if (table.kind === "managed" && table.location !== null) rmSync(localPath(table.location), { recursive: true, force: true });
    throw error;
  }
  return NOTHING;
}

export function alreadyExists(name: readonly string[], at: QueryContext | undefined): AnalysisError {
  return new AnalysisError("TABLE_OR_VIEW_ALREADY_EXISTS", { relationName: idText(name) }, at);
}

/** The query's columns in the order that the table has them. */
function partitionsLast(query: LogicalPlan, table: TableMetadata): LogicalPlan {
  if (table.partitionColumns.length === 0) return query;
  const output = outputOf(query);
  const expressions = table.schema.fields.flatMap((field) => output.find((column) => column.name === field.name) ?? []);
  return { kind: "project", child: query, expressions };
}

async function definition(
  command: Command<"createTable">,
  database: string,
  name: string,
  query: LogicalPlan | null,
  session: CommandSession,
): Promise<TableMetadata> {
  const { spec } = command;
  const provider = providerOf(spec, session, command.at);
  const { path, ...options } = spec.options;
  const location = spec.location ?? path;
  const pathless = session.data.isPathless(provider);
  if (location === "") throw new AnalysisError("INVALID_EMPTY_LOCATION", { location: "" }, command.at);
  const { schema, partitionColumns } = await schemaFor(command, provider, location, query, session);
  checkColumns(schema, partitionColumns, spec, [SESSION_CATALOG, database, name], command.at);
  const root = session.catalog.requireDatabase(database).location;
  return {
    database,
    name,
    kind: location === undefined && !pathless ? "managed" : "external",
    schema,
    provider,
    partitionColumns,
    ...(spec.bucket && { bucket: bucketsOf(spec.bucket, schema, session) }),
    ...(spec.clusterBy && { clusterBy: spec.clusterBy }),
    options,
    properties: spec.properties,
    location: location !== undefined ? locationOf(location) : pathless ? null : `${root.replace(/\/$/, "")}/${name}`,
    ...(spec.comment !== undefined && { comment: spec.comment }),
    ...(spec.collation !== undefined && { collation: spec.collation }),
    owner: session.settings().currentUser,
    created: Date.now(),
  };
}

const STORED_AS: Readonly<Record<string, string>> = { PARQUET: "parquet", ORC: "orc", AVRO: "avro", TEXTFILE: "text" };

function providerOf(spec: TableSpec, session: CommandSession, at: QueryContext | undefined): string {
  const stored = spec.hive?.storedAs;
  const written =
    spec.provider?.join(".") ??
    (stored === undefined ? undefined : STORED_AS[stored.toUpperCase()]) ??
    session.conf.get("spark.sql.sources.default") ??
    "parquet";
  if (!session.data.isSource(written)) throw new AnalysisError("DATA_SOURCE_NOT_FOUND", { provider: written }, at);
  return lower(written);
}

async function schemaFor(
  command: Command<"createTable">,
  provider: string,
  location: string | undefined,
  query: LogicalPlan | null,
  session: CommandSession,
): Promise<{ readonly schema: StructType; readonly partitionColumns: readonly string[] }> {
  const { spec } = command;
  for (const column of spec.columns) {
    const operation =
      column.generated !== undefined ? "generated columns" : column.identity !== undefined ? "identity column" : null;
    if (operation === null) continue;
    const tableName = idText(session.catalog.qualified(await nameParts(command.name, session)));
    throw new AnalysisError("UNSUPPORTED_FEATURE.TABLE_OPERATION", { tableName, operation }, command.at);
  }
  const constraints = [...spec.constraints, ...spec.columns.flatMap((column) => column.constraints ?? [])];
  if (constraints.length > 0) {
    const tableName = idText(session.catalog.qualified(await nameParts(command.name, session)));
    if (constraints.filter((one) => one.kind === "primaryKey").length > 1) {
      throw new AnalysisError("MULTIPLE_PRIMARY_KEYS", { columns: "" }, command.at);
    }
    throw new AnalysisError("UNSUPPORTED_FEATURE.TABLE_OPERATION", { tableName, operation: "CONSTRAINT" }, command.at);
  }
  const defined = spec.partitioning.flatMap((one) => (one.kind === "definition" ? [one.column] : []));
  const columns = [...spec.columns, ...defined];
  const constants: (string | null)[] = [];
  for (const column of columns) constants.push(await constantDefault(column, "CREATE TABLE", session));
  let fields: readonly StructField[];
  let partitionColumns = spec.partitioning.map((one) => {
    if (one.kind === "column") return one.name.join(".");
    if (one.kind === "definition") return one.column.name.at(-1) as string;
    throw new AnalysisError(
      "UNSUPPORTED_FEATURE.PARTITION_WITH_NESTED_COLUMN_IS_UNSUPPORTED",
      { cols: quoted(one.name) },
      command.at,
    );
  });
  if (query !== null) {
    fields = schemaOf(query).fields.map((field) => ({ ...field, nullable: true }));
  } else if (spec.columns.length > 0) {
    // Files may hold nulls whatever was declared.
    fields = columns.map((column, i) => {
      const field = fieldOf(column, constants[i]!);
      return { ...field, type: asNullable(withCollation(field.type, spec.collation)), nullable: true };
    });
  } else if (location !== undefined || session.data.isPathless(provider)) {
    const paths = location === undefined ? [] : [location];
    const relation = await session.data.relation({ format: provider, paths, options: spec.options });
    fields = relation.schema.fields;
    partitionColumns = [...relation.partitionColumns];
  } else {
    fields = [];
  }
  const isPartition = (field: StructField): boolean => partitionColumns.some((name) => lower(name) === lower(field.name));
  const partitionFields = partitionColumns.flatMap((name) => fields.find((field) => lower(field.name) === lower(name)) ?? []);
  if (partitionFields.length < partitionColumns.length) {
    const missing = partitionColumns.find((name) => !fields.some((field) => lower(field.name) === lower(name))) as string;
    throw new AnalysisError(
      "COLUMN_NOT_DEFINED_IN_TABLE",
      {
        colType: "partition",
        colName: quoted(missing),
        tableName: idText(session.catalog.qualified(await nameParts(command.name, session))),
        tableCols: fields.map((field) => quoted(field.name)).join(", "),
      },
      command.at,
    );
  }
  return {
    schema: { kind: "struct", fields: [...fields.filter((field) => !isPartition(field)), ...partitionFields] },
    partitionColumns: partitionFields.map((field) => field.name),
  };
}

function checkColumns(
  schema: StructType,
  partitionColumns: readonly string[],
  spec: TableSpec,
  name: readonly string[],
  at: QueryContext | undefined,
): void {
  refuseRepeated(schema.fields.map((field) => field.name));
  if (hasCollatedKeys(schema)) throw new AnalysisError("UNSUPPORTED_FEATURE.COLLATIONS_IN_MAP_KEYS", {}, at);
  if (partitionColumns.length > 0 && partitionColumns.length === schema.fields.length) {
    throw new AnalysisError("ALL_PARTITION_COLUMNS_NOT_ALLOWED", {}, at);
  }
  for (const field of schema.fields) {
    if (!partitionColumns.includes(field.name) || !isCollated(field.type)) continue;
    throw new AnalysisError("INVALID_PARTITION_COLUMN_DATA_TYPE", { type: quotedType(field.type) }, at);
  }
  const { bucket } = spec;
  if (bucket === undefined) return;
  for (const field of schema.fields) {
    if (!bucket.columns.some((column) => lower(column) === lower(field.name)) || !isCollated(field.type)) continue;
    throw new AnalysisError("INVALID_BUCKET_COLUMN_DATA_TYPE", { type: quotedType(field.type) }, at);
  }
  const sort = bucket.sort.map((one) => one.column);
  refuseRepeated(bucket.columns);
  refuseRepeated(sort);
  const check = (column: string, colType: string, inPartitions: (normalizedPartCols: string) => AnalysisError): void => {
    if (partitionColumns.some((one) => lower(one) === lower(column))) throw inPartitions(partitionColumns.join(", "));
    if (schema.fields.some((field) => lower(field.name) === lower(column))) return;
    const tableCols = schema.fields.map((field) => quoted(field.name)).join(", ");
    throw new AnalysisError(
      "COLUMN_NOT_DEFINED_IN_TABLE",
      { colType, colName: quoted(column), tableName: idText(name), tableCols },
      at,
    );
  };
  for (const bucketCol of bucket.columns)
    check(
      bucketCol,
      "bucket",
      (normalizedPartCols) => new AnalysisError("_LEGACY_ERROR_TEMP_1166", { bucketCol, normalizedPartCols }, at),
    );
  for (const sortCol of sort)
    check(
      sortCol,
      "sort",
      (normalizedPartCols) => new AnalysisError("_LEGACY_ERROR_TEMP_1167", { sortCol, normalizedPartCols }, at),
    );
}

function isCollated(type: StructField["type"]): boolean {
  return type.kind === "string" && type.collation !== undefined;
}

/** Files would hold keys that are equal under their collation. */
function hasCollatedKeys(type: DataType): boolean {
  return containsType(type, (part) => part.kind === "map" && isCollated(part.key));
}

/** With the names as the schema has them. */
function bucketsOf(spec: BucketSpec, schema: StructType, session: CommandSession): NonNullable<TableMetadata["bucket"]> {
  const most = Number(session.conf.get("spark.sql.sources.bucketing.maxBuckets"));
  if (spec.buckets <= 0 || spec.buckets > most)
    throw new AnalysisError("INVALID_BUCKET_COUNT", { numBuckets: String(spec.buckets), bucketingMaxBuckets: String(most) });
  const named = (column: string): string => schema.fields.find((field) => lower(field.name) === lower(column))?.name ?? column;
  return { buckets: spec.buckets, columns: spec.columns.map(named), sort: spec.sort.map(({ column }) => named(column)) };
}

export async function createTableLike(command: Command<"createTableLike">, session: CommandSession): Promise<CommandResult> {
  const { catalog } = session;
  const [, database, name] = catalog.qualified(await nameParts(command.name, session));
  const source = await requireRelation(command.source, session, command.at);
  catalog.requireDatabase(database);
  if (catalog.store.table(database, name) !== null) {
    if (command.ifNotExists) return NOTHING;
    throw alreadyExists([SESSION_CATALOG, database, name], command.at);
  }
  const from = source.kind === "table" ? source.table : null;
  const schema = source.kind === "table" ? source.table.schema : source.view.columns;
  const root = catalog.requireDatabase(database).location;
  const table: TableMetadata = {
    database,
    name,
    kind: command.location === undefined ? "managed" : "external",
    schema,
    provider: command.provider?.join(".") ?? from?.provider ?? session.conf.get("spark.sql.sources.default") ?? "parquet",
    partitionColumns: from?.kind === "view" ? [] : (from?.partitionColumns ?? []),
    ...(from?.bucket && { bucket: from.bucket }),
    options: from?.kind === "view" ? {} : (from?.options ?? {}),
    properties: command.properties,
    location: command.location === undefined ? `${root.replace(/\/$/, "")}/${name}` : locationOf(command.location),
    owner: session.settings().currentUser,
    created: Date.now(),
  };
  catalog.createTable(table);
  if (table.kind === "managed") mkdirSync(localPath(table.location as string), { recursive: true });
  return NOTHING;
}

/** DROP TABLE takes views too, as Spark's does. */
export async function dropTable(command: Command<"dropTable">, session: CommandSession): Promise<CommandResult> {
  const table = await toDrop(command, session);
  if (table !== null) dropMetadata(table, session);
  return NOTHING;
}

/** What the catalog keeps under the name of a DROP; null where a temporary view had the name, which is dropped, or nothing has and nothing need. */
export async function toDrop(
  command: Command<"dropTable"> | Command<"dropView">,
  session: CommandSession,
): Promise<TableMetadata | null> {
  const { catalog } = session;
  const parts = await nameParts(command.name, session);
  const temporary = catalog.findTemp(parts);
  if (temporary !== null) {
    catalog.dropTempView(temporary.name, temporary.global);
    return null;
  }
  const table = catalog.findTable(parts);
  if (table === null && !command.ifExists) throw missing(parts, session, command.at);
  return table;
}

function missing(parts: readonly string[], session: CommandSession, at: QueryContext | undefined): AnalysisError {
  const tooMany = tooManyParts(parts, at);
  if (tooMany !== null) return tooMany;
  const name = session.catalog.tableKey(parts);
  const path = `[${idText([SESSION_CATALOG, session.catalog.currentDatabase])}]`;
  const relationName = name === null ? idText(parts) : idText([SESSION_CATALOG, ...name]);
  return new AnalysisError("TABLE_OR_VIEW_NOT_FOUND", { relationName, searchPath: path }, at);
}

export function dropMetadata(table: TableMetadata, session: CommandSession): void {
  session.catalog.store.dropTable(table.database, table.name);
  if (table.kind === "managed")
    for (const place of Object.values(table.partitionPlaces ?? {}))
      if (place !== null) rmSync(localPath(place), { recursive: true, force: true });
  if (table.kind === "managed" && table.location !== null) rmSync(localPath(table.location), { recursive: true, force: true });
  session.data.forget(table);
}

export async function truncateTable(command: Command<"truncateTable">, session: CommandSession): Promise<CommandResult> {
  const table = await requireTable(command.table, session, "TRUNCATE TABLE", command.at);
  if (table.kind === "external") {
    throw new AnalysisError("TRUNCATE_EXTERNAL_TABLE", { tableName: idText(qualifiedTable(table)) }, command.at);
  }
  if (table.partitionColumns.length === 0 && command.partition.length > 0)
    throw new AnalysisError("_LEGACY_ERROR_TEMP_1267", { tableIdentWithDB: idText(qualifiedTable(table)) }, command.at);
  const partitions =
    table.partitionColumns.length === 0 ? null : await partitionsOf(table, command.partition, session, command.at);
  const whole = command.partition.length > 0 && command.partition.length === table.partitionColumns.length;
  if (partitions?.length === 0 && whole) await onePartition(table, command.partition, session);
  const folders = partitions?.map((one) => localPath(one.location)) ?? [localPath(table.location as string)];
  for (const folder of folders) {
    if (!existsSync(folder)) continue;
    for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true, force: true });
  }
  session.data.refresh(table, null);
  return NOTHING;
}
