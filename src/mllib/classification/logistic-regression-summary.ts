/** How well a logistic regression does. */
import { UsageError } from "../../common/errors";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { BinaryClassificationSummary, type ClassificationColumns, trainingHistory } from "./classification-summary";

export interface LogisticColumns extends ClassificationColumns {
  readonly featuresCol: string;
  readonly probabilityCol: string;
}

/** Curves and areas are known of two classes only. */
export class LogisticRegressionSummary extends BinaryClassificationSummary {
  constructor(
    predictions: DataFrame,
    private readonly all: LogisticColumns,
    readonly numClasses: number,
  ) {
    super(predictions, all, all.probabilityCol);
  }

  get featuresCol(): string {
    return this.all.featuresCol;
  }

  get probabilityCol(): string {
    return this.all.probabilityCol;
  }

  /** This summary, where it is of two classes. Throws otherwise. */
  get asBinary(): this {
    this.checkBinary();
    return this;
  }

  protected override checkBinary(): void {
    if (this.numClasses > 2)
      throw new UsageError(
        "NOT_BINARY",
        `This is the summary of a model of ${this.numClasses} classes; curves and areas are known of two classes only.`,
      );
  }
}

/** Of the rows that the model was fitted on. */
export class LogisticRegressionTrainingSummary extends LogisticRegressionSummary {
  /** Loss and penalties, at the start and after each iteration. */
  readonly objectiveHistory: readonly number[];
  readonly totalIterations: number;

  constructor(predictions: DataFrame, columns: LogisticColumns, numClasses: number, objectiveHistory: readonly number[]) {
    super(predictions, columns, numClasses);
    ({ objectiveHistory: this.objectiveHistory, totalIterations: this.totalIterations } = trainingHistory(objectiveHistory));
  }
}
