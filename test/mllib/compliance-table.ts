/** Every estimator and transformer, and how the compliance suite may use it. Each area adds its classes here. */

import { mllib } from "../support/built-session";

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
  /** Digits that results on one and on several partitions, and of weights and repeated rows, have in common; 12 where absent. */
  readonly digits?: number;
  /** Why a row of weight 2 need not count as two rows. Said of every class that has weights and is exempt. */
  readonly weights?: string;
  /** Why a fit need not say that a feature is NaN or infinite. Said of every estimator that takes them. */
  readonly nonFinite?: string;
  /** Why fits cannot be ended in their midst. */
  readonly cancel?: string;
}

const vectors = { inputCol: "features", outputCol: "out" };
const READS = ["features"];
const LABELLED = ["features", "label"];
const classifier = { predictionCol: "out", rawPredictionCol: "", probabilityCol: "" };
const regressor = { predictionCol: "out" };
const IN_ORDER = "batches are learned from in their order";
const STEPS = "two steps are not one of twice the size";
const FIRST = "the first centers are drawn among rows";
const BOOTSTRAP = "samples are drawn by row";
const UNWEIGHTED = "as in Spark, fits look at no weights";
const FOLDS = "folds are drawn by partition, as Spark does";
const tree = () => new mllib.DecisionTreeClassifier({ ...classifier, maxDepth: 2 });

function searched(): Values {
  const estimator = tree();
  const estimatorParamMaps = new mllib.ParamGridBuilder().addGrid(estimator.maxDepth, [1, 2]).build();
  return { estimator, estimatorParamMaps, evaluator: accuracy(), seed: 1 };
}

const accuracy = () => new mllib.MulticlassClassificationEvaluator({ metricName: "accuracy", predictionCol: "out" });
const drawn = (): Values => ({ estimator: new mllib.SGDClassifier({ ...classifier, shuffle: false }), paramDistributions: { alpha: [1e-4, 1e-2] }, evaluator: accuracy(), seed: 1 }); // prettier-ignore

