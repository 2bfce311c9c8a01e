/** Columns of batches as arrays of doubles and as vectors, and back. */
import { wholeNumbersOf } from "../../columnar/batch";
import { compile } from "../../columnar/compile";
import type { DataType } from "../../columnar/types";
import type { FixedVector, ListVector, StructVector, Vector as Column } from "../../columnar/vector";
import { InternalError } from "../../common/errors";
import { DenseVector, SparseVector, type Vector } from "../linalg/vectors";

/** Values of a numeric or boolean column; where `valid` is 0 there is none (and the value is 0). Not to be changed. */
export interface Doubles {
  readonly values: Float64Array;
  readonly valid: Uint8Array | null;
}

export function doublesOf(column: Column, type: DataType): Doubles {
  const scale = type.kind === "decimal" ? 10 ** type.scale : 1;
  const { length, valid } = column;
  switch (column.form) {
    case "fixed": {
      if (column.values instanceof Float64Array && scale === 1) return { values: column.values, valid };
      const values = new Float64Array(column.values);
      if (scale !== 1) for (let i = 0; i < length; i++) values[i]! /= scale;
      return { values, valid };
    }
    case "wide": {
      const values = new Float64Array(length);
      for (let i = 0; i < length; i++) {
        const low = column.values[i * column.words]!;
        const number = column.words === 1 ? Number(low) : Number((column.values[i * 2 + 1]! << 64n) + BigInt.asUintN(64, low));
        values[i] = number / scale;
      }
      return { values, valid };
    }
    case "dictionary": {
      const entries = doublesOf(column.dictionary, type).values;
      const values = new Float64Array(length);
      for (let i = 0; i < length; i++) values[i] = entries[column.codes[i]!] ?? 0;
      return { values, valid };
    }
    case "null":
      return { values: new Float64Array(length), valid: new Uint8Array(length) };
    default:
      throw new InternalError(`A column of form ${column.form} holds no numbers.`);
  }
}

/** A column of doubles. */
export function doubleColumn(values: Float64Array, valid: Uint8Array | null = null): FixedVector {
  return { form: "fixed", length: values.length, values, valid };
}

const DENSE = 1;

/** What `dense` gave of columns that are still there. */
const DENSE_ROWS = new WeakMap<Column, { readonly width: number; readonly rows: Float64Array | null }>();

type CopyRows = (from: ArrayLike<number>, starts: Int32Array, width: number, rows: number, to: Float64Array | Int16Array) => void;

const COPY = `return (from, starts, width, rows, to) => {
  for (let row = 0, at = 0; row < rows; row++)
    for (let i = starts[row], end = i + width; i < end; i++) to[at++] = from[i];
};`;

/** By kinds of arrays: one loop would call the runtime for each number of many kinds. */
const COPIES = new Map<string, CopyRows>();

function copyingLoop(from: object, to: object): CopyRows {
  const kinds = `${from.constructor.name} ${to.constructor.name}`;
  let copy = COPIES.get(kinds);
  if (copy === undefined) COPIES.set(kinds, (copy = compile<CopyRows>(COPY, {})));
  return copy;
}

/** A column of vectors (VectorUDT), row by row. */
export class VectorColumn {
  readonly length: number;
  readonly valid: Uint8Array | null;
  readonly #types: FixedVector["values"];
  readonly #sizeColumn: Column | null;
  readonly #indices: Ranges;
  readonly #values: Ranges;
  readonly #indexColumn: Column | null;
  readonly #valueColumn: Column | null;
  /** What only rows of some form need. */
  #sizes: Float64Array | undefined;
  #indexData: Float64Array | undefined;
  #valueData: Float64Array | undefined;

  constructor(private readonly column: Column) {
    this.length = column.length;
    this.valid = column.form === "null" ? column.valid : (column.valid ?? null);
    if (column.form === "null") {
      this.#types = new Int8Array(0);
      this.#sizeColumn = this.#indexColumn = this.#valueColumn = null;
      this.#indices = this.#values = { starts: new Int32Array(0), ends: new Int32Array(0) };
      return;
    }
    if (column.form !== "struct") throw new InternalError(`A column of form ${column.form} holds no vectors.`);
    const [types, sizes, indices, values] = column.children as readonly [Column, Column, Column, Column];
    this.#types = types.form === "fixed" ? types.values : doublesOf(types, { kind: "byte" }).values;
    this.#sizeColumn = sizes;
    this.#indices = rangesOf(indices);
    this.#values = rangesOf(values);
    this.#indexColumn = childOf(indices);
    this.#valueColumn = childOf(values);
  }

  isNull(row: number): boolean {
    return this.valid !== null && this.valid[row] === 0;
  }

