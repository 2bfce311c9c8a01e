/** What differs between databases. Statements are text; values that programs give go as parameters, those of filters as literals. */
import type { Boxed, DataType } from "../../../columnar/types";

/** A connection of one task, or of the driver. */
export interface Connection {
  /** Runs a statement and forgets what it gives. */
  run(sql: string, values?: readonly unknown[]): void | Promise<void>;
  /** The rows of a query, a piece at a time. */
  rows(sql: string, fetchSize: number): Iterable<unknown[]> | AsyncIterable<unknown[]>;
  /** All rows of a query that has few, within a transaction or not. */
  all(sql: string): readonly unknown[][] | Promise<readonly unknown[][]>;
  /** The columns of a query, with what the database says of their types. */
  columns(query: string): readonly DatabaseColumn[] | Promise<readonly DatabaseColumn[]>;
  close(): void | Promise<void>;
}

export interface DatabaseColumn {
  readonly name: string;
  readonly type: DataType;
  /** Comparisons mean there what they mean here, so that filters may be passed on. */
  readonly comparable: boolean;
}

export interface Dialect {
  readonly name: string;
  connect(target: string, options: ConnectOptions): Connection | Promise<Connection>;
  quoted(identifier: string): string;
  /** A column's name as it is compared: strings by their bytes. */
  compared(column: string, type: DataType, operator: string): string;
  /** Null for values that have no literal. */
  literal(value: Boxed, type: DataType): string | null;
  /** What a program's value is made of, from what the connection gives. */
  reader(type: DataType): (value: unknown) => unknown;
  /** The type of a column of a new table; null where the database has none for it. */
  columnType(type: DataType): string | null;
  /** What a parameter is made of. */
  parameter(type: DataType): (value: Boxed) => unknown;
  /** SQL that gives one row where the table exists. */
  exists(table: string): string;
  /** Parameters of a statement. */
  readonly placeholder: (position: number) => string;
  readonly mostParameters: number;
  readonly writing: "staging tables" | "staging files";
}

export interface ConnectOptions {
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly readOnly: boolean;
  readonly sessionInitStatement: string | undefined;
  /** Seconds; 0: no limit. */
  readonly queryTimeout: number;
}
