"""What Spark 4.2 says of locality-sensitive hashing: `python make.py` writes hashes.json and saved models beside it. Needs pyspark 4.2."""
import json
import os
import sys

from pyspark.ml.feature import BucketedRandomProjectionLSH, MinHashLSH
from pyspark.ml.linalg import Vectors, VectorUDT
from pyspark.sql.types import IntegerType, StructField, StructType

here = os.path.dirname(os.path.abspath(__file__))
sys.path.append(os.path.dirname(here))
from golden import save_model, spark_session, uniform  # noqa: E402

spark = spark_session(shuffle_partitions=2)

u = uniform(5)


# Entries by index: sparse vectors of 60, dense ones of 4.
sets = [sorted({int(60 * u() ** 2) for _ in range(3 + int(u() * 6))}) for _ in range(60)]
points = [[round(u() * 4 - 2, 3) for _ in range(4)] for _ in range(60)]
schema = StructType([StructField("id", IntegerType()), StructField("features", VectorUDT())])
frames = {
    "sets": [(i, Vectors.sparse(60, row, [1.0] * len(row))) for i, row in enumerate(sets)],
    "points": [(i, Vectors.dense(row)) for i, row in enumerate(points)],
}
out = {"sets": sets, "points": points, "cases": []}
for name, rows, lsh, threshold in [
    ("min-hash", "sets", MinHashLSH(numHashTables=5, seed=7), 0.7),
    ("random-projection", "points", BucketedRandomProjectionLSH(numHashTables=3, bucketLength=1.0, seed=7), 1.2),
]:
    lsh.setInputCol("features").setOutputCol("hashes")
    df = spark.createDataFrame(frames[rows], schema)
    a, b = df.where("id < 30"), df.where("id >= 30")
    model = lsh.fit(a)
    key = frames[rows][31][1]
    case = {"name": name, "rows": rows, "threshold": threshold}
    case["hashes"] = [[float(x[0]) for x in row.hashes] for row in model.transform(df).orderBy("id").collect()]
    pairs = lambda found: sorted([row.datasetA.id, row.datasetB.id, row.distCol] for row in found.collect())
    case["join"] = pairs(model.approxSimilarityJoin(a, b, threshold))
    case["self"] = pairs(model.approxSimilarityJoin(a, a, threshold))
    near = lambda probe: [[row.id, row.distCol] for row in model._call_java("approxNearestNeighbors", df, key, 5, probe, "distCol").collect()]
    case["nearest"] = near(True)
    case["nearestMany"] = near(False)
    out["cases"].append(case)
    save_model(model, os.path.join(here, name))
with open(os.path.join(here, "hashes.json"), "w") as file:
    json.dump(out, file)
spark.stop()
