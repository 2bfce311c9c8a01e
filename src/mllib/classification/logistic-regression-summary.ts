/** How well a logistic regression does. */
import { ProbabilisticSummary, type SummarizedRows, trainingHistory } from "./classification-summary";

/** Curves and areas are known of two classes only. */
export class LogisticRegressionSummary extends ProbabilisticSummary {
  constructor(
    rows: SummarizedRows,
    readonly featuresCol: string,
    numClasses: number,
  ) {
    super(rows, numClasses);
  }

  get probabilityCol(): string {
    return this.scoreCol;
  }
}

/** Of the rows that the model was fitted on. */
export class LogisticRegressionTrainingSummary extends LogisticRegressionSummary {
  /** Loss and penalties, at the start and after each iteration. */
  readonly objectiveHistory: readonly number[];
  readonly totalIterations: number;

  constructor(rows: SummarizedRows, featuresCol: string, numClasses: number, objectiveHistory: readonly number[]) {
    super(rows, featuresCol, numClasses);
    ({ objectiveHistory: this.objectiveHistory, totalIterations: this.totalIterations } = trainingHistory(objectiveHistory));
  }
}
