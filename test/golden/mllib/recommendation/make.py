"""What Spark 4.2 says of factors: `python make.py` writes factors.json and the saved model beside it. Needs pyspark 4.2."""
import json
import os
import shutil
import tempfile

from pyspark.ml.recommendation import ALS
from pyspark.sql import SparkSession

here = os.path.dirname(os.path.abspath(__file__))
spark = (
    SparkSession.builder.master("local[2]")
    .config("spark.ui.enabled", False)
    .config("spark.sql.shuffle.partitions", 2)
    .getOrCreate()
)
spark.sparkContext.setLogLevel("ERROR")
# Else the lineage of many iterations overflows the stack.
spark.sparkContext.setCheckpointDir(tempfile.mkdtemp())

state = 5


def u():
    global state
    state = (1664525 * state + 1013904223) % 2**32
    return state / 2**32


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
        path = os.path.join(here, "als")
        shutil.rmtree(path, ignore_errors=True)
        model.write().save(path)
for folder, _, files in os.walk(here):
    for file in files:
        if file.endswith(".crc"):
            os.remove(os.path.join(folder, file))
with open(os.path.join(here, "factors.json"), "w") as file:
    json.dump(out, file)
spark.stop()
