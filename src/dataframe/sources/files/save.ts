/** What all file formats check and decide when a table is saved. */
import type { DataType, StructType } from "../../../columnar/types";
import { AnalysisError } from "../../errors";
import { simpleString } from "../../types/text";
import type { SaveRequest } from "../data-source";
import { integerOption, invalidOption, option } from "../options";
import type { FilesSpec } from "./write-task";

/** @param mayRepeat columns need no names of their own: CSV tells them by place. */
export function filesSpec(request: SaveRequest, format: string, mayRepeat = false): FilesSpec {
  const { schema, settings, options } = request;
  if (isEmpty(schema) && settings.conf["spark.sql.legacy.allowEmptySchemaWrite"] !== "true")
    throw new AnalysisError("EMPTY_SCHEMA_NOT_SUPPORTED_FOR_DATASOURCE", { format });
  const namesOf = mayRepeat ? [] : schema.fields.map((field) => field.name);
  for (const names of [namesOf, request.partitionBy]) requireOwnNames(names, settings.caseSensitive);
  const same = (a: string, b: string): boolean => (settings.caseSensitive ? a === b : a.toLowerCase() === b.toLowerCase());
  const partitionBy = request.partitionBy.map((name) => {
    const place = schema.fields.findIndex((field) => same(field.name, name));
    if (place < 0)
      throw new AnalysisError("PARTITION_COLUMN_NOT_FOUND_IN_SCHEMA", { column: name, schema: simpleString(schema) });
    const { type } = schema.fields[place]!;
    if (!mayPartition(type)) throw new AnalysisError("INVALID_PARTITION_COLUMN_DATA_TYPE", { type: simpleString(type) });
    return place;
  });
  if (partitionBy.length > 0 && partitionBy.length === schema.fields.length)
    throw new AnalysisError("ALL_PARTITION_COLUMNS_NOT_ALLOWED");
  const otherwise = Number(settings.conf["spark.sql.files.maxRecordsPerFile"] ?? 0);
  const buckets = request.buckets && {
    count: request.buckets.count,
    places: request.buckets.columns.map((name) => schema.fields.findIndex((field) => same(field.name, name))),
  };
  const maxRecordsPerFile = integerOption(options, "maxRecordsPerFile", otherwise);
  // Directories are spelt as the request spells them.
  const fields = schema.fields.map((field, i) => {
    const at = partitionBy.indexOf(i);
    return at < 0 ? field : { ...field, name: request.partitionBy[at]! };
  });
  return { schema: { kind: "struct", fields }, partitionBy, ...(buckets && { buckets }), maxRecordsPerFile, settings };
}

/** Without columns, or with a struct without fields; those in arrays and maps are left to the format. */
function isEmpty({ fields }: StructType): boolean {
  return fields.length === 0 || fields.some(({ type }) => type.kind === "struct" && isEmpty(type));
}

function requireOwnNames(names: readonly string[], caseSensitive: boolean): void {
  const seen = new Set<string>();
  for (const name of names) {
    const key = caseSensitive ? name : name.toLowerCase();
    if (seen.has(key)) throw new AnalysisError("COLUMN_ALREADY_EXISTS", { columnName: `\`${key}\`` });
    seen.add(key);
  }
}

function mayPartition(type: DataType): boolean {
  return !["array", "map", "struct", "variant", "calendarInterval", "udt"].includes(type.kind);
}

export function isDynamicOverwrite(request: SaveRequest): boolean {
  const mode =
    option(request.options, "partitionOverwriteMode") ??
    request.settings.conf["spark.sql.sources.partitionOverwriteMode"] ??
    "static";
  if (!/^(static|dynamic)$/i.test(mode)) throw invalidOption("partitionOverwriteMode", mode, "static or dynamic");
  return request.mode === "overwrite" && request.partitionBy.length > 0 && mode.toLowerCase() === "dynamic";
}
