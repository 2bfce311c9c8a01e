"""What Spark 4.2 says of latent Dirichlet allocation: `python make.py` writes topics.json and models beside it. Needs pyspark 4.2."""
import json
import os
import sys
import random

from pyspark.ml.clustering import LDA
from pyspark.ml.linalg import Vectors

here = os.path.dirname(os.path.abspath(__file__))
sys.path.append(os.path.dirname(here))
from golden import save_model, spark_session  # noqa: E402

spark = spark_session(shuffle_partitions=1)
WIDTH = 12
random.seed(5)


def document():
    """Terms of one topic, of three, and a few of another."""
    topic, other = random.sample(range(3), 2)
    counts = {}
    for _ in range(random.randint(4, 20)):
        term = 4 * (topic if random.random() < 0.85 else other) + random.randint(0, 3)
        counts[term] = counts.get(term, 0) + 1
    return sorted(counts.items())


documents = [[] if i % 17 == 5 else document() for i in range(120)]
# In one partition: the one in which Spark draws as firesteel does in any.
df = spark.createDataFrame(
    [(i, Vectors.sparse(WIDTH, [(t, float(c)) for t, c in pairs])) for i, pairs in enumerate(documents)], ["id", "features"]
).coalesce(1).cache()
out = {"width": WIDTH, "documents": documents, "cases": []}
CASES = [
    {"k": 3, "maxIter": 0},
    {"k": 3, "maxIter": 8, "subsamplingRate": 0.2},
    {"k": 3, "maxIter": 15, "subsamplingRate": 0.3, "learningOffset": 8.0, "learningDecay": 0.7},
    {"k": 4, "maxIter": 6, "optimizeDocConcentration": False, "docConcentration": [0.1, 0.2, 0.3, 0.4], "topicConcentration": 0.05},
    {"k": 3, "maxIter": 0, "optimizer": "em"},
    {"k": 3, "maxIter": 12, "optimizer": "em"},
    {"k": 2, "maxIter": 5, "optimizer": "em", "docConcentration": [3.0], "topicConcentration": 1.5},
]
for params in CASES:
    model = LDA(seed=7, **params).fit(df)
    case = {
        "params": params,
        "topics": [row.tolist() for row in model.topicsMatrix().toArray()],
        "alpha": model.estimatedDocConcentration().tolist(),
        "described": [[row.topic, row.termIndices, row.termWeights] for row in model.describeTopics(4).collect()],
    }
    # Distributed models infer with a random seed; once their local model was asked for, with that of all local ones.
    local = model.toLocal() if model.isDistributed() else model
    case["distributions"] = [row[0].tolist() for row in local.transform(df).orderBy("id").select("topicDistribution").collect()]
    case["logLikelihood"] = local.logLikelihood(df)
    case["logPerplexity"] = local.logPerplexity(df)
    if model.isDistributed():
        case["trainingLogLikelihood"] = model.trainingLogLikelihood()
        case["logPrior"] = model.logPrior()
    out["cases"].append(case)
for name, model in (
    ("local", LDA(seed=7, k=3, maxIter=5, subsamplingRate=0.3).fit(df)),
    ("distributed", LDA(seed=7, k=3, maxIter=5, optimizer="em").fit(df)),
):
    save_model(model, os.path.join(here, name))
    local = model.toLocal() if model.isDistributed() else model
    out[name] = [row[0].tolist() for row in local.transform(df).orderBy("id").select("topicDistribution").collect()]
with open(os.path.join(here, "topics.json"), "w") as file:
    json.dump(out, file)
spark.stop()
