/** Measures of predicted classes. */
import type { ColumnBatch } from "../../columnar/vector";
import { DataError } from "../../common/errors";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { array_to_vector } from "../functions";
import { checkNumeric, checkType, checkVector, isNumeric } from "../base/schema";
import { presentDoubles } from "../compute/batch-input";
import { VectorColumn } from "../compute/columns";
import { aggregateProgram } from "../compute/programs";
import { choiceParam, doubleParam, gt, gtEq, inRange } from "../param/kinds";
import { withParams } from "../param/params";
import { labelCol, predictionCol, probabilityCol, weightCol } from "../param/shared";
import { persistent } from "../persistence/registry";
import { judge, type JudgedSpec, nothingToJudge, weightsOf } from "./columns";
import { Evaluator } from "./evaluator";
import { type Confusion, MulticlassMetrics } from "./multiclass-metrics";
import { doubleText } from "../../dataframe/types/java-floats";

const METRICS = ["f1", "accuracy", "weightedPrecision", "weightedRecall", "weightedTruePositiveRate", "weightedFalsePositiveRate", "weightedFMeasure", "truePositiveRateByLabel", "falsePositiveRateByLabel", "precisionByLabel", "recallByLabel", "fMeasureByLabel", "logLoss", "hammingLoss"] as const; // prettier-ignore
const SMALLER_IS_BETTER: readonly string[] = ["weightedFalsePositiveRate", "falsePositiveRateByLabel", "logLoss", "hammingLoss"];

/** `logLoss` reads `probabilityCol`, vectors or arrays of numbers; all others `predictionCol`. Throws DataError of a metric by label whose label no row has. */
export class MulticlassClassificationEvaluator extends withParams(Evaluator, {
  ...labelCol,
  ...predictionCol,
  ...probabilityCol,
  ...weightCol,
  metricName: choiceParam("metric", METRICS, "f1"),
  metricLabel: doubleParam("the class of metrics by label", 0, gtEq(0)),
  beta: doubleParam("weight of recall in F measures", 1, gt(0)),
  eps: doubleParam("probabilities of logLoss are kept this far from 0 and 1", 1e-15, inRange(0, 0.5, false, false)),
}) {
  override isLargerBetter(): boolean {
    return !SMALLER_IS_BETTER.includes(this.getMetricName());
  }

  override columnsRead(): readonly string[] {
    const unread = this.getMetricName() === "logLoss" ? "predictionCol" : "probabilityCol";
    return super.columnsRead().filter((name) => name !== unread);
  }

  protected override async evaluated(df: DataFrame): Promise<number> {
    return (await this.evaluateMany(df, [{}]))[0]!;
  }

  override async evaluateMany(df: DataFrame, columns: readonly Readonly<Record<string, string>>[]): Promise<number[]> {
    const all = columns.map((names) => this.copy(names));
    const found = await tallies(df, all);
    const name = this.getMetricName();
    return found.map(({ confusion, loss, weight }) => (name === "logLoss" ? loss / weight : this.metric(name, confusion)));
  }

  /** All measures of predictions at once. */
  async metrics(df: DataFrame): Promise<MulticlassMetrics> {
    const one = this.getMetricName() === "logLoss" ? this.copy({ metricName: "f1" }) : this;
    return new MulticlassMetrics((await tallies(df, [one]))[0]!.confusion);
  }

  protected metric(name: Exclude<(typeof METRICS)[number], "logLoss">, confusion: Confusion): number {
    const metrics = new MulticlassMetrics(confusion);
    const label = this.getMetricLabel();
    const beta = this.getBeta();
    switch (name) {
      case "f1":
        return metrics.weighted((each) => metrics.fMeasure(each));
      case "accuracy":
        return metrics.accuracy;
      case "weightedPrecision":
        return metrics.weighted((each) => metrics.precision(each));
      case "weightedRecall":
      case "weightedTruePositiveRate":
        return metrics.weighted((each) => metrics.recall(each));
      case "weightedFalsePositiveRate":
        return metrics.weighted((each) => metrics.falsePositiveRate(each));
      case "weightedFMeasure":
        return metrics.weighted((each) => metrics.fMeasure(each, beta));
      case "truePositiveRateByLabel":
      case "recallByLabel":
        return metrics.recall(label);
      case "falsePositiveRateByLabel":
        return metrics.falsePositiveRate(label);
      case "precisionByLabel":
        return metrics.precision(label);
      case "fMeasureByLabel":
        return metrics.fMeasure(label, beta);
      case "hammingLoss":
        return metrics.hammingLoss;
    }
  }

  override toString(): string {
    return this.described({
      metricName: this.getMetricName(),
      metricLabel: doubleText(this.getMetricLabel()),
      beta: doubleText(this.getBeta()),
      eps: doubleText(this.getEps()),
    });
  }
}

persistent(MulticlassClassificationEvaluator, {
  sparkClass: "org.apache.spark.ml.evaluation.MulticlassClassificationEvaluator",
  load: () => new MulticlassClassificationEvaluator(),
});

interface Tally {
  readonly confusion: Confusion;
  readonly loss: number;
  readonly weight: number;
}

