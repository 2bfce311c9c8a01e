/** Frequent patterns. */
export { FPGrowth } from "./fp-growth";
export { FPGrowthModel } from "./fp-growth-model";
export { PrefixSpan } from "./prefix-span";
