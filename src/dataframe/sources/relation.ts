/** A table as the planner sees it, whatever stores it: plain data, made when a query is analysed. */
import type { Boxed, StructType } from "../../columnar/types";

export interface Relation {
  /** Registry name of the source: "parquet", "csv", "json", "text", "arrow", "binaryFile", "jdbc", or a user's. */
  readonly format: string;
  /** As printed: "parquet file:/data/x", "spark_catalog.default.t". */
  readonly name: string;
  /** Data columns, then partition columns. */
  readonly schema: StructType;
  readonly partitionColumns: readonly string[];
  /** Of columns of files, by name: what a row has where its file or record has no such column. Absent ones have NULL there. */
  readonly existenceDefaults?: Readonly<Record<string, Boxed>>;
  readonly options: Readonly<Record<string, string>>;
  readonly files: FileIndex | null;
  readonly statistics: RelationStatistics;
  /** Each file holds rows of one bucket, which its name tells (files/buckets.ts). Absent also where sessions do not want to know. */
  readonly buckets?: Buckets;
  /** For sources that are not files: whatever the source put here (plain data). */
  readonly handle?: unknown;
}

/** Rows are in bucket pmod(murmur3(columns), count); names are those of the schema. */
export interface Buckets {
  readonly count: number;
  readonly columns: readonly string[];
  /** Rows of a file are in this order, ascending. */
  readonly sort: readonly string[];
}

export interface FileIndex {
  readonly roots: readonly string[];
  readonly files: readonly FileEntry[];
}

export interface FileEntry {
  readonly path: string;
  readonly length: number;
  /** Milliseconds since the epoch. */
  readonly modified: number;
  /** Values of the partition columns, boxed, in their order. */
  readonly partition: readonly unknown[];
}

/** Hints, not promises: plans may depend on them, answers may not. */
export interface RelationStatistics {
  readonly sizeInBytes: number;
  readonly rowCount: number | null;
  /** By column name. */
  readonly columns: Readonly<Record<string, ColumnStatistics>>;
}

export interface ColumnStatistics {
  readonly min?: unknown;
  readonly max?: unknown;
  readonly nullCount?: number;
  readonly distinctCount?: number;
}