/** With vectors for the probabilities that are arrays of numbers. */
async function withProbabilities(df: DataFrame, all: readonly MulticlassClassificationEvaluator[]): Promise<DataFrame> {
  const { fields } = await df.schema();
  const names = new Set(all.filter((one) => one.getMetricName() === "logLoss").map((one) => one.getProbabilityCol()));
  const arrays = fields.filter(({ name, type }) => names.has(name) && type.kind === "array" && isNumeric(type.element));
  return df.withColumns(Object.fromEntries(arrays.map(({ name }) => [name, array_to_vector(df.col(name))])));
}

async function tallies(given: DataFrame, all: readonly MulticlassClassificationEvaluator[]): Promise<readonly Tally[]> {
  const df = await withProbabilities(given, all);
  const schema = await df.schema();
  const who = all[0]!.className;
  const roles = all.map((one) => {
    const label = one.getLabelCol();
    const weight = one.isSet("weightCol") ? one.getWeightCol() : "";
    checkNumeric(schema, label, who);
    if (weight !== "") checkNumeric(schema, weight, who);
    const wanted = { label, weight: weight === "" ? undefined : weight };
    if (one.getMetricName() === "logLoss")
      return { ...wanted, probability: checkVector(schema, one.getProbabilityCol(), who).name };
    return { ...wanted, prediction: checkType(schema, one.getPredictionCol(), { kind: "double" }, who).name };
  });
  const found = await judge(df, schema, who, tally, roles, { eps: all[0]!.getEps() });
  if (found.some(({ weight }) => weight === 0)) throw nothingToJudge(who);
  return found;
}

const tally = aggregateProgram<JudgedSpec<{ readonly eps: number }>, ColumnBatch, Tally[]>({
  name: "mllib.evaluation.multiclass",
  run(batches, { input, candidates, options }) {
    const pairs = candidates.map(() => new Pairs());
    const losses = new Float64Array(candidates.length);
    const sums = new Float64Array(candidates.length);
    for (const batch of batches)
      for (const [i, { label, prediction, probability, weight }] of candidates.entries()) {
        const labels = presentDoubles(batch, label!, input);
        const weights = weightsOf(batch, input, weight);
        for (let row = 0; row < batch.length; row++) sums[i]! += weights === null ? 1 : weights[row]!;
        if (prediction !== undefined) pairs[i]!.add(labels, presentDoubles(batch, prediction, input), weights);
        else losses[i]! += lossOf(new VectorColumn(batch.columns[probability!]!), labels, weights, options.eps);
      }
    return pairs.map((each, i) => ({ confusion: each.finish(), loss: losses[i]!, weight: sums[i]! }));
  },
  merge: (a, b) =>
    a.map(({ confusion, loss, weight }, i) => ({
      confusion: joined(confusion, b[i]!.confusion),
      loss: loss + b[i]!.loss,
      weight: weight + b[i]!.weight,
    })),
});

function lossOf(probabilities: VectorColumn, labels: Float64Array, weights: Float64Array | null, eps: number): number {
  let sum = 0;
  const low = -Math.log(eps);
  const high = -Math.log1p(-eps);
  for (let row = 0; row < labels.length; row++) {
    const vector = probabilities.get(row);
    const label = Math.trunc(labels[row]!);
    if (vector === null || !(label >= 0 && label < vector.size))
      throw new DataError("INVALID_LABEL", `logLoss: there is no probability for the label ${labels[row]}.`);
    const p = vector.get(label);
    sum += (p < eps ? low : p > 1 - eps ? high : -Math.log(p)) * (weights === null ? 1 : weights[row]!);
  }
  return sum;
}

/** Labels and predictions below this, and whole, are counted in a table. */
const SMALL = 64;

class Pairs {
  readonly #table = new Float64Array(SMALL * SMALL);
  readonly #others = new Map<number, Map<number, number>>();

  add(labels: Float64Array, predictions: Float64Array, weights: Float64Array | null): void {
    for (let row = 0; row < labels.length; row++) {
      const label = labels[row]!;
      const prediction = predictions[row]!;
      const weight = weights === null ? 1 : weights[row]!;
      if (label >>> 0 === label && label < SMALL && prediction >>> 0 === prediction && prediction < SMALL)
        this.#table[label * SMALL + prediction]! += weight;
      else {
        let of = this.#others.get(label);
        if (of === undefined) this.#others.set(label, (of = new Map<number, number>()));
        of.set(prediction, (of.get(prediction) ?? 0) + weight);
      }
    }
  }

  finish(): Confusion {
    const all: (readonly [number, number, number])[] = [];
    for (let i = 0; i < this.#table.length; i++)
      if (this.#table[i]! !== 0) all.push([Math.floor(i / SMALL), i % SMALL, this.#table[i]!]);
    for (const [label, of] of this.#others) for (const [prediction, weight] of of) all.push([label, prediction, weight]);
    return all;
  }
}

function joined(a: Confusion, b: Confusion): Confusion {
  const sums = new Map<string, [number, number, number]>();
  for (const [label, prediction, weight] of [...a, ...b]) {
    const key = `${label} ${prediction}`;
    const sum = sums.get(key);
    if (sum === undefined) sums.set(key, [label, prediction, weight]);
    else sum[2] += weight;
  }
  return [...sums.values()];
}
