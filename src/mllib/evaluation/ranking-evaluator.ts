/** Measures of ranked predictions against the items that are relevant. */
import type { ColumnBatch } from "../../columnar/vector";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { checkColumn } from "../base/schema";
import { aggregateProgram } from "../compute/programs";
import { choiceParam, gt, intParam } from "../param/kinds";
import { withParams } from "../param/params";
import { labelCol, predictionCol } from "../param/shared";
import { persistent } from "../persistence/registry";
import { judge, type JudgedSpec, nothingToJudge } from "./columns";
import { Evaluator } from "./evaluator";
import { eachJudgedRow, isDoubles } from "./judged-lists";

const METRICS = ["meanAveragePrecision", "meanAveragePrecisionAtK", "precisionAtK", "ndcgAtK", "recallAtK"] as const;
type MetricName = (typeof METRICS)[number];

/** Predictions are arrays of items, the best first; labels arrays of the relevant ones. Rows without relevant items count as 0. */
export class RankingEvaluator extends withParams(Evaluator, {
  ...labelCol,
  ...predictionCol,
  metricName: choiceParam("metric; those at k look at the first k predictions", METRICS, "meanAveragePrecision"),
  k: intParam("predictions that count", 10, gt(0)),
}) {
  protected override async evaluated(df: DataFrame): Promise<number> {
    return (await this.evaluateMany(df, [{}]))[0]!;
  }

  override async evaluateMany(df: DataFrame, columns: readonly Readonly<Record<string, string>>[]): Promise<number[]> {
    const schema = await df.schema();
    const roles = columns.map((names) => {
      const one = this.copy(names);
      const check = (name: string): string => checkColumn(schema, name, this.className, "an array of doubles", isDoubles).name;
      return { label: check(one.getLabelCol()), prediction: check(one.getPredictionCol()) };
    });
    const options = { metric: this.getMetricName(), k: this.getK() };
    return (await judge(df, schema, this.className, addUp, roles, options)).map(({ sum, rows }) => {
      if (rows === 0) throw nothingToJudge(this.className);
      return sum / rows;
    });
  }

  override toString(): string {
    return this.described({ metricName: this.getMetricName(), k: this.getK() });
  }
}

persistent(RankingEvaluator, {
  sparkClass: "org.apache.spark.ml.evaluation.RankingEvaluator",
  load: () => new RankingEvaluator(),
});

interface Options {
  readonly metric: MetricName;
  readonly k: number;
}

const addUp = aggregateProgram<JudgedSpec<Options>, ColumnBatch, { sum: number; rows: number }[]>({
  name: "mllib.evaluation.ranking",
  run(batches, spec) {
    const all = spec.candidates.map(() => ({ sum: 0, rows: 0 }));
    eachJudgedRow(batches, spec, (candidate, labels, predictions) => {
      const sums = all[candidate]!;
      sums.sum += metricOf(predictions, new Set(labels), spec.options);
      sums.rows++;
    });
    return all;
  },
  merge: (a, b) => a.map(({ sum, rows }, i) => ({ sum: sum + b[i]!.sum, rows: rows + b[i]!.rows })),
});

function metricOf(predicted: Float64Array, relevant: ReadonlySet<number>, { metric, k }: Options): number {
  if (relevant.size === 0) return 0;
  switch (metric) {
    case "meanAveragePrecision":
      return averagePrecision(predicted, relevant, Math.max(predicted.length, relevant.size));
    case "meanAveragePrecisionAtK":
      return averagePrecision(predicted, relevant, k);
    case "precisionAtK":
      return hits(predicted, relevant, k) / k;
    case "recallAtK":
      return hits(predicted, relevant, k) / relevant.size;
    case "ndcgAtK": {
      let gain = 0;
      let best = 0;
      for (let i = 0; i < Math.min(Math.max(predicted.length, relevant.size), k); i++) {
        const weight = 1 / Math.log(i + 2);
        if (i < predicted.length && relevant.has(predicted[i]!)) gain += weight;
        if (i < relevant.size) best += weight;
      }
      return gain / best;
    }
  }
}

function hits(predicted: Float64Array, relevant: ReadonlySet<number>, k: number): number {
  return predicted.subarray(0, k).reduce((count, item) => count + Number(relevant.has(item)), 0);
}

function averagePrecision(predicted: Float64Array, relevant: ReadonlySet<number>, k: number): number {
  let found = 0;
  let sum = 0;
  for (let i = 0; i < Math.min(k, predicted.length); i++) if (relevant.has(predicted[i]!)) sum += ++found / (i + 1);
  return sum / Math.min(relevant.size, k);
}
