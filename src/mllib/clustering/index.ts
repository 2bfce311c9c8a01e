/** Clusters. */
export { ClusteringSummary, KMeansSummary } from "./clustering-summary";
export { KMeans } from "./k-means";
export { KMeansModel } from "./k-means-model";
