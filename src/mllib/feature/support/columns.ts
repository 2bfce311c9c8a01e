/** Input and output columns of transformers. */
import type { StructField, StructType } from "../../../columnar/types";
import { UsageError } from "../../../common/errors";
import type { DataFrame } from "../../../dataframe/api/dataframe";
import type { Params } from "../../param/params";

export interface ColumnPair {
  readonly input: string;
  readonly output: string;
}

function wrong(stage: Params, why: string): UsageError {
  return new UsageError("INVALID_PARAMETER_VALUE", `${stage.className}: ${why}.`);
}

/** The columns of a class that takes one (inputCol, outputCol) or several (inputCols, outputCols). Throws where both or neither are set. */
export function columnPairs(stage: Params): readonly ColumnPair[] {
  const several = stage.isSet("inputCols");
  if (several === stage.isSet("inputCol"))
    throw wrong(stage, several ? "set inputCol or inputCols, not both" : "inputCol or inputCols must be set");
  if (!several) {
    if (stage.isSet("outputCols")) throw wrong(stage, "outputCols goes with inputCols, not with inputCol");
    return [{ input: stage.getOrDefault("inputCol") as string, output: stage.getOrDefault("outputCol") as string }];
  }
  if (stage.isSet("outputCol")) throw wrong(stage, "outputCol goes with inputCol, not with inputCols");
  const inputs = stage.getOrDefault("inputCols") as readonly string[];
  const outputs = stage.isSet("outputCols") ? (stage.getOrDefault("outputCols") as readonly string[]) : [];
  if (inputs.length === 0) throw wrong(stage, "inputCols must not be empty");
  if (inputs.length !== outputs.length)
    throw wrong(stage, `outputCols must name as many columns as inputCols (${inputs.length}), but names ${outputs.length}`);
  if (new Set(outputs).size !== outputs.length) throw wrong(stage, "outputCols names a column twice");
  return inputs.map((input, i) => ({ input, output: outputs[i]! }));
}

export const quoted = (name: string): string => `\`${name.replaceAll("`", "``")}\``;

/** Without the rows where one of the columns is null. */
export function withoutNulls(df: DataFrame, names: readonly string[]): DataFrame {
  return names.length === 0 ? df : df.where(names.map((name) => `${quoted(name)} IS NOT NULL`).join(" AND "));
}

/** A number that may be missing. */
export const optionalDouble = (name: string, metadata?: StructField["metadata"]): StructField => ({
  name,
  type: { kind: "double" },
  nullable: true,
  ...(metadata === undefined ? {} : { metadata }),
});

/** The field of an existing column with other metadata. */
export function withMetadata(schema: StructType, name: string, metadata: StructField["metadata"]): StructType {
  return {
    kind: "struct",
    fields: schema.fields.map((field) => (field.name === name && metadata !== undefined ? { ...field, metadata } : field)),
  };
}
