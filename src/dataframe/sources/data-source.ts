/**
 * What stores tables, to be implemented once a format. A source has a driver's side, which may await, and a task's side, which
 * does not, but for what its task waits for before its first row (`openLater`) and after its last (`BatchSink.commit`).
 * Everything that goes from the one to the other is plain data: relations, splits, write specs, commits. Sources of programs
 * come through `user/`, which takes their functions to the tasks.
 *
 * The least a source needs is `name`, `relation`, `plan` and `open`:
 *
 *     const numbers: DataSource = {
 *       name: "numbers",
 *       relation: async ({ options }) => relationOf("numbers", schema, options),
 *       plan: async ({ relation }) => [[{ from: 0, to: 500 }], [{ from: 500, to: 1000 }]],
 *       open: (splits, request) => batches(splits, request.columns),
 *     };
 */
import type { DataType, StructType } from "../../columnar/types";
import type { BatchSource, BoxedRow, ColumnBatch, Vector } from "../../columnar/vector";
import type { FileSystems } from "../../filesystem/file-systems";
import type { TaskStorage } from "../../filesystem/task-storage";
import type { Attribute, Expression, ExprId } from "../expressions/expression";
import type { LenientMode } from "../json/record-mode";
import type { SqlSettings } from "../settings";
import type { Buckets, Relation } from "./relation";

export type SourceOptions = Readonly<Record<string, string>>;

export interface DataSource {
  /** As in `format(name)`, lower case. */
  readonly name: string;
  /** Other names that mean this source: class names that Spark users write. */
  readonly aliases?: readonly string[];
  /** Options name its tables: it needs no paths, and tables of the catalog have no location. */
  readonly pathless?: boolean;
  /** The table that paths and options name. `schema` is the user's; without it the source finds one, or throws UNABLE_TO_INFER_SCHEMA. */
  relation(request: LoadRequest, driver: DriverContext): Promise<Relation>;
  /** What each task reads: splits, in the source's own form. Partition filters have been applied when it returns. */
  plan(request: PlanRequest, driver: DriverContext): Promise<readonly (readonly unknown[])[]>;
  /** The parts that splits can be made of, where their bounds are known; null where they are not. */
  parts?(request: PlanRequest, driver: DriverContext): Promise<SourceParts | null>;
  /** The rows of a task's splits: one column for each of request.columns. */
  open(splits: readonly unknown[], request: ScanRequest, env: ScanEnv): BatchSource;
  /** Used in place of `open` where it is there: rows that come asynchronously are kept, on disk where they are many, before the task begins. */
  openLater?(splits: readonly unknown[], request: ScanRequest, env: ScanEnv): BatchSource | AsyncIterable<ColumnBatch>;
  /** Whether `open` gives only rows for which `filter` (a conjunct over columns of the relation) is true, so that nobody need look again. */
  appliesFully?(relation: Relation, filter: Expression): boolean;
  /** Absent where the source cannot be written. */
  readonly writer?: SourceWriter;
}

export interface LoadRequest {
  readonly paths: readonly string[];
  readonly options: SourceOptions;
  readonly schema: StructType | null;
  /** Of a table of the catalog: partition columns are known, and need not be found in paths. */
  readonly partitionColumns?: readonly string[];
  /** Of such a table, by "a=1/b=x": where a partition lies that is not where its name says; null: its files are none of the table's. */
  readonly partitionPlaces?: Readonly<Record<string, string | null>>;
}

export interface DriverContext {
  readonly fileSystems: FileSystems;
  readonly settings: SqlSettings;
  /** The rows of a relation, by a job of the session; absent where there is none. */
  readonly rowsOf?: (relation: Relation) => Promise<readonly BoxedRow[]>;
}

export interface PlanRequest {
  readonly relation: Relation;
  readonly columns: readonly ScanColumn[];
  readonly pushed: readonly Expression[];
  readonly partitionFilters: readonly Expression[];
  readonly limit: number | null;
  /** Tasks that can run at a time: fewer splits than that leave cores idle. */
  readonly parallelism: number;
}

/** A table's rows in parts that are read on their own, such as row groups, in the order of the files. */
export interface SourceParts {
  readonly parts: readonly SourcePart[];
  /** Splits that cover these parts and no others; `places` rise. */
  splits(places: readonly number[]): readonly unknown[];
}

export interface SourcePart {
  readonly bytes: number;
  /**
   * For each of request.columns the least and the greatest value, both numbers, where they are known and no value is null. As with
   * filters that are pushed, answers depend on them.
   */
  readonly bounds: readonly (readonly [min: number, max: number] | null)[];
}

/** A column that a scan gives: where it is in the relation, and the attribute by which filters name it. */
export interface ScanColumn {
  readonly path: readonly string[];
  readonly type: DataType;
  readonly attribute: Attribute;
}

export interface ScanRequest extends ScanUse {
  readonly relation: Relation;
  readonly columns: readonly ScanColumn[];
  /** May be used to leave out rows for which one of them is not true. */
  readonly pushed: readonly Expression[];
  /** As many rows are enough for the whole task. */
  readonly limit: number | null;
  readonly settings: SqlSettings;
  /** Values that became known while the query ran: `column` must be among them, or in the range. */
  readonly runtime?: readonly RuntimeValues[];
}

