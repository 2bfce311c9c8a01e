/** Statistics of each entry of vectors, as columns of queries. */
import { UsageError } from "../../common/errors";
import type { Column, ColumnOrName } from "../../dataframe/api/column";
import { expr, lit } from "../../dataframe/api/functions";
import { call, column } from "../../dataframe/api/functions/call";
import { type Metric, METRICS, VECTOR_METRICS } from "./vector-metrics";

export interface SummaryBuilder {
  /** A struct of the metrics, by name: vectors, and the count. `weightCol` weighs the rows: 1 each where it is not given. */
  summary(featuresCol: ColumnOrName, weightCol?: ColumnOrName): Column;
}

function metrics(...names: readonly Metric[]): SummaryBuilder {
  const unknown = names.find((name) => !METRICS.includes(name));
  if (unknown !== undefined || names.length === 0)
    throw new UsageError(
      "INVALID_ARGUMENT",
      `Summarizer.metrics: choose of ${METRICS.join(", ")}${unknown === undefined ? "" : `, not ${JSON.stringify(unknown)}`}.`,
    );
  return {
    summary: (featuresCol, weightCol) =>
      call(VECTOR_METRICS, column(featuresCol), weightCol === undefined ? expr("1.0D") : column(weightCol), lit(names.join())), // prettier-ignore
  };
}

/** One metric, under the name that Spark gives it. */
const single =
  (name: Metric) =>
  (featuresCol: ColumnOrName, weightCol?: ColumnOrName): Column => {
    const features = column(featuresCol);
    return metrics(name)
      .summary(features, weightCol)
      .getField(name)
      .alias(`${name}(${String(features)})`);
  };

/**
 * Aggregates of columns of vectors, for `select` and `groupBy(…).agg`: for each entry of the vectors its mean, sum, unbiased variance and
 * standard deviation, number of entries that are not 0, largest and smallest, L1 and L2 norm; and the number of rows. Rows of weight
 * 0 do not count. All metrics of one `summary` take one pass together. Throws where no row counts, unless only their number is wanted.
 *
 * @example
 * await df.select(Summarizer.mean("features")).first();
 * await df.groupBy("kind").agg(Summarizer.metrics("mean", "variance").summary("features", "weight").alias("of")).select("kind", "of.mean").show();
 */
export const Summarizer = {
  metrics,
  mean: single("mean"),
  sum: single("sum"),
  variance: single("variance"),
  std: single("std"),
  count: single("count"),
  numNonZeros: single("numNonZeros"),
  max: single("max"),
  min: single("min"),
  normL1: single("normL1"),
  normL2: single("normL2"),
};
