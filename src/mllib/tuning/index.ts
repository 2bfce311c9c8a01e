/** Searching over parameters. */
export { CrossValidator, CrossValidatorModel } from "./cross-validator";
export type { FitCounts, StageFitCount } from "./fit-counts";
export { ParamGridBuilder } from "./param-grid";
export type { FitGroup, OutputColumns, PredictsMany, PreparedFits, PreparesFits, SharesFits } from "./sharing";
export { TrainValidationSplit, TrainValidationSplitModel } from "./train-validation-split";
