/** Judging predictions. */
export { BinaryClassificationEvaluator } from "./binary-classification-evaluator";
export { BinaryCurve } from "./binary-curve";
export { ClusteringEvaluator } from "./clustering-evaluator";
export { Evaluator } from "./evaluator";
export { MulticlassClassificationEvaluator } from "./multiclass-classification-evaluator";
export { MulticlassMetrics } from "./multiclass-metrics";
export { MultilabelClassificationEvaluator } from "./multilabel-classification-evaluator";
export { RankingEvaluator } from "./ranking-evaluator";
export { RegressionEvaluator } from "./regression-evaluator";
