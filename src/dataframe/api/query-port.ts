/**
 * What the API asks of the session behind it (../query implements it). Plans that come here are complete: results of earlier
 * statements have been put in. Everything that looks at data or at the catalog is asynchronous. Calls come in the order in
 * which the program made them; a statement that changes the session is awaited before the next call is made.
 */
import type { ContextPort, Call } from "../../rdd/context-port";
import type { RDD } from "../../rdd";
import type { StorageLevel } from "../../storage/storage-level";
import type { StructType } from "../../columnar/types";
import type { ColumnBatch } from "../../columnar/vector";
import type { ParameterValues } from "../analysis/context";
import type { SessionCatalog } from "../catalog/session-catalog";
import type { SqlSettings } from "../settings";
import type { ExplainMode, Statement } from "../syntax/command";
import type { UnresolvedExpression, UserFunction } from "../syntax/expression";
import type { UnresolvedPlan } from "../syntax/plan";
import type { Row } from "../types/row";

export interface QueryResult {
  readonly schema: StructType;
  readonly batches: readonly ColumnBatch[];
}

/** Settings of the session, over those of the application. Synchronous: programs set them between queries. */
export interface ConfigurationPort {
  find(key: string): string | undefined;
  /** Throws AnalysisError: CANNOT_MODIFY_CONFIG, INVALID_CONF_VALUE. */
  set(key: string, value: string): void;
  unset(key: string): void;
  isModifiable(key: string): boolean;
  getAll(): Readonly<Record<string, string>>;
}

export type SaveMode = "append" | "overwrite" | "error" | "ignore";

export interface BucketBy {
  readonly buckets: number;
  readonly columns: readonly string[];
  readonly sort: readonly string[];
}

/** Where DataFrameWriter sends rows. `format` null: the session's default source, or what the table has. */
export type WriteSpec =
  | {
      readonly kind: "save";
      readonly format: string | null;
      /** Null where the options say it, or the source needs none. */
      readonly path: string | null;
      readonly mode: SaveMode;
      readonly partitionBy: readonly string[];
      readonly options: Readonly<Record<string, string>>;
    }
  | {
      readonly kind: "saveAsTable";
      readonly table: readonly string[];
      readonly format: string | null;
      readonly mode: SaveMode;
      readonly partitionBy: readonly string[];
      readonly clusterBy: readonly string[];
      readonly bucketBy: BucketBy | null;
      readonly options: Readonly<Record<string, string>>;
    }
  /** Columns by their positions. */
  | { readonly kind: "insertInto"; readonly table: readonly string[]; readonly overwrite: boolean };

/** Queries of the session that run now, and the tags that those get which this call chain starts. */
export interface OperationsPort {
  readonly tags: ReadonlySet<string>;
  setTags(tags: Iterable<string>): void;
  /** Ends the queries and scripts that fit; `id` is null for scripts. The numbers of the queries. */
  interrupt(fits: (id: string | null, tags: ReadonlySet<string>) => boolean): string[];
}

export interface QueryPort {
  /** The context's side of jobs: RDDs are made on it. */
  readonly context: ContextPort;
  readonly conf: ConfigurationPort;
  readonly catalog: SessionCatalog;
  readonly operations: OperationsPort;
  /** Unique in the session: what `df.col` of columns refers to. */
  nextPlanId(): number;
  /** As a query that starts now would see them. */
  settings(): SqlSettings;

  /** The columns of a query. Throws AnalysisError, as everything below. */
  schema(plan: UnresolvedPlan): Promise<StructType>;
  collect(plan: UnresolvedPlan, call: Call): Promise<QueryResult>;
  /** The batches partition after partition, each computed when it is asked for. */
  stream(plan: UnresolvedPlan, call: Call): AsyncIterable<ColumnBatch>;
  /** The rows as a dataset: values as rows have them (types/values.ts). The plan is asked for when the dataset is first needed. */
  rows(plan: () => Promise<UnresolvedPlan>): RDD<Row>;
  /** The rows as a dataset of encoded batches (columnar/batch/codec), for libraries that compute over columns. */
  batches(plan: () => Promise<UnresolvedPlan>, call: Call): RDD<Uint8Array>;
  explain(plan: UnresolvedPlan, mode: ExplainMode): Promise<string>;
  /** Runs a statement; its rows are the plan that it gives. A query comes back as it is. */
  execute(statement: Statement, parameters?: ParameterValues): Promise<UnresolvedPlan>;
  write(plan: UnresolvedPlan, spec: WriteSpec, call: Call): Promise<void>;

  /** Throws TEMP_TABLE_OR_VIEW_ALREADY_EXISTS where there is one and it must not be replaced. */
  createTempView(name: string, plan: UnresolvedPlan, how: { readonly global: boolean; readonly replace: boolean }): Promise<void>;
  registerFunction(name: string, fn: UserFunction): void;

  /** A plan that reads records of the program: rows or objects by the names of the schema's columns, or arrays by position. Each is checked against the schema when it is read. */
  fromRdd(rdd: RDD<unknown>, schema: StructType): UnresolvedPlan;
  /** A plan that reads encoded batches (columnar/batch/codec) of `schema`. While it is there, datasets that `holds` are handles of are not freed. */
  fromBatches(rdd: RDD<Uint8Array>, schema: StructType, holds: readonly object[]): UnresolvedPlan;
  /** An Arrow table (as of apache-arrow) or the bytes of an IPC stream or file; values are not copied. */
  fromArrow(table: unknown): UnresolvedPlan;

  persist(plan: UnresolvedPlan, level: StorageLevel, call: Call): Promise<void>;
  unpersist(plan: UnresolvedPlan, blocking: boolean): Promise<void>;
  storageLevel(plan: UnresolvedPlan): Promise<StorageLevel>;
  /** A plan that reads what `plan` gave: kept by the executors (local), or in the checkpoint directory. */
  checkpoint(
    plan: UnresolvedPlan,
    how: { readonly local: boolean; readonly eager: boolean },
    call: Call,
  ): Promise<UnresolvedPlan>;

  inputFiles(plan: UnresolvedPlan): Promise<readonly string[]>;
  sameSemantics(a: UnresolvedPlan, b: UnresolvedPlan): Promise<boolean>;
  semanticHash(plan: UnresolvedPlan): Promise<number>;
  /** The value of an expression without columns: arguments of sql(text, args) that are Columns. */
  evaluate(expression: UnresolvedExpression): Promise<unknown>;

  /** Called with the row of metrics each time that a query with `observe` of this name ends. */
  onObserved(name: string, listener: (metrics: Row) => void): void;

  /** A session of its own settings, temporary views, functions and variables, over the same data and cache. */
  fork(): QueryPort;
  /** Stops the SparkContext, too. */
  stop(): Promise<void>;
}

/** How sessions come into being: installed where the layers are joined. */
export interface SessionFactory {
  /** The SparkContext of this process, or a new one with these settings, and a session on it. */
  create(settings: Readonly<Record<string, string>>): { readonly port: QueryPort; readonly sparkContext: unknown };
  /** A session on the SparkContext that this dataset belongs to. */
  of(context: ContextPort): { readonly port: QueryPort; readonly sparkContext: unknown };
}
