/** What estimators that learn labels from features share, and their models: parameters, checks of schemas, prediction columns. */
import type { StructField, StructType } from "../../columnar/types";
import { DataError } from "../../common/errors";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { appendColumns, type ColumnsProgram, columnsProgram } from "../compute/append-columns";
import { doubleColumn, VectorColumn } from "../compute/columns";
import { type Vector, type VectorLike, Vectors } from "../linalg/vectors";
import { featuresCol, labelCol, predictionCol } from "../param/shared";
import { Model } from "./estimator";
import { checkNumeric, checkVector, doubleField, withFields } from "./schema";

export const predictorParams = { ...featuresCol, ...labelCol, ...predictionCol } as const;

/** Columns that a fit reads beside features and label. */
export interface FitColumns {
  readonly featuresCol: string;
  readonly labelCol: string;
  readonly weightCol?: string | undefined;
  readonly extra?: readonly string[];
}

/** Throws where a column is missing or of another type. */
export function checkFitColumns(
  schema: StructType,
  who: string,
  { featuresCol, labelCol, weightCol, extra = [] }: FitColumns,
): void {
  checkVector(schema, featuresCol, who);
  checkNumeric(schema, labelCol, who);
  for (const name of [...(weightCol === undefined ? [] : [weightCol]), ...extra]) checkNumeric(schema, name, who);
}

/** An empty name stands for "none", as in Spark. */
export function columnName(value: string | undefined): string | undefined {
  return value === "" ? undefined : value;
}

/** The rows of a batch's features. Throws where a row is null, or not of `width` entries. */
export function checkedFeatures(column: VectorColumn, width: number, who: string): VectorColumn {
  if (column.dense(width) !== null) return column;
  for (let row = 0; row < column.length; row++) {
    if (column.isNull(row)) throw new DataError("NULL_VALUE", `${who}: features must not be null.`);
    if (column.size(row) !== width) throw wrongWidth(who, width, column.size(row));
  }
  return column;
}

/** One vector's features, in full. */
export function checkedVector(features: VectorLike, width: number, who: string): Float64Array {
  const vector: Vector = Vectors.of(features);
  if (vector.size !== width) throw wrongWidth(who, width, vector.size);
  return vector.toArray();
}

function wrongWidth(who: string, width: number, got: number): DataError {
  return new DataError("VECTOR_SIZES_DIFFER", `${who}: the model knows ${width} features, but a vector has ${got} entries.`);
}

/** All rows in full, one after the other. */
export function denseRows(column: VectorColumn, width: number): Float64Array {
  const together = column.dense(width);
  if (together !== null) return together;
  const rows = new Float64Array(column.length * width);
  for (let row = 0; row < column.length; row++) column.copyDense(row, rows, row * width);
  return rows;
}

/** Margins of rows for several outputs, row after row: rows · coefficientsᵀ + intercepts. */
export function marginsOfRows(
  column: VectorColumn,
  coefficients: readonly Float64Array[],
  intercepts: Float64Array,
  width: number,
): Float64Array {
  const outputs = intercepts.length;
  const rows = column.length;
  const margins = new Float64Array(rows * outputs);
  const dense = column.dense(width);
  for (let k = 0; k < outputs; k++) {
    const weights = coefficients[k]!;
    const intercept = intercepts[k]!;
    if (dense !== null)
      for (let row = 0, at = 0; row < rows; row++) {
        let sum = 0;
        for (let j = 0; j < width; j++) sum += dense[at++]! * weights[j]!;
        margins[row * outputs + k] = sum + intercept;
      }
    else
      for (let row = 0; row < rows; row++) {
        const values = column.values(row);
        const indices = column.isDense(row) ? null : column.indices(row);
        let sum = 0;
        for (let i = 0; i < values.length; i++) sum += values[i]! * weights[indices === null ? i : indices[i]!]!;
        margins[row * outputs + k] = sum + intercept;
      }
  }
  return margins;
}

/** A model that gives one number per row. */
export interface RowsPredictor {
  /** Of all rows; the array may be kept. */
  predict(features: VectorColumn): Float64Array;
}

/** A columns program that appends predictions; `open` makes the predictor of plain data, once a task. */
export function predictionProgram<S extends { readonly width: number }>(
  name: string,
  who: string,
  open: (spec: S) => RowsPredictor,
): ColumnsProgram<S> {
  return columnsProgram<S>({
    name,
    open: (spec) => {
      const predictor = open(spec);
      return ([features]) => [doubleColumn(predictor.predict(checkedFeatures(new VectorColumn(features!), spec.width, who)))];
    },
  });
}

/** What models of features have in common. */
export abstract class PredictionModel extends Model {
  /** Entries of a vector of features. */
  abstract readonly numFeatures: number;

  /** The prediction for one vector. */
  abstract predict(features: VectorLike): number;

  protected featuresColumn(): string {
    return this.valueFor<string>("featuresCol")!;
  }

  /** The columns to append, in order: those whose names are not empty. */
  protected abstract outputFields(): readonly StructField[];

  override transformSchema(schema: StructType): StructType {
    checkVector(schema, this.featuresColumn(), this.className);
    return withFields(schema, this.className, ...this.outputFields());
  }
}

/** Regression: one column of predictions. */
export abstract class RegressionModel extends PredictionModel {
  protected abstract program(): { readonly program: ColumnsProgram<never>; readonly spec: object };

  protected override outputFields(): readonly StructField[] {
    const name = columnName(this.valueFor("predictionCol"));
    return name === undefined ? [] : [doubleField(name)];
  }

  protected override transformed(df: DataFrame): DataFrame {
    const outputs = this.outputFields();
    if (outputs.length === 0) return df;
    const { program, spec } = this.program();
    return appendColumns(df, program as ColumnsProgram<object>, { inputs: [this.featuresColumn()], outputs, spec });
  }
}
