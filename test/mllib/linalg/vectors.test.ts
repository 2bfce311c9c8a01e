import fc from "fast-check";
import { DenseMatrix, Matrices, SparseMatrix, SparseVector, Vectors } from "../../../src/mllib/linalg";

const entries = fc.array(fc.oneof(fc.constant(0), fc.double({ noNaN: true, min: -1e6, max: 1e6 })), { maxLength: 12 });

test("dense and sparse forms of a vector are equal and compute alike", () => {
  fc.assert(
    fc.property(entries, entries, (a, b) => {
      const size = Math.min(a.length, b.length);
      const [x, y] = [Vectors.dense(a.slice(0, size)), Vectors.dense(b.slice(0, size))];
      for (const [p, q] of [
        [x.toSparse(), y],
        [x, y.toSparse()],
        [x.toSparse(), y.toSparse()],
      ] as const) {
        // prettier-ignore
        expect(p.equals(x)).toBe(true);
        expect(p.dot(q)).toBeCloseTo(x.dot(y), 3);
        expect(p.squaredDistance(q)).toBe(x.squaredDistance(y));
        expect([p.norm(1), p.norm(2), p.norm(Infinity), p.numNonzeros, p.argmax]).toEqual([x.norm(1), x.norm(2), x.norm(Infinity), x.numNonzeros, x.argmax]); // prettier-ignore
        // A sparse form does not keep the sign of a zero.
        expect([...p.compressed()].map((value) => value + 0)).toEqual([...x].map((value) => value + 0));
      }
    }),
  );
});

test("vectors print as Spark's do", () => {
  expect(String(Vectors.dense(1, 2.5, -0.1))).toBe("[1.0,2.5,-0.1]");
  expect(String(Vectors.sparse(4, [3, 1], [2, 1e-7]))).toBe("(4,[1,3],[1.0E-7,2.0])");
  expect(String(Vectors.sparse(3, new Map([[2, 3], [0, 1]])))).toBe("(3,[0,2],[1.0,3.0])"); // prettier-ignore
  expect(String(Vectors.sparse(3, { 0: 1, 2: 3 }))).toBe(String(Vectors.sparse(3, [[0, 1], [2, 3]]))); // prettier-ignore
});

test("wrong vectors are refused", () => {
  expect(() => new SparseVector(3, [2, 1], [1, 1])).toThrow("index 1 comes after 2");
  expect(() => Vectors.sparse(3, [3], [1])).toThrow("index 3 is outside of a vector of 3");
  expect(() => Vectors.sparse(3, [1], [])).toThrow("1 indices for 0 values");
  expect(() => Vectors.dense(1).get(1)).toThrow("There is no entry 1 in a vector of 1.");
  expect(() => Vectors.dense(1).dot([1, 2])).toThrow("the vectors have 1 and 2 entries");
  expect(() => Vectors.dense(1).norm(0.5)).toThrow("p must be at least 1");
});

test("matrices lie column by column, or row by row where transposed", () => {
  const matrix = Matrices.dense(2, 3, [1, 4, 2, 5, 3, 6]);
  expect(matrix.rows().map((row) => [...row])).toEqual([
    [1, 2, 3],
    [4, 5, 6],
  ]);
  const transposed = new DenseMatrix(2, 3, [1, 2, 3, 4, 5, 6], true);
  expect(transposed.equals(matrix)).toBe(true);
  expect(matrix.transpose().transpose().equals(matrix)).toBe(true);
  expect([...matrix.multiply([1, 0, -1])]).toEqual([-2, -2]);
  expect(matrix.multiply(matrix.transpose()).toArray()).toEqual(Float64Array.of(14, 32, 32, 77));
  expect(Matrices.eye(3).multiply([1, 2, 3]).values).toEqual(Float64Array.of(1, 2, 3));
  const sparse = new SparseMatrix(2, 3, [0, 1, 1, 3], [1, 0, 1], [4, 3, 6]);
  expect([...sparse.toArray()]).toEqual([0, 4, 0, 0, 3, 6]);
  const zeros = Matrices.dense(2, 3, [0, 4, 0, 0, 3, 6]).toSparse();
  expect([zeros.colPtrs, zeros.rowIndices, zeros.values].map((part) => [...part])).toEqual([[0, 1, 1, 3], [1, 0, 1], [4, 3, 6]]); // prettier-ignore
  expect(transposed.toSparse().equals(matrix)).toBe(true);
  expect(() => matrix.get(2, 0)).toThrow("There is no entry (2, 0) in a matrix of 2 × 3.");
  expect(() => Matrices.dense(2, 2, [1])).toThrow("has 4 entries, not 1");
  expect(() => matrix.multiply([1])).toThrow("3 columns meet 1 rows");
});

// By nonzeros, from none to all: dense, in compressed columns, in compressed rows. As Spark's, which counts bytes on the JVM.
test.each([
  [1, 4, "ddddd"],
  [1, 5, "rddddd"],
  [1, 8, "rrrdddddd"],
  [2, 5, "rrrrddddddd"],
  [3, 3, "cccddddddd"],
  [5, 2, "ccccddddddd"],
  [4, 6, "rrrrrrrrrrrrrdddddddddddd"],
])("a matrix of %i x %i takes the form of the least memory", (rows, columns, forms) => {
  for (let nonzeros = 0; nonzeros <= rows * columns; nonzeros++) {
    const values = Array.from({ length: rows * columns }, (_, i) => (i < nonzeros ? i + 1 : 0));
    const matrix = new DenseMatrix(rows, columns, values, true);
    const least = matrix.compressed();
    expect(least instanceof DenseMatrix ? "d" : least.isTransposed ? "r" : "c").toBe(forms[nonzeros]);
    expect(least.equals(matrix)).toBe(true);
    expect(least.rows().map((row) => [...row])).toEqual(matrix.rows().map((row) => [...row]));
    expect([...least.row(rows - 1)]).toEqual([...matrix.row(rows - 1)]);
    expect(matrix.toSparse().compressed().equals(matrix)).toBe(true);
  }
});
