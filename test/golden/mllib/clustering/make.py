"""What Spark 4.2 says of clusters: `python make.py` writes clusters.json and the saved models beside it. Needs pyspark 4.2."""
import json
import math
import os
import sys

from pyspark.ml.clustering import BisectingKMeans, GaussianMixture, KMeans
from pyspark.ml.linalg import Vectors

here = os.path.dirname(os.path.abspath(__file__))
sys.path.append(os.path.dirname(here))
from golden import save_model, spark_session, uniform  # noqa: E402

spark = spark_session()

u = uniform(7)


def normal():
    return math.sqrt(-2 * math.log(u() + 1e-12)) * math.cos(2 * math.pi * u())


centers = [[0, 0, 0], [8, 1, -4], [-6, 7, 2], [3, -9, 5]]
rows = []
for i in range(240):
    at = centers[i % 4]
    rows.append([round(x + normal() * (0.5 + i % 4 * 0.3), 6) for x in at] + [1 + i % 3])


def frame(rows):
    return spark.createDataFrame([(Vectors.dense(r[:3]), float(r[3])) for r in rows], ["features", "w"]).repartition(3)


df = frame(rows)
out = {"rows": rows, "kmeans": [], "bisecting": [], "mixtures": []}


def sizes(model):
    return sorted(model.summary.clusterSizes)



def best(fit, cost):
    """Of several seeds: Spark ends in another local minimum now and then."""
    return min((fit(seed) for seed in range(1, 7)), key=cost)


# Directions are known of the rows that are not around the origin.
away = frame([r for r in rows if max(abs(x) for x in r[:3]) > 3])
for params in [
    {"k": 4, "tol": 0.0},
    {"k": 4, "tol": 0.0, "weightCol": "w"},
    {"k": 3, "tol": 0.0, "distanceMeasure": "cosine"},
    {"k": 4, "tol": 0.0, "initMode": "random", "maxIter": 50},
]:
    data = away if params["k"] == 3 else df
    model = best(lambda seed: KMeans(seed=seed, **params).fit(data), lambda model: model.summary.trainingCost)
    out["kmeans"].append(
        {
            "params": params,
            "centers": sorted(list(map(float, c)) for c in model.clusterCenters()),
            "cost": model.summary.trainingCost,
            "sizes": sizes(model),
        }
    )
for params in [{"k": 4, "seed": 1}, {"k": 3, "seed": 1}, {"k": 4, "seed": 1, "distanceMeasure": "cosine"}, {"k": 4, "seed": 1, "weightCol": "w"}]:
    model = BisectingKMeans(**params).fit(df)
    out["bisecting"].append(
        {
            "params": params,
            "centers": sorted(list(map(float, c)) for c in model.clusterCenters()),
            "cost": model.summary.trainingCost,
            "sizes": sizes(model),
        }
    )
for params in [{"k": 4, "tol": 1e-8}, {"k": 4, "tol": 1e-8, "weightCol": "w"}]:
    model = best(lambda seed: GaussianMixture(seed=seed, **params).fit(df), lambda model: -model.summary.logLikelihood)
    parts = sorted(
        [list(map(float, g.mean)), w, [list(map(float, line)) for line in g.cov.toArray()]]
        for w, g in zip(model.weights, model.gaussians)
    )
    out["mixtures"].append(
        {"params": params, "parts": parts, "logLikelihood": model.summary.logLikelihood, "sizes": sizes(model)}
    )

for name, model in [
    ("k-means", KMeans(k=4, seed=1).fit(df)),
    ("k-means-cosine", KMeans(k=4, seed=1, distanceMeasure="cosine").fit(df)),
    ("gaussian-mixture", GaussianMixture(k=4, seed=1).fit(df)),
    ("bisecting-k-means", BisectingKMeans(k=4, seed=1).fit(df)),
]:
    save_model(model, os.path.join(here, name))
    points = spark.createDataFrame([(i, Vectors.dense(r[:3])) for i, r in enumerate(rows)], ["i", "features"])
    result = model.transform(points).orderBy("i").collect()
    out[name] = {"prediction": [row.prediction for row in result]}
    if name == "gaussian-mixture":
        out[name]["probability"] = [list(map(float, row.probability)) for row in result]
with open(os.path.join(here, "clusters.json"), "w") as file:
    json.dump(out, file)
spark.stop()
