/** Vectors as boxed values, one at a time, and back: for what generated code has no columns for, and for the edges. */
import { InternalError, unreachable } from "../../common/errors";
import { asBuffer } from "../bytes";
import { type Boxed, CalendarInterval, type DataType, MapValue, VariantValue } from "../types";
import type { ColumnBatch, FixedVector, Vector } from "../vector";
import { vectorBuilder } from "./builder";

/** Value i of a vector; null where there is none. */
export type BoxedReader = (index: number) => Boxed;

/** Reads a vector of `type`. */
export function boxedReader(vector: Vector, type: DataType): BoxedReader {
  const { valid } = vector;
  const read = presentReader(vector, type.kind === "udt" ? type.sqlType : type);
  return valid === null ? read : (index) => (valid[index] === 0 ? null : read(index));
}

/** Rows of a batch as arrays of boxed values. */
export function boxedRows(batch: ColumnBatch, types: readonly DataType[]): Boxed[][] {
  const readers = batch.columns.map((column, i) => boxedReader(column, types[i]!));
  return Array.from({ length: batch.length }, (_, row) => readers.map((read) => read(row)));
}

/** A batch of boxed rows. */
export function batchOfBoxed(rows: readonly (readonly Boxed[])[], types: readonly DataType[]): ColumnBatch {
  const columns = types.map((type, column) => {
    const builder = vectorBuilder(type, rows.length);
    for (const row of rows) builder.append(row[column]!);
    return builder.finish();
  });
  return { length: rows.length, columns };
}

export function vectorOfBoxed(values: readonly Boxed[], type: DataType): Vector {
  const builder = vectorBuilder(type, values.length);
  for (const value of values) builder.append(value);
  return builder.finish();
}

function presentReader(vector: Vector, type: DataType): BoxedReader {
  switch (vector.form) {
    case "null":
      return () => null;
    case "dictionary": {
      const { codes } = vector;
      const read = presentReader(vector.dictionary, type);
      if (vector.dictionary.form !== "bytes") return (index) => read(codes[index]!);
      const decoded: Boxed[] = [];
      return (index) => {
        const code = codes[index]!;
        return (decoded[code] ??= read(code));
      };
    }
    case "fixed":
      return fixedReader(vector, type);
    case "wide":
      return wideReader(vector.values, vector.words);
    case "bytes": {
      const { bytes, starts, ends } = vector;
      if (type.kind === "binary") return (index) => new Uint8Array(bytes.subarray(starts[index], ends[index]));
      const text = asBuffer(bytes);
      return (index) => text.utf8Slice(starts[index]!, ends[index]!);
    }
    case "list": {
      if (type.kind !== "array") return mismatch(vector, type);
      const read = boxedReader(vector.child, type.element);
      const { starts, ends } = vector;
      return (index) => range(read, starts[index]!, ends[index]!);
    }
    case "map": {
      if (type.kind !== "map") return mismatch(vector, type);
      const keys = boxedReader(vector.keys, type.key);
      const items = boxedReader(vector.items, type.value);
      const { starts, ends } = vector;
      return (index) => new MapValue(range(keys, starts[index]!, ends[index]!), range(items, starts[index]!, ends[index]!));
    }
    case "struct":
      return structReader(vector.children, type, vector);
    default:
      return unreachable(vector);
  }
}

function structReader(children: readonly Vector[], type: DataType, vector: Vector): BoxedReader {
  const child = (i: number, kind: DataType): BoxedReader => boxedReader(children[i]!, kind);
  switch (type.kind) {
    case "struct": {
      const readers = type.fields.map((field, i) => child(i, field.type));
      return (index) => readers.map((read) => read(index));
    }
    case "calendarInterval": {
      const [months, days, micros] = [child(0, { kind: "int" }), child(1, { kind: "int" }), child(2, { kind: "long" })];
      return (index) => new CalendarInterval(months(index) as number, days(index) as number, micros(index) as number | bigint);
    }
    case "variant": {
      const [value, metadata] = [child(0, { kind: "binary" }), child(1, { kind: "binary" })];
      return (index) => new VariantValue(value(index) as Uint8Array, metadata(index) as Uint8Array);
    }
    default:
      return mismatch(vector, type);
  }
}

function fixedReader(vector: FixedVector, type: DataType): BoxedReader {
  const { values } = vector;
  return type.kind === "boolean" ? (index) => values[index] === 1 : (index) => values[index]!;
}

function wideReader(values: BigInt64Array, words: 1 | 2): BoxedReader {
  if (words === 1) return (index) => narrowed(values[index]!);
  return (index) => narrowed((values[2 * index + 1]! << 64n) | BigInt.asUintN(64, values[2 * index]!));
}

/** A number where it is a safe integer. */
export function narrowed(value: bigint): number | bigint {
  return value >= -9007199254740991n && value <= 9007199254740991n ? Number(value) : value;
}

function range(read: BoxedReader, start: number, end: number): Boxed[] {
  const values: Boxed[] = new Array<Boxed>(end - start);
  for (let index = start; index < end; index++) values[index - start] = read(index);
  return values;
}

function mismatch(vector: Vector, type: DataType): never {
  throw new InternalError(`A vector of form ${vector.form} cannot hold ${type.kind}.`);
}
