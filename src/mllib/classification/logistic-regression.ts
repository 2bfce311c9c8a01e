/** Logistic regression of two classes, or of several. */
import type { StructField, StructType } from "../../columnar/types";
import { DataError, UsageError } from "../../common/errors";
import type { DataFrame } from "../../dataframe/api/dataframe";
import { checkThresholds, classFields } from "../base/classifier";
import { numClassesOf } from "../base/attributes";
import { DenseMatrix, type Matrix } from "../linalg/matrices";
import { DenseVector, type Vector } from "../linalg/vectors";
import { logisticFit } from "../linear/fits";
import { LinearEstimator } from "../linear/linear-estimator";
import type { LogisticBounds, LogisticModelValues } from "../linear/logistic-fit";
import type { Summary } from "../linear/summary";
import type { TrainingRows } from "../linear/training-data";
import { withParams } from "../param/params";
import { persistent } from "../persistence/registry";
import { LogisticRegressionModel } from "./logistic-regression-model";
import { agreeingThresholds, binaryThreshold, logisticParams } from "./logistic-regression-params";

/**
 * Logistic regression, binomial or multinomial (softmax), with L2, L1 or elastic net penalties, or with bounds. Labels are 0, 1, ….
 * Solved by L-BFGS; by OWL-QN with an L1 penalty; by L-BFGS-B within bounds. Where all labels are equal and there is an intercept,
 * the coefficients are 0 and the intercept is infinite.
 *
 * @example
 * const model = await new LogisticRegression({ regParam: 0.01 }).fit(training);
 * console.log(model.coefficients, await model.summary.areaUnderROC());
 */
export class LogisticRegression extends withParams(LinearEstimator<LogisticRegressionModel>, logisticParams) {
  private initialModel: LogisticRegressionModel | undefined;

  /** A model to begin with; one of another shape than what is fitted is left aside. */
  setInitialModel(model: LogisticRegressionModel): this {
    this.initialModel = model;
    return this;
  }

  override transformSchema(schema: StructType): StructType {
    if (this.isSet("threshold") && this.isSet("thresholds")) binaryThreshold(this);
    if (this.isBounded() && this.getElasticNetParam() !== 0)
      throw new UsageError(
        "INVALID_PARAMETER_VALUE",
        `${this.className}: bounds go with L2 regularization only, but elasticNetParam is ${this.getElasticNetParam()}.`,
      );
    if (!this.getFitIntercept() && (this.isSet("lowerBoundsOnIntercepts") || this.isSet("upperBoundsOnIntercepts")))
      throw new UsageError("INVALID_PARAMETER_VALUE", `${this.className}: bounds on intercepts need fitIntercept.`);
    return super.transformSchema(schema);
  }

  protected override modelFields(): readonly StructField[] {
    return classFields(this);
  }

  protected override async fitOn(rows: TrainingRows, df: DataFrame, schema: StructType): Promise<LogisticRegressionModel> {
    const summary = await rows.summary(true);
    const numClasses = checkedClasses(this.className, summary, numClassesOf(this.labelField(schema)));
    const multinomial = this.isMultinomial(numClasses);
    checkThresholds(this.className, this.isDefined("thresholds") ? this.getThresholds() : undefined, numClasses);
    const width = summary.means.length;
    const sets = multinomial ? numClasses : 1;
    const bounds = this.bounds(sets, width);
    const fitIntercept = this.getFitIntercept();
    const fitted = (values: LogisticModelValues, history: readonly number[]): LogisticRegressionModel => {
      const matrix = new DenseMatrix(sets, width, values.coefficients.flatMap((row) => [...row]), true); // prettier-ignore
      return LogisticRegressionModel.fitted(
        this,
        [matrix, new DenseVector(values.intercepts), numClasses, multinomial],
        df,
        history,
      );
    };

    const present = [...summary.histogram.keys()].filter((label) => summary.histogram[label]! !== 0);
    if (fitIntercept && present.length === 1 && bounds === undefined) {
      const intercepts = new Float64Array(sets);
      if (multinomial) intercepts[present[0]!] = Infinity;
      else intercepts[0] = present[0] === 1 ? Infinity : -Infinity;
      return fitted({ coefficients: Array.from({ length: sets }, () => new Float64Array(width)), intercepts }, [0]);
    }
    const fit = await rows.fit(logisticFit, {
      summary,
      options: {
        numClasses,
        multinomial,
        regParam: this.getRegParam(),
        elasticNetParam: this.getElasticNetParam(),
        maxIter: this.getMaxIter(),
        tol: this.getTol(),
        fitIntercept,
        standardization: this.getStandardization(),
        bounds,
        initial: this.initial(sets, width),
      },
    });
    return fitted(fit, fit.objectiveHistory);
  }

