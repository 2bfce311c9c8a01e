/** Measures of classes from weights of (label, prediction) pairs, as Spark's MulticlassMetrics has them. */
import { DataError } from "../../common/errors";

/** Weights of pairs, by label and prediction. */
export type Confusion = readonly (readonly [label: number, prediction: number, weight: number])[];

export class MulticlassMetrics {
  readonly #labelWeight = new Map<number, number>();
  readonly #truePositives = new Map<number, number>();
  readonly #falsePositives = new Map<number, number>();
  readonly #total: number;
  /** Labels of the rows, rising. */
  readonly labels: readonly number[];

  constructor(private readonly confusion: Confusion) {
    let total = 0;
    const add = (to: Map<number, number>, key: number, weight: number): unknown => to.set(key, (to.get(key) ?? 0) + weight);
    for (const [label, prediction, weight] of confusion) {
      total += weight;
      add(this.#labelWeight, label, weight);
      if (label === prediction) add(this.#truePositives, label, weight);
      else add(this.#falsePositives, prediction, weight);
    }
    this.#total = total;
    this.labels = [...this.#labelWeight.keys()].sort((a, b) => a - b);
  }

  /** Weights: a row for each label, a column for each prediction, both as `labels`. */
  confusionMatrix(): number[][] {
    const place = new Map(this.labels.map((label, i) => [label, i]));
    const matrix = this.labels.map(() => this.labels.map(() => 0));
    for (const [label, prediction, weight] of this.confusion) {
      const column = place.get(prediction);
      if (column !== undefined) matrix[place.get(label)!]![column]! += weight;
    }
    return matrix;
  }

  #weightOf(label: number): number {
    const weight = this.#labelWeight.get(label);
    if (weight === undefined)
      throw new DataError("UNKNOWN_LABEL", `No row has the label ${label}; there are ${this.labels.join(", ")}.`);
    return weight;
  }

  recall(label: number): number {
    return (this.#truePositives.get(label) ?? 0) / this.#weightOf(label);
  }

  precision(label: number): number {
    const trues = this.#truePositives.get(label) ?? 0;
    const chosen = trues + (this.#falsePositives.get(label) ?? 0);
    return chosen === 0 ? 0 : trues / chosen;
  }

  falsePositiveRate(label: number): number {
    return (this.#falsePositives.get(label) ?? 0) / (this.#total - this.#weightOf(label));
  }

  fMeasure(label: number, beta = 1): number {
    const precision = this.precision(label);
    const recall = this.recall(label);
    const squared = beta * beta;
    return precision + recall === 0 ? 0 : ((1 + squared) * precision * recall) / (squared * precision + recall);
  }

  /** The mean of a measure, each label with the share of its rows. */
  weighted(measure: (label: number) => number): number {
    let sum = 0;
    for (const label of this.labels) sum += (measure(label) * this.#labelWeight.get(label)!) / this.#total;
    return sum;
  }

  get accuracy(): number {
    let trues = 0;
    for (const label of this.labels) trues += this.#truePositives.get(label) ?? 0;
    return trues / this.#total;
  }

  /** The share of rows whose prediction is not their label. */
  get hammingLoss(): number {
    let wrong = 0;
    for (const [label, prediction, weight] of this.confusion) if (label !== prediction) wrong += weight;
    return wrong / this.#total;
  }
}
