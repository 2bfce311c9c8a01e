/** Vectors and matrices as column types, stored as Spark's VectorUDT and MatrixUDT are. */
import type { Boxed, DataType, StructField, UserDefinedType } from "../../columnar/types";
import { registerUserType, type UserType } from "../../dataframe/types/user-types";
import { DenseMatrix, SparseMatrix } from "./matrices";
import { DenseVector, SparseVector } from "./vectors";

const field = (name: string, type: DataType, nullable: boolean): StructField => ({ name, type, nullable });
const int: DataType = { kind: "int" };
const ints: DataType = { kind: "array", element: int, containsNull: false };
const doubles: DataType = { kind: "array", element: { kind: "double" }, containsNull: false };

const SPARSE = 0;
const DENSE = 1;

/** Columns of vectors: (type, size, indices, values); type 0 is sparse, 1 dense, with neither size nor indices. */
export const VectorUDT: UserDefinedType = {
  kind: "udt",
  name: "vector",
  sqlType: {
    kind: "struct",
    fields: [
      field("type", { kind: "byte" }, false),
      field("size", int, true),
      field("indices", ints, true),
      field("values", doubles, true),
    ],
  },
};

/** Columns of matrices: as Spark's MatrixUDT. */
export const MatrixUDT: UserDefinedType = {
  kind: "udt",
  name: "matrix",
  sqlType: {
    kind: "struct",
    fields: [
      field("type", { kind: "byte" }, false),
      field("numRows", int, false),
      field("numCols", int, false),
      field("colPtrs", ints, true),
      field("rowIndices", ints, true),
      field("values", doubles, true),
      field("isTransposed", { kind: "boolean" }, false),
    ],
  },
};

/** Of the package spark.mllib, in whose types some models are saved; the same classes stand for them. */
export const OldVectorUDT: UserDefinedType = { ...VectorUDT, name: "mllib.vector" };
export const OldMatrixUDT: UserDefinedType = { ...MatrixUDT, name: "mllib.matrix" };

const numbers = (array: Boxed): readonly number[] => array as readonly number[];

function vectorOf(value: Boxed): DenseVector | SparseVector {
  const [type, size, indices, values] = value as readonly [number, number, Boxed, Boxed];
  return type === DENSE ? new DenseVector(numbers(values)) : new SparseVector(size, numbers(indices), numbers(values));
}

function matrixOf(value: Boxed): DenseMatrix | SparseMatrix {
  const [type, rows, columns, colPtrs, rowIndices, values, transposed] = value as readonly [
    number,
    number,
    number,
    Boxed,
    Boxed,
    Boxed,
    boolean,
  ];
  return type === DENSE
    ? new DenseMatrix(rows, columns, numbers(values), transposed)
    : new SparseMatrix(rows, columns, numbers(colPtrs), numbers(rowIndices), numbers(values), transposed);
}

const vectors: UserType = {
  type: VectorUDT,
  toBoxed(value) {
    if (value instanceof DenseVector) return [DENSE, null, null, Array.from(value.values)];
    if (value instanceof SparseVector) return [SPARSE, value.size, Array.from(value.indices), Array.from(value.values)];
    return null;
  },
  fromBoxed: vectorOf,
  toText: (value) => vectorOf(value).toString(),
};

const matrices: UserType = {
  type: MatrixUDT,
  toBoxed(value) {
    if (value instanceof DenseMatrix)
      return [DENSE, value.numRows, value.numCols, null, null, Array.from(value.values), value.isTransposed];
    if (value instanceof SparseMatrix) {
      const { numRows, numCols, colPtrs, rowIndices, values, isTransposed } = value;
      return [SPARSE, numRows, numCols, Array.from(colPtrs), Array.from(rowIndices), Array.from(values), isTransposed];
    }
    return null;
  },
  fromBoxed: matrixOf,
  toText: (value) => matrixOf(value).toString(),
};

// The first one is the type of a value of which nothing else is said.
for (const userType of [vectors, matrices, { ...vectors, type: OldVectorUDT }, { ...matrices, type: OldMatrixUDT }])
  registerUserType(userType);