  private isMultinomial(numClasses: number): boolean {
    const family = this.getFamily();
    if (family === "binomial" && numClasses > 2)
      throw new UsageError(
        "INVALID_PARAMETER_VALUE",
        `Binomial family only supports 1 or 2 outcome classes but found ${numClasses}.`,
      );
    return family === "multinomial" || (family === "auto" && numClasses > 2);
  }

  private isBounded(): boolean {
    return ["lower", "upper"].some((side) => ["Coefficients", "Intercepts"].some((what) => this.isSet(`${side}BoundsOn${what}`)));
  }

  private bounds(sets: number, width: number): LogisticBounds | undefined {
    if (!this.isBounded()) return undefined;
    const wrong = (name: string, what: string): never => {
      throw new UsageError("INVALID_PARAMETER_VALUE", `${this.className}: ${name} ${what}.`);
    };
    const matrix = (name: string): Float64Array[] | undefined => {
      const value = this.valueFor<Matrix>(name);
      if (value !== undefined && (value.numRows !== sets || value.numCols !== width))
        wrong(name, `must have ${sets} rows (one of a binomial model, else one per class) and ${width} columns (one per feature), but has ${value.numRows} and ${value.numCols}`); // prettier-ignore
      return value?.rows().map((row) => row.values);
    };
    const vector = (name: string): Float64Array | undefined => {
      const value = this.valueFor<Vector>(name);
      if (value !== undefined && value.size !== sets)
        wrong(name, `must have ${sets} entries (one of a binomial model, else one per class), but has ${value.size}`);
      return value?.toArray();
    };
    const bounds = {
      lowerCoefficients: matrix("lowerBoundsOnCoefficients"),
      upperCoefficients: matrix("upperBoundsOnCoefficients"),
      lowerIntercepts: vector("lowerBoundsOnIntercepts"),
      upperIntercepts: vector("upperBoundsOnIntercepts"),
    };
    const above = (low: Float64Array | undefined, high: Float64Array | undefined): boolean =>
      low !== undefined && high !== undefined && low.some((value, i) => value > high[i]!);
    if (bounds.lowerCoefficients?.some((row, k) => above(row, bounds.upperCoefficients?.[k])) === true)
      wrong("lowerBoundsOnCoefficients", "must not be above upperBoundsOnCoefficients");
    if (above(bounds.lowerIntercepts, bounds.upperIntercepts))
      wrong("lowerBoundsOnIntercepts", "must not be above upperBoundsOnIntercepts");
    return bounds;
  }

  private initial(sets: number, width: number): LogisticModelValues | undefined {
    const model = this.initialModel;
    const fits =
      model !== undefined &&
      model.coefficientMatrix.numRows === sets &&
      model.numFeatures === width &&
      model.getFitIntercept() === this.getFitIntercept();
    if (!fits) return undefined;
    return { coefficients: model.coefficientMatrix.rows().map((row) => row.values), intercepts: model.interceptVector.toArray() };
  }
}

agreeingThresholds(LogisticRegression);

persistent(LogisticRegression, {
  sparkClass: "org.apache.spark.ml.classification.LogisticRegression",
  load: () => new LogisticRegression(),
});

/** The number of classes: what the label's column says of itself, else what its values are. Throws of labels that are no classes. */
export function checkedClasses(who: string, summary: Summary, declared: number | undefined): number {
  const found = summary.histogram.length;
  if (declared !== undefined && declared < found)
    throw new DataError(
      "INVALID_LABEL",
      `${who}: the label's column is said to have ${declared} classes, but there are labels up to ${found - 1}.`,
    );
  const numClasses = declared ?? found;
  if (summary.invalidLabels > 0)
    throw new DataError(
      "INVALID_LABEL",
      `${who}: classification labels should be whole numbers from 0; found ${summary.invalidLabels} invalid labels.`,
    );
  return numClasses;
}
