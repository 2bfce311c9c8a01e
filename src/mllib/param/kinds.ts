/** Kinds of parameters and the limits of their values. A limit is a function that says what is wrong, or null. */
import { DenseMatrix, SparseMatrix, type Matrix } from "../linalg/matrices";
import { DenseVector, SparseVector, type Vector, Vectors } from "../linalg/vectors";
import { jsonDouble } from "./json-text";
import { type ParamSpec, Refusal } from "./param";

export type Limit<T> = (value: T) => string | null;

export const gt =
  (bound: number): Limit<number> =>
  (value) =>
    value > bound ? null : `must be greater than ${bound}`;
export const gtEq =
  (bound: number): Limit<number> =>
  (value) =>
    value >= bound ? null : `must be at least ${bound}`;
export const inRange =
  (low: number, high: number, lowInclusive = true, highInclusive = true): Limit<number> =>
  (value) =>
    (lowInclusive ? value >= low : value > low) && (highInclusive ? value <= high : value < high)
      ? null
      : `must be in ${lowInclusive ? "[" : "("}${low}, ${high}${highInclusive ? "]" : ")"}`;

/** Limits of numbers, under Spark's names. */
export const ParamValidators = {
  gt,
  gtEq,
  lt:
    (bound: number): Limit<number> =>
    (value) =>
      value < bound ? null : `must be less than ${bound}`,
  ltEq:
    (bound: number): Limit<number> =>
    (value) =>
      value <= bound ? null : `must be at most ${bound}`,
  inRange,
  /** One of some values. */
  inArray:
    <T>(allowed: readonly T[]): Limit<T> =>
    (value) =>
      allowed.includes(value) ? null : `must be one of ${allowed.join(", ")}`,
} as const;

function param<T>(doc: string, initial: T | undefined, read: (value: unknown) => T, limit?: Limit<T>): ParamSpec<T> {
  return {
    doc,
    default: initial,
    check(value) {
      const known = read(value);
      const problem = limit?.(known) ?? null;
      if (problem !== null) throw new Refusal(problem);
      return known;
    },
  };
}

/** As Spark writes doubles into JSON, which has no words for these. */
const WORDS = new Map<unknown, number>([
  ["NaN", NaN],
  ["Inf", Infinity],
  ["-Inf", -Infinity],
  // In vectors and matrices.
  ["Infinity", Infinity],
  ["-Infinity", -Infinity],
]);

function doubleToJson(value: number): unknown {
  if (Number.isFinite(value)) return jsonDouble(value);
  return Number.isNaN(value) ? "NaN" : value > 0 ? "Inf" : "-Inf";
}

const doubleFromJson = (json: unknown): number => WORDS.get(json) ?? (json as number);
const doubleJson = { write: doubleToJson, read: doubleFromJson };
const doublesJson = {
  write: (values: readonly number[]): unknown => values.map(doubleToJson),
  read: (json: unknown): readonly number[] => (json as unknown[]).map(doubleFromJson),
};

/** What a parameter's check throws: to the text the parameter adds its name. */
function refuse(what: string): never {
  throw new Refusal(`must be ${what}`);
}

export const intParam = (doc: string, initial?: number, limit?: Limit<number>): ParamSpec<number> =>
  param(doc, initial, (value) => (Number.isSafeInteger(value) ? (value as number) : refuse("a whole number")), limit);

export const doubleParam = (doc: string, initial?: number, limit?: Limit<number>): ParamSpec<number> => ({
  ...param(doc, initial, (value) => (typeof value === "number" && !Number.isNaN(value) ? value : refuse("a number")), limit),
  json: doubleJson,
});

/** A number that may be NaN: what stands for a missing value. */
export const anyDoubleParam = (doc: string, initial?: number): ParamSpec<number> => ({
  ...param(doc, initial, (value) => (typeof value === "number" ? value : refuse("a number"))),
  json: doubleJson,
});

export const boolParam = (doc: string, initial?: boolean): ParamSpec<boolean> =>
  param(doc, initial, (value) => (typeof value === "boolean" ? value : refuse("true or false")));

export const stringParam = (doc: string, initial?: string, limit?: Limit<string>): ParamSpec<string> =>
  param(doc, initial, (value) => (typeof value === "string" ? value : refuse("a string")), limit);

/** One of some words, in whatever case; kept as they are written here. */
export function choiceParam<const W extends readonly string[]>(doc: string, words: W, initial?: W[number]): ParamSpec<W[number]> {
  return param<W[number]>(doc, initial, (value) => {
    const lower = typeof value === "string" ? value.toLowerCase() : null;
    return words.find((word) => word.toLowerCase() === lower) ?? refuse(`one of ${words.join(", ")}`);
  });
}

export const stringsParam = (doc: string, initial?: readonly string[]): ParamSpec<readonly string[]> =>
  param(doc, initial, (value) =>
    Array.isArray(value) && value.every((item) => typeof item === "string") ? [...value] : refuse("an array of strings"),
  );

