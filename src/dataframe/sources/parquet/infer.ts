/** The driver's side: schemas and statistics of Parquet files from their footers. */
import { RecentlyUsed } from "../../../closure/recently-used";
import type { Boxed, DataType, StructField, StructType } from "../../../columnar/types";
import { mapConcurrently } from "../../../filesystem/concurrently";
import { AnalysisError } from "../../errors";
import { simpleString, typeFromJson } from "../../types/text";
import type { DriverContext, SourceOptions } from "../data-source";
import { booleanOption, booleanSetting } from "../options";
import type { ColumnStatistics, FileEntry, RelationStatistics } from "../relation";
import { isBelow } from "../may-match";
import { boundsOf } from "./bounds";
import { DamagedPage } from "./codecs";
import { footerBytes, named, ownFooter, parseFooter, type ParquetFooter } from "./file";
import { type SchemaOptions, sqlSchema } from "./schema";

const TAIL_BYTES = 64 * 1024;
const CONCURRENT_FOOTERS = 16;
/** Of tables with no more files all footers are read, for the statistics in them. */
export const FEW_FILES = 8;
const SPARK_SCHEMA = "org.apache.spark.sql.parquet.row.metadata";

/** As far as a driver needs them again: the last ones used, 8 MiB of them at most as they are in their files; on the heap they are eight times that. */
const kept = new RecentlyUsed<ParquetFooter>(256, 8 * 2 ** 20);

export async function driverFooter(file: FileEntry, driver: DriverContext): Promise<ParquetFooter> {
  const key = `${file.modified} ${file.length} ${file.path}`;
  const known = kept.get(key);
  if (known !== undefined) return known;
  try {
    const fs = driver.fileSystems.of(file.path);
    const tailLength = Math.min(TAIL_BYTES, file.length);
    const read = async (offset: number, length: number): Promise<Buffer> => {
      const bytes = await fs.readRange(file.path, offset, length);
      if (bytes.length < length)
        throw new DamagedPage(`it has ${offset + bytes.length} bytes, and had ${file.length} when it was listed`);
      return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    };
    let bytes = await read(file.length - tailLength, tailLength);
    const length = footerBytes(file.length, bytes);
    if (length + 8 > bytes.length) bytes = await read(file.length - 8 - length, length + 8);
    const footer = parseFooter(ownFooter(bytes, length));
    kept.set(key, footer, length);
    return footer;
  } catch (error) {
    throw named(file.path, error);
  }
}

export function schemaOptions({ settings }: DriverContext): SchemaOptions {
  return {
    binaryAsString: booleanSetting(settings, "spark.sql.parquet.binaryAsString", false),
    inferTimestampNtz: booleanSetting(settings, "spark.sql.parquet.inferTimestampNTZ.enabled", true),
  };
}

/** The schema of the data, all fields nullable; of one file, or of all where `mergeSchema` is asked for. */
export async function inferSchema(
  files: readonly FileEntry[],
  options: SourceOptions,
  driver: DriverContext,
): Promise<StructType | null> {
  const candidates = files.filter((file) => file.length > 0);
  if (candidates.length === 0) return null;
  const merge = booleanOption(options, "mergeSchema", booleanSetting(driver.settings, "spark.sql.parquet.mergeSchema", false));
  const ignoreCorrupt = booleanOption(
    options,
    "ignoreCorruptFiles",
    booleanSetting(driver.settings, "spark.sql.files.ignoreCorruptFiles", false),
  );
  const schemas = schemaOptions(driver);
  const one = async (file: FileEntry): Promise<StructType | null> => {
    try {
      return schemaOfFile(file, await driverFooter(file, driver), schemas);
    } catch (error) {
      if (ignoreCorrupt) return null;
      throw error;
    }
  };
  if (!merge) {
    for (const file of candidates) {
      const schema = await one(file);
      if (schema !== null) return schema;
    }
    return null;
  }
  const found = (await mapConcurrently(candidates, CONCURRENT_FOOTERS, one)).filter((schema) => schema !== null);
  return found.length === 0 ? null : found.reduce((a, b) => mergedStructs(a, b, driver.settings.caseSensitive));
}

function schemaOfFile(file: FileEntry, footer: ParquetFooter, options: SchemaOptions): StructType {
  try {
    const found = sqlSchema(footer.root, options);
    const spark = footer.metadata.keyValues.get(SPARK_SCHEMA);
    const schema = spark === undefined ? found : withSparkTypes(found, spark);
    return nullable(schema) as StructType;
  } catch (error) {
    throw named(file.path, error);
  }
}

/** The types that Spark wrote down: intervals, CHAR(n), user-defined types, metadata of fields. Where they do not fit the file's own, those. */
function withSparkTypes(found: StructType, json: string): StructType {
  let written: DataType;
  try {
    written = typeFromJson(JSON.parse(json) as never);
  } catch {
    return found;
  }
  return written.kind === "struct" ? (sparkType(found, written) as StructType) : found;
}

/** What a written type of Spark is stored as. */
const STORED_AS: Readonly<Record<string, string>> = {
  yearMonthInterval: "int",
  dayTimeInterval: "long",
  timestamp_ntz: "timestamp",
};

function sparkType(found: DataType, written: DataType): DataType {
  if (written.kind === "udt") return written;
  if (found.kind === "struct" && written.kind === "struct") {
    const byName = new Map(written.fields.map((field) => [field.name, field]));
    return {
      kind: "struct",
      fields: found.fields.map((field) => {
        const spark = byName.get(field.name);
        return spark === undefined ? field : { ...spark, type: sparkType(field.type, spark.type) };
      }),
    };
  }
  if (found.kind === "array" && written.kind === "array") return { ...found, element: sparkType(found.element, written.element) };
  if (found.kind === "map" && written.kind === "map")
    return { ...found, key: sparkType(found.key, written.key), value: sparkType(found.value, written.value) };
  if (found.kind === written.kind || STORED_AS[written.kind] === found.kind) return written;
  return found.kind === "struct" && (written.kind === "variant" || written.kind === "calendarInterval") ? written : found;
}

