/** Judging predictions. */
export { BinaryClassificationEvaluator } from "./binary-classification-evaluator";
export { BinaryCurve } from "./binary-curve";
export { Evaluator } from "./evaluator";
export { MulticlassClassificationEvaluator } from "./multiclass-classification-evaluator";
export { MulticlassMetrics } from "./multiclass-metrics";
export { RegressionEvaluator } from "./regression-evaluator";
