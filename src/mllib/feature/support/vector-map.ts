/** Programs that make one vector of another, row by row. */
import type { StructVector } from "../../../columnar/vector";
import { DataError } from "../../../common/errors";
import { type ColumnsProgram, columnsProgram } from "../../compute/append-columns";
import { denseVectorColumn, VectorColumn, VectorColumnBuilder } from "../../compute/columns";
import { sparseIsSmaller } from "../../linalg/vectors";

export interface SparseEntries {
  readonly size: number;
  readonly indices: ArrayLike<number>;
  readonly values: ArrayLike<number>;
}

export interface VectorMapper {
  /** Entries of the result for a vector of so many; throws where the vector cannot be taken. */
  width(size: number): number;
  /** Rows × size entries, row after row, to rows × width(size). Must not change `values`. */
  dense(values: Float64Array, rows: number, size: number): Float64Array;
  /** Where absent, sparse vectors become dense ones. */
  sparse?(row: SparseEntries): SparseEntries;
  /** Whether results take the smaller of both forms. */
  readonly compressed?: boolean;
}

/** @param who the class, for errors of data */
export function vectorMap<S>(name: string, who: string, open: (spec: S) => VectorMapper): ColumnsProgram<S> {
  return columnsProgram<S>({
    name,
    open: (spec) => {
      const mapper = open(spec);
      return ([column], rows) => [mapped(new VectorColumn(column!), rows, mapper, who)];
    },
  });
}

function mapped(vectors: VectorColumn, rows: number, mapper: VectorMapper, who: string): StructVector {
  for (let row = 0; row < rows; row++) if (vectors.isNull(row)) throw nullVector(who);
  const size = rows === 0 ? 0 : vectors.size(0);
  const together = vectors.dense(size);
  if (together !== null && mapper.compressed !== true) {
    const width = rows === 0 ? 0 : mapper.width(size);
    return denseVectorColumn(rows === 0 ? together : mapper.dense(together, rows, size), rows, width);
  }
  const out = new VectorColumnBuilder();
  const add = mapper.compressed === true ? appendCompressed : appendDense;
  for (let row = 0; row < rows; row++) {
    const size = vectors.size(row);
    mapper.width(size);
    if (vectors.isDense(row)) {
      add(out, mapper.dense(vectors.values(row), 1, size));
    } else if (mapper.sparse === undefined) {
      const values = new Float64Array(size);
      vectors.copyDense(row, values, 0);
      add(out, mapper.dense(values, 1, size));
    } else {
      const result = mapper.sparse({ size, indices: vectors.indices(row), values: vectors.values(row) });
      out.appendSparse(result.size, result.indices, result.values);
    }
  }
  return out.finish();
}

export function nullVector(who: string): DataError {
  return new DataError("NULL_VALUE", `${who}: vectors must not be null.`);
}

export function sizeDiffers(who: string, expected: number, got: number): DataError {
  return new DataError("VECTOR_SIZES_DIFFER", `${who}: vectors must have ${expected} entries, but one has ${got}.`);
}

/** The check of a size that a model has learned. */
export function sameSize(who: string, expected: number): (size: number) => number {
  return (size) => {
    if (size !== expected) throw sizeDiffers(who, expected, size);
    return size;
  };
}

export function appendDense(out: VectorColumnBuilder, values: Float64Array): void {
  out.appendDense(values);
}

/** In the form that takes less memory, as Spark's `compressed`. */
export function appendCompressed(out: VectorColumnBuilder, values: Float64Array): void {
  let nonzeros = 0;
  for (let i = 0; i < values.length; i++) if (values[i] !== 0) nonzeros++;
  if (!sparseIsSmaller(nonzeros, values.length)) {
    out.appendDense(values);
    return;
  }
  const indices = new Int32Array(nonzeros);
  const kept = new Float64Array(nonzeros);
  for (let i = 0, at = 0; i < values.length; i++)
    if (values[i] !== 0) {
      indices[at] = i;
      kept[at++] = values[i]!;
    }
  out.appendSparse(values.length, indices, kept);
}
