/** Estimators that are made of others. */
export {
  BaggingClassifier,
  BaggingRegressor,
  BlockwiseVotingClassifier,
  BlockwiseVotingRegressor,
  VotingClassifier,
  VotingRegressor,
} from "./ensembles";
export { Incremental, IncrementalModel, ParallelPostFit, ParallelPostFitModel } from "./incremental";
export { EnsembleModel, VotingClassificationModel, VotingRegressionModel } from "./voting-model";
export {
  ClassifierChain,
  ClassifierChainModel,
  MultiOutputClassifier,
  MultiOutputModel,
  MultiOutputRegressor,
} from "./multi-output";
export { OneVsRest, OneVsRestModel } from "./one-vs-rest";
export { StackingClassifier, StackingModel, StackingRegressor } from "./stacking";
