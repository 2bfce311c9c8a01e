/** Categories 0, 1, … as vectors with a 1 in the category's place. */
import type { DataType, StructField, StructType } from "../../columnar/types";
import type { ColumnBatch, StructVector } from "../../columnar/vector";
import { DataError } from "../../common/errors";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { type Attribute, attributeOf, numValuesOf, vectorMetadata } from "../base/attributes";
import { Estimator, Model } from "../base/estimator";
import { checkNumeric, requiredField, vectorField, withFields } from "../base/schema";
import { appendColumns, columnsProgram } from "../compute/append-columns";
import { batchInput } from "../compute/batch-input";
import { doublesOf, VectorColumnBuilder } from "../compute/columns";
import { aggregateProgram } from "../compute/programs";
import { boolParam, choiceParam } from "../param/kinds";
import { withParams } from "../param/params";
import { inputCol, inputCols, outputCol, outputCols } from "../param/shared";
import { columnPairs } from "./support/columns";
import { column, savedAs, savedByParams } from "./support/saved";
import { columnCounts } from "./support/described";

const params = {
  ...inputCol,
  ...inputCols,
  ...outputCol,
  ...outputCols,
  dropLast: boolParam("whether the last category is the vector of zeros", true),
  handleInvalid: choiceParam(
    'what to do with categories that were not seen: "error", or "keep": a category of their own, the last',
    ["error", "keep"],
    "error",
  ),
} as const;

/** Each category as a vector with a 1 at its place; null stays null. */
export class OneHotEncoder extends withParams(Estimator<OneHotEncoderModel>, params) {
  override transformSchema(schema: StructType): StructType {
    const pairs = columnPairs(this);
    for (const { input } of pairs) checkNumeric(schema, input, this.className);
    return withFields(schema, this.className, ...pairs.map(({ output }) => vectorField(output)));
  }

  /** Metadata say how many categories there are; columns without them are read. */
  protected override async fitModel(df: DataFrame, schema: StructType): Promise<OneHotEncoderModel> {
    const inputs = columnPairs(this).map(({ input }) => requiredField(schema, input, this.className));
    const known = inputs.map((field) => numValuesOf(attributeOf(field)));
    const names = inputs.filter((_, i) => known[i] === null).map((field) => field.name);
    let largest: number[] = [];
    if (names.length > 0) {
      const { data, types } = batchInput(df, schema, names, this.className);
      largest = (await data.aggregate(largestOf, { names, types })) ?? [];
      if (largest.length === 0 || largest.some((value) => value < 0))
        throw new DataError("EMPTY_DATASET", `${this.className}: the dataset is empty; there are no categories to learn.`);
    }
    const sizes = known.map((size, i) => size ?? largest[names.indexOf(inputs[i]!.name)]! + 1);
    return new OneHotEncoderModel(sizes).of(this);
  }
}

interface LargestSpec {
  readonly names: readonly string[];
  readonly types: readonly DataType[];
}

const largestOf = aggregateProgram<LargestSpec, ColumnBatch, number[]>({
  name: "mllib.oneHotEncoder.largest",
  run(batches, { names, types }) {
    const most = names.map(() => -1);
    for (const batch of batches)
      for (const [i, name] of names.entries()) {
        const { values, valid } = doublesOf(batch.columns[i]!, types[i]!);
        for (let row = 0; row < batch.length; row++) {
          const value = values[row]!;
          if ((valid !== null && valid[row] === 0) || !Number.isInteger(value) || value < 0)
            throw new DataError(
              "INVALID_CATEGORY",
              `OneHotEncoder: categories are whole numbers from 0, but column ${name} holds ${valid !== null && valid[row] === 0 ? "null" : value}.`,
            );
          if (value > most[i]!) most[i] = value;
        }
      }
    return most;
  },
  merge: (a, b) => a.map((value, i) => Math.max(value, b[i]!)),
});

export class OneHotEncoderModel extends withParams(Model, params) {
  constructor(
    /** Categories of each column, those for unseen ones left out. */
    readonly categorySizes: readonly number[],
  ) {
    super();
  }

  of(parent: OneHotEncoder): this {
    return this.adopted(parent);
  }

  /** Entries of the vectors of each column. */
  private widths(): number[] {
    const more = (this.getHandleInvalid() === "keep" ? 1 : 0) - (this.getDropLast() ? 1 : 0);
    return this.categorySizes.map((size) => size + more);
  }

  private outputs(schema: StructType): StructField[] {
    const widths = this.widths();
    return columnPairs(this).map(({ input, output }, i) => {
      const field = requiredField(schema, input, this.className);
      const { vals } = attributeOf(field);
      const names = Array.from({ length: widths[i]! }, (_, at): string => vals?.[at] ?? (at === this.categorySizes[i] ? "invalidValues" : String(at))); // prettier-ignore
      return vectorField(output, vectorMetadata(names.map((name): Attribute => ({ type: "binary", name }))));
    });
  }

  override transformSchema(schema: StructType): StructType {
    for (const [i, { input }] of columnPairs(this).entries()) {
      const field = checkNumeric(schema, input, this.className);
      const known = numValuesOf(attributeOf(field));
      const size = this.categorySizes[i]!;
      if (known !== null && known > size && this.getHandleInvalid() === "error")
        throw new DataError(
          "TOO_MANY_CATEGORIES",
          `${this.className}: column ${input} has ${known} categories, but the model was fitted with ${size}. Set handleInvalid to "keep".`,
        );
    }
    return withFields(schema, this.className, ...this.outputs(schema));
  }

  protected override transformed(df: DataFrame, schema: StructType): DataFrame {
    const names = columnPairs(this).map(({ input }) => requiredField(schema, input, this.className).name);
    return appendColumns(df, encode, {
      inputs: names,
      outputs: this.outputs(schema),
      spec: {
        names,
        sizes: this.categorySizes,
        widths: this.widths(),
        keep: this.getHandleInvalid() === "keep",
      },
    });
  }

  override toString(): string {
    return this.described({ dropLast: this.getDropLast(), handleInvalid: this.getHandleInvalid(), ...columnCounts(this) });
  }
}

interface EncodeSpec {
  readonly names: readonly string[];
  readonly sizes: readonly number[];
  readonly widths: readonly number[];
  readonly keep: boolean;
}

const encode = columnsProgram<EncodeSpec>({
  name: "mllib.oneHotEncoder",
  open:
    ({ names, sizes, widths, keep }, types: readonly DataType[]) =>
    (columns, rows) =>
      columns.map((input, i): StructVector => {
        const { values, valid } = doublesOf(input, types[i]!);
        const out = new VectorColumnBuilder();
        const size = sizes[i]!;
        const width = widths[i]!;
        for (let row = 0; row < rows; row++) {
          let category = values[row]!;
          if (valid !== null && valid[row] === 0) {
            out.appendNull();
            continue;
          }
          if (!(category >= 0 && category < size && Number.isInteger(category))) {
            if (!keep)
              throw new DataError(
                "UNSEEN_CATEGORY",
                `OneHotEncoder: column ${names[i]} holds ${category}, which is none of its ${size} categories. Set handleInvalid to "keep".`,
              );
            category = size;
          }
          if (category < width) out.appendSparse(width, [category], [1]);
          else out.appendSparse(width, [], []);
        }
        return out.finish();
      }),
});

savedByParams(OneHotEncoder);
savedAs(
  OneHotEncoderModel,
  "OneHotEncoderModel",
  { categorySizes: column.ints },
  (model) => [model.categorySizes],
  (sizes: readonly number[]) => new OneHotEncoderModel(sizes),
);
