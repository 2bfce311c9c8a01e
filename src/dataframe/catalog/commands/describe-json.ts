/** DESCRIBE EXTENDED … AS JSON: what the lines of DESCRIBE EXTENDED tell, as one object with Spark's keys in Spark's order. */
import type { DataType, StructField, StructType } from "../../../columnar/types";
import { intervalName, simpleString } from "../../types/text";
import { table } from "../ports";
import type { CommandResult, CommandSession } from "../ports";
import type { FoundName, TempView } from "../session-catalog";
import { GLOBAL_TEMP, SESSION_CATALOG } from "../table";
import type { TableMetadata } from "../table";
import { commentOf, defaultOf } from "./columns";
import { redacted } from "./information";
import { partitionCreated } from "./partitions";
import type { Partition } from "./partitions";

type Json = Readonly<Record<string, unknown>>;

export function describedAsJson(found: FoundName, partition: Partition | null, session: CommandSession): CommandResult {
  const json = found.kind === "table" ? ofTable(found.table, partition) : ofTemporary(found.view, session);
  return table(["json_metadata"], [[JSON.stringify(json)]]);
}

function ofTable(one: TableMetadata, partition: Partition | null): Json {
  const made = { created_time: moment(one.created), last_access: "UNKNOWN", created_by: "firesteel" };
  const buckets = one.bucket && {
    num_buckets: one.bucket.buckets,
    bucket_columns: one.bucket.columns,
    sort_columns: one.bucket.sort,
  };
  const storage = {
    ...(one.location !== null && { location: one.location }),
    ...optional("storage_properties", redacted(one.options)),
  };
  return {
    table_name: one.name,
    catalog_name: SESSION_CATALOG,
    namespace: [one.database],
    schema_name: one.database,
    columns: columns(one.schema),
    ...(partition !== null && {
      partition_values: partition.values,
      ...storage,
      location: `${one.location}/${partition.path}`,
      ...made,
      created_time: moment(partitionCreated(partition)),
    }),
    ...(partition === null && { ...buckets, ...storage, ...made }),
    type: one.kind.toUpperCase(),
    ...(one.provider !== null && { provider: one.provider }),
    ...(partition !== null && buckets),
    ...(one.comment !== undefined && one.comment !== "" && { comment: one.comment }),
    ...(one.view !== undefined && {
      view_text: one.view.text,
      view_original_text: one.view.text,
      view_schema_mode: one.view.schemaMode.toUpperCase(),
      view_catalog_and_namespace: `${one.view.catalog}.${one.view.database}`,
      view_query_output_columns: one.view.queryColumns,
    }),
    ...optional("table_properties", redacted(one.properties)),
    ...(one.view !== undefined && { view_creation_spark_configuration: one.view.conf }),
    ...(one.partitionColumns.length > 0 && { partition_provider: "Catalog", partition_columns: one.partitionColumns }),
    collation: one.collation ?? "UTF8_BINARY",
  };
}

function ofTemporary(view: TempView, session: CommandSession): Json {
  return {
    table_name: view.name,
    catalog_name: "system",
    namespace: ["session"],
    schema_name: "session",
    columns: columns(view.columns),
    created_time: moment(Number(session.settings().now) / 1000),
    last_access: "UNKNOWN",
    created_by: "firesteel",
    type: "VIEW",
    ...(view.comment !== undefined && { comment: view.comment }),
    ...(view.text !== undefined && { view_text: view.text }),
    view_schema_mode: "BINDING",
    view_catalog_and_namespace: `${SESSION_CATALOG}.${view.global ? session.catalog.currentDatabase : (view.scope?.database ?? GLOBAL_TEMP)}`,
    view_query_output_columns: view.columns.fields.map((field) => field.name),
    ...optional("table_properties", redacted(view.properties)),
    collation: view.collation ?? "UTF8_BINARY",
  };
}

/** "2026-11-22T06:55:40Z" */
function moment(millis: number): string {
  return new Date(millis).toISOString().replace(/\.\d+Z$/, "Z");
}

function optional(key: string, values: Readonly<Record<string, string>>): Json {
  const entries = Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.length === 0 ? {} : { [key]: Object.fromEntries(entries) };
}

function columns(schema: StructType): readonly Json[] {
  return schema.fields.map((field) => column(field));
}

function column(field: StructField): Json {
  const comment = commentOf(field);
  const value = defaultOf(field);
  return {
    name: field.name,
    type: typeJson(field.type),
    nullable: field.nullable,
    ...(comment !== null && { comment }),
    ...(value !== null && { default: value }),
  };
}

function typeJson(type: DataType): Json {
  switch (type.kind) {
    case "string":
      return { name: "string", collation: type.collation ?? "UTF8_BINARY" };
    case "decimal":
      return { name: "decimal", precision: type.precision, scale: type.scale };
    case "timestamp":
      return { name: "timestamp_ltz" };
    case "dayTimeInterval":
    case "yearMonthInterval": {
      const [, start, , end = start] = intervalName(type).split(" ");
      return { name: "interval", start_unit: start, end_unit: end };
    }
    case "array":
      return { name: "array", element_type: typeJson(type.element), element_nullable: type.containsNull };
    case "map":
      return {
        name: "map",
        key_type: typeJson(type.key),
        value_type: typeJson(type.value),
        value_nullable: type.valueContainsNull,
      };
    case "struct":
      return { name: "struct", fields: columns(type) };
    default:
      return { name: simpleString(type) };
  }
}
