/** Transformers of users that make one column of another by a function. */
import type { DataType, StructType } from "../../columnar/types";
import { type TypeOrText, typeOf } from "../../dataframe/api/column";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { col, udf } from "../../dataframe/api/functions";
import { withParams } from "../param/params";
import { inputCol, outputCol } from "../param/shared";
import { requiredField, withFields } from "./schema";
import { Transformer } from "./transformer";

/**
 * Appends `outputCol`: what a function makes of each value of `inputCol`. The function travels to the executors with the values that it
 * captures; it must not use `this`.
 *
 * @example
 * class Shift extends withParams(UnaryTransformer, { by: doubleParam("what is added", 1) }) {
 *   createTransformFunc() {
 *     const by = this.getBy();
 *     return (value: number) => value + by;
 *   }
 *   outputDataType() { return "double"; }
 * }
 * new Shift({ inputCol: "x", outputCol: "y", by: 2 }).transform(df);
 */
export abstract class UnaryTransformer extends withParams(Transformer, { ...inputCol, ...outputCol }) {
  /** The function of one value (null for null), with the parameters as they are set. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- values of columns: their type is that of the input
  abstract createTransformFunc(): (value: any) => unknown;

  /** The type of its results. */
  abstract outputDataType(): TypeOrText;

  /** Throws where it takes no values of this type; takes all, unless overridden. */
  validateInputType(_type: DataType): void {
    // Of any type.
  }

  override transformSchema(schema: StructType): StructType {
    this.validateInputType(requiredField(schema, this.getInputCol(), this.className).type);
    const output = { name: this.getOutputCol(), type: typeOf(this.outputDataType()), nullable: true };
    return withFields(schema, this.className, output);
  }

  protected override transformed(df: DataFrame): DataFrame {
    const made = udf(this.createTransformFunc(), typeOf(this.outputDataType()));
    return df.withColumn(this.getOutputCol(), made(col(this.getInputCol())));
  }
}
