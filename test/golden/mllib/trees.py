"""Trees of real PySpark 4.2 over small tables: what test/mllib/tree expects. Writes trees.json beside this file.

    pip install pyspark==4.2.1 numpy scikit-learn && python trees.py
"""
import json, os, tempfile
import numpy as np
from pyspark.sql import SparkSession
from pyspark.ml.classification import DecisionTreeClassifier, GBTClassifier, RandomForestClassifier
from pyspark.ml.regression import DecisionTreeRegressor, GBTRegressor, RandomForestRegressor
from pyspark.ml.evaluation import BinaryClassificationEvaluator, MulticlassClassificationEvaluator, RegressionEvaluator
from pyspark.ml.linalg import Vectors
from pyspark.ml.feature import VectorIndexer

spark = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").getOrCreate()
spark.sparkContext.setLogLevel("ERROR")
r = np.random.default_rng(7)
N = 400
a = np.round(r.normal(0, 1, N), 2)
b = np.round(r.uniform(-2, 2, N), 3)
c = r.integers(0, 4, N).astype(float)
d = r.integers(0, 9, N).astype(float)
e = np.round(r.exponential(1, N), 1)
weight = r.integers(0, 4, N).astype(float)
share = np.round(r.uniform(0.1, 3, N), 2)
z = 1.3 * a - b + 0.8 * np.isin(c, [1, 3]) - 0.7 * np.isin(d, [0, 4, 7]) + 0.3 * e
binary = (r.random(N) < 1 / (1 + np.exp(-z))).astype(float)
multi = np.clip(np.floor(0.5 * z + 1.1 * (c == 2) - 0.9 * np.isin(d, [1, 6]) + r.normal(0, 0.3, N) + 1.2), 0, 2)
target = np.round(2 * z + np.sin(3 * a) + r.normal(0, 0.3, N), 3)
columns = dict(a=a, b=b, c=c, d=d, e=e, weight=weight, share=share, binary=binary, multi=multi, target=target)
rows = [(Vectors.dense(a[i], b[i], c[i], d[i], e[i]), *[float(columns[k][i]) for k in ("weight", "share", "binary", "multi", "target")]) for i in range(N)]
plain = spark.createDataFrame(rows, ["features", "weight", "share", "binary", "multi", "target"]).coalesce(1).cache()
# c (4 values) and d (9) are categorical, a, b, e continuous.
indexed = VectorIndexer(inputCol="features", outputCol="indexed", maxCategories=9).fit(plain).transform(plain).drop("features").withColumnRenamed("indexed", "features").cache()


def nodes(model):
    with tempfile.TemporaryDirectory() as folder:
        model.write().overwrite().save(folder + "/m")
        data = spark.read.parquet(folder + "/m/data")
        if "treeID" in data.columns:
            got = [dict(tree=x.treeID, **x.nodeData.asDict(True)) for x in data.collect()]
            return sorted(got, key=lambda n: (n["tree"], n["id"]))
        return sorted([x.asDict(True) for x in data.collect()], key=lambda n: n["id"])


def case(estimator, data, **more):
    model = estimator.fit(data)
    p = model.transform(data)
    first = [{k: (list(v.toArray()) if hasattr(v, "toArray") else v) for k, v in x.asDict().items() if k in ("rawPrediction", "probability", "prediction", "leaf", "variance")} for x in p.limit(8).collect()]
    text = model.toDebugString.split("\n", 1)[1]
    return dict(nodes=nodes(model), text=text, first=first, importances=list(model.featureImportances.toArray()), **more)


out = {"columns": {k: list(map(float, v)) for k, v in columns.items()}, "cases": {}}
cases = out["cases"]
C, R = DecisionTreeClassifier, DecisionTreeRegressor
cases["classes"] = case(C(labelCol="binary", maxDepth=4, leafCol="leaf"), plain)
cases["entropy"] = case(C(labelCol="multi", maxDepth=5, impurity="entropy", minInstancesPerNode=8, minInfoGain=0.01, maxBins=10), plain)
cases["ordered categories"] = case(C(labelCol="binary", maxDepth=4), indexed)
cases["unordered categories"] = case(C(labelCol="multi", maxDepth=4, maxBins=24), indexed)
cases["weights"] = case(C(labelCol="multi", maxDepth=4, weightCol="weight"), plain)
cases["uneven weights"] = case(C(labelCol="binary", maxDepth=4, weightCol="share", minWeightFractionPerNode=0.05), plain)
cases["values"] = case(R(labelCol="target", maxDepth=4, varianceCol="variance"), plain)
cases["values of categories"] = case(R(labelCol="target", maxDepth=4), indexed)
cases["weighted values"] = case(R(labelCol="target", maxDepth=3, weightCol="share"), plain)
cases["boosted classes"] = case(GBTClassifier(labelCol="binary", maxDepth=3, maxIter=4), indexed)
gbt = GBTClassifier(labelCol="binary", maxDepth=3, maxIter=4).fit(indexed)
cases["boosted classes"]["losses"] = gbt.evaluateEachIteration(indexed)
cases["boosted values"] = case(GBTRegressor(labelCol="target", maxDepth=3, maxIter=4), plain)
cases["boosted absolute"] = case(GBTRegressor(labelCol="target", maxDepth=2, maxIter=4, lossType="absolute"), plain)
cases["boosted weights"] = case(GBTRegressor(labelCol="target", maxDepth=2, maxIter=3, weightCol="weight"), plain)
held = plain.selectExpr("*", "(monotonically_increasing_id() % 4 = 0) as held")
m = GBTRegressor(labelCol="target", maxDepth=3, maxIter=60, stepSize=0.5, validationIndicatorCol="held").fit(held)
cases["early stop"] = dict(trees=m.getNumTrees)
big = RandomForestClassifier(labelCol="binary", numTrees=30, maxDepth=5, seed=1).fit(plain)
out["forest"] = dict(
    accuracy=MulticlassClassificationEvaluator(labelCol="binary", metricName="accuracy").evaluate(big.transform(plain)),
    auc=BinaryClassificationEvaluator(labelCol="binary").evaluate(big.transform(plain)),
    rmse=RegressionEvaluator(labelCol="target").evaluate(RandomForestRegressor(labelCol="target", numTrees=30, maxDepth=5, seed=1).fit(plain).transform(plain)),
)
with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "trees.json"), "w") as f:
    json.dump(out, f, separators=(",", ":"))
