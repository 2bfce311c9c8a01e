"""What Spark 4.2 says of factors: `python make.py` writes factors.json and the saved model beside it. Needs pyspark 4.2."""
import json
import os
import sys
import tempfile

from pyspark.ml.recommendation import ALS

here = os.path.dirname(os.path.abspath(__file__))
sys.path.append(os.path.dirname(here))
from golden import save_model, spark_session, uniform  # noqa: E402

spark = spark_session(shuffle_partitions=2)
# Else the lineage of many iterations overflows the stack.
spark.sparkContext.setCheckpointDir(tempfile.mkdtemp())

u = uniform(5)


users = [[2 * u(), 2 * u()] for _ in range(30)]
items = [[2 * u(), 2 * u()] for _ in range(20)]
ratings = [
    [i * 3 - 7, j * 5, round(a[0] * b[0] + a[1] * b[1] + (u() - 0.5) / 5, 6)]
    for i, a in enumerate(users)
    for j, b in enumerate(items)
    if u() < 0.6
]
counts = [[i, j, float(int(rating * 2) - 1)] for i, j, rating in ratings]
out = {"ratings": ratings, "counts": counts, "fits": []}


def table(factors):
    return [[row.id] + [float(x) for x in row.features] for row in factors.orderBy("id").collect()]


for params in [
    {"rank": 2, "maxIter": 20, "regParam": 0.01},
    {"rank": 3, "maxIter": 5, "regParam": 0.1, "nonnegative": True},
    {"rank": 3, "maxIter": 20, "regParam": 0.1, "implicitPrefs": True, "alpha": 0.5},
    {"rank": 2, "maxIter": 5, "regParam": 0.1, "implicitPrefs": True, "nonnegative": True},
]:
    rows = counts if params.get("implicitPrefs") else ratings
    df = spark.createDataFrame([tuple(row) for row in rows], "user INT, item INT, rating FLOAT")
    model = ALS(seed=1, numUserBlocks=2, numItemBlocks=2, checkpointInterval=3, **params).fit(df)
    predicted = {(row.user, row.item): row.prediction for row in model.transform(df).collect()}
    out["fits"].append(
        {
            "params": params,
            "users": table(model.userFactors),
            "items": table(model.itemFactors),
            "predictions": [predicted[row[0], row[1]] for row in rows],
        }
    )
    if len(out["fits"]) == 1:
        out["recommended"] = [
            [row.user, [[r.item, r.rating] for r in row.recommendations]]
            for row in model.recommendForAllUsers(3).orderBy("user").collect()
        ]
        save_model(model, os.path.join(here, "als"))
with open(os.path.join(here, "factors.json"), "w") as file:
    json.dump(out, file)
spark.stop()
