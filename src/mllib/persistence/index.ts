/** How instances of classes are saved. */
export { type Metadata, ModelDirectory } from "./directory";
export { MLReader, MLWriter } from "./persist";
export { defaultParamsPersistence, type OwnLayout } from "./own-classes";
