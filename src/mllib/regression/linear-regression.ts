/** Linear regression. */
import type { StructField, StructType } from "../../columnar/types";
import { DataError, UsageError } from "../../common/errors";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { columnName } from "../base/predictor";
import { doubleField } from "../base/schema";
import { DenseVector } from "../linalg/vectors";
import { linearFit } from "../linear/fits";
import { LinearEstimator } from "../linear/linear-estimator";
import { TrainingRows } from "../linear/training-data";
import { leastSquares } from "../optim/weighted-least-squares";
import { withParams } from "../param/params";
import { persistent } from "../persistence/registry";
import { LinearRegressionModel } from "./linear-regression-model";
import { linearParams } from "./linear-regression-params";

/**
 * Linear regression with L2, L1 or elastic net penalties: of squared loss by the normal equations (one pass over the rows; standard
 * errors and p-values are known then), or by L-BFGS and OWL-QN; of Huber's loss, with its scale, by L-BFGS-B.
 *
 * @example
 * const model = await new LinearRegression({ labelCol: "delay", solver: "normal" }).fit(training);
 * console.log(model.coefficients, await model.summary.r2(), await model.summary.pValues());
 */
export class LinearRegression extends withParams(LinearEstimator<LinearRegressionModel>, linearParams) {
  override transformSchema(schema: StructType): StructType {
    if (this.getLoss() === "huber") {
      if (this.getSolver() === "normal")
        throw new UsageError(
          "INVALID_PARAMETER_VALUE",
          `${this.className}: huber loss doesn't support normal solver, please change solver to auto or l-bfgs.`,
        );
      if (this.getElasticNetParam() !== 0)
        throw new UsageError(
          "INVALID_PARAMETER_VALUE",
          `${this.className}: huber loss only supports L2 regularization, but got elasticNetParam = ${this.getElasticNetParam()}.`,
        );
    }
    return super.transformSchema(schema);
  }

  protected override modelFields(): readonly StructField[] {
    const name = columnName(this.getPredictionCol());
    return name === undefined ? [] : [doubleField(name)];
  }

  private usesNormalEquations(): boolean {
    return this.getLoss() === "squaredError" && this.getSolver() !== "l-bfgs";
  }

  protected override keepsRows(): boolean {
    return !this.usesNormalEquations();
  }

  protected override async fitOn(rows: TrainingRows, df: DataFrame): Promise<LinearRegressionModel> {
    if (!this.usesNormalEquations()) return this.fitByPasses(rows, df);
    try {
      return await this.fitByNormalEquations(rows, df);
    } catch (error) {
      const tooMany = error instanceof DataError && error.errorClass === "TOO_MANY_FEATURES";
      if (!tooMany || this.getSolver() === "normal") throw error;
    }
    const kept = await TrainingRows.of(df, this.fitColumns(), this.className, { keep: true });
    try {
      return await this.fitByPasses(kept, df);
    } finally {
      await kept.release();
    }
  }

  private async fitByNormalEquations(rows: TrainingRows, df: DataFrame): Promise<LinearRegressionModel> {
    const { coefficients, intercept, inverseDiagonal, objectiveHistory } = leastSquares(await rows.moments(), {
      fitIntercept: this.getFitIntercept(),
      regParam: this.getRegParam(),
      elasticNetParam: this.getElasticNetParam(),
      standardizeFeatures: this.getStandardization(),
      standardizeLabel: true,
      maxIter: this.getMaxIter(),
      tol: this.getTol(),
    });
    const training = { inverseDiagonal: inverseDiagonal(), objectiveHistory };
    return LinearRegressionModel.fitted(this, [new DenseVector(coefficients).compressed(), intercept], df, training);
  }

  private async fitByPasses(rows: TrainingRows, df: DataFrame): Promise<LinearRegressionModel> {
    const { coefficients, intercept, scale, objectiveHistory } = await rows.fit(linearFit, {
      summary: await rows.summary(false),
      options: {
        loss: this.getLoss(),
        epsilon: this.getEpsilon(),
        regParam: this.getRegParam(),
        elasticNetParam: this.getElasticNetParam(),
        maxIter: this.getMaxIter(),
        tol: this.getTol(),
        fitIntercept: this.getFitIntercept(),
        standardization: this.getStandardization(),
      },
    });
    const training = { inverseDiagonal: undefined, objectiveHistory };
    return LinearRegressionModel.fitted(this, [new DenseVector(coefficients).compressed(), intercept, scale], df, training);
  }
}

persistent(LinearRegression, {
  sparkClass: "org.apache.spark.ml.regression.LinearRegression",
  load: () => new LinearRegression(),
});
