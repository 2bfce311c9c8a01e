"""What Spark 4.2 says of frequent patterns: `python make.py` writes patterns.json and a saved model beside it. Needs pyspark 4.2."""
import json
import os
import shutil

from pyspark.ml.fpm import FPGrowth, PrefixSpan
from pyspark.sql import SparkSession

here = os.path.dirname(os.path.abspath(__file__))
spark = (
    SparkSession.builder.master("local[2]")
    .config("spark.ui.enabled", False)
    .config("spark.sql.shuffle.partitions", 2)
    .getOrCreate()
)
spark.sparkContext.setLogLevel("ERROR")

state = 5


def u():
    global state
    state = (1664525 * state + 1013904223) % 2**32
    return state / 2**32


def basket(items):
    return [item for item in items if u() < 0.55 * (1 if item < 4 else 0.7 if item < 8 else 0.3)]


numbers = [basket(range(12)) for _ in range(200)] + [None, []]
texts = [None if row is None else [f"item {i}" for i in row] for row in numbers]
sequences = [[basket(range(8)) for _ in range(1 + int(u() * 4))] for _ in range(80)] + [None, [], [[]]]
out = {"numbers": numbers, "texts": texts, "sequences": sequences, "fits": [], "patterns": []}

for rows, type, params in [
    ("numbers", "int", {"minSupport": 0.1, "minConfidence": 0.5}),
    ("numbers", "bigint", {"minSupport": 0.02, "minConfidence": 0.9, "numPartitions": 3}),
    ("texts", "string", {"minSupport": 0.15, "minConfidence": 0.4}),
]:
    df = spark.createDataFrame([(row,) for row in out[rows]], f"items array<{type}>")
    model = FPGrowth(**params).fit(df)
    out["fits"].append(
        {
            "rows": rows,
            "type": type,
            "params": params,
            "itemsets": [[row.items, row.freq] for row in model.freqItemsets.collect()],
            "rules": [list(row) for row in model.associationRules.collect()],
            "predictions": [row.prediction for row in model.transform(df).collect()],
        }
    )
    if rows == "texts":
        path = os.path.join(here, "fp-growth")
        shutil.rmtree(path, ignore_errors=True)
        model.write().save(path)
df = spark.createDataFrame([(row,) for row in sequences], "sequence array<array<int>>")
for params in [{"minSupport": 0.2}, {"minSupport": 0.1, "maxPatternLength": 3}, {"minSupport": 0.15, "maxLocalProjDBSize": 50}]:
    found = PrefixSpan(**params).findFrequentSequentialPatterns(df).collect()
    out["patterns"].append({"params": params, "sequences": [[row.sequence, row.freq] for row in found]})
for folder, _, files in os.walk(here):
    for file in files:
        if file.endswith(".crc"):
            os.remove(os.path.join(folder, file))
with open(os.path.join(here, "patterns.json"), "w") as file:
    json.dump(out, file)
spark.stop()
