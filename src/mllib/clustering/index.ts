/** Clusters. */
export { BisectingKMeans } from "./bisecting-k-means";
export { BisectingKMeansModel } from "./bisecting-k-means-model";
export { BisectingKMeansSummary, ClusteringSummary, GaussianMixtureSummary, KMeansSummary } from "./clustering-summary";
export { GaussianMixture } from "./gaussian-mixture";
export { GaussianMixtureModel } from "./gaussian-mixture-model";
export { KMeans } from "./k-means";
export { KMeansModel } from "./k-means-model";
export { DistributedLDAModel } from "./distributed-lda-model";
export { LDA } from "./lda";
export { LDAModel, LocalLDAModel } from "./lda-model";
export { MiniBatchKMeans, MiniBatchKMeansModel } from "./mini-batch-k-means";
export { PowerIterationClustering } from "./power-iteration-clustering";
