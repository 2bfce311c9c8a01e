/** Recommendation. */
export { ALS } from "./als";
export { ALSModel } from "./als-model";
