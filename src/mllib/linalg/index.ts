/** Vectors and matrices. */
export { DenseMatrix, Matrices, type Matrix, SparseMatrix } from "./matrices";
export { MatrixUDT, VectorUDT } from "./user-types";
export { DenseVector, SparseVector, type Vector, type VectorLike, Vectors } from "./vectors";
