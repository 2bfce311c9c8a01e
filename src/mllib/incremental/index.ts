/** Learning batch by batch. */
export type { Batch } from "./batch";
export { IncrementalEstimator, type PartialFitOptions } from "./incremental-estimator";
export { PassiveAggressiveClassifier, PassiveAggressiveRegressor, Perceptron } from "./perceptron";
export { SGDClassificationModel, SGDClassifier } from "./sgd-classifier";
export { SGDRegressionModel, SGDRegressor } from "./sgd-regressor";