/** What the task knows of how it will use the rows. */
export interface ScanUse {
  /** Rows whose values are not in all of these sets may be left out. */
  readonly keys?: readonly KeySet[];
  /** Numbers and codes of a batch are not looked at any more when the next one is asked for: their memory may be used again. */
  readonly transient?: boolean;
  /** Beside `transient`: columns of strings whose bytes are not looked at any more by then either. */
  readonly transientStrings?: ReadonlySet<ExprId>;
  /** Rows beyond it may be left out. */
  readonly bound?: ColumnBound;
}

export interface ColumnBound {
  readonly column: Attribute;
  readonly by: MovingBound;
}

/** A bound of one column's values that gets narrower while the rows are read: what is beyond it once is so for good. */
export interface MovingBound {
  /** Another one each time that the bound has moved; 0 before there is one. */
  readonly version: number;
  /** Writes those of the places from[0..count), or below `count`, whose values are within to `out`, which may be `from`; gives their number. */
  select(vector: Vector, from: Int32Array | null, count: number, out: Int32Array): number;
  /** What is true of `column` in rows within; null where nothing can be said of it. */
  condition(column: Attribute): Expression | null;
}

/**
 * The integers that rows must have in a column to be of use: `base` + i for each of `span` bits i of `bits` that is set. Dates, decimals (unscaled)
 * and timestamps are such integers.
 */
export interface KeySet {
  readonly column: Attribute;
  readonly base: number;
  readonly span: number;
  readonly bits: Int32Array;
}

export interface RuntimeValues {
  readonly column: Attribute;
  readonly min: number | bigint | null;
  readonly max: number | bigint | null;
}

/** What a task offers to the source it reads. */
export interface ScanEnv {
  readonly storage: TaskStorage;
  /** Throws when the task was told to stop; sources call it once a batch. */
  checkInterrupted(): void;
  /** The file, and the part of it, that the next rows come from: what input_file_name() and its like give. */
  readsFile(file: { readonly path: string; readonly start: number; readonly length: number } | null): void;
  /** A record that is not of the schema, and what becomes of it by the reader's mode: the user is told how many there are. */
  badRecord(mode: LenientMode, path: string, record: string): void;
  /** Bytes read, rows in them: for metrics. */
  read(bytes: number, rows: number): void;
  /** The program's function that the relation names by a UserFunction in its handle. */
  userFunction(id: string): (...args: never[]) => unknown;
}

export type SaveMode = "append" | "overwrite" | "error" | "ignore";

export interface SaveRequest {
  /** "" where the source is `pathless` and none was given. */
  readonly path: string;
  readonly options: SourceOptions;
  readonly mode: SaveMode;
  /** Of the rows, partition columns included. */
  readonly schema: StructType;
  readonly partitionBy: readonly string[];
  /** Of a bucketed table: rows come sorted by bucket within each partition. */
  readonly buckets?: Buckets;
  /** Of a partitioned table of the catalog. */
  readonly partitions?: {
    /** An overwrite that is not dynamic replaces the partitions below this one: "a=1/b=x", "" for all. */
    readonly below: string;
    /** As in LoadRequest, qualified. */
    readonly places: Readonly<Record<string, string | null>>;
  };
  readonly settings: SqlSettings;
  /** Unique among the jobs that may write there. */
  readonly jobId: string;
}

export interface SourceWriter {
  /** The source of the registry whose writer opens the tasks' sinks, where it is not this one. */
  readonly taskSource?: string;
  /** Prepares the target; null where there is nothing to do (mode "ignore"). Throws PATH_ALREADY_EXISTS, types that cannot be stored, … */
  begin(request: SaveRequest, driver: DriverContext): Promise<WriteJob | null>;
  /** One task's part of the job, from the job's spec. */
  open(spec: unknown, task: WriteTask): BatchSink;
}

export interface WriteJob {
  /** What tasks need to know: plain data. */
  readonly spec: unknown;
  /** Makes what the accepted attempts wrote the target's content. When it throws, nothing is left of it. */
  commit(commits: readonly unknown[]): Promise<WriteSummary>;
  abort(commits: readonly unknown[]): Promise<void>;
}

export interface WriteSummary {
  readonly files: number;
  readonly bytes: number;
  readonly rows: number;
  /** "a=1/b=x" of each that got rows; absent where the source has none. */
  readonly partitions?: readonly string[];
}

export interface WriteTask {
  readonly partition: number;
  /** Unique among all attempts of all tasks of the job. */
  readonly attemptId: number | string;
  readonly storage: TaskStorage;
  checkInterrupted(): void;
  /** As in ScanEnv, of the job's spec. */
  userFunction(id: string): (...args: never[]) => unknown;
  /** A place for batches, on disk where they are many; gone with the task. */
  spool(): BatchSpool;
}

/** Batches kept until they can be used: written, then read once. */
export interface BatchSpool {
  add(batch: ColumnBatch): void;
  batches(): Iterable<ColumnBatch>;
}

export interface BatchSink {
  write(batch: ColumnBatch): void;
  /** Ends the attempt; the value (plain data), or what its promise gives, goes to the job's commit. */
  commit(): unknown;
  /** Removes all that the attempt wrote. May be called at any time, more than once. */
  abort(): void;
}
