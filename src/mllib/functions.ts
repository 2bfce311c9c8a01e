/** Functions of columns of vectors (pyspark.ml.functions). */
import type { Boxed, DataType } from "../columnar/types";
import type { Column } from "../dataframe/api/column";
import { DataError, UsageError } from "../common/errors";
import { document } from "../dataframe/functions/documented";
import { builtins } from "../dataframe/functions";
import { scalar, unexpectedInputType } from "../dataframe/functions/signature";
import { call, column } from "../dataframe/api/functions/call";
import type { ColumnOrName } from "../dataframe/api/column";
import { isVector } from "./base/schema";
import { VectorUDT } from "./linalg/user-types";

const doc = document("vector");
const DOUBLES: Extract<DataType, { kind: "array" }> = { kind: "array", element: { kind: "double" }, containsNull: false };
const DENSE = 1;

builtins.add(
  scalar({
    names: ["vector_to_array"],
    doc: doc("The entries of a vector of MLlib as an array of doubles.", ["vector_to_array(features)", "[1.0,0.0,2.0]"]),
    inputs: ["any"],
    check: (args, context) => {
      if (!isVector(args[0]!.type)) throw unexpectedInputType(VectorUDT, 0, args, context);
    },
    result: DOUBLES,
    evaluate: () => (vector) => {
      const [type, size, indices, values] = vector as readonly [number, number, readonly number[], readonly number[]];
      if (type === DENSE) return values;
      const all = new Array<number>(size).fill(0);
      indices.forEach((index, i) => (all[index] = values[i]!));
      return all;
    },
  }),
);

builtins.add(
  scalar({
    names: ["array_to_vector"],
    doc: doc("An array of numbers as a dense vector of MLlib.", ["array_to_vector(array(1.0D, 2.0D))", "[1.0,2.0]"]),
    inputs: [{ ...DOUBLES, containsNull: true }],
    result: VectorUDT,
    evaluate: () => (values) => {
      if ((values as readonly Boxed[]).includes(null))
        throw new DataError("NULL_VALUE", "array_to_vector: the array has NULL among its elements, and a vector has none.");
      return [DENSE, null, null, values] as readonly Boxed[];
    },
  }),
);

/**
 * The entries of a column of vectors as an array of doubles, or of floats ("float32").
 *
 * @example
 * df.select(vector_to_array("features").getItem(0))
 */
export function vector_to_array(col: ColumnOrName, dtype: "float64" | "float32" = "float64"): Column {
  if (!["float64", "float32"].includes(dtype))
    throw new UsageError(
      "INVALID_ARGUMENT",
      `vector_to_array: dtype must be "float64" or "float32", not ${JSON.stringify(dtype)}.`,
    );
  const doubles = call("vector_to_array", column(col));
  return dtype === "float32" ? doubles.cast("array<float>") : doubles;
}

/** A column of arrays of numbers as one of dense vectors. Rows whose array has NULL among its elements throw NULL_VALUE. */
export function array_to_vector(col: ColumnOrName): Column {
  return call("array_to_vector", column(col));
}

export {
  type PredictFunction,
  type PredictInput,
  type PredictOptions,
  type PredictOutput,
  predictBatchUdf,
  predictBatchUdf as predict_batch_udf,
} from "../dataframe/api/functions/predict";
