/** Matrices of doubles, column by column (or row by row where transposed), dense or sparse. */
import { UsageError } from "../../common/errors";
import { doubleText } from "../../dataframe/types/java-floats";
import { DenseVector, type Vector, type VectorLike, Vectors } from "./vectors";

export type Matrix = DenseMatrix | SparseMatrix;

abstract class MatrixBase {
  abstract readonly numRows: number;
  abstract readonly numCols: number;
  abstract get(row: number, column: number): number;

  /** All entries, column by column. */
  toArray(): Float64Array {
    const all = new Float64Array(this.numRows * this.numCols);
    for (let j = 0; j < this.numCols; j++) for (let i = 0; i < this.numRows; i++) all[j * this.numRows + i] = this.get(i, j);
    return all;
  }

  toDense(): DenseMatrix {
    return new DenseMatrix(this.numRows, this.numCols, this.toArray());
  }

  row(index: number): DenseVector {
    return new DenseVector(Float64Array.from({ length: this.numCols }, (_, j) => this.get(index, j)));
  }

  /** Rows from first to last. */
  rows(): DenseVector[] {
    return Array.from({ length: this.numRows }, (_, i) => this.row(i));
  }

  transpose(): DenseMatrix {
    const all = new Float64Array(this.numRows * this.numCols);
    for (let i = 0; i < this.numRows; i++) for (let j = 0; j < this.numCols; j++) all[i * this.numCols + j] = this.get(i, j);
    return new DenseMatrix(this.numCols, this.numRows, all);
  }

  /** The matrix times a vector, or a matrix. */
  multiply(other: VectorLike): DenseVector;
  multiply(other: Matrix): DenseMatrix;
  multiply(other: VectorLike | Matrix): DenseVector | DenseMatrix {
    if (other instanceof DenseMatrix || other instanceof SparseMatrix) {
      this.#fits(other.numRows);
      const product = new Float64Array(this.numRows * other.numCols);
      for (let j = 0; j < other.numCols; j++)
        for (let k = 0; k < this.numCols; k++) {
          const factor = other.get(k, j);
          if (factor === 0) continue;
          for (let i = 0; i < this.numRows; i++) product[j * this.numRows + i]! += this.get(i, k) * factor;
        }
      return new DenseMatrix(this.numRows, other.numCols, product);
    }
    const vector: Vector = Vectors.of(other);
    this.#fits(vector.size);
    const product = new Float64Array(this.numRows);
    vector.forEachActive((k, factor) => {
      for (let i = 0; i < this.numRows; i++) product[i]! += this.get(i, k) * factor;
    });
    return new DenseVector(product);
  }

  #fits(rows: number): void {
    if (rows !== this.numCols)
      throw new UsageError(
        "INVALID_ARGUMENT",
        `multiply: ${this.numCols} columns meet ${rows} rows; the numbers must be the same.`,
      );
  }

  equals(other: unknown): boolean {
    if (!(other instanceof DenseMatrix || other instanceof SparseMatrix)) return false;
    if (other.numRows !== this.numRows || other.numCols !== this.numCols) return false;
    const mine = this.toArray();
    return other.toArray().every((value, i) => value === mine[i]);
  }

  /** One line a row. */
  toString(): string {
    return this.rows()
      .map((row) => Array.from(row.values, doubleText).join("  "))
      .join("\n");
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}

export class DenseMatrix extends MatrixBase {
  readonly values: Float64Array;

  /** @param values column by column; row by row where `isTransposed`. */
  constructor(
    readonly numRows: number,
    readonly numCols: number,
    values: Iterable<number>,
    readonly isTransposed = false,
  ) {
    super();
    this.values = values instanceof Float64Array ? values : Float64Array.from(values);
    if (this.values.length !== numRows * numCols)
      throw new UsageError(
        "INVALID_ARGUMENT",
        `A matrix of ${numRows} × ${numCols} has ${numRows * numCols} entries, not ${this.values.length}.`,
      );
  }

  get(row: number, column: number): number {
    checkPlace(this, row, column);
    return this.values[this.isTransposed ? row * this.numCols + column : column * this.numRows + row]!;
  }

  /** In compressed columns: the entries that are not 0. */
  toSparse(): SparseMatrix {
    const { numRows, numCols } = this;
    const all = this.toArray();
    const places = [...all.keys()].filter((place) => all[place] !== 0);
    const ends = new Int32Array(numCols + 1);
    for (const place of places) ends[Math.floor(place / numRows) + 1]!++;
    for (let j = 0; j < numCols; j++) ends[j + 1]! += ends[j]!;
    const rows = places.map((place) => place % numRows);
    return new SparseMatrix(
      numRows,
      numCols,
      ends,
      rows,
      places.map((place) => all[place]!),
    );
  }
}

/** Compressed sparse columns: entries of column j are those from colPtrs[j] to before colPtrs[j + 1]; of row j where transposed. */
export class SparseMatrix extends MatrixBase {
  readonly colPtrs: Int32Array;
  readonly rowIndices: Int32Array;
  readonly values: Float64Array;

  constructor(
    readonly numRows: number,
    readonly numCols: number,
    colPtrs: Iterable<number>,
    rowIndices: Iterable<number>,
    values: Iterable<number>,
    readonly isTransposed = false,
  ) {
    super();
    this.colPtrs = Int32Array.from(colPtrs);
    this.rowIndices = Int32Array.from(rowIndices);
    this.values = Float64Array.from(values);
    const lines = isTransposed ? numRows : numCols;
    if (this.colPtrs.length !== lines + 1 || this.colPtrs[lines] !== this.values.length)
      throw new UsageError(
        "INVALID_ARGUMENT",
        `A sparse matrix of ${numRows} × ${numCols} needs ${lines + 1} pointers that end at its ${this.values.length} entries.`,
      );
    if (this.rowIndices.length !== this.values.length)
      throw new UsageError("INVALID_ARGUMENT", `${this.rowIndices.length} indices for ${this.values.length} values.`);
  }

  get(row: number, column: number): number {
    checkPlace(this, row, column);
    const [line, wanted] = this.isTransposed ? [row, column] : [column, row];
    for (let at = this.colPtrs[line]!; at < this.colPtrs[line + 1]!; at++)
      if (this.rowIndices[at] === wanted) return this.values[at]!;
    return 0;
  }
}

/** Makes matrices, as Spark's object of this name. */
export const Matrices = {
  /** @param values column by column */
  dense(numRows: number, numCols: number, values: Iterable<number>): DenseMatrix {
    return new DenseMatrix(numRows, numCols, values);
  },
  sparse(
    numRows: number,
    numCols: number,
    colPtrs: Iterable<number>,
    rowIndices: Iterable<number>,
    values: Iterable<number>,
  ): SparseMatrix {
    return new SparseMatrix(numRows, numCols, colPtrs, rowIndices, values);
  },
  zeros(numRows: number, numCols: number): DenseMatrix {
    return new DenseMatrix(numRows, numCols, new Float64Array(numRows * numCols));
  },
  eye(n: number): DenseMatrix {
    const matrix = Matrices.zeros(n, n);
    for (let i = 0; i < n; i++) matrix.values[i * n + i] = 1;
    return matrix;
  },
};

function checkPlace({ numRows, numCols }: MatrixBase, row: number, column: number): void {
  if (!(row >= 0 && row < numRows && column >= 0 && column < numCols))
    throw new UsageError("INVALID_INDEX", `There is no entry (${row}, ${column}) in a matrix of ${numRows} × ${numCols}.`);
}