/** As Spark does on reading: files may lack what their schema promises. */
function nullable(type: DataType): DataType {
  switch (type.kind) {
    case "struct":
      return { kind: "struct", fields: type.fields.map((field) => ({ ...field, type: nullable(field.type), nullable: true })) };
    case "array":
      return { kind: "array", element: nullable(type.element), containsNull: true };
    case "map":
      return { kind: "map", key: nullable(type.key), value: nullable(type.value), valueContainsNull: true };
    default:
      return type;
  }
}

function mergedStructs(left: StructType, right: StructType, caseSensitive: boolean): StructType {
  const key = (name: string): string => (caseSensitive ? name : name.toLowerCase());
  const fields = new Map<string, StructField>(left.fields.map((field) => [key(field.name), field]));
  for (const field of right.fields) {
    const other = fields.get(key(field.name));
    fields.set(key(field.name), other === undefined ? field : { ...other, type: merged(other.type, field.type, caseSensitive) });
  }
  return { kind: "struct", fields: [...fields.values()] };
}

function merged(left: DataType, right: DataType, caseSensitive: boolean): DataType {
  if (left.kind === "struct" && right.kind === "struct") return mergedStructs(left, right, caseSensitive);
  if (left.kind === "array" && right.kind === "array")
    return { ...left, element: merged(left.element, right.element, caseSensitive) };
  if (left.kind === "map" && right.kind === "map")
    return { ...left, key: merged(left.key, right.key, caseSensitive), value: merged(left.value, right.value, caseSensitive) };
  if (left.kind === "decimal" && right.kind === "decimal" && left.scale === right.scale)
    return left.precision >= right.precision ? left : right;
  if (simpleString(left) === simpleString(right)) return left;
  throw new AnalysisError("CANNOT_MERGE_SCHEMAS", { left: simpleString(left), right: simpleString(right) });
}

/** Sizes always; rows and bounds where few files have them in their footers. */
export async function statisticsOf(
  files: readonly FileEntry[],
  schema: StructType,
  driver: DriverContext,
): Promise<RelationStatistics> {
  const sizeInBytes = files.reduce((sum, file) => sum + file.length, 0);
  const unknown: RelationStatistics = { sizeInBytes, rowCount: null, columns: {} };
  const data = files.filter((file) => file.length > 0);
  if (data.length === 0) return unknown;
  try {
    if (data.length > FEW_FILES) {
      const sample = data[0]!;
      const { rows } = (await driverFooter(sample, driver)).metadata;
      return { sizeInBytes, rowCount: Math.round((rows / sample.length) * sizeInBytes), columns: {} };
    }
    const footers = await mapConcurrently(data, CONCURRENT_FOOTERS, (file) => driverFooter(file, driver));
    const columns: Record<string, ColumnStatistics> = {};
    for (const field of schema.fields) {
      const known = columnStatistics(field, footers);
      if (known !== null) columns[field.name] = known;
    }
    return { sizeInBytes, rowCount: footers.reduce((sum, footer) => sum + footer.metadata.rows, 0), columns };
  } catch {
    // A file that cannot be read is told of by the task that reads it.
    return unknown;
  }
}

function columnStatistics(field: StructField, footers: readonly ParquetFooter[]): ColumnStatistics | null {
  let min: Boxed | undefined;
  let max: Boxed | undefined;
  let nullCount = 0;
  for (const footer of footers) {
    const known = boundsInFile(field, footer);
    if (known === null) return null;
    nullCount += known.nullCount;
    if (known.min === undefined || known.max === undefined) continue;
    if (min === undefined || isBelow(known.min, min)) min = known.min;
    if (max === undefined || isBelow(max, known.max)) max = known.max;
  }
  return min === undefined ? { nullCount } : { min, max, nullCount };
}

interface FileBounds {
  readonly min: Boxed | undefined;
  readonly max: Boxed | undefined;
  readonly nullCount: number;
}

/** Every query asks for all columns of its tables. */
const foundBounds = new WeakMap<ParquetFooter, Map<string, FileBounds | null>>();

/** Null where they are not known. */
function boundsInFile(field: StructField, footer: ParquetFooter): FileBounds | null {
  let columns = foundBounds.get(footer);
  if (columns === undefined) foundBounds.set(footer, (columns = new Map<string, FileBounds | null>()));
  const key = `${simpleString(field.type)} ${field.name}`;
  let found = columns.get(key);
  if (found === undefined) columns.set(key, (found = boundsOfGroups(field, footer)));
  return found;
}

function boundsOfGroups(field: StructField, { root, metadata }: ParquetFooter): FileBounds | null {
  const node = root.children.find((child) => child.name === field.name);
  if (node === undefined || node.leaf < 0) return null;
  let min: Boxed | undefined;
  let max: Boxed | undefined;
  let nullCount = 0;
  for (const group of metadata.rowGroups) {
    const chunk = group.columns[node.leaf]!;
    const known = boundsOf(node, field.type, chunk.statistics, chunk.values, metadata.typeOrder?.[node.leaf] ?? false);
    if (known === null) return null;
    nullCount += chunk.statistics?.nullCount ?? 0;
    if (!known.mayHaveValues) continue;
    if (known.min === null || known.max === null || typeof known.min === "object") return null;
    if (min === undefined || isBelow(known.min, min)) min = known.min;
    if (max === undefined || isBelow(max, known.max)) max = known.max;
  }
  return { min, max, nullCount };
}
