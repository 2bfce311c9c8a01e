/** Generalized linear regression. */
import type { StructField, StructType } from "../../columnar/types";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { columnName } from "../base/predictor";
import { doubleField } from "../base/schema";
import { DenseVector } from "../linalg/vectors";
import { glmFit } from "../linear/fits";
import type { GlmFit, GlmOptions } from "../linear/glm-fit";
import { LinearEstimator } from "../linear/linear-estimator";
import type { TrainingRows } from "../linear/training-data";
import { withParams } from "../param/params";
import { persistent } from "../persistence/registry";
import { GeneralizedLinearRegressionModel } from "./generalized-linear-regression-model";
import { familySpec, glrParams } from "./generalized-linear-regression-params";

/**
 * Generalized linear models: gaussian, binomial, poisson, gamma and tweedie families with their links, weights and offsets, by
 * iteratively reweighted least squares; at most 4,096 features. Of the binomial family, weights are numbers of trials.
 *
 * @example
 * const model = await new GeneralizedLinearRegression({ family: "poisson", labelCol: "claims", offsetCol: "logExposure" }).fit(training);
 * console.log(model.coefficients, await model.summary.deviance(), await model.summary.pValues());
 */
export class GeneralizedLinearRegression extends withParams(LinearEstimator<GeneralizedLinearRegressionModel>, glrParams) {
  override transformSchema(schema: StructType): StructType {
    familySpec(this);
    return super.transformSchema(schema);
  }

  protected override modelFields(): readonly StructField[] {
    return [columnName(this.valueFor("linkPredictionCol")), columnName(this.getPredictionCol())].flatMap((name) =>
      name === undefined ? [] : [doubleField(name)],
    );
  }

  private options(): GlmOptions {
    return {
      family: familySpec(this),
      hasOffset: columnName(this.valueFor("offsetCol")) !== undefined,
      fitIntercept: this.getFitIntercept(),
      regParam: this.getRegParam(),
      maxIter: this.getMaxIter(),
      tol: this.getTol(),
    };
  }

  protected override async fitOn(rows: TrainingRows, df: DataFrame): Promise<GeneralizedLinearRegressionModel> {
    const fit = await glmFit(rows, this.options());
    const withoutFeatures = (): Promise<GlmFit> => this.interceptOnly(df);
    return GeneralizedLinearRegressionModel.fitted(
      this,
      new DenseVector(fit.coefficients),
      fit.intercept,
      df,
      fit,
      withoutFeatures,
    );
  }

  /** The same model of no features, which null deviances compare with. */
  private async interceptOnly(df: DataFrame): Promise<GlmFit> {
    const rows = await this.openRows(df, true);
    try {
      return await glmFit(rows, { ...this.options(), fitIntercept: true });
    } finally {
      await rows.release();
    }
  }
}

persistent(GeneralizedLinearRegression, {
  sparkClass: "org.apache.spark.ml.regression.GeneralizedLinearRegression",
  load: () => new GeneralizedLinearRegression(),
});
