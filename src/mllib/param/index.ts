/** Parameters. */
export { Param, ParamMap, type ParamSpec, type ParamSpecs, type ParamValues } from "./param";
export { type ParamAccess, type ParamInput, Params, withParams } from "./params";