  isDense(row: number): boolean {
    return this.#types[row] === DENSE;
  }

  /** Entries of the row's vector. */
  size(row: number): number {
    if (this.isDense(row)) return this.#values.ends[row]! - this.#values.starts[row]!;
    return (this.#sizes ??= numbersOf(this.#sizeColumn, { kind: "int" }))[row]!;
  }

  /** How many values of a row are stored. */
  numActives(row: number): number {
    return this.#values.ends[row]! - this.#values.starts[row]!;
  }

  /** The stored values of a row: a view, not to be changed. */
  values(row: number): Float64Array {
    return this.#allValues().subarray(this.#values.starts[row], this.#values.ends[row]);
  }

  /** The indices of the stored values of a sparse row, as doubles: a view. */
  indices(row: number): Float64Array {
    this.#indexData ??= numbersOf(this.#indexColumn, { kind: "int" });
    return this.#indexData.subarray(this.#indices.starts[row], this.#indices.ends[row]);
  }

  get(row: number): Vector | null {
    if (this.isNull(row)) return null;
    return this.isDense(row)
      ? new DenseVector(this.values(row).slice())
      : new SparseVector(this.size(row), this.indices(row), this.values(row).slice());
  }

  /**
   * All rows as one array, row after row, where all are dense, not null and of `width` entries; a view of the column where they
   * lie one after the other. Null otherwise. Not to be changed: several models that read the column have the same array.
   */
  dense(width: number): Float64Array | null {
    let known = DENSE_ROWS.get(this.column);
    if (known?.width !== width) DENSE_ROWS.set(this.column, (known = { width, rows: this.#dense(width) }));
    return known.rows;
  }

  /** As `dense`, but what is no view of the column stands in what `roomFor` gives for so many numbers, and is not kept. Asked of dense rows only. */
  denseIn(roomFor: (numbers: number) => Float64Array, width: number): Float64Array | null {
    return this.#dense(width, roomFor);
  }

  /** Whether all stored values are known to be finite, as whole numbers are. */
  get isFinite(): boolean {
    return this.#valueColumn === null || wholeNumbersOf(this.#valueColumn) !== null;
  }

  #dense(width: number, roomFor = (numbers: number): Float64Array => new Float64Array(numbers)): Float64Array | null {
    const together = this.#together(width);
    if (together === null) return null;
    const { length } = this;
    if (length === 0) return new Float64Array(0);
    const { starts, ends } = this.#values;
    const whole = this.#valueData === undefined ? wholeNumbersOf(this.#valueColumn!) : null;
    if (together && whole === null) return this.#allValues().subarray(starts[0], ends[length - 1]);
    const from = whole ?? this.#allValues();
    const rows = roomFor(length * width);
    copyingLoop(from, rows)(from, starts, width, length, rows);
    return rows;
  }

  /** As `dense`, a copy of the numbers as they were written; null where that is not as whole numbers of 16 bits. */
  short(width: number): Int16Array | null {
    const whole = this.#valueData === undefined && this.#valueColumn !== null ? wholeNumbersOf(this.#valueColumn) : null;
    if (whole?.BYTES_PER_ELEMENT !== 2 || this.#together(width) === null) return null;
    const rows = new Int16Array(this.length * width);
    copyingLoop(whole, rows)(whole, this.#values.starts, width, this.length, rows);
    return rows;
  }

  /** Whether rows of `width` entries lie one after the other; null where some row is null, sparse or of another width. */
  #together(width: number): boolean | null {
    const { valid, length } = this;
    const types = this.#types;
    const { starts, ends } = this.#values;
    let together = true;
    for (let row = 0; row < length; row++) {
      if ((valid !== null && valid[row] === 0) || types[row] !== DENSE || ends[row]! - starts[row]! !== width) return null;
      if (row > 0 && starts[row] !== ends[row - 1]) together = false;
    }
    return together;
  }

  #allValues(): Float64Array {
    return (this.#valueData ??= numbersOf(this.#valueColumn, { kind: "double" }));
  }

  /** Writes the row's entries, zeros included, at `at` of `target`. */
  copyDense(row: number, target: Float64Array, at: number): void {
    const values = this.values(row);
    if (this.isDense(row)) {
      target.set(values, at);
      return;
    }
    target.fill(0, at, at + this.size(row));
    const indices = this.indices(row);
    for (let i = 0; i < indices.length; i++) target[at + indices[i]!] = values[i]!;
  }
}

interface Ranges {
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}

function rangesOf(column: Column): Ranges {
  if (column.form === "list") return column;
  const none = new Int32Array(column.length);
  return { starts: none, ends: none };
}

function childOf(column: Column): Column | null {
  return column.form === "list" ? column.child : null;
}

function numbersOf(column: Column | null, type: DataType): Float64Array {
  return column === null ? new Float64Array(0) : doublesOf(column, type).values;
}

/** A column of dense vectors of `width` entries, which lie row after row in `values` and are not copied. */
export function denseVectorColumn(
  values: Float64Array,
  rows: number,
  width: number,
  valid: Uint8Array | null = null,
): StructVector {
  const starts = new Int32Array(rows);
  const ends = new Int32Array(rows);
  for (let row = 0; row < rows; row++) {
    starts[row] = row * width;
    ends[row] = (row + 1) * width;
  }
  const types = new Int8Array(rows).fill(DENSE);
  return vectorStruct(rows, valid, types, nullInts(rows), nullList(rows), list(rows, starts, ends, doubleColumn(values)));
}

/** Collects vectors of any form into a column. */
export class VectorColumnBuilder {
  readonly #types: number[] = [];
  readonly #sizes: number[] = [];
  readonly #indexEnds: number[] = [];
  readonly #valueEnds: number[] = [];
  readonly #indices = new Growing(Int32Array);
  readonly #values = new Growing(Float64Array);
  readonly #nulls: boolean[] = [];

  appendNull(): void {
    this.#row(0, 0, true);
  }

  append(vector: Vector): void {
    if (vector instanceof SparseVector) this.appendSparse(vector.size, vector.indices, vector.values);
    else this.appendDense(vector.values);
  }

  appendDense(values: ArrayLike<number>): void {
    this.#values.add(values);
    this.#row(DENSE, 0, false);
  }

  appendSparse(size: number, indices: ArrayLike<number>, values: ArrayLike<number>): void {
    this.#indices.add(indices);
    this.#values.add(values);
    this.#row(0, size, false);
  }

  finish(): StructVector {
    const rows = this.#types.length;
    const valid = this.#nulls.includes(true) ? Uint8Array.from(this.#nulls, (missing) => (missing ? 0 : 1)) : null;
    const sparse = Uint8Array.from(this.#types, (type, i) => (type === DENSE || this.#nulls[i] ? 0 : 1));
    const indices: ListVector = {
      ...list(rows, startsOf(this.#indexEnds), Int32Array.from(this.#indexEnds), fixed(this.#indices.finish())),
      valid: sparse,
    };
    const values = list(rows, startsOf(this.#valueEnds), Int32Array.from(this.#valueEnds), doubleColumn(this.#values.finish()));
    const sizes: FixedVector = { form: "fixed", length: rows, values: Int32Array.from(this.#sizes), valid: sparse };
    return vectorStruct(rows, valid, Int8Array.from(this.#types), sizes, indices, values);
  }

  #row(type: number, size: number, isNull: boolean): void {
    this.#types.push(type);
    this.#sizes.push(size);
    this.#indexEnds.push(this.#indices.length);
    this.#valueEnds.push(this.#values.length);
    this.#nulls.push(isNull);
  }
}

class Growing<A extends Int32Array | Float64Array> {
  length = 0;
  #data: A;

  constructor(private readonly Kind: new (length: number) => A) {
    this.#data = new Kind(1024);
  }

  add(values: ArrayLike<number>): void {
    const needed = this.length + values.length;
    if (needed > this.#data.length) {
      const grown = new this.Kind(Math.max(needed, this.#data.length * 2));
      grown.set(this.#data);
      this.#data = grown;
    }
    this.#data.set(values, this.length);
    this.length = needed;
  }

  finish(): A {
    return this.#data.subarray(0, this.length) as A;
  }
}

const startsOf = (ends: readonly number[]): Int32Array => Int32Array.from(ends, (_, i) => (i === 0 ? 0 : ends[i - 1]!));
const fixed = (values: Int32Array): FixedVector => ({ form: "fixed", length: values.length, values, valid: null });
const list = (length: number, starts: Int32Array, ends: Int32Array, child: Column): ListVector => ({
  form: "list",
  length,
  starts,
  ends,
  child,
  valid: null,
});
const nullInts = (length: number): FixedVector => ({
  form: "fixed",
  length,
  values: new Int32Array(length),
  valid: new Uint8Array(length),
});
const nullList = (length: number): ListVector => ({
  ...list(length, new Int32Array(length), new Int32Array(length), fixed(new Int32Array(0))),
  valid: new Uint8Array(length),
});

function vectorStruct(
  length: number,
  valid: Uint8Array | null,
  types: Int8Array,
  sizes: Column,
  indices: Column,
  values: Column,
): StructVector {
  return {
    form: "struct",
    length,
    valid,
    children: [{ form: "fixed", length, values: types, valid: null }, sizes, indices, values],
  };
}
