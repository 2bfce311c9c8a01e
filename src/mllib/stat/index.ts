/** Statistics of columns and hypothesis tests. */
export { Correlation } from "./correlation";
export { MultivariateGaussian } from "./multivariate-gaussian";
export { Summarizer } from "./summarizer";
export { ANOVATest, ChiSquareTest, FValueTest, KolmogorovSmirnovTest } from "./tests";
