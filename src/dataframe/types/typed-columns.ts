/**
 * What the compiler knows of a DataFrame's columns. Where the schema is declared by `StructType.of` it knows all of them: a name that is
 * none of them is an error of types. Of other DataFrames it knows nothing, and any name may be asked for.
 */
import type { DataType } from "../../columnar/types";
import type { Row } from "./row";

/** Types of columns by name. */
export type Columns = Readonly<Record<string, unknown>>;

/** Columns that only the query knows. Being `any`, a DataFrame of known columns is one of them, and the other way round. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- as the comment says
export type AnyColumns = any;

/** `Known` where the columns are known by their names, `Unknown` where they are not. */
export type IfKnown<S extends Columns, Known, Unknown> = string extends keyof S ? Unknown : Known;

/** Names of columns. */
export type NameOf<S extends Columns> = keyof S & string;

/** Columns of these names, of which no more is known. */
export type AnyOf<N extends string> = Readonly<Record<N, AnyColumns>>;

/** Rows of these columns. */
export type RowOf<S extends Columns> = IfKnown<S, Row & S, Row>;

/** What a method takes for a column: its name, all ("*"), or a field of a struct ("address.city"). */
export type ColumnText<S extends Columns> = NameOf<S> | IfKnown<S, "*" | `${NameOf<S>}.${string}`, string>;

/** Columns of a schema as `StructType.of` takes them: DDL text, "not null" where it is so, or types. */
export type ColumnTypes = Readonly<Record<string, string | DataType>>;

/** Values of columns as rows have them. */
export type ColumnsOf<T extends ColumnTypes> = { readonly [Name in keyof T]: ValueOf<T[Name]> };

type ValueOf<T> = T extends string
  ? Lowercase<T> extends `${infer Type} not null`
    ? ScalarOf<Trimmed<Type>>
    : ScalarOf<Trimmed<Lowercase<T>>> | null
  : T extends { readonly kind: infer Kind extends string }
    ? ScalarOf<Kind> | null
    : never;

type Trimmed<T extends string> = T extends ` ${infer Rest}` | `${infer Rest} ` ? Trimmed<Rest> : T;

interface Scalars {
  readonly string: string;
  readonly boolean: boolean;
  readonly tinyint: number;
  readonly byte: number;
  readonly smallint: number;
  readonly short: number;
  readonly int: number;
  readonly integer: number;
  readonly bigint: number;
  readonly long: number;
  readonly float: number;
  readonly real: number;
  readonly double: number;
  readonly timestamp: Date;
  readonly binary: Uint8Array;
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- as in rows of which the compiler knows nothing
type ScalarOf<Type extends string> = Type extends keyof Scalars ? Scalars[Type] : any;

declare const COLUMNS: unique symbol;

/** A schema that the compiler knows. */
export interface Declares<S extends Columns> {
  readonly [COLUMNS]?: S;
}
