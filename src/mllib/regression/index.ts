/** Regressors. */
export { DecisionTreeRegressionModel, DecisionTreeRegressor } from "./decision-tree-regressor";
export { GBTRegressionModel, GBTRegressor } from "./gbt-regressor";
export { RandomForestRegressionModel, RandomForestRegressor } from "./random-forest-regressor";
