/** Measures of predicted sets of labels. */
import type { StructType } from "../../columnar/types";
import type { ColumnBatch } from "../../columnar/vector";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { checkColumn } from "../base/schema";
import { aggregateProgram } from "../compute/programs";
import { choiceParam, doubleParam, gtEq } from "../param/kinds";
import { withParams } from "../param/params";
import { labelCol, predictionCol } from "../param/shared";
import { persistent } from "../persistence/registry";
import { judge, type JudgedSpec, nothingToJudge } from "./columns";
import { Evaluator } from "./evaluator";
import { eachJudgedRow, isDoubles } from "./judged-lists";
import { doubleText } from "../../dataframe/types/java-floats";

const METRICS = ["f1Measure", "subsetAccuracy", "accuracy", "hammingLoss", "precision", "recall", "precisionByLabel", "recallByLabel", "f1MeasureByLabel", "microPrecision", "microRecall", "microF1Measure"] as const; // prettier-ignore

/**
 * Labels and predictions are arrays of doubles. Precision, recall, accuracy and F1 are means over the rows, unless they say otherwise. As in Spark, a
 * label that is there twice is two labels, and `subsetAccuracy` wants the same labels in the same order.
 */
export class MultilabelClassificationEvaluator extends withParams(Evaluator, {
  ...labelCol,
  ...predictionCol,
  metricName: choiceParam("metric", METRICS, "f1Measure"),
  metricLabel: doubleParam("the label of metrics by label", 0, gtEq(0)),
}) {
  override isLargerBetter(): boolean {
    return this.getMetricName() !== "hammingLoss";
  }

  protected override async evaluated(df: DataFrame): Promise<number> {
    return (await this.evaluateMany(df, [{}]))[0]!;
  }

  override async evaluateMany(df: DataFrame, columns: readonly Readonly<Record<string, string>>[]): Promise<number[]> {
    const schema: StructType = await df.schema();
    const roles = columns.map((names) => {
      const one = this.copy(names);
      const check = (name: string): string => checkColumn(schema, name, this.className, "an array of doubles", isDoubles).name;
      return { label: check(one.getLabelCol()), prediction: check(one.getPredictionCol()) };
    });
    const found = await judge(df, schema, this.className, addUp, roles, null);
    return found.map((sums) => {
      if (sums.rows === 0) throw nothingToJudge(this.className);
      return this.metric(sums);
    });
  }

  protected metric(sums: Sums): number {
    const label = this.getMetricLabel();
    const of = (pairs: readonly (readonly [number, number])[]): number => pairs.find(([each]) => each === label)?.[1] ?? 0;
    const all = (pairs: readonly (readonly [number, number])[]): number => pairs.reduce((sum, [, count]) => sum + count, 0);
    const share = (part: number, rest: number): number => (part + rest === 0 ? 0 : part / (part + rest));
    const hits = of(sums.hits);
    const [truePositives, falsePositives, falseNegatives] = [all(sums.hits), all(sums.wrong), all(sums.missed)];
    switch (this.getMetricName()) {
      case "subsetAccuracy":
        return sums.same / sums.rows;
      case "accuracy":
        return sums.accuracy / sums.rows;
      case "hammingLoss":
        return (falsePositives + falseNegatives) / (sums.rows * sums.labels.length);
      case "precision":
        return sums.precision / sums.rows;
      case "recall":
        return sums.recall / sums.rows;
      case "f1Measure":
        return sums.f1 / sums.rows;
      case "precisionByLabel":
        return share(hits, of(sums.wrong));
      case "recallByLabel":
        return share(hits, of(sums.missed));
      case "f1MeasureByLabel": {
        const [precision, recall] = [share(hits, of(sums.wrong)), share(hits, of(sums.missed))];
        return precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall);
      }
      case "microPrecision":
        return share(truePositives, falsePositives);
      case "microRecall":
        return share(truePositives, falseNegatives);
      case "microF1Measure":
        return (2 * truePositives) / (2 * truePositives + falsePositives + falseNegatives);
    }
  }

  override toString(): string {
    return this.described({ metricName: this.getMetricName(), metricLabel: doubleText(this.getMetricLabel()) });
  }
}

