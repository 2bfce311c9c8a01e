/** Classifiers. */
export { BinaryClassificationSummary, ClassificationSummary } from "./classification-summary";
export { DecisionTreeClassificationModel, DecisionTreeClassifier } from "./decision-tree-classifier";
export { FMClassificationModel, FMClassificationTrainingSummary, FMClassifier } from "./fm-classifier";
export { GBTClassificationModel, GBTClassifier } from "./gbt-classifier";
export { LinearSVC, LinearSVCModel, LinearSVCTrainingSummary } from "./linear-svc";
export { LogisticRegression } from "./logistic-regression";
export { LogisticRegressionModel } from "./logistic-regression-model";
export { LogisticRegressionSummary, LogisticRegressionTrainingSummary } from "./logistic-regression-summary";
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
  RandomForestClassificationTrainingSummary,
  RandomForestClassifier,
} from "./random-forest-classifier";
