/** Hypothesis tests, with the columns that Spark's have. */
import type { DataType, StructType } from "../../columnar/types";
import { DataError, UsageError } from "../../common/errors";
import type { ColumnBatch } from "../../columnar/vector";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { checkNumeric } from "../base/schema";
import { batchInput, presentDoubles } from "../compute/batch-input";
import { aggregateProgram } from "../compute/programs";
import { VectorUDT } from "../linalg/user-types";
import { DenseVector } from "../linalg/vectors";
import { normalCdf } from "../../common/distributions";
import { anovaTests, chiSquareTests, type FeatureTest, fValueTests } from "./feature-tests";
import { kolmogorovCdf } from "./special-functions";

const int: DataType = { kind: "int" };
const long: DataType = { kind: "long" };
const double: DataType = { kind: "double" };

function schemaOf(fields: Readonly<Record<string, DataType>>): StructType {
  return { kind: "struct", fields: Object.entries(fields).map(([name, type]) => ({ name, type, nullable: false })) };
}

/** One row with vectors, or a row for each entry. */
function asDataFrame(df: DataFrame, tests: readonly FeatureTest[], value: string, dof: DataType, flatten: boolean): DataFrame {
  const session = df.sparkSession;
  if (flatten)
    return session.createDataFrame(
      tests.map(({ pValue, degreesOfFreedom, statistic }, i) => [i, pValue, degreesOfFreedom, statistic]),
      schemaOf({ featureIndex: int, pValue: double, degreesOfFreedom: dof, [value]: double }),
    );
  return session.createDataFrame(
    [
      [
        new DenseVector(tests.map(({ pValue }) => pValue)),
        tests.map(({ degreesOfFreedom }) => degreesOfFreedom),
        new DenseVector(tests.map(({ statistic }) => statistic)),
      ],
    ],
    schemaOf({
      pValues: VectorUDT,
      degreesOfFreedom: { kind: "array", element: dof, containsNull: false },
      [`${value}s`]: VectorUDT,
    }),
  );
}

export const ChiSquareTest = {
  /** Pearson's test of independence of each entry and the label, all of them categories. */
  async test(dataset: DataFrame, featuresCol: string, labelCol: string, flatten = false): Promise<DataFrame> {
    return asDataFrame(dataset, await chiSquareTests(dataset, featuresCol, labelCol, "ChiSquareTest"), "statistic", int, flatten);
  },
};

export const ANOVATest = {
  /** Whether the mean of an entry differs between the classes of the label. */
  async test(dataset: DataFrame, featuresCol: string, labelCol: string, flatten = false): Promise<DataFrame> {
    return asDataFrame(dataset, await anovaTests(dataset, featuresCol, labelCol, "ANOVATest"), "fValue", long, flatten);
  },
};

export const FValueTest = {
  /** Whether an entry says something of a continuous label. */
  async test(dataset: DataFrame, featuresCol: string, labelCol: string, flatten = false): Promise<DataFrame> {
    return asDataFrame(dataset, await fValueTests(dataset, featuresCol, labelCol, "FValueTest"), "fValue", long, flatten);
  },
};

export const KolmogorovSmirnovTest = {
  /**
   * Two-sided test of a sample against a distribution: "norm" with mean and standard deviation (0 and 1), or a function that gives
   * the share of values up to x. One row: pValue, statistic.
   */
  async test(
    dataset: DataFrame,
    sampleCol: string,
    distribution: "norm" | ((x: number) => number),
    ...parameters: readonly number[]
  ): Promise<DataFrame> {
    const who = "KolmogorovSmirnovTest";
    if (distribution !== "norm" && typeof distribution !== "function")
      throw new UsageError("INVALID_ARGUMENT", `${who}: the distribution must be "norm" or a function.`);
    if (distribution === "norm" && ![0, 2].includes(parameters.length))
      throw new UsageError("INVALID_ARGUMENT", `${who}: "norm" takes a mean and a standard deviation, or neither.`);
    const [mean = 0, deviation = 1] = parameters;
    if (!(deviation > 0)) throw new UsageError("INVALID_ARGUMENT", `${who}: the standard deviation must be above 0.`);
    const cdf = distribution === "norm" ? (x: number): number => normalCdf((x - mean) / deviation) : distribution;
    const schema = await dataset.schema();
    checkNumeric(schema, sampleCol, who);
    const { data, names, types } = batchInput(dataset, schema, [sampleCol], who);
    const sorted = Float64Array.from((await data.partials(sample, { names, types })).flatMap((part) => [...part])).sort();
    const n = sorted.length;
    if (n === 0) throw new DataError("EMPTY_DATASET", `${who}: the dataset is empty; there is nothing to test.`);
    let statistic = 0;
    sorted.forEach((x, i) => {
      const share = cdf(x);
      statistic = Math.max(statistic, share - i / n, (i + 1) / n - share);
    });
    return dataset.sparkSession.createDataFrame(
      [[1 - kolmogorovCdf(statistic, n), statistic]],
      schemaOf({ pValue: double, statistic: double }),
    );
  },
};

const sample = aggregateProgram<
  { readonly names: readonly string[]; readonly types: readonly DataType[] },
  ColumnBatch,
  Float64Array
>({
  name: "mllib.stat.sample",
  run(batches, input) {
    const parts = Array.from(batches, (batch) => presentDoubles(batch, 0, input).slice());
    const all = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  },
});
