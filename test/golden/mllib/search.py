"""Searches of Spark 4.2 on the same folds: writes search.json beside this file. Needs pyspark 4.2."""
import json
import pathlib

from pyspark.ml.classification import LogisticRegression, OneVsRest
from pyspark.ml.evaluation import MulticlassClassificationEvaluator, RegressionEvaluator
from pyspark.ml.feature import VectorAssembler
from pyspark.ml.regression import DecisionTreeRegressor, LinearRegression
from pyspark.ml.tuning import CrossValidator, ParamGridBuilder, TrainValidationSplit
from golden import spark_session, uniform

spark = spark_session()
u = uniform(77)


rows = []
for i in range(150):
    a, b = 4 * u() - 2, 4 * u() - 2
    cls = float(min(2, max(0, int(a + b + 1.5 + u() - 0.5))))
    rows.append([i, a, b, 2 * a - b + u(), cls, i % 3])
# One partition: rand(seed) then numbers rows in their order.
table = spark.createDataFrame(rows, "id INT, a DOUBLE, b DOUBLE, y DOUBLE, cls DOUBLE, fold INT").coalesce(1)
df = VectorAssembler(inputCols=["a", "b"], outputCol="features").transform(table).cache()
found = {}
linear = LinearRegression(labelCol="y", solver="normal")
grid = ParamGridBuilder().addGrid(linear.regParam, [0.0, 0.2]).addGrid(linear.fitIntercept, [True, False]).build()
rmse = RegressionEvaluator(labelCol="y")
for name, extra in {"drawn": {"seed": 11}, "given": {"foldCol": "fold"}}.items():
    model = CrossValidator(estimator=linear, estimatorParamMaps=grid, evaluator=rmse, numFolds=3, **extra).fit(df)
    found[f"CrossValidator {name}"] = {
        "means": list(model.avgMetrics),
        "deviations": list(model.stdMetrics),
        "best": model.bestModel.coefficients.toArray().tolist(),
    }
split = TrainValidationSplit(estimator=linear, estimatorParamMaps=grid, evaluator=rmse, trainRatio=0.7, seed=4).fit(df)
found["TrainValidationSplit"] = {"means": list(split.validationMetrics)}
tree = DecisionTreeRegressor(labelCol="y")
grid = ParamGridBuilder().addGrid(tree.maxDepth, [1, 3]).addGrid(tree.minInstancesPerNode, [1, 10]).build()
model = CrossValidator(estimator=tree, estimatorParamMaps=grid, evaluator=rmse, numFolds=3, foldCol="fold").fit(df)
found["tree"] = {"means": list(model.avgMetrics)}
logistic = LogisticRegression(labelCol="cls", maxIter=500, tol=1e-12)
grid = ParamGridBuilder().baseOn({logistic.elasticNetParam: 0.5}).addGrid(logistic.regParam, [0.01, 0.1]).build()
loss = MulticlassClassificationEvaluator(labelCol="cls", metricName="logLoss")
model = CrossValidator(estimator=logistic, estimatorParamMaps=grid, evaluator=loss, numFolds=3, foldCol="fold").fit(df)
found["logistic"] = {"means": list(model.avgMetrics)}
rest = OneVsRest(labelCol="cls", classifier=LogisticRegression(regParam=0.05, maxIter=500, tol=1e-12)).fit(df)
found["OneVsRest"] = {
    "coefficients": [each.coefficients.toArray().tolist() for each in rest.models],
    "predictions": [row.prediction for row in rest.transform(df).orderBy("id").collect()],
}
path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps({"rows": rows, "found": found}, separators=(",", ":")))
spark.stop()
