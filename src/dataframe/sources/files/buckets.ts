/**
 * Bucketed tables, as Spark writes them: a row is in bucket pmod(murmur3(columns), count), a file has rows of one bucket, and its name
 * says which: `part-00000-<job>_00003.c000.snappy.parquet`.
 */
import { hashBoxed, hashRows } from "../../../columnar/batch";
import type { Boxed, DataType, StructType } from "../../../columnar/types";
import type { ColumnBatch } from "../../../columnar/vector";
import { baseName } from "../../../filesystem/path";
import { AnalysisError } from "../../errors";
import type { Expression } from "../../expressions/expression";
import type { ScanColumn } from "../data-source";
import type { Buckets, FileEntry, Relation } from "../relation";
import { simpleFilters } from "../simple-filters";
import type { FileSplit } from "./packing";

const SEED = 42;

/** What a bucket's files have in their names. */
export function bucketText(bucket: number): string {
  return `_${String(bucket).padStart(5, "0")}`;
}

const NAME = /_(\d+)(?:\..*)?$/;

function bucketOfFile(path: string, count: number): number {
  const found = NAME.exec(baseName(path));
  const bucket = found === null ? -1 : Number(found[1]);
  if (bucket < 0 || bucket >= count) throw new AnalysisError("INVALID_BUCKET_FILE", { path });
  return bucket;
}

/** What each bucket's task reads. */
export function bucketSplits(tasks: readonly (readonly unknown[])[], { count }: Buckets): readonly (readonly FileSplit[])[] {
  const buckets = Array.from({ length: count }, (): FileSplit[] => []);
  for (const split of tasks.flat() as FileSplit[]) buckets[bucketOfFile(split.path, count)]!.push(split);
  return buckets;
}

/** Without the files of buckets in which no row can pass the filters. */
export function withSelectedBuckets(relation: Relation, pushed: readonly Expression[], columns: readonly ScanColumn[]): Relation {
  const { buckets, files } = relation;
  const chosen = files === null ? null : selectedBuckets(relation, pushed, columns);
  if (buckets === undefined || files === null || chosen === null) return relation;
  const kept = files.files.filter((file: FileEntry) => chosen.has(bucketOfFile(file.path, buckets.count)));
  return { ...relation, files: { ...files, files: kept } };
}

/** Buckets that values of the column may be in; null: all. As in Spark, of tables with one bucket column. */
export function selectedBuckets(
  relation: Relation,
  pushed: readonly Expression[],
  columns: readonly ScanColumn[],
): ReadonlySet<number> | null {
  const { buckets, schema } = relation;
  if (buckets?.columns.length !== 1) return null;
  const [name] = buckets.columns;
  const type = schema.fields.find((field) => field.name === name)?.type;
  if (type === undefined) return null;
  const chosen = simpleFilters(pushed, relation, columns).flatMap(({ column, operator, values }) => {
    if (column !== name) return [];
    const wanted = operator === "isNull" ? [null] : operator === "=" || operator === "<=>" || operator === "in" ? values : null;
    return wanted === null ? [] : [new Set(wanted.map((value) => bucketOf(value, type, buckets.count)))];
  });
  const [first, ...others] = chosen;
  return first === undefined ? null : new Set([...first].filter((bucket) => others.every((other) => other.has(bucket))));
}

function bucketOf(value: Boxed, type: DataType, count: number): number {
  return modulo(hashBoxed(value, type, SEED), count);
}

function modulo(hash: number, count: number): number {
  const remainder = hash % count;
  return remainder < 0 ? remainder + count : remainder;
}

/** The bucket of each row, by the columns at these places of the schema. */
export function bucketsOf(batch: ColumnBatch, schema: StructType, places: readonly number[], count: number): Int32Array {
  const types = places.map((i) => schema.fields[i]!.type);
  const hashes = hashRows(
    places.map((i) => batch.columns[i]!),
    types,
    batch.length,
  );
  for (let i = 0; i < hashes.length; i++) hashes[i] = modulo(hashes[i]!, count);
  return hashes;
}
