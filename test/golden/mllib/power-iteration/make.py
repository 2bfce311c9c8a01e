"""What Spark 4.2 says of power iteration clustering: `python make.py` writes clusters.json beside it. Needs pyspark 4.2."""
import json
import math
import os
import sys

from pyspark.ml.clustering import PowerIterationClustering

here = os.path.dirname(os.path.abspath(__file__))
sys.path.append(os.path.dirname(here))
from golden import spark_session  # noqa: E402

spark = spark_session(shuffle_partitions=2)


def ring(radius, count):
    return [(radius * math.cos(2 * math.pi * i / count), radius * math.sin(2 * math.pi * i / count)) for i in range(count)]


points = ring(1, 10) + ring(4, 40)
edges = []
for i, a in enumerate(points):
    for j, b in enumerate(points[:i]):
        edges.append([i, j, round(math.exp(-((a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2) / 2), 6)])
df = spark.createDataFrame([tuple(edge) for edge in edges], "src BIGINT, dst BIGINT, weight DOUBLE")
out = {"edges": edges, "cases": []}
for params in [{"initMode": "degree", "maxIter": 10}]:
    found = PowerIterationClustering(weightCol="weight", **params).assignClusters(df).orderBy("id").collect()
    out["cases"].append({"params": params, "clusters": [row.cluster for row in found]})
with open(os.path.join(here, "clusters.json"), "w") as file:
    json.dump(out, file)
spark.stop()
