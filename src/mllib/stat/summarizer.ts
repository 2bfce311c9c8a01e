/** Statistics of each entry of vectors. */
import { UsageError } from "../../common/errors";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { checkNumeric, checkVector } from "../base/schema";
import { instancesOf } from "../compute/instances";
import { summarize, type VectorSummary } from "./vector-summary";

const METRICS = ["mean", "sum", "variance", "std", "count", "numNonZeros", "max", "min", "normL1", "normL2"] as const;
type Metric = (typeof METRICS)[number];

export interface SummaryBuilder<K extends Metric> {
  /** The metrics of a column of vectors, by name; `weightCol` weighs the rows. One pass over the data. */
  summary(dataset: DataFrame, featuresCol: string, weightCol?: string): Promise<Pick<VectorSummary, K>>;
}

async function found(dataset: DataFrame, featuresCol: string, weightCol: string | undefined): Promise<VectorSummary> {
  const schema = await dataset.schema();
  checkVector(schema, featuresCol, "Summarizer");
  if (weightCol !== undefined) checkNumeric(schema, weightCol, "Summarizer");
  return summarize(await instancesOf(dataset, { featuresCol, weightCol, nonFinite: true }), "Summarizer");
}

export const Summarizer = {
  /** Chooses metrics: mean, sum, variance, std, count, numNonZeros, max, min, normL1, normL2. */
  metrics<const K extends Metric>(...metrics: readonly K[]): SummaryBuilder<K> {
    const unknown = metrics.find((metric) => !METRICS.includes(metric));
    if (unknown !== undefined || metrics.length === 0)
      throw new UsageError("INVALID_ARGUMENT", `Summarizer.metrics: choose of ${METRICS.join(", ")}${unknown === undefined ? "" : `, not "${String(unknown)}"`}.`); // prettier-ignore
    return {
      async summary(dataset, featuresCol, weightCol) {
        const all = await found(dataset, featuresCol, weightCol);
        return Object.fromEntries(metrics.map((metric) => [metric, all[metric]])) as unknown as Pick<VectorSummary, K>;
      },
    };
  },
};
