/** Regressors. */
export { AFTSurvivalRegression, AFTSurvivalRegressionModel } from "./aft-survival-regression";
export { DecisionTreeRegressionModel, DecisionTreeRegressor } from "./decision-tree-regressor";
export { FMRegressionModel, FMRegressor } from "./fm-regressor";
export { GBTRegressionModel, GBTRegressor } from "./gbt-regressor";
export { GeneralizedLinearRegression } from "./generalized-linear-regression";
export { GeneralizedLinearRegressionModel } from "./generalized-linear-regression-model";
export {
  GeneralizedLinearRegressionSummary,
  GeneralizedLinearRegressionTrainingSummary,
} from "./generalized-linear-regression-summary";
export { LinearRegression } from "./linear-regression";
export { LinearRegressionModel } from "./linear-regression-model";
export { LinearRegressionSummary, LinearRegressionTrainingSummary } from "./linear-regression-summary";
export { RandomForestRegressionModel, RandomForestRegressor } from "./random-forest-regressor";
export { IsotonicRegression, IsotonicRegressionModel } from "./isotonic-regression";
