/** Sums over labels, predictions and weights, of which measures of regression are made. */
import type { ColumnBatch } from "../../columnar/vector";
import { DataError } from "../../common/errors";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { batchInput, type BatchInput, checkedWeights, presentDoubles } from "../compute/batch-input";
import { doublesOf } from "../compute/columns";
import { aggregateProgram } from "../compute/programs";

/** `means` and `squares` (about the means) of labels and of predictions. Plain data. */
export interface RegressionMoments {
  /** Rows that weigh something. */
  count: number;
  weight: number;
  weightSquares: number;
  labelMean: number;
  labelSquares: number;
  predictionMean: number;
  predictionSquares: number;
  /** Σ w·(label - prediction)². */
  errorSquares: number;
  /** Σ w·|label - prediction|. */
  absoluteErrors: number;
  /** Of √w·(label - prediction). */
  least: number;
  most: number;
}

const nothing = (): RegressionMoments => ({
  count: 0,
  weight: 0,
  weightSquares: 0,
  labelMean: 0,
  labelSquares: 0,
  predictionMean: 0,
  predictionSquares: 0,
  errorSquares: 0,
  absoluteErrors: 0,
  least: Infinity,
  most: -Infinity,
});

function add(total: RegressionMoments, part: RegressionMoments): RegressionMoments {
  const weight = total.weight + part.weight;
  const share = weight === 0 ? 0 : part.weight / weight;
  const factor = total.weight * share;
  const label = part.labelMean - total.labelMean;
  const prediction = part.predictionMean - total.predictionMean;
  total.labelSquares += part.labelSquares + factor * label * label;
  total.labelMean += share * label;
  total.predictionSquares += part.predictionSquares + factor * prediction * prediction;
  total.predictionMean += share * prediction;
  total.count += part.count;
  total.weight = weight;
  total.weightSquares += part.weightSquares;
  total.errorSquares += part.errorSquares;
  total.absoluteErrors += part.absoluteErrors;
  total.least = Math.min(total.least, part.least);
  total.most = Math.max(total.most, part.most);
  return total;
}

type Spec = Pick<BatchInput, "names" | "types">;

const program = aggregateProgram<Spec, ColumnBatch, RegressionMoments>({
  name: "mllib.regression.moments",
  run(batches, spec) {
    const total = nothing();
    for (const batch of batches) {
      const labels = presentDoubles(batch, 0, spec);
      const predictions = presentDoubles(batch, 1, spec);
      const weights = spec.names.length > 2 ? checkedWeights(doublesOf(batch.columns[2]!, spec.types[2]!), spec.names[2]!) : null;
      add(total, ofBatch(labels, predictions, weights));
    }
    return total;
  },
  merge: add,
});

function ofBatch(labels: Float64Array, predictions: Float64Array, weights: Float64Array | null): RegressionMoments {
  const part = nothing();
  for (let i = 0; i < labels.length; i++) {
    const w = weights === null ? 1 : weights[i]!;
    // As in Spark, rows of weight 0 are none.
    if (w > 0) part.count++;
    part.weight += w;
    part.weightSquares += w * w;
    part.labelMean += w * labels[i]!;
    part.predictionMean += w * predictions[i]!;
    const error = labels[i]! - predictions[i]!;
    part.errorSquares += w * error * error;
    part.absoluteErrors += w * Math.abs(error);
    const scaled = Math.sqrt(w) * error;
    if (scaled < part.least) part.least = scaled;
    if (scaled > part.most) part.most = scaled;
  }
  if (part.weight === 0) return part;
  part.labelMean /= part.weight;
  part.predictionMean /= part.weight;
  for (let i = 0; i < labels.length; i++) {
    const w = weights === null ? 1 : weights[i]!;
    part.labelSquares += w * (labels[i]! - part.labelMean) ** 2;
    part.predictionSquares += w * (predictions[i]! - part.predictionMean) ** 2;
  }
  return part;
}

export async function regressionMoments(df: DataFrame, columns: readonly string[], who: string): Promise<RegressionMoments> {
  const { data, names, types } = batchInput(df, await df.schema(), columns, who);
  const found = await data.aggregate(program, { names, types });
  if (found === null || found.count === 0) throw new DataError("EMPTY_DATASET", `${who}: the dataset is empty.`);
  return found;
}