export const SUBJECTS: readonly Subject[] = [
  { name: "Binarizer", params: { inputCol: "x", outputCol: "out", threshold: 1 }, reads: ["x"], wrong: ["threshold", "a"], nulls: "null becomes 0" }, // prettier-ignore
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
  {
    name: "IDF",
    nonFinite: "documents are counted by entries above 0, as Spark does",
    params: { ...vectors, inputCol: "counts" },
    reads: ["counts"],
    wrong: ["minDocFreq", -1],
  },
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
  {
    name: "MaxAbsScaler",
    nonFinite: "scales are found as Spark finds them, with NaN and infinite entries",
    params: vectors,
    reads: READS,
  },
  {
    name: "MinMaxScaler",
    nonFinite: "scales are found as Spark finds them, with NaN and infinite entries",
    params: vectors,
    reads: READS,
    wrong: ["min", "a"],
  },
  { name: "NGram", params: { inputCol: "words", outputCol: "out" }, reads: ["words"], wrong: ["n", 0] },
  { name: "Normalizer", params: vectors, reads: READS, wrong: ["p", 0.5] },
  {
    name: "OneHotEncoder",
    params: { inputCol: "category", outputCol: "out" },
    reads: ["category"],
    wrong: ["handleInvalid", "skip"],
    nulls: "null stays null",
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
  {
    name: "RobustScaler",
    nonFinite: "scales are found as Spark finds them, with NaN and infinite entries",
    params: vectors,
    reads: READS,
    wrong: ["lower", 1],
  },
  { name: "SQLTransformer", params: { statement: "SELECT *, x * label AS out FROM __THIS__" }, reads: ["x", "label"], wrong: ["statement", "SELECT 1"], nulls: "as SQL does" }, // prettier-ignore
  {
    name: "StandardScaler",
    nonFinite: "scales are found as Spark finds them, with NaN and infinite entries",
    params: { ...vectors, withMean: true },
    reads: READS,
    wrong: ["withStd", "no"],
  },
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
    nonFinite: "their variance is no number, and above no threshold",
    params: { featuresCol: "features", outputCol: "out" },
    reads: READS,
    wrong: ["varianceThreshold", -1],
  },
  { name: "VectorAssembler", params: { inputCols: ["x", "features"], outputCol: "out" }, reads: ["x", "features"], wrong: ["handleInvalid", "ignore"] }, // prettier-ignore
  {
    name: "VectorIndexer",
    nonFinite: "they are values as others",
    params: { ...vectors, inputCol: "counts" },
    reads: ["counts"],
    wrong: ["maxCategories", 1],
  },
  { name: "VectorSizeHint", params: { inputCol: "features", size: 3 }, reads: READS, wrong: ["size", -1], output: "features" },
  { name: "VectorSlicer", params: { ...vectors, indices: [2, 0] }, reads: READS, wrong: ["indices", [1, 1]] },
  { name: "Word2Vec", params: { inputCol: "words", outputCol: "out", vectorSize: 4, minCount: 1, seed: 1 }, reads: ["words"], wrong: ["vectorSize", 0], partitions: IN_ORDER }, // prettier-ignore
  { name: "ALS", params: { predictionCol: "out", userCol: "category", itemCol: "label", ratingCol: "x", rank: 2, seed: 1 }, reads: ["category", "label", "x"], wrong: ["rank", 0] }, // prettier-ignore
  { name: "MinHashLSH", params: { inputCol: "counts", outputCol: "out", numHashTables: 2, seed: 1 }, reads: ["counts"], wrong: ["numHashTables", 0], nonFinite: "hash functions do not depend on the rows" }, // prettier-ignore
  { name: "BucketedRandomProjectionLSH", params: { ...vectors, numHashTables: 2, bucketLength: 2, seed: 1 }, reads: READS, wrong: ["bucketLength", 0], nonFinite: "hash functions do not depend on the rows" }, // prettier-ignore
  { name: "FPGrowth", params: { itemsCol: "items", predictionCol: "out", minSupport: 0.2, minConfidence: 0.3 }, reads: ["items"], wrong: ["minSupport", 2], nulls: "a row without items has no predictions, as Spark" }, // prettier-ignore
  { name: "BisectingKMeans", params: { predictionCol: "out", k: 2, seed: 1 }, reads: READS, wrong: ["k", 1] },
  { name: "GaussianMixture", params: { predictionCol: "out", k: 2, seed: 1 }, reads: READS, wrong: ["k", 1], weights: FIRST },
  { name: "KMeans", params: { predictionCol: "out", k: 2, seed: 1 }, reads: READS, wrong: ["k", 1], weights: FIRST },
  { name: "LDA", params: { topicDistributionCol: "out", featuresCol: "counts", k: 2, maxIter: 3, seed: 1 }, reads: ["counts"], wrong: ["k", 1], partitions: "documents are drawn by their place" }, // prettier-ignore
  { name: "MiniBatchKMeans", params: { predictionCol: "out", k: 2, seed: 1 }, reads: READS, wrong: ["k", 1], partitions: IN_ORDER, weights: FIRST }, // prettier-ignore
  { name: "IncrementalPCA", params: { ...vectors, k: 2 }, reads: READS, wrong: ["k", 0], partitions: IN_ORDER },
  { name: "TruncatedSVD", params: vectors, reads: READS, wrong: ["k", 0], digits: 8 },
  { name: "QuantileTransformer", params: vectors, reads: READS, wrong: ["nQuantiles", 1], nonFinite: "ranks are known of infinities, and NaN does not count" }, // prettier-ignore
  { name: "OrdinalEncoder", params: { inputCols: ["text", "x"], outputCols: ["category2", "out"], handleUnknown: "use_encoded_value", unknownValue: -1 }, reads: ["text", "x"], wrong: ["handleUnknown", "keep"], nulls: "null is encodedMissingValue" }, // prettier-ignore
  { name: "ColumnTransformer", nonFinite: "its stages say what they take", params: { transformers: [["scaled", new mllib.StandardScaler(), ["features", "x"]], ["words", new mllib.Pipeline({ stages: [new mllib.HashingTF({ numFeatures: 8 })] }), "words"]], outputCol: "out" }, reads: ["features", "x", "words"], wrong: ["remainder", "keep"] }, // prettier-ignore
  { name: "LogisticRegression", params: classifier, reads: LABELLED, wrong: ["regParam", -1], digits: 6 },
  { name: "LinearSVC", params: { predictionCol: "out", rawPredictionCol: "", maxIter: 5 }, reads: LABELLED, wrong: ["maxIter", -1] }, // prettier-ignore
  { name: "DecisionTreeClassifier", params: classifier, reads: LABELLED, wrong: ["maxDepth", 31] },
  { name: "RandomForestClassifier", params: { ...classifier, numTrees: 3, seed: 1 }, reads: LABELLED, wrong: ["numTrees", 0], weights: BOOTSTRAP }, // prettier-ignore
  { name: "GBTClassifier", params: { ...classifier, maxIter: 2, seed: 1 }, reads: LABELLED, wrong: ["stepSize", 0] },
  { name: "NaiveBayes", params: { ...classifier, modelType: "gaussian" }, reads: LABELLED, wrong: ["modelType", "poisson"] },
  { name: "MultilayerPerceptronClassifier", params: { ...classifier, layers: [3, 2, 2], maxIter: 5, seed: 1 }, reads: LABELLED, wrong: ["layers", [3]] }, // prettier-ignore
  { name: "SGDClassifier", params: { ...classifier, loss: "log_loss", shuffle: false }, reads: LABELLED, wrong: ["loss", "cubic"], partitions: IN_ORDER, weights: STEPS }, // prettier-ignore
  { name: "Perceptron", params: { ...classifier, shuffle: false }, reads: LABELLED, wrong: ["alpha", 0], partitions: IN_ORDER, weights: STEPS }, // prettier-ignore
  { name: "PassiveAggressiveClassifier", params: { ...classifier, shuffle: false }, reads: LABELLED, wrong: ["C", 0], partitions: IN_ORDER, weights: STEPS }, // prettier-ignore
  { name: "LinearRegression", params: regressor, reads: LABELLED, wrong: ["solver", "qr"], digits: 8 },
  { name: "GeneralizedLinearRegression", params: regressor, reads: LABELLED, wrong: ["family", "cauchy"], digits: 8 },
  { name: "FMClassifier", params: { ...classifier, factorSize: 2, maxIter: 4, stepSize: 0.1, seed: 1 }, reads: LABELLED, wrong: ["factorSize", 0], weights: UNWEIGHTED }, // prettier-ignore
  { name: "FMRegressor", params: { ...regressor, factorSize: 2, maxIter: 4, stepSize: 0.1, seed: 1 }, reads: LABELLED, wrong: ["miniBatchFraction", 0], weights: UNWEIGHTED }, // prettier-ignore
  { name: "AFTSurvivalRegression", params: { ...regressor, labelCol: "lifetime", censorCol: "label", maxIter: 4 }, reads: ["features", "lifetime", "label"], wrong: ["quantileProbabilities", [1]] }, // prettier-ignore
  { name: "IsotonicRegression", params: { ...regressor, featuresCol: "x" }, reads: ["x", "label"], wrong: ["featureIndex", -1] },
  { name: "DecisionTreeRegressor", params: regressor, reads: LABELLED, wrong: ["maxBins", 1] },
  { name: "RandomForestRegressor", params: { ...regressor, numTrees: 3, seed: 1 }, reads: LABELLED, wrong: ["subsamplingRate", 0], weights: BOOTSTRAP }, // prettier-ignore
  { name: "GBTRegressor", params: { ...regressor, maxIter: 2, seed: 1 }, reads: LABELLED, wrong: ["lossType", "huber"] },
  { name: "SGDRegressor", params: { ...regressor, shuffle: false, learningRate: "constant", eta0: 1e-4 }, reads: LABELLED, wrong: ["penalty", "l3"], partitions: IN_ORDER, weights: STEPS }, // prettier-ignore
  { name: "PassiveAggressiveRegressor", params: { ...regressor, shuffle: false }, reads: LABELLED, wrong: ["C", 0], partitions: IN_ORDER, weights: STEPS }, // prettier-ignore
  { name: "OneVsRest", params: { classifier: new mllib.LogisticRegression({ maxIter: 3 }), predictionCol: "out", rawPredictionCol: "" }, reads: LABELLED, wrong: ["parallelism", 0] }, // prettier-ignore
  { name: "MultiOutputClassifier", params: { estimator: tree(), labelCols: ["label"], predictionCols: ["out"] }, reads: LABELLED, wrong: ["estimator", 1] }, // prettier-ignore
  { name: "MultiOutputRegressor", params: { estimator: new mllib.DecisionTreeRegressor(), labelCols: ["label"], predictionCols: ["out"] }, reads: LABELLED, wrong: ["labelCols", "label"] }, // prettier-ignore
  { name: "ClassifierChain", params: { estimator: tree(), labelCols: ["label"], predictionCols: ["out"] }, reads: LABELLED, wrong: ["parallelism", 0] }, // prettier-ignore
  { name: "VotingClassifier", params: { estimators: [tree(), new mllib.LogisticRegression()], predictionCol: "out" }, reads: LABELLED, wrong: ["estimators", []] }, // prettier-ignore
  { name: "VotingRegressor", params: { estimators: [new mllib.LinearRegression()], predictionCol: "out" }, reads: LABELLED, wrong: ["weights", [-1]], digits: 8 }, // prettier-ignore
  { name: "StackingClassifier", params: { estimators: [new mllib.LogisticRegression({ maxIter: 5 })], finalEstimator: tree(), numFolds: 2 }, reads: LABELLED, wrong: ["numFolds", 1], partitions: FOLDS }, // prettier-ignore
  { name: "StackingRegressor", params: { estimators: [new mllib.DecisionTreeRegressor()], finalEstimator: new mllib.DecisionTreeRegressor(regressor), numFolds: 2 }, reads: LABELLED, wrong: ["finalEstimator", 1], partitions: FOLDS }, // prettier-ignore
  { name: "BaggingClassifier", params: { estimator: tree(), numEstimators: 2, predictionCol: "out" }, reads: LABELLED, wrong: ["maxSamples", 0], partitions: "samples are drawn by partition" }, // prettier-ignore
  { name: "BaggingRegressor", params: { estimator: new mllib.DecisionTreeRegressor(), numEstimators: 2, predictionCol: "out" }, reads: LABELLED, wrong: ["maxSamples", 0], partitions: "samples are drawn by partition" }, // prettier-ignore
  { name: "BlockwiseVotingClassifier", params: { estimator: tree(), predictionCol: "out" }, reads: LABELLED, wrong: ["estimator", "tree"], partitions: "there is a model for each" }, // prettier-ignore
  { name: "BlockwiseVotingRegressor", params: { estimator: new mllib.DecisionTreeRegressor(), predictionCol: "out" }, reads: LABELLED, wrong: ["estimator", "tree"], partitions: "there is a model for each" }, // prettier-ignore
  { name: "Incremental", params: { estimator: new mllib.SGDRegressor({ predictionCol: "out", shuffle: false, learningRate: "constant", eta0: 1e-4 }) }, reads: LABELLED, wrong: ["estimator", tree()], partitions: IN_ORDER }, // prettier-ignore
  { name: "ParallelPostFit", params: { estimator: tree() }, reads: LABELLED, wrong: ["estimator", 1] },
  { name: "Pipeline", params: { stages: [new mllib.Binarizer({ inputCol: "x", outputCol: "positive", threshold: 0 }), tree()] }, reads: [...LABELLED, "x"], wrong: ["stages", [1]] }, // prettier-ignore
  { name: "CrossValidator", params: searched(), reads: LABELLED, wrong: ["numFolds", 1], partitions: FOLDS },
  { name: "TrainValidationSplit", params: searched(), reads: LABELLED, wrong: ["trainRatio", 2], partitions: FOLDS },
  { name: "RandomizedSearchCV", params: { ...drawn(), nIter: 2 }, reads: LABELLED, wrong: ["nIter", 0], partitions: FOLDS },
  { name: "SuccessiveHalvingSearchCV", params: { ...drawn(), nInitialParameters: 2 }, reads: LABELLED, wrong: ["nInitialParameters", 0], partitions: FOLDS }, // prettier-ignore
  { name: "HyperbandSearchCV", params: { ...drawn(), maxIter: 2 }, reads: LABELLED, wrong: ["maxIter", 0], partitions: FOLDS },
  { name: "IncrementalSearchCV", params: { ...drawn(), nInitialParameters: 2, maxIter: 2 }, reads: LABELLED, wrong: ["maxIter", 0], partitions: FOLDS }, // prettier-ignore
  { name: "InverseDecaySearchCV", params: { ...drawn(), nInitialParameters: 2, maxIter: 2 }, reads: LABELLED, wrong: ["maxIter", 0], partitions: FOLDS }, // prettier-ignore
];