export const doublesParam = (
  doc: string,
  initial?: readonly number[],
  limit?: Limit<readonly number[]>,
): ParamSpec<readonly number[]> => ({
  ...param(
    doc,
    initial,
    (value) => {
      const numbers = ArrayBuffer.isView(value) && !(value instanceof DataView) ? [...(value as Float64Array)] : value;
      return Array.isArray(numbers) && numbers.every((item) => typeof item === "number")
        ? [...numbers]
        : refuse("an array of numbers");
    },
    limit,
  ),
  json: doublesJson,
});

export const intsParam = (
  doc: string,
  initial?: readonly number[],
  limit?: Limit<readonly number[]>,
): ParamSpec<readonly number[]> =>
  param(
    doc,
    initial,
    (value) => {
      const numbers = ArrayBuffer.isView(value) && !(value instanceof DataView) ? [...(value as Int32Array)] : value;
      return Array.isArray(numbers) && numbers.every((item) => Number.isSafeInteger(item))
        ? [...(numbers as number[])]
        : refuse("an array of whole numbers");
    },
    limit,
  );

/** Arrays of arrays. */
export function nestedParam<T>(
  doc: string,
  item: ParamSpec<readonly T[]>,
  initial?: readonly (readonly T[])[],
): ParamSpec<readonly (readonly T[])[]> {
  const { json } = item;
  return {
    ...param(doc, initial, (value) =>
      Array.isArray(value) ? value.map((part) => item.check(part)) : refuse("an array of arrays"),
    ),
    ...(json === undefined
      ? {}
      : {
          json: {
            write: (parts: readonly (readonly T[])[]): unknown => parts.map((part) => json.write(part)),
            read: (parts: unknown): readonly (readonly T[])[] => (parts as unknown[]).map((part) => json.read(part)),
          },
        }),
  };
}

export const vectorParam = (doc: string, initial?: Vector): ParamSpec<Vector> => ({
  ...param<Vector>(doc, initial, (value) => {
    if (value instanceof DenseVector || value instanceof SparseVector) return value;
    return Array.isArray(value) && value.every((item) => typeof item === "number")
      ? Vectors.dense(value)
      : refuse("a vector or an array of numbers");
  }),
  json: { write: vectorToJson, read: vectorFromJson },
});

export const matrixParam = (doc: string, initial?: Matrix): ParamSpec<Matrix> => ({
  ...param<Matrix>(doc, initial, (value) =>
    value instanceof DenseMatrix || value instanceof SparseMatrix
      ? value
      : refuse("a matrix (Matrices.dense(rows, columns, values))"),
  ),
  json: { write: matrixToJson, read: matrixFromJson },
});

/** Anything that `is` takes: estimators, evaluators, functions. `what` completes "must be …". */
export const objectParam = <T>(doc: string, what: string, is: (value: unknown) => value is T, initial?: T): ParamSpec<T> =>
  param(doc, initial, (value) => (is(value) ? value : refuse(what)));

const entriesToJson = (values: Float64Array): unknown[] =>
  Array.from(values, (value) => (Number.isFinite(value) ? jsonDouble(value) : String(value)));
const entriesFromJson = (json: unknown): number[] => (json as unknown[]).map(doubleFromJson);

const SPARSE = 0;
const DENSE = 1;

function vectorToJson(vector: Vector): unknown {
  const values = entriesToJson(vector.values);
  return vector instanceof DenseVector
    ? { type: DENSE, values }
    : { type: SPARSE, size: vector.size, indices: [...vector.indices], values };
}

function vectorFromJson(json: unknown): Vector {
  const { type, size, indices, values } = json as { type: number; size: number; indices: number[]; values: unknown };
  return type === DENSE ? new DenseVector(entriesFromJson(values)) : new SparseVector(size, indices, entriesFromJson(values));
}

function matrixToJson(matrix: Matrix): unknown {
  const { numRows, numCols, isTransposed } = matrix;
  const values = entriesToJson(matrix.values);
  if (matrix instanceof DenseMatrix) return { class: "matrix", type: DENSE, numRows, numCols, values, isTransposed };
  const { colPtrs, rowIndices } = matrix;
  return { class: "matrix", type: SPARSE, numRows, numCols, colPtrs: [...colPtrs], rowIndices: [...rowIndices], values, isTransposed }; // prettier-ignore
}

function matrixFromJson(json: unknown): Matrix {
  const m = json as Readonly<Record<"type" | "numRows" | "numCols", number>> &
    Readonly<Record<"colPtrs" | "rowIndices", number[]>> & { values: unknown; isTransposed: boolean };
  const values = entriesFromJson(m.values);
  return m.type === DENSE
    ? new DenseMatrix(m.numRows, m.numCols, values, m.isTransposed)
    : new SparseMatrix(m.numRows, m.numCols, m.colPtrs, m.rowIndices, values, m.isTransposed);
}
