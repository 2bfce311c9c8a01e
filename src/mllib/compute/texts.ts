/** Columns of strings, and of arrays of numbers or strings, for programs. */
import type { Vector as Column } from "../../columnar/vector";
import { vectorOfBoxed } from "../../columnar/batch";
import { asBuffer } from "../../columnar/bytes";
import type { DataType } from "../../columnar/types";
import { InternalError } from "../../common/errors";
import { doublesOf } from "./columns";

/** Strings of a column, each different one once where the column has a dictionary. */
export interface Texts {
  readonly length: number;
  /** The place in `entries`, or -1 of null. */
  readonly codes: Int32Array;
  /** Need not differ from each other. */
  readonly entries: readonly string[];
}

export function textsOf(column: Column): Texts {
  const { length, valid } = column;
  const codes = new Int32Array(length);
  switch (column.form) {
    case "null":
      return { length, codes: codes.fill(-1), entries: [] };
    case "bytes": {
      const buffer = asBuffer(column.bytes);
      const entries: string[] = [];
      for (let i = 0; i < length; i++) {
        if (valid !== null && valid[i] === 0) codes[i] = -1;
        else codes[i] = entries.push(buffer.utf8Slice(column.starts[i]!, column.ends[i]!)) - 1;
      }
      return { length, codes, entries };
    }
    case "dictionary": {
      const { entries } = textsOf(column.dictionary);
      for (let i = 0; i < length; i++) codes[i] = valid !== null && valid[i] === 0 ? -1 : column.codes[i]!;
      return { length, codes, entries };
    }
    default:
      throw new InternalError(`A column of form ${column.form} holds no strings.`);
  }
}

/** Arrays: those of row i are items[starts[i], ends[i]); null rows are not `valid`. */
export interface Lists<T> {
  readonly length: number;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly valid: Uint8Array | null;
  readonly items: T;
}

export function listsOf<T>(column: Column, read: (child: Column) => T, none: T): Lists<T> {
  const { length, valid } = column;
  if (column.form === "list") return { length, starts: column.starts, ends: column.ends, valid, items: read(column.child) };
  if (column.form !== "null") throw new InternalError(`A column of form ${column.form} holds no arrays.`);
  return { length, starts: new Int32Array(length), ends: new Int32Array(length), valid, items: none };
}

export const textListsOf = (column: Column): Lists<Texts> =>
  listsOf(column, textsOf, { length: 0, codes: new Int32Array(0), entries: [] });

export const doubleListsOf = (column: Column, element: DataType): Lists<Float64Array> =>
  listsOf(column, (child) => doublesOf(child, element).values, new Float64Array(0));

const STRING: DataType = { kind: "string" };

/** A column of strings. */
export function textColumn(values: readonly (string | null)[]): Column {
  return vectorOfBoxed(values, STRING);
}

/** A column of arrays of strings: those of row i are items[starts[i], ends[i]). */
export function textListColumn(starts: Int32Array, ends: Int32Array, items: readonly (string | null)[]): Column {
  return { form: "list", length: starts.length, starts, ends, child: textColumn(items), valid: null };
}
