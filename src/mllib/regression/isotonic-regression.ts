/** Regression by a function that only rises (or only falls). */
import type { DataType, StructField, StructType } from "../../columnar/types";
import type { ColumnBatch } from "../../columnar/vector";
import { DataError, UsageError } from "../../common/errors";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { Estimator, Model } from "../base/estimator";
import { columnName, predictorParams } from "../base/predictor";
import { checkColumn, checkNumeric, doubleField, isNumeric, isVector, requiredField, withFields } from "../base/schema";
import { appendColumns, columnsProgram } from "../compute/append-columns";
import { batchesOf } from "../compute/task-data";
import { checkedWeights, present } from "../compute/batch-input";
import { doubleColumn, doublesOf, VectorColumn } from "../compute/columns";
import { aggregateProgram } from "../compute/programs";
import { DenseVector, type Vector } from "../linalg/vectors";
import { boolParam, gtEq, intParam } from "../param/kinds";
import { withParams } from "../param/params";
import { weightCol } from "../param/shared";
import { readRecord } from "../persistence/record";
import { persistent } from "../persistence/registry";
import { type Block, interpolated, pooled } from "./pool-adjacent-violators";

const params = {
  ...predictorParams,
  ...weightCol,
  isotonic: boolParam("whether predictions rise with the feature; else they fall", true),
  featureIndex: intParam("which entry, where featuresCol holds vectors", 0, gtEq(0)),
} as const;

const FEATURE = "__feature";
const LABEL = "__isotonicLabel";
const WEIGHT = "__isotonicWeight";

function checkFeature(schema: StructType, name: string, who: string): StructField {
  return checkColumn(schema, name, who, "a number or a vector", (type) => isVector(type) || isNumeric(type));
}

/**
 * Isotonic regression by pooling adjacent violators (M. Best, N. Chakravarti, Active set algorithms for isotonic regression, 1990), side
 * by side over ranges of the feature as in Spark. Rows of the same feature count as one, of their mean label. Predictions between the
 * boundaries lie on lines, beyond them they are those of the nearest.
 */
export class IsotonicRegression extends withParams(Estimator<IsotonicRegressionModel>, params) {
  override transformSchema(schema: StructType): StructType {
    checkFeature(schema, this.getFeaturesCol(), this.className);
    checkNumeric(schema, this.getLabelCol(), this.className);
    const weight = columnName(this.valueFor("weightCol"));
    if (weight !== undefined) checkNumeric(schema, weight, this.className);
    return withFields(schema, this.className, doubleField(this.getPredictionCol()));
  }

  protected override async fitModel(df: DataFrame, schema: StructType): Promise<IsotonicRegressionModel> {
    const weight = columnName(this.valueFor("weightCol"));
    const names = [this.getLabelCol(), ...(weight === undefined ? [] : [weight])];
    const types = names.map((name) => requiredField(schema, name, this.className).type);
    const rows = appendColumns(df, features, {
      inputs: [this.getFeaturesCol(), ...names],
      outputs: [FEATURE, LABEL, ...(weight === undefined ? [] : [WEIGHT])].map((name) => doubleField(name)),
      spec: { who: this.className, index: this.getFeatureIndex(), names, types },
    });
    const columns = [FEATURE, LABEL, ...(weight === undefined ? [] : [WEIGHT])];
    const ranges = rows.select(...columns).repartitionByRange(FEATURE);
    const parts = await batchesOf(ranges, columns).partials(poolRange, { sign: this.getIsotonic() ? 1 : -1 });
    const blocks = pooled(parts.flat());
    if (blocks.length === 0)
      throw new DataError(
        "EMPTY_DATASET",
        `${this.className}: the dataset is empty, or no row has a weight; there is nothing to fit.`,
      );
    return IsotonicRegressionModel.fitted(this, blocks);
  }
}

interface FeatureSpec {
  readonly who: string;
  readonly index: number;
  /** Of label and weight. */
  readonly names: readonly string[];
  readonly types: readonly DataType[];
}

function featureValues(
  column: ColumnBatch["columns"][number],
  type: DataType,
  { who, index }: Omit<FeatureSpec, "names" | "types">,
): Float64Array {
  if (!isVector(type)) return present(doublesOf(column, type), "of features");
  const vectors = new VectorColumn(column);
  const values = new Float64Array(vectors.length);
  for (let row = 0; row < vectors.length; row++) {
    if (vectors.isNull(row)) throw new DataError("NULL_VALUE", `${who}: features must not be null.`);
    const size = vectors.size(row);
    if (index >= size)
      throw new DataError("VECTOR_SIZES_DIFFER", `${who}: featureIndex is ${index}, but a vector has ${size} entries.`);
    if (vectors.isDense(row)) values[row] = vectors.values(row)[index]!;
    else {
      const at = vectors.indices(row).indexOf(index);
      values[row] = at < 0 ? 0 : vectors.values(row)[at]!;
    }
  }
  return values;
}

function finite(values: Float64Array, what: string, who: string): Float64Array {
  const bad = values.find((value) => !Number.isFinite(value));
  if (bad !== undefined) throw new DataError("INVALID_FEATURES", `${who}: ${what} MUST NOT be NaN or Infinity, but got ${bad}.`);
  return values;
}

