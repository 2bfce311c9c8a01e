/** Classifiers. */
export {
  BinaryClassificationSummary,
  BinaryClassificationSummary as FMClassificationSummary,
  BinaryClassificationSummary as LinearSVCSummary,
  ClassificationSummary,
  ClassificationSummary as MultilayerPerceptronClassificationSummary,
} from "./classification-summary";
export { DecisionTreeClassificationModel, DecisionTreeClassifier } from "./decision-tree-classifier";
export { FMClassificationModel, FMClassificationTrainingSummary, FMClassifier } from "./fm-classifier";
export { GBTClassificationModel, GBTClassifier } from "./gbt-classifier";
export { LinearSVC, LinearSVCModel, LinearSVCTrainingSummary } from "./linear-svc";
export { LogisticRegression } from "./logistic-regression";
export { LogisticRegressionModel } from "./logistic-regression-model";
export {
  LogisticRegressionSummary,
  LogisticRegressionSummary as BinaryLogisticRegressionSummary,
  LogisticRegressionTrainingSummary,
  LogisticRegressionTrainingSummary as BinaryLogisticRegressionTrainingSummary,
} from "./logistic-regression-summary";
export { MultilayerPerceptronClassifier } from "./multilayer-perceptron-classifier";
export {
  MultilayerPerceptronClassificationModel,
  MultilayerPerceptronClassificationTrainingSummary,
} from "./multilayer-perceptron-model";
export { NaiveBayes } from "./naive-bayes";
export { NaiveBayesModel } from "./naive-bayes-model";
export {
  RandomForestClassificationModel,
  RandomForestClassificationSummary,
  RandomForestClassificationSummary as BinaryRandomForestClassificationSummary,
  RandomForestClassificationTrainingSummary,
  RandomForestClassificationTrainingSummary as BinaryRandomForestClassificationTrainingSummary,
  RandomForestClassifier,
} from "./random-forest-classifier";
