/** Stages one after the other. */
export { Pipeline, PipelineModel, type PipelineStage } from "./pipeline";