const features = columnsProgram<FeatureSpec>({
  name: "mllib.isotonic.features",
  open: (spec, inputs) => (columns) => {
    const feature = finite(featureValues(columns[0]!, inputs[0]!, spec), "features", spec.who);
    const label = finite(present(doublesOf(columns[1]!, spec.types[0]!), spec.names[0]!), "labels", spec.who);
    const [, weightName] = spec.names;
    const weights = weightName === undefined ? [] : [checkedWeights(doublesOf(columns[2]!, spec.types[1]!), weightName)];
    return [feature, label, ...weights].map((values) => doubleColumn(values));
  },
});

/** `sign` -1 makes a function that falls of one that rises. */
const poolRange = aggregateProgram<{ readonly sign: number }, ColumnBatch, Block[]>({
  name: "mllib.isotonic.pool",
  run(batches, { sign }) {
    const rows: Block[] = [];
    for (const { columns, length } of batches) {
      const [x, y, w] = columns.map((column) => doublesOf(column, { kind: "double" }).values);
      for (let row = 0; row < length; row++) {
        const weight = w === undefined ? 1 : w[row]!;
        if (weight > 0) rows.push({ from: x![row]!, to: x![row]!, weight, sum: sign * weight * y![row]! });
      }
    }
    return pooled(rows.sort((a, b) => a.from - b.from));
  },
});

export class IsotonicRegressionModel extends withParams(Model, params) {
  readonly numFeatures = 1;

  constructor(
    /** Rising. */
    readonly boundaries: Vector,
    /** At the boundaries. */
    readonly predictions: Vector,
  ) {
    super();
    if (boundaries.size !== predictions.size)
      throw new UsageError("INVALID_ARGUMENT", "IsotonicRegressionModel: there must be a prediction for each boundary.");
  }

  /** Internal. */
  static fitted(parent: IsotonicRegression, blocks: readonly Block[]): IsotonicRegressionModel {
    const sign = parent.getIsotonic() ? 1 : -1;
    const points = blocks.flatMap(({ from, to, weight, sum }) => {
      const value = (sign * sum) / weight;
      return from === to ? [[from, value]] : [[from, value], [to, value]]; // prettier-ignore
    });
    return new IsotonicRegressionModel(
      new DenseVector(points.map(([x]) => x!)),
      new DenseVector(points.map(([, y]) => y!)),
    ).adopted(parent);
  }

  override transformSchema(schema: StructType): StructType {
    checkFeature(schema, this.getFeaturesCol(), this.className);
    const name = columnName(this.getPredictionCol());
    return withFields(schema, this.className, ...(name === undefined ? [] : [doubleField(name)]));
  }

  /** Of a feature, or of a vector that has it at `featureIndex`. */
  predict(feature: number | Vector): number {
    const x = typeof feature === "number" ? feature : feature.toArray()[this.getFeatureIndex()]!;
    return interpolated(this.boundaries.toArray(), this.predictions.toArray(), x);
  }

  protected override transformed(df: DataFrame): DataFrame {
    const name = columnName(this.getPredictionCol());
    if (name === undefined) return df;
    return appendColumns(df, predict, {
      inputs: [this.getFeaturesCol()],
      outputs: [doubleField(name)],
      spec: {
        who: this.className,
        index: this.getFeatureIndex(),
        boundaries: this.boundaries.toArray(),
        predictions: this.predictions.toArray(),
      },
    });
  }

  override toString(): string {
    return this.described({ numFeatures: 1 });
  }
}

const predict = columnsProgram<Pick<FeatureSpec, "who" | "index"> & Readonly<Record<"boundaries" | "predictions", Float64Array>>>(
  {
    name: "mllib.isotonic.predict",
    open:
      ({ who, index, boundaries, predictions }, [type]) =>
      ([column]) => [
        doubleColumn(featureValues(column!, type!, { who, index }).map((x) => interpolated(boundaries, predictions, x))),
      ],
  },
);

persistent(IsotonicRegression, {
  sparkClass: "org.apache.spark.ml.regression.IsotonicRegression",
  load: () => new IsotonicRegression(),
});

const DATA: StructType = {
  kind: "struct",
  fields: [
    { name: "boundaries", type: { kind: "array", element: { kind: "double" }, containsNull: false }, nullable: true },
    { name: "predictions", type: { kind: "array", element: { kind: "double" }, containsNull: false }, nullable: true },
    { name: "isotonic", type: { kind: "boolean" }, nullable: false },
  ],
};

persistent(IsotonicRegressionModel, {
  sparkClass: "org.apache.spark.ml.regression.IsotonicRegressionModel",
  save: (model, directory) =>
    directory.writeTable("data", DATA, [
      [[...model.boundaries.toArray()], [...model.predictions.toArray()], model.getIsotonic()],
    ]),
  load: async (_metadata, directory) => {
    const [boundaries, predictions] = await readRecord(directory, ["boundaries", "predictions"]);
    if (!Array.isArray(boundaries) || !Array.isArray(predictions))
      throw directory.damaged("data is not that of an isotonic regression");
    return new IsotonicRegressionModel(new DenseVector(boundaries as number[]), new DenseVector(predictions as number[]));
  },
});
