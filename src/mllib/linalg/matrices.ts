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

  /** In compressed columns: the entries that are not 0. */
  toSparse(): SparseMatrix {
    return sparse(this, false);
  }

  /** In the form that takes the least memory: dense as it is, or sparse, in compressed columns or rows. */
  compressed(): Matrix {
    const { numRows, numCols } = this;
    let nonzeros = 0;
    this.forEachActive((_i, _j, value) => (nonzeros += value === 0 ? 0 : 1));
    const [byColumn, byRow] = [sparseBytes(nonzeros, numCols + 1), sparseBytes(nonzeros, numRows + 1)];
    if (denseBytes(numRows * numCols) <= Math.min(byColumn, byRow)) return this instanceof DenseMatrix ? this : this.toDense();
    return sparse(this, byRow < byColumn);
  }

  /** The entries that are stored. */
  abstract forEachActive(visit: (row: number, column: number, value: number) => void): void;

  abstract row(index: number): DenseVector;

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

  override row(index: number): DenseVector {
    return new DenseVector(Float64Array.from({ length: this.numCols }, (_, j) => this.get(index, j)));
  }

  override forEachActive(visit: (row: number, column: number, value: number) => void): void {
    const width = this.isTransposed ? this.numCols : this.numRows;
    this.values.forEach((value, at) => {
      const [line, place] = [Math.floor(at / width), at % width];
      if (this.isTransposed) visit(line, place, value);
      else visit(place, line, value);
    });
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

  override toArray(): Float64Array {
    const all = new Float64Array(this.numRows * this.numCols);
    this.forEachActive((i, j, value) => (all[j * this.numRows + i] = value));
    return all;
  }

  override row(index: number): DenseVector {
    const row = new Float64Array(this.numCols);
    this.forEachActive((i, j, value) => {
      if (i === index) row[j] = value;
    });
    return new DenseVector(row);
  }

  override rows(): DenseVector[] {
    const rows = Array.from({ length: this.numRows }, () => new Float64Array(this.numCols));
    this.forEachActive((i, j, value) => (rows[i]![j] = value));
    return rows.map((row) => new DenseVector(row));
  }

  override forEachActive(visit: (row: number, column: number, value: number) => void): void {
    for (let line = 0; line + 1 < this.colPtrs.length; line++)
      for (let at = this.colPtrs[line]!; at < this.colPtrs[line + 1]!; at++) {
        const place = this.rowIndices[at]!;
        if (this.isTransposed) visit(line, place, this.values[at]!);
        else visit(place, line, this.values[at]!);
      }
  }
}

/** Bytes of a matrix on the JVM: what Spark chooses the form by. */
const denseBytes = (entries: number): number => 8 * entries + 21;
const sparseBytes = (nonzeros: number, pointers: number): number => 12 * nonzeros + 4 * pointers + 45;

/** The entries that are not 0, in compressed columns, or rows. */
function sparse(matrix: MatrixBase, byRow: boolean): SparseMatrix {
  const { numRows, numCols } = matrix;
  const lines: { readonly places: number[]; readonly values: number[] }[] = Array.from(
    { length: byRow ? numRows : numCols },
    () => ({ places: [], values: [] }),
  );
  matrix.forEachActive((i, j, value) => {
    if (value === 0) return;
    const { places, values } = lines[byRow ? i : j]!;
    places.push(byRow ? j : i);
    values.push(value);
  });
  const ends = [0];
  for (const { places } of lines) ends.push(ends.at(-1)! + places.length);
  return new SparseMatrix(numRows, numCols, ends, lines.flatMap(({ places }) => places), lines.flatMap(({ values }) => values), byRow); // prettier-ignore
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
