/** Measures of predicted numbers. */
import type { StructType } from "../../columnar/types";
import type { ColumnBatch } from "../../columnar/vector";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { checkColumn, checkNumeric } from "../base/schema";
import { presentDoubles } from "../compute/batch-input";
import { aggregateProgram } from "../compute/programs";
import { boolParam, choiceParam } from "../param/kinds";
import { withParams } from "../param/params";
import { labelCol, predictionCol, weightCol } from "../param/shared";
import { persistent } from "../persistence/registry";
import { judge, type JudgedSpec, nothingToJudge, weightsOf } from "./columns";
import { Evaluator } from "./evaluator";

/** rmse, mse, mae, r2 (of residuals about the mean, or about 0 where `throughOrigin`), var (explained variance). */
export class RegressionEvaluator extends withParams(Evaluator, {
  ...labelCol,
  ...predictionCol,
  ...weightCol,
  metricName: choiceParam("metric", ["rmse", "mse", "r2", "mae", "var"], "rmse"),
  throughOrigin: boolParam("whether r2 is that of a regression through the origin", false),
}) {
  override isLargerBetter(): boolean {
    return ["r2", "var"].includes(this.getMetricName());
  }

  protected override async evaluated(df: DataFrame): Promise<number> {
    return (await this.evaluateMany(df, [{}]))[0]!;
  }

  override async evaluateMany(df: DataFrame, columns: readonly Readonly<Record<string, string>>[]): Promise<number[]> {
    const all = columns.map((names) => this.copy(names));
    const found = await moments(df, await df.schema(), all);
    return found.map((each) => metric(this.getMetricName(), each, this.getThroughOrigin()));
  }

  override toString(): string {
    return this.described({ metricName: this.getMetricName(), throughOrigin: this.getThroughOrigin() });
  }
}

persistent(RegressionEvaluator, {
  sparkClass: "org.apache.spark.ml.evaluation.RegressionEvaluator",
  load: () => new RegressionEvaluator(),
});

/** Weighted sums of labels y, predictions p and errors y - p; `M2` are sums of squares about the mean. */
interface Moments {
  readonly weight: number;
  readonly weightSquares: number;
  readonly meanY: number;
  readonly meanP: number;
  readonly m2Y: number;
  readonly m2P: number;
  readonly squaresY: number;
  readonly squaresE: number;
  readonly absE: number;
}

function metric(name: "rmse" | "mse" | "r2" | "mae" | "var", m: Moments, throughOrigin: boolean): number {
  switch (name) {
    case "rmse":
      return Math.sqrt(m.squaresE / m.weight);
    case "mse":
      return m.squaresE / m.weight;
    case "mae":
      return m.absE / m.weight;
    case "var":
      return (m.m2P + m.weight * (m.meanP - m.meanY) ** 2) / m.weight;
    case "r2": {
      const variance = m.m2Y / (m.weight - m.weightSquares / m.weight);
      return 1 - m.squaresE / (throughOrigin ? m.squaresY : variance * (m.weight - 1));
    }
  }
}

async function moments(df: DataFrame, schema: StructType, all: readonly RegressionEvaluator[]): Promise<readonly Moments[]> {
  const who = all[0]!.className;
  const roles = all.map((one) => {
    const weight = one.isSet("weightCol") ? one.getWeightCol() : "";
    if (weight !== "") checkNumeric(schema, weight, who);
    return {
      label: checkNumeric(schema, one.getLabelCol(), who).name,
      prediction: checkColumn(schema, one.getPredictionCol(), who, "double or float", ({ kind }) => kind === "double" || kind === "float").name, // prettier-ignore
      weight: weight === "" ? undefined : weight,
    };
  });
  const found = await judge(df, schema, who, addUp, roles, null);
  if (found.some(({ weight }) => weight === 0)) throw nothingToJudge(who);
  return found;
}

const NOTHING: Moments = { weight: 0, weightSquares: 0, meanY: 0, meanP: 0, m2Y: 0, m2P: 0, squaresY: 0, squaresE: 0, absE: 0 };

const addUp = aggregateProgram<JudgedSpec<null>, ColumnBatch, Moments[]>({
  name: "mllib.evaluation.regression",
  run(batches, { input, candidates }) {
    const all: Moments[] = candidates.map(() => NOTHING);
    for (const batch of batches)
      for (const [i, { label, prediction, weight }] of candidates.entries())
        all[i] = together(
          all[i]!,
          ofBatch(
            presentDoubles(batch, label!, input),
            presentDoubles(batch, prediction!, input),
            weightsOf(batch, input, weight),
          ),
        );
    return all;
  },
  merge: (a, b) => a.map((each, i) => together(each, b[i]!)),
});

function ofBatch(y: Float64Array, p: Float64Array, w: Float64Array | null): Moments {
  let weight = 0;
  let weightSquares = 0;
  let sumY = 0;
  let sumP = 0;
  let squaresY = 0;
  let squaresE = 0;
  let absE = 0;
  for (let i = 0; i < y.length; i++) {
    const wi = w === null ? 1 : w[i]!;
    const e = y[i]! - p[i]!;
    weight += wi;
    weightSquares += wi * wi;
    sumY += wi * y[i]!;
    sumP += wi * p[i]!;
    squaresY += wi * y[i]! * y[i]!;
    squaresE += wi * e * e;
    absE += wi * Math.abs(e);
  }
  if (weight === 0) return NOTHING;
  const meanY = sumY / weight;
  const meanP = sumP / weight;
  let m2Y = 0;
  let m2P = 0;
  for (let i = 0; i < y.length; i++) {
    const wi = w === null ? 1 : w[i]!;
    m2Y += wi * (y[i]! - meanY) ** 2;
    m2P += wi * (p[i]! - meanP) ** 2;
  }
  return { weight, weightSquares, meanY, meanP, m2Y, m2P, squaresY, squaresE, absE };
}

function together(a: Moments, b: Moments): Moments {
  if (a.weight === 0) return b;
  if (b.weight === 0) return a;
  const weight = a.weight + b.weight;
  const share = b.weight / weight;
  const both = a.weight * share;
  return {
    weight,
    weightSquares: a.weightSquares + b.weightSquares,
    meanY: a.meanY + (b.meanY - a.meanY) * share,
    meanP: a.meanP + (b.meanP - a.meanP) * share,
    m2Y: a.m2Y + b.m2Y + (b.meanY - a.meanY) ** 2 * both,
    m2P: a.m2P + b.m2P + (b.meanP - a.meanP) ** 2 * both,
    squaresY: a.squaresY + b.squaresY,
    squaresE: a.squaresE + b.squaresE,
    absE: a.absE + b.absE,
  };
}
