/** Relations over files: what all file formats share on the driver. */
import { createHash } from "node:crypto";
import type { DataType, StructField, StructType } from "../../../columnar/types";
import { AnalysisError } from "../../errors";
import { asNullable } from "../../functions/families/json-inputs";
import type { DriverContext, LoadRequest } from "../data-source";
import type { FileEntry, Relation, RelationStatistics } from "../relation";
import { listFiles } from "./listing";

export interface FileFormat {
  readonly name: string;
  /** The data's schema from files; null where there is nothing to find it in. */
  infer(files: readonly FileEntry[], request: LoadRequest, driver: DriverContext): Promise<StructType | null>;
  statistics?(files: readonly FileEntry[], schema: StructType, driver: DriverContext): Promise<RelationStatistics>;
}

export async function fileRelation(format: FileFormat, request: LoadRequest, driver: DriverContext): Promise<Relation> {
  const { settings } = driver;
  if (request.paths.length === 0 && request.schema === undefined)
    throw new AnalysisError("UNABLE_TO_INFER_SCHEMA", { format: format.name });
  const same = (a: string, b: string): boolean => (settings.caseSensitive ? a === b : a.toLowerCase() === b.toLowerCase());
  const listing = await listFiles(
    {
      paths: request.paths,
      options: request.options,
      known: request.schema?.fields ?? [],
      ofCatalog: request.partitionColumns !== undefined,
      partitionPlaces: request.partitionPlaces ?? {},
    },
    driver,
  );
  const partitionFields = listing.partitionFields;
  const isPartition = (name: string): boolean => partitionFields.some((field) => same(field.name, name));
  const data = request.schema ?? (await inferredSchema(format, listing.files, request, driver));
  if (data === null) throw new AnalysisError("UNABLE_TO_INFER_SCHEMA", { format: format.name });
  const fields: StructField[] = [
    ...data.fields
      .filter((field) => !isPartition(field.name))
      .map((field) => ({ ...field, type: asNullable(field.type), nullable: true })),
    ...partitionFields,
  ];
  requireNames(fields, settings.caseSensitive);
  const schema: StructType = { kind: "struct", fields };
  const statistics = (await format.statistics?.(listing.files, schema, driver)) ?? {
    sizeInBytes: listing.files.reduce((sum, file) => sum + file.length, 0),
    rowCount: null,
    columns: {},
  };
  return {
    format: format.name,
    name: `${format.name} ${listing.roots.join(", ")}`,
    schema,
    partitionColumns: partitionFields.map((field) => field.name),
    options: request.options,
    files: { roots: listing.roots, files: listing.files },
    statistics,
  };
}

/** Throws where a name comes twice, in a struct too. */
function requireNames(fields: readonly StructField[], caseSensitive: boolean): void {
  const seen = new Set<string>();
  for (const { name, type } of fields) {
    const key = caseSensitive ? name : name.toLowerCase();
    if (seen.has(key)) throw new AnalysisError("COLUMN_ALREADY_EXISTS", { columnName: `\`${key}\`` });
    seen.add(key);
    requireNamesWithin(type, caseSensitive);
  }
}

function requireNamesWithin(type: DataType, caseSensitive: boolean): void {
  switch (type.kind) {
    case "struct":
      return requireNames(type.fields, caseSensitive);
    case "array":
      return requireNamesWithin(type.element, caseSensitive);
    case "map":
      requireNamesWithin(type.key, caseSensitive);
      return requireNamesWithin(type.value, caseSensitive);
    default:
  }
}

/** Schemas that were found in files: each query on a DataFrame asks again, and text must be read as a whole. The last few. */
const inferred = new Map<string, Promise<StructType | null>>();
const MOST_INFERRED = 64;

/** What the schema is found in, as a digest: the names of a table's files can be megabytes, and all settings are among it. */
export function schemaKey(
  format: Pick<FileFormat, "name">,
  files: readonly FileEntry[],
  request: Pick<LoadRequest, "options">,
  driver: Pick<DriverContext, "settings">,
): string {
  const versions = files.map(({ path, length, modified }) => [path, length, modified]);
  // The time of the query changes nothing about types.
  const settings = { ...driver.settings, now: 0, conf: confDigest(driver.settings.conf) };
  return digest([format.name, request.options, settings, versions]);
}

/** Queries share the object of their settings until one changes. */
const confDigests = new WeakMap<object, string>();

function confDigest(conf: object): string {
  let found = confDigests.get(conf);
  if (found === undefined) confDigests.set(conf, (found = digest(conf)));
  return found;
}

function digest(value: unknown): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("base64");
}

function inferredSchema(
  format: FileFormat,
  files: readonly FileEntry[],
  request: LoadRequest,
  driver: DriverContext,
): Promise<StructType | null> {
  const key = schemaKey(format, files, request, driver);
  let schema = inferred.get(key);
  if (schema === undefined) {
    schema = format.infer(files, request, driver);
    schema.catch(() => inferred.delete(key));
  }
  inferred.delete(key);
  inferred.set(key, schema);
  if (inferred.size > MOST_INFERRED) inferred.delete(inferred.keys().next().value!);
  return schema;
}
