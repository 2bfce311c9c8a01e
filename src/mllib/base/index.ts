/** What all algorithms share. */
export { Estimator, type IndexedModel, Model } from "./estimator";
export { Transformer } from "./transformer";
export { UnaryTransformer } from "./unary-transformer";
