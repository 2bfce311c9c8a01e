/** How well a linear regression does on some rows. Methods run jobs; what they found is kept. */
import { UsageError } from "../../common/errors";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { col } from "../../dataframe/api/functions";
import { studentTwoSided } from "../../common/distributions";
import { type RegressionMoments, regressionMoments } from "./regression-moments";

export interface LinearSummaryColumns {
  readonly featuresCol: string;
  readonly labelCol: string;
  readonly predictionCol: string;
  readonly weightCol: string | undefined;
}

export interface LinearEstimate {
  readonly coefficients: Float64Array;
  readonly intercept: number;
  readonly fitIntercept: boolean;
  /** Diagonal of (AᵀWA)⁻¹, the intercept last; only where the normal equations were solved by decomposition. */
  readonly inverseDiagonal: Float64Array | undefined;
}

export class LinearRegressionSummary {
  #moments: Promise<RegressionMoments> | undefined;

  /** @param predictions the rows with the model's predictions */
  constructor(
    readonly predictions: DataFrame,
    protected readonly columns: LinearSummaryColumns,
    protected readonly estimate: LinearEstimate,
  ) {}

  get featuresCol(): string {
    return this.columns.featuresCol;
  }

  get labelCol(): string {
    return this.columns.labelCol;
  }

  get predictionCol(): string {
    return this.columns.predictionCol;
  }

  private moments(): Promise<RegressionMoments> {
    const { labelCol, predictionCol, weightCol } = this.columns;
    const names = [labelCol, predictionCol, ...(weightCol === undefined ? [] : [weightCol])];
    return (this.#moments ??= regressionMoments(this.predictions, names, "LinearRegressionSummary"));
  }

  async numInstances(): Promise<number> {
    return (await this.moments()).count;
  }

  async degreesOfFreedom(): Promise<number> {
    const { coefficients, fitIntercept } = this.estimate;
    return (await this.numInstances()) - coefficients.length - (fitIntercept ? 1 : 0);
  }

  /** Σ w·(prediction - mean label)² / Σ w. */
  async explainedVariance(): Promise<number> {
    const m = await this.moments();
    return m.predictionSquares / m.weight + (m.predictionMean - m.labelMean) ** 2;
  }

  async meanAbsoluteError(): Promise<number> {
    const m = await this.moments();
    return m.absoluteErrors / m.weight;
  }

  async meanSquaredError(): Promise<number> {
    const m = await this.moments();
    return m.errorSquares / m.weight;
  }

  async rootMeanSquaredError(): Promise<number> {
    return Math.sqrt(await this.meanSquaredError());
  }

  /** Coefficient of determination; of a model without an intercept, about zero. */
  async r2(): Promise<number> {
    const m = await this.moments();
    if (!this.estimate.fitIntercept) return 1 - m.errorSquares / (m.labelSquares + m.weight * m.labelMean * m.labelMean);
    // Spark's unbiased variance, times the sum of weights less 1.
    const total = (m.labelSquares / (m.weight - m.weightSquares / m.weight)) * (m.weight - 1);
    return 1 - m.errorSquares / total;
  }

  /** r2, adjusted for the number of coefficients. */
  async r2adj(): Promise<number> {
    const { coefficients, fitIntercept } = this.estimate;
    const degrees = (await this.numInstances()) - (fitIntercept ? 1 : 0);
    return 1 - ((1 - (await this.r2())) * degrees) / (degrees - coefficients.length);
  }

  /** Label less prediction: column residuals. */
  residuals(): DataFrame {
    return this.predictions.select(col(this.labelCol).cast("double").minus(col(this.predictionCol)).alias("residuals"));
  }

  /** The least and the largest of √w·(label - prediction). */
  async devianceResiduals(): Promise<readonly [least: number, most: number]> {
    const { least, most } = await this.moments();
    return [least, most];
  }

  /** Of coefficients, and the intercept last. Throws unless the normal equations were solved by decomposition. */
  async coefficientStandardErrors(): Promise<number[]> {
    const { inverseDiagonal } = this.estimate;
    if (inverseDiagonal === undefined)
      throw new UsageError(
        "NO_STANDARD_ERRORS",
        'No Std. Error of coefficients available for this LinearRegressionModel: they are known with solver "normal", without an L1 penalty, where no feature depends on the others.',
      );
    const variance = (await this.moments()).errorSquares / (await this.degreesOfFreedom());
    return Array.from(inverseDiagonal, (value) => Math.sqrt(value * variance));
  }

  async tValues(): Promise<number[]> {
    const { coefficients, intercept, fitIntercept } = this.estimate;
    const values = fitIntercept ? [...coefficients, intercept] : [...coefficients];
    return (await this.coefficientStandardErrors()).map((error, i) => values[i]! / error);
  }

  /** Two-sided. */
  async pValues(): Promise<number[]> {
    const degrees = await this.degreesOfFreedom();
    return (await this.tValues()).map((t) => studentTwoSided(t, degrees));
  }
}

/** Of the rows that the model was fitted on. */
export class LinearRegressionTrainingSummary extends LinearRegressionSummary {
  readonly totalIterations: number;

  constructor(
    predictions: DataFrame,
    columns: LinearSummaryColumns,
    estimate: LinearEstimate,
    /** Loss and penalties, at the start and after each iteration; [0] where there were no iterations. */
    readonly objectiveHistory: readonly number[],
  ) {
    super(predictions, columns, estimate);
    this.totalIterations = objectiveHistory.length - 1;
  }
}
