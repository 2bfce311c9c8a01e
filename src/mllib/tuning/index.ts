/** Pipelines' and models' parameters, searched. */
export { ParamGridBuilder } from "./param-grid";
