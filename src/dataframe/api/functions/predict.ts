/** Models in queries: a function that predicts a batch, made once a thread. */
import { UsageError } from "../../../common/errors";
import type { TypeOrText } from "../column";
import { columnFunction, type UserDefinedFunction, userFunction } from "./user-functions";

/**
 * The values of one input of a batch. Numbers are one typed array (Float32Array for FLOAT, else Float64Array; null is NaN) in the order of
 * rows, where a row is a tensor with its values one after the other; `shape` is [rows, …shape of the tensor]. Other values are an array.
 */
export interface PredictInput {
  readonly data: Float64Array | Float32Array | readonly unknown[];
  readonly shape: readonly number[];
}

/**
 * What a model says of a batch: a value a row (an array or typed array), tensors as `{ data, shape }` for a result that is an array, or
 * arrays by name for a result that is a struct.
 */
export type PredictOutput = ArrayLike<unknown> | { readonly data: ArrayLike<number>; readonly shape: readonly number[] } | object;

export type PredictFunction = (...inputs: PredictInput[]) => PredictOutput;

export interface PredictOptions {
  readonly returnType: TypeOrText;
  /** The most rows of a call of the model. */
  readonly batchSize: number;
  /** The shapes of the tensors of one row, by place; null or absent for plain values. All that one row has is as long. */
  readonly inputTensorShapes?: readonly (readonly number[] | null)[] | Readonly<Record<number, readonly number[]>>;
}

let models = 0;

/**
 * PySpark's predict_batch_udf. `makePredictFn` loads a model and gives the function that asks it; it is called once a thread of an
 * executor, and the function once for each `batchSize` rows at most, with one input for each column of the call.
 *
 * @example
 * const twice = functions.predictBatchUdf(
 *   () => ({ data }) => Array.from(data, (x) => 2 * x),
 *   { returnType: "double", batchSize: 1000 },
 * );
 * df.select(twice("x"));
 */
export function predictBatchUdf(makePredictFn: () => PredictFunction, options: PredictOptions): UserDefinedFunction {
  if (typeof makePredictFn !== "function")
    throw new UsageError("INVALID_ARGUMENT", "predictBatchUdf needs a function that gives the function that predicts.");
  const { returnType, batchSize, inputTensorShapes } = options;
  if (!Number.isInteger(batchSize) || batchSize < 1)
    throw new UsageError("INVALID_ARGUMENT", `predictBatchUdf: batchSize must be a whole number above 0; it is ${batchSize}.`);
  const shapes = Object.fromEntries<readonly number[] | null>(Object.entries(inputTensorShapes ?? {}));
  const key = `${process.pid}-${++models}-${Date.now()}`;
  // All that it uses is inside of it or captured: it travels.
  const call = (...vectors: readonly ColumnVector[]): unknown[] => {
    const owner = globalThis as { firesteelModels?: Map<string, PredictFunction> };
    owner.firesteelModels ??= new Map();
    let predict = owner.firesteelModels.get(key);
    if (predict === undefined) owner.firesteelModels.set(key, (predict = makePredictFn()));
    const rows = vectors[0]?.length ?? 0;
    const product = (shape: readonly number[]): number => shape.reduce((size, n) => size * n, 1);
    const fail = (what: string): never => {
      throw new Error(`predictBatchUdf: ${what}`);
    };
    const input = (vector: ColumnVector, place: number, from: number, to: number): PredictInput => {
      const shape = shapes[place] ?? null;
      const values: unknown[] = [];
      for (let row = from; row < to; row++) {
        const value = vector.get(row);
        if (value !== null && typeof value === "object" && Symbol.iterator in value) values.push(...(value as Iterable<unknown>));
        else if (value === null && shape !== null) fail(`row ${row} of input ${place} is null, and a tensor is needed`);
        else values.push(value);
      }
      const width = shape === null ? values.length / Math.max(1, to - from) : product(shape);
      if (values.length !== width * (to - from) || !Number.isInteger(width)) {
        const wanted =
          shape === null ? "as many values in each row" : `${width} values a row for the shape [${shape.join(", ")}]`;
        fail(`input ${place} must have ${wanted}; ${to - from} rows have ${values.length}`);
      }
      const isNumber = (value: unknown): boolean => value === null || typeof value === "number" || typeof value === "bigint";
      const numeric = values.every(isNumber);
      const single = String(vector.type).includes("Float32");
      const numbers = (): readonly number[] => values.map((value) => (value === null ? NaN : Number(value)));
      const data = !numeric ? values : single ? Float32Array.from(numbers()) : Float64Array.from(numbers());
      const own = shape ?? (width === 1 ? [] : [width]);
      return { data, shape: [to - from, ...own] };
    };
    const results = (output: unknown, count: number): readonly unknown[] => {
      const short = (length: number): never => fail(`the model gave ${length} results for ${count} rows`);
      if (Array.isArray(output) || ArrayBuffer.isView(output)) {
        const list = Array.from(output as unknown as ArrayLike<unknown>);
        return list.length === count ? list : short(list.length);
      }
      if (typeof output !== "object" || output === null) fail("the model gave neither an array nor an object");
      const { data, shape } = output as { data?: ArrayLike<number>; shape?: readonly number[] };
      if (data !== undefined && Array.isArray(shape)) {
        const width = product(shape.slice(1));
        if (shape[0] !== count || data.length !== width * count) short(shape[0] as number);
        return Array.from({ length: count }, (_, i) => Array.from({ length: width }, (__, j) => data[i * width + j]));
      }
      const columns = Object.entries(output as Record<string, unknown>).map(
        ([name, column]) => [name, results(column, count)] as const,
      );
      return Array.from({ length: count }, (_, i) => Object.fromEntries(columns.map(([name, column]) => [name, column[i]])));
    };
    const all: unknown[] = [];
    for (let from = 0; from < rows; from += batchSize) {
      const to = Math.min(rows, from + batchSize);
      all.push(...results(predict(...vectors.map((vector, place) => input(vector, place, from, to))), to - from));
    }
    return all;
  };
  return columnFunction(userFunction(call, "batch", returnType, "predictBatchUdf")).withName("predict");
}
export { predictBatchUdf as predict_batch_udf };

/** What it uses of an Arrow vector. */
interface ColumnVector {
  readonly length: number;
  readonly type: unknown;
  get(row: number): unknown;
}
