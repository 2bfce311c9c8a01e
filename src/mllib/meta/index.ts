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
export { VotingClassificationModel, VotingRegressionModel } from "./voting-model";
