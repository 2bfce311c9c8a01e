/** Parameters of latent Dirichlet allocation. */
import { boolParam, choiceParam, doubleParam, doublesParam, gt, gtEq, inRange, intParam, stringParam } from "../../param/kinds";
import { featuresCol, maxIter, seed } from "../../param/shared";

export const ldaParams = {
  ...featuresCol,
  ...maxIter(20),
  ...seed(),
  k: intParam("number of topics", 10, gt(1)),
  optimizer: choiceParam(
    '"online": variational Bayes, batch by batch; "em": expectation maximization',
    ["online", "em"],
    "online",
  ),
  docConcentration: doublesParam(
    "prior of documents' topics (alpha): one number for all, or one for each topic; above 1 with em. 1 / k where it is not set, 50 / k + 1 with em",
    undefined,
    (values) => (values.every((value) => value >= 0) ? null : "must be numbers of at least 0"),
  ),
  topicConcentration: doubleParam(
    "prior of topics' terms (eta); above 1 with em. 1 / k where it is not set, 1.1 with em",
    undefined,
    gtEq(0),
  ),
  topicDistributionCol: stringParam(
    "name of the column for the topics of a document: a vector of zeros of one that is empty",
    "topicDistribution",
  ),
  learningOffset: doubleParam("of online: early iterations count less, the larger this is (tau0)", 1024, gt(0)),
  learningDecay: doubleParam("of online: how fast later iterations count less (kappa); in (0.5, 1] it converges", 0.51, gt(0)),
  subsamplingRate: doubleParam("of online: share of the documents of an iteration", 0.05, inRange(0, 1, false)),
  optimizeDocConcentration: boolParam("of online: whether docConcentration is learned, too", true),
  checkpointInterval: intParam(
    "of em: iterations from one checkpoint to the next; none where it is -1, or the application has no checkpoint directory",
    10,
    (value) => (value === -1 || value >= 1 ? null : "must be -1 or at least 1"),
  ),
  keepLastCheckpoint: boolParam("of em: whether the last checkpoint stays for the model", true),
} as const;
