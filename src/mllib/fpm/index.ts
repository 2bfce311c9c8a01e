/** Frequent patterns. */
export { FPGrowth } from "./fp-growth";
export { FPGrowthModel } from "./fp-growth-model";
