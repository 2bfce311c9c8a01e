/** Estimators whose models go to PySpark and back, with parameters for the data of models.ts. */
import * as mllib from "firesteel/mllib";

type Learner = () => never;
const known = mllib as unknown as Record<string, new (params: object) => never>;
const learner =
  (name: string, params: object = {}): Learner =>
  () => {
    const Class = known[name];
    if (Class === undefined) throw new Error(`${name} is not exported`);
    return new Class(params);
  };

const regression = { labelCol: "target" };

export const learners: Readonly<Record<string, Learner>> = {
  LogisticRegression: learner("LogisticRegression", { regParam: 0.1, thresholds: [0.4, 0.6] }),
  "LogisticRegression, multinomial": learner("LogisticRegression", { labelCol: "category", regParam: 0.1, elasticNetParam: 0.5 }),
  LinearSVC: learner("LinearSVC", { regParam: 0.1 }),
  "NaiveBayes, gaussian": learner("NaiveBayes", { modelType: "gaussian", featuresCol: "features" }),
  "NaiveBayes, multinomial": learner("NaiveBayes", { featuresCol: "counts" }),
  MultilayerPerceptronClassifier: learner("MultilayerPerceptronClassifier", {
    labelCol: "category",
    layers: [3, 4, 3],
    maxIter: 20,
    seed: 1,
  }),
  LinearRegression: learner("LinearRegression", regression),
  "LinearRegression, huber": learner("LinearRegression", { ...regression, loss: "huber" }),
  GeneralizedLinearRegression: learner("GeneralizedLinearRegression", { ...regression, linkPredictionCol: "link" }),
  FMClassifier: learner("FMClassifier", { factorSize: 3, maxIter: 10, stepSize: 0.1, seed: 1 }),
  FMRegressor: learner("FMRegressor", { ...regression, factorSize: 3, maxIter: 10, fitLinear: false, seed: 1 }),
  AFTSurvivalRegression: learner("AFTSurvivalRegression", { labelCol: "rating", censorCol: "label", quantilesCol: "quantiles" }),
  IsotonicRegression: learner("IsotonicRegression", { ...regression, featureIndex: 1 }),
  DecisionTreeClassifier: learner("DecisionTreeClassifier", { maxDepth: 4 }),
  DecisionTreeRegressor: learner("DecisionTreeRegressor", { ...regression, maxDepth: 4, varianceCol: "variance" }),
  RandomForestClassifier: learner("RandomForestClassifier", { labelCol: "category", numTrees: 4, seed: 1, leafCol: "leaf" }),
  RandomForestRegressor: learner("RandomForestRegressor", { ...regression, numTrees: 4, seed: 1 }),
  GBTClassifier: learner("GBTClassifier", { maxIter: 4, seed: 1 }),
  GBTRegressor: learner("GBTRegressor", { ...regression, maxIter: 4, seed: 1 }),
  // An empty rawPredictionCol, as the other suites have it, makes PySpark's model fail in transform.
  OneVsRest: () =>
    new mllib.OneVsRest({ classifier: new mllib.LogisticRegression({ maxIter: 3 }), labelCol: "category" }) as never,
  KMeans: learner("KMeans", { k: 3, seed: 1 }),
  BisectingKMeans: learner("BisectingKMeans", { k: 3, seed: 1 }),
  GaussianMixture: learner("GaussianMixture", { k: 2, seed: 1 }),
  LDA: learner("LDA", { featuresCol: "counts", k: 3, maxIter: 5, subsamplingRate: 0.3, seed: 1 }),
  // Spark takes a comma in the path of a saved graph for its end, and a blank for %20.
  LDA_em: learner("LDA", { featuresCol: "counts", k: 3, maxIter: 5, optimizer: "em", seed: 1 }),
  ALS: learner("ALS", { userCol: "user", itemCol: "item", ratingCol: "rating", rank: 3, seed: 1 }),
};
