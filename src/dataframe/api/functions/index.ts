/** `functions`: what SQL can do, as functions of columns. `import { functions as F } from "firesteel"`. */
export * from "./aggregates";
export * from "./collections";
export * from "./columns";
export * from "./composed";
export * from "./conditions";
export * from "./datetime";
export * from "./formats";
export * from "./generators";
export * from "./geospatial";
export * from "./hashes";
export {
  aggregate,
  array_sort,
  exists,
  filter,
  forall,
  map_filter,
  map_zip_with,
  reduce,
  transform,
  transform_keys,
  transform_values,
  zip_with,
} from "./lambdas";
export * from "./math";
export {
  degrees as toDegrees,
  radians as toRadians,
  shiftleft as shiftLeft,
  shiftright as shiftRight,
  shiftrightunsigned as shiftRightUnsigned,
} from "./math";
export * from "./misc";
export {
  predictBatchUdf,
  predict_batch_udf,
  type PredictFunction,
  type PredictInput,
  type PredictOptions,
  type PredictOutput,
} from "./predict";
export * from "./sketches";
export * from "./strings";
export {
  type Aggregator,
  arrow_udf,
  arrow_udtf,
  pandas_udf,
  type TableFunctionHandler,
  udaf,
  udf,
  udtf,
  type UserDefinedFunction,
  type UserDefinedTableFunction,
} from "./user-functions";
export * from "./vectors";
export * from "./windows";
