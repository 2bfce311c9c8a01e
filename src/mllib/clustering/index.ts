/** Clusters. */
export { ClusteringSummary, GaussianMixtureSummary, KMeansSummary } from "./clustering-summary";
export { GaussianMixture } from "./gaussian-mixture";
export { GaussianMixtureModel } from "./gaussian-mixture-model";
export { KMeans } from "./k-means";
export { KMeansModel } from "./k-means-model";
