/** Parameters. */
export {
  boolParam,
  choiceParam,
  doubleParam,
  doublesParam,
  intParam,
  intsParam,
  type Limit,
  matrixParam,
  objectParam,
  ParamValidators,
  stringParam,
  stringsParam,
  vectorParam,
} from "./kinds";
export { Param, ParamMap, type ParamSpec, type ParamSpecs, type ParamValues } from "./param";
export { type ParamAccess, type ParamInput, Params, withParams } from "./params";
/** Parameters that many classes have, with Spark's names and defaults: `withParams(Estimator, { ...sharedParams.featuresCol })`. */
export * as sharedParams from "./shared";
