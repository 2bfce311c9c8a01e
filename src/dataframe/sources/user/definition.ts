/** Data sources of programs: what a program gives to `spark.dataSource.register`. */
import type { StructType } from "../../../columnar/types";

export type SourceOptionsOfUser = Readonly<Record<string, string>>;

/**
 * A data source as a program writes it. `schema`, `partitions`, `write.begin`, `write.commit` and `write.abort` run in the driver;
 * `read` and `write.rows` run in executors, so that what they use is captured with them, as it is with functions of RDDs.
 *
 * `P` is a partition, `S` the state that `write.begin` gives, `M` the message that `write.rows` gives: all plain data.
 *
 * @example
 * spark.dataSource.register({
 *   name: "squares",
 *   schema: "n BIGINT, square BIGINT",
 *   partitions: ({ upTo = "10" }) => [[0, Number(upTo) / 2], [Number(upTo) / 2, Number(upTo)]],
 *   *read([from, to]) {
 *     for (let n = from; n < to; n++) yield { n, square: n * n };
 *   },
 * });
 * await spark.read.format("squares").option("upTo", 100).load().filter("n > 90").show();
 */
export interface UserDataSource<P = unknown, S = unknown, M = unknown> {
  /** As in `format(name)`; case does not matter. */
  readonly name: string;
  /** The columns: a schema, its text, or what finds it. `paths` are those that load() was given. */
  readonly schema:
    | string
    | StructType
    | ((options: SourceOptionsOfUser, paths: readonly string[]) => string | StructType | Promise<string | StructType>);
  /** What is read at a time, a task for each: plain values. One partition, undefined, where it is absent. */
  partitions?(options: SourceOptionsOfUser, request: UserScan): readonly P[] | Promise<readonly P[]>;
  /**
   * The rows of a partition: objects by the names of columns, or arrays of the values of request.columns. An iterable, or one that
   * is asynchronous: then the rows are kept, on disk where they are many, before the task goes on.
   */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- records of any shape: they are checked against the schema
  read(this: void, partition: P, request: UserScan): Iterable<any> | AsyncIterable<any>;
  /** Absent where the source cannot be written. */
  readonly write?: UserDataWriter<S, M>;
}

export interface UserScan {
  readonly options: SourceOptionsOfUser;
  readonly paths: readonly string[];
  /** The columns that are needed. Others may be left out of objects. */
  readonly columns: readonly string[];
  /** Rows for which one of these is not true may be left out. */
  readonly filters: readonly UserFilter[];
  /** As many rows of a partition are enough; null: all. */
  readonly limit: number | null;
}

export interface UserFilter {
  readonly column: string;
  readonly operator: "=" | "<=>" | "<" | "<=" | ">" | ">=" | "in" | "startsWith" | "isNull" | "isNotNull";
  /** As rows have values; an array for "in", undefined for "isNull" and "isNotNull". */
  readonly value?: unknown;
}

export interface UserDataWriter<S = unknown, M = unknown> {
  /** Prepares the target. What it gives (plain data) goes to all others as `state`. */
  begin?(request: UserSave): S | Promise<S>;
  /** Writes the rows of one task, and gives what `commit` needs to know of it (plain data). Tasks may run more than once. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- rows of any schema
  rows(this: void, rows: Iterable<any>, task: UserWriteTask<S>): M | Promise<M>;
  /** Makes the rows of the tasks that were accepted visible: one message of each. */
  commit?(messages: readonly M[], request: UserSave & { readonly state: S }): unknown;
  /** Called when the job fails, with the messages that had come. */
  abort?(messages: readonly M[], request: UserSave & { readonly state: S }): unknown;
}

export interface UserSave {
  readonly options: SourceOptionsOfUser;
  /** "" where none was given. */
  readonly path: string;
  readonly mode: "append" | "overwrite" | "error" | "ignore";
  readonly schema: StructType;
}

export interface UserWriteTask<S = unknown> extends UserSave {
  /** What `write.begin` gave; undefined where there is none. */
  readonly state: S;
  readonly partition: number;
  /** Unique among all attempts of all tasks. */
  readonly attempt: string;
}
