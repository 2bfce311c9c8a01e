/** What the catalog keeps about databases, tables, views and functions: plain data, written as JSON. */
import type { DataType, StructType } from "../../columnar/types";
import type { SchemaBinding } from "../syntax/command";

export const SESSION_CATALOG = "spark_catalog";
export const GLOBAL_TEMP = "global_temp";

export interface DatabaseMetadata {
  readonly name: string;
  readonly comment: string;
  /** "file:/…" */
  readonly location: string;
  readonly owner: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly collation?: string;
}

export interface TableMetadata {
  readonly database: string;
  readonly name: string;
  readonly kind: "managed" | "external" | "view";
  /** Data columns, then partition columns. Defaults of columns are in their metadata, as Spark keeps them. */
  readonly schema: StructType;
  readonly provider: string | null;
  readonly partitionColumns: readonly string[];
  readonly bucket?: {
    readonly buckets: number;
    readonly columns: readonly string[];
    readonly sort: readonly string[];
  };
  readonly clusterBy?: readonly (readonly string[])[];
  readonly options: Readonly<Record<string, string>>;
  readonly properties: Readonly<Record<string, string>>;
  readonly location: string | null;
  readonly comment?: string;
  readonly owner: string;
  /** Milliseconds since the epoch. */
  readonly created: number;
  readonly collation?: string;
  readonly statistics?: TableStatistics;
  /**
   * By "a=1/b=x", partitions that do not lie where their name says: their location, "file:/…", or null for one that was dropped
   * while its files stay. All others are the directories below the table's location.
   */
  readonly partitionPlaces?: Readonly<Record<string, string | null>>;
  /** By "a=1/b=x". */
  readonly partitionStatistics?: Readonly<Record<string, { readonly sizeInBytes: number; readonly rowCount?: number }>>;
  readonly view?: ViewDefinition;
}

export interface TableStatistics {
  readonly sizeInBytes: number;
  readonly rowCount?: number;
  readonly columns: Readonly<Record<string, ColumnFigures>>;
}

/** Values as text, as ANALYZE found them. */
export interface ColumnFigures {
  readonly min?: string;
  readonly max?: string;
  readonly nullCount?: number;
  readonly distinctCount?: number;
  readonly averageLength?: number;
  readonly maxLength?: number;
}

export interface ViewDefinition {
  readonly text: string;
  readonly catalog: string;
  readonly database: string;
  /** Names of the query's own columns. */
  readonly queryColumns: readonly string[];
  readonly schemaMode: SchemaBinding;
  /** The user wrote the columns. */
  readonly namedColumns: boolean;
  readonly conf: Readonly<Record<string, string>>;
}

export interface FunctionMetadata {
  /** Null for temporary ones. */
  readonly database: string | null;
  readonly name: string;
  readonly parameters: readonly {
    readonly name: string;
    readonly type: DataType;
    readonly comment?: string;
    /** SQL text. */
    readonly defaultValue?: string;
  }[];
  readonly returns:
    { readonly kind: "scalar"; readonly type: DataType } | { readonly kind: "table"; readonly schema: StructType };
  readonly body: string;
  /** The body is a query. */
  readonly isQuery: boolean;
  readonly comment?: string;
  readonly deterministic: boolean;
  readonly readsData: boolean;
  readonly catalog: string;
  readonly currentDatabase: string;
  readonly conf: Readonly<Record<string, string>>;
  readonly created: number;
}

export function qualifiedTable(table: Pick<TableMetadata, "database" | "name">): readonly [string, string, string] {
  return [SESSION_CATALOG, table.database, table.name];
}

export function dataColumns(table: TableMetadata): StructType["fields"] {
  return table.schema.fields.slice(0, table.schema.fields.length - table.partitionColumns.length);
}
