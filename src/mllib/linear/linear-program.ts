/** Predictions of linear models in tasks. */
import { marginsOfRows, predictionProgram } from "../base/predictor";

/** Plain data. */
export interface LinearSpec {
  readonly width: number;
  readonly coefficients: Float64Array;
  readonly intercept: number;
}

export const linearProgram = predictionProgram<LinearSpec>("mllib.linear.predict", "LinearRegressionModel", (spec) => {
  const coefficients = [spec.coefficients];
  const intercepts = Float64Array.of(spec.intercept);
  return { predict: (features) => marginsOfRows(features, coefficients, intercepts, spec.width) };
});