persistent(MultilabelClassificationEvaluator, {
  sparkClass: "org.apache.spark.ml.evaluation.MultilabelClassificationEvaluator",
  load: () => new MultilabelClassificationEvaluator(),
});

type LabelCounts = readonly (readonly [label: number, count: number])[];

interface Sums {
  readonly rows: number;
  readonly same: number;
  readonly accuracy: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Labels of the rows. */
  readonly labels: readonly number[];
  /** By label: predicted and there; predicted and not there; there and not predicted. */
  readonly hits: LabelCounts;
  readonly wrong: LabelCounts;
  readonly missed: LabelCounts;
}

const addUp = aggregateProgram<JudgedSpec<null>, ColumnBatch, Sums[]>({
  name: "mllib.evaluation.multilabel",
  run: (batches, spec) => {
    const all = spec.candidates.map(() => new Collected());
    eachJudgedRow(batches, spec, (candidate, labels, predictions) => all[candidate]!.add(labels, predictions));
    return all.map((each) => each.finish());
  },
  merge: (a, b) =>
    a.map((x, i) => {
      const y = b[i]!;
      return {
        rows: x.rows + y.rows,
        same: x.same + y.same,
        accuracy: x.accuracy + y.accuracy,
        precision: x.precision + y.precision,
        recall: x.recall + y.recall,
        f1: x.f1 + y.f1,
        labels: [...new Set([...x.labels, ...y.labels])],
        hits: together(x.hits, y.hits),
        wrong: together(x.wrong, y.wrong),
        missed: together(x.missed, y.missed),
      };
    }),
});

function together(a: LabelCounts, b: LabelCounts): LabelCounts {
  const sums = new Map(a);
  for (const [label, count] of b) sums.set(label, (sums.get(label) ?? 0) + count);
  return [...sums];
}

class Collected {
  #rows = 0;
  #same = 0;
  #accuracy = 0;
  #precision = 0;
  #recall = 0;
  #f1 = 0;
  readonly #labels = new Set<number>();
  readonly #hits = new Map<number, number>();
  readonly #wrong = new Map<number, number>();
  readonly #missed = new Map<number, number>();

  add(labels: Float64Array, predictions: Float64Array): void {
    const count = (to: Map<number, number>, label: number): unknown => to.set(label, (to.get(label) ?? 0) + 1);
    let both = 0;
    const open = new Map<number, number>();
    for (const label of labels) {
      this.#labels.add(label);
      count(open, label);
    }
    for (const prediction of predictions) {
      const left = open.get(prediction) ?? 0;
      if (left === 0) count(this.#wrong, prediction);
      else {
        open.set(prediction, left - 1);
        both++;
        count(this.#hits, prediction);
      }
    }
    for (const [label, left] of open) if (left > 0) this.#missed.set(label, (this.#missed.get(label) ?? 0) + left);
    this.#rows++;
    if (labels.length === predictions.length && labels.every((label, i) => label === predictions[i])) this.#same++;
    const either = labels.length + predictions.length - both;
    this.#accuracy += either === 0 ? 0 : both / either;
    this.#precision += predictions.length === 0 ? 0 : both / predictions.length;
    this.#recall += labels.length === 0 ? 0 : both / labels.length;
    this.#f1 += labels.length + predictions.length === 0 ? 0 : (2 * both) / (labels.length + predictions.length);
  }

  finish(): Sums {
    return {
      rows: this.#rows,
      same: this.#same,
      accuracy: this.#accuracy,
      precision: this.#precision,
      recall: this.#recall,
      f1: this.#f1,
      labels: [...this.#labels],
      hits: [...this.#hits],
      wrong: [...this.#wrong],
      missed: [...this.#missed],
    };
  }
}
