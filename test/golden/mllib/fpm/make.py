"""What Spark 4.2 says of frequent patterns: `python make.py` writes patterns.json and a saved model beside it. Needs pyspark 4.2."""
import json
import os
import sys

from pyspark.ml.fpm import FPGrowth, PrefixSpan

here = os.path.dirname(os.path.abspath(__file__))
sys.path.append(os.path.dirname(here))
from golden import save_model, spark_session, uniform  # noqa: E402

spark = spark_session(shuffle_partitions=2)

u = uniform(5)


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
        save_model(model, os.path.join(here, "fp-growth"))
df = spark.createDataFrame([(row,) for row in sequences], "sequence array<array<int>>")
for params in [{"minSupport": 0.2}, {"minSupport": 0.1, "maxPatternLength": 3}, {"minSupport": 0.15, "maxLocalProjDBSize": 50}]:
    found = PrefixSpan(**params).findFrequentSequentialPatterns(df).collect()
    out["patterns"].append({"params": params, "sequences": [[row.sequence, row.freq] for row in found]})
with open(os.path.join(here, "patterns.json"), "w") as file:
    json.dump(out, file)
spark.stop()
