/** Transformers of one column of vectors into another. */
import type { StructField, StructType } from "../../../columnar/types";
import type { DataFrame } from "../../../dataframe/api/dataframe";
import { Model } from "../../base/estimator";
import { checkVector, vectorField, withFields } from "../../base/schema";
import { Transformer } from "../../base/transformer";
import { vectorOfSize } from "../../base/attributes";
import { appendColumns, type ColumnsProgram } from "../../compute/append-columns";
import { withParams } from "../../param/params";
import { inputCol, outputCol } from "../../param/shared";

export const vectorColumns = { ...inputCol, ...outputCol } as const;

/** What computes the result: a program and its specification. */
export interface Mapping {
  readonly program: ColumnsProgram<never>;
  readonly spec: object;
}

export const mapping = <S extends object>(program: ColumnsProgram<S>, spec: S): Mapping => ({
  program,
  spec,
});

function appended(df: DataFrame, input: string, output: StructField, { program, spec }: Mapping): DataFrame {
  return appendColumns(df, program as ColumnsProgram<object>, { inputs: [input], outputs: [output], spec });
}

export abstract class VectorTransformer extends withParams(Transformer, vectorColumns) {
  override transformSchema(schema: StructType): StructType {
    const input = checkVector(schema, this.getInputCol(), this.className);
    return withFields(schema, this.className, vectorField(this.getOutputCol(), this.outputMetadata(input)));
  }

  protected override transformed(df: DataFrame, schema: StructType): DataFrame {
    return appended(df, this.getInputCol(), this.transformSchema(schema).fields.at(-1)!, this.mapping());
  }

  /** What is known of the result from the field of the input. */
  protected outputMetadata(_input: StructField): StructField["metadata"] {
    return undefined;
  }

  protected abstract mapping(): Mapping;
}

/** The columns after a transformer from `inputCol` to `outputCol`, both of vectors. */
export function vectorSchema(
  stage: { readonly className: string; getInputCol(): string; getOutputCol(): string },
  schema: StructType,
): StructType {
  checkVector(schema, stage.getInputCol(), stage.className);
  return withFields(schema, stage.className, vectorField(stage.getOutputCol()));
}

export abstract class VectorModel extends withParams(Model, vectorColumns) {
  /** Entries of the results, where all have as many. */
  protected abstract readonly outputSize: number | undefined;

  override transformSchema(schema: StructType): StructType {
    const input = checkVector(schema, this.getInputCol(), this.className);
    return withFields(schema, this.className, vectorField(this.getOutputCol(), this.outputMetadata(input)));
  }

  protected override transformed(df: DataFrame, schema: StructType): DataFrame {
    return appended(df, this.getInputCol(), this.transformSchema(schema).fields.at(-1)!, this.mapping());
  }

  protected outputMetadata(_input: StructField): StructField["metadata"] {
    return this.outputSize === undefined ? undefined : vectorOfSize(this.outputSize);
  }

  protected abstract mapping(): Mapping;
}
