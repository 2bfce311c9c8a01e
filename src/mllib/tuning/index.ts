/** Searching over parameters. */
export { CrossValidator, CrossValidatorModel } from "./cross-validator";
export type { FitCounts, StageFitCount } from "./fit-counts";
export type { Distribution, ParamDistributions } from "./distributions";
export { ParamGridBuilder } from "./param-grid";
export {
  type CandidateResult,
  HyperbandSearchCV,
  IncrementalSearchCV,
  InverseDecaySearchCV,
  RandomizedSearchCV,
  SearchCVModel,
  SuccessiveHalvingSearchCV,
} from "./random-search";
export type { FitGroup, OutputColumns, PredictsMany, PreparedFits, PreparesFits, SharesFits } from "./sharing";
export { TrainValidationSplit, TrainValidationSplitModel } from "./train-validation-split";
