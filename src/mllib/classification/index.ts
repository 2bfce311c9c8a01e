/** Classifiers. */
export { DecisionTreeClassificationModel, DecisionTreeClassifier } from "./decision-tree-classifier";
export { GBTClassificationModel, GBTClassifier } from "./gbt-classifier";
export { RandomForestClassificationModel, RandomForestClassifier } from "./random-forest-classifier";
