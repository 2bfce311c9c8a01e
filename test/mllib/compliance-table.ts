/** Every estimator and transformer, and how the compliance suite may use it. Each area adds its classes here. */

type Values = Readonly<Record<string, unknown>>;

export interface Subject {
  /** The class's name in firesteel/mllib. */
  readonly name: string;
  /** Parameters with which it works on the suite's data: see compliance.test.ts for its columns. */
  readonly params: Values;
  /** Columns that it reads: without one, it must say so before any job. */
  readonly reads: readonly string[];
  /** A parameter with a value that it must refuse. */
  readonly wrong?: readonly [name: string, value: unknown];
  /** Why it need not work on one row. */
  readonly oneRow?: string;
  /** What the output must be called; `outputCol` where absent. */
  readonly output?: string;
  /** Why results may depend on partitions. */
  readonly partitions?: string;
  /** Why it takes null vectors or numbers: what happens to them instead of an error. */
  readonly nulls?: string;
}

const vectors = { inputCol: "features", outputCol: "out" };
const READS = ["features"];

export const SUBJECTS: readonly Subject[] = [
  { name: "Binarizer", params: { inputCol: "x", outputCol: "out", threshold: 1 }, reads: ["x"], wrong: ["threshold", "a"], nulls: "null stays null" }, // prettier-ignore
  { name: "Bucketizer", params: { inputCol: "x", outputCol: "out", splits: [-Infinity, 0, Infinity] }, reads: ["x"], wrong: ["splits", [1, 0, 2]], nulls: "null stays null" }, // prettier-ignore
  { name: "ChiSqSelector", params: { featuresCol: "counts", outputCol: "out", numTopFeatures: 1 }, reads: ["counts", "label"], wrong: ["numTopFeatures", 0] }, // prettier-ignore
  { name: "CountVectorizer", params: { inputCol: "words", outputCol: "out" }, reads: ["words"], wrong: ["vocabSize", 0] },
  { name: "DCT", params: vectors, reads: READS, wrong: ["inverse", 1] },
  { name: "ElementwiseProduct", params: { ...vectors, scalingVec: [1, 2, 3] }, reads: READS, wrong: ["scalingVec", "a"] },
  { name: "FeatureHasher", params: { inputCols: ["x", "text"], outputCol: "out", numFeatures: 16 }, reads: ["x", "text"], wrong: ["numFeatures", 0], nulls: "null adds nothing" }, // prettier-ignore
  {
    name: "HashingTF",
    params: { inputCol: "words", outputCol: "out", numFeatures: 16 },
    reads: ["words"],
    wrong: ["numFeatures", 0],
  },
  { name: "IDF", params: { ...vectors, inputCol: "counts" }, reads: ["counts"], wrong: ["minDocFreq", -1] },
  {
    name: "Imputer",
    params: { inputCol: "x", outputCol: "out" },
    reads: ["x"],
    wrong: ["strategy", "guess"],
    nulls: "null is replaced",
  },
  { name: "IndexToString", params: { inputCol: "category", outputCol: "out", labels: ["a", "b", "c"] }, reads: ["category"], wrong: ["labels", 1] }, // prettier-ignore
  {
    name: "Interaction",
    params: { inputCols: ["x", "category"], outputCol: "out" },
    reads: ["x", "category"],
    wrong: ["inputCols", "x"],
  },
  { name: "MaxAbsScaler", params: vectors, reads: READS },
  { name: "MinMaxScaler", params: vectors, reads: READS, wrong: ["min", "a"] },
  { name: "NGram", params: { inputCol: "words", outputCol: "out" }, reads: ["words"], wrong: ["n", 0] },
  { name: "Normalizer", params: vectors, reads: READS, wrong: ["p", 0.5] },
  {
    name: "OneHotEncoder",
    params: { inputCol: "category", outputCol: "out" },
    reads: ["category"],
    wrong: ["handleInvalid", "skip"],
  },
  { name: "PCA", params: { ...vectors, k: 2 }, reads: READS, wrong: ["k", 0], oneRow: "one row has no covariance" },
  { name: "PolynomialExpansion", params: vectors, reads: READS, wrong: ["degree", 0] },
  { name: "QuantileDiscretizer", params: { inputCol: "x", outputCol: "out", numBuckets: 3, handleInvalid: "keep" }, reads: ["x"], wrong: ["numBuckets", 1], nulls: "null stays null" }, // prettier-ignore
  {
    name: "RFormula",
    params: { formula: "label ~ x + text + x:text", featuresCol: "out" },
    reads: ["x", "label"],
    wrong: ["formula", "y ~ a +"],
  },
  { name: "RegexTokenizer", params: { inputCol: "text", outputCol: "out" }, reads: ["text"], wrong: ["minTokenLength", -1] },
  { name: "RobustScaler", params: vectors, reads: READS, wrong: ["lower", 1] },
  { name: "SQLTransformer", params: { statement: "SELECT *, x * label AS out FROM __THIS__" }, reads: ["x", "label"], wrong: ["statement", "SELECT 1"], nulls: "as SQL does" }, // prettier-ignore
  { name: "StandardScaler", params: { ...vectors, withMean: true }, reads: READS, wrong: ["withStd", "no"] },
  {
    name: "StopWordsRemover",
    params: { inputCol: "words", outputCol: "out" },
    reads: ["words"],
    wrong: ["locale", "not a locale"],
  },
  {
    name: "StringIndexer",
    params: { inputCol: "text", outputCol: "out" },
    reads: ["text"],
    wrong: ["stringOrderType", "random"],
  },
  { name: "TargetEncoder", params: { inputCol: "category", outputCol: "out", handleInvalid: "keep" }, reads: ["category", "label"], wrong: ["smoothing", -1], nulls: "null is a category, here one that was not seen" }, // prettier-ignore
  { name: "Tokenizer", params: { inputCol: "text", outputCol: "out" }, reads: ["text"] },
  { name: "UnivariateFeatureSelector", params: { featuresCol: "features", outputCol: "out", featureType: "continuous", labelType: "categorical", selectionThreshold: 1 }, reads: ["features", "label"], wrong: ["featureType", "text"] }, // prettier-ignore
  {
    name: "VarianceThresholdSelector",
    params: { featuresCol: "features", outputCol: "out" },
    reads: READS,
    wrong: ["varianceThreshold", -1],
  },
  { name: "VectorAssembler", params: { inputCols: ["x", "features"], outputCol: "out" }, reads: ["x", "features"], wrong: ["handleInvalid", "ignore"] }, // prettier-ignore
  { name: "VectorIndexer", params: { ...vectors, inputCol: "counts" }, reads: ["counts"], wrong: ["maxCategories", 1] },
  { name: "VectorSizeHint", params: { inputCol: "features", size: 3 }, reads: READS, wrong: ["size", -1], output: "features" },
  { name: "VectorSlicer", params: { ...vectors, indices: [2, 0] }, reads: READS, wrong: ["indices", [1, 1]] },
  { name: "ALS", params: { predictionCol: "out", userCol: "category", itemCol: "label", ratingCol: "x", rank: 2, seed: 1 }, reads: ["category", "label", "x"], wrong: ["rank", 0] }, // prettier-ignore
  { name: "BisectingKMeans", params: { predictionCol: "out", k: 2, seed: 1 }, reads: READS, wrong: ["k", 1] },
  { name: "GaussianMixture", params: { predictionCol: "out", k: 2, seed: 1 }, reads: READS, wrong: ["k", 1] },
  { name: "KMeans", params: { predictionCol: "out", k: 2, seed: 1 }, reads: READS, wrong: ["k", 1] },
];
