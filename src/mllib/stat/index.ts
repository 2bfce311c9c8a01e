/** Statistics of columns and hypothesis tests. */
export { Correlation } from "./correlation";
export { MultivariateGaussian } from "./multivariate-gaussian";
export { Summarizer, type SummaryBuilder } from "./summarizer";
export { ANOVATest, ChiSquareTest, FValueTest, KolmogorovSmirnovTest } from "./tests";
