"""What Spark's multilayer perceptron, survival regression and factorization machines learn from the rows of test/mllib/linear/rows.ts: writes
networks.json.

Run with a Python that has PySpark 4.2 and numpy: python test/golden/mllib/networks.py
"""
import json, math, os
from pyspark.ml.linalg import Vectors
from pyspark.ml.classification import FMClassifier, MultilayerPerceptronClassifier
from pyspark.ml.regression import AFTSurvivalRegression, FMRegressor
from golden import spark_session, uniform

# Full blocks of 64 rows: Spark's mean over blocks is that over rows.
N, SEED, BLOCK = 384, 7, 64


def table(seed, n):
    u = uniform(seed)
    for _ in range(n):
        a = [u() * 4 - 2 for _ in range(5)]
        z = 1.5 * a[0] - 2 * a[1] + 0.5 * a[2] * a[2] + 0.25
        label = 1.0 if u() < 1 / (1 + math.exp(-z)) else 0.0
        target = 3 * a[0] - 1.5 * a[1] + 0.7 * a[3] + 2 + (u() - 0.5)
        cls = float(min(2, max(0, math.floor(a[0] + a[4] + 1.5))))
        u()
        size = math.exp(0.3 * a[0] + 0.2 * a[3] + 1) * (1 + 0.2 * a[4])
        yield a, label, target, cls, size


spark = spark_session(cores=1, shuffle_partitions=1)
rows = list(table(SEED, N))


def frame(constant=False):
    data = [(Vectors.dense(a + ([3.0] if constant else [])), label, target, cls, size) for a, label, target, cls, size in rows]
    return spark.createDataFrame(data, ["features", "label", "target", "cls", "size"]).coalesce(1).cache()


d, with_constant = frame(), frame(constant=True)
out = {"seed": SEED, "n": N, "perceptron": [], "survival": [], "machines": []}


def floats(values):
    return [float(v) for v in values]


def predictions(model, columns, df=d):
    plain = lambda v: floats(v.toArray()) if hasattr(v, "toArray") else v
    return [[plain(v) for v in row] for row in model.transform(df.limit(3)).select(*columns).collect()]


def perceptron(**params):
    model = MultilayerPerceptronClassifier(blockSize=BLOCK, **params).fit(d)
    summary = model.summary()
    out["perceptron"].append({
        "params": params, "weights": floats(model.weights), "objectiveHistory": floats(summary.objectiveHistory),
        "totalIterations": summary.totalIterations, "accuracy": summary.accuracy,
        "predictions": predictions(model, ["rawPrediction", "probability", "prediction"]),
    })


perceptron(layers=[5, 4, 2], maxIter=15, seed=3)
perceptron(layers=[5, 2], maxIter=100, seed=1)
perceptron(layers=[5, 6, 4, 3], labelCol="cls", maxIter=12, seed=5, tol=1e-4)
perceptron(layers=[5, 4, 3], labelCol="cls", maxIter=20, seed=5, solver="gd", stepSize=0.5)
perceptron(layers=[5, 3, 2], maxIter=40, seed=2, solver="gd", tol=0.01)


def survival(data="plain", **params):
    model = AFTSurvivalRegression(labelCol="size", censorCol="label", quantilesCol="quantiles", **params).fit(with_constant if data == "constant" else d)
    out["survival"].append({
        "data": data, "params": params, "coefficients": floats(model.coefficients), "intercept": model.intercept, "scale": model.scale,
        "predictions": predictions(model, ["prediction", "quantiles"], with_constant if data == "constant" else d),
    })


survival()
survival(maxIter=4)
survival(fitIntercept=False)
survival("constant", quantileProbabilities=[0.1, 0.6])


def machine(kind, **params):
    classes = kind == "FMClassifier"
    model = (FMClassifier if classes else FMRegressor)(labelCol="label" if classes else "target", **params).fit(d)
    case = {
        "kind": kind, "params": params, "intercept": model.intercept, "linear": floats(model.linear.toArray()),
        "factors": floats(model.factors.toArray().flatten()),
        "predictions": predictions(model, ["rawPrediction", "probability", "prediction"] if classes else ["prediction"]),
    }
    if classes:
        summary = model.summary()
        case.update(objectiveHistory=floats(summary.objectiveHistory), totalIterations=summary.totalIterations,
                    accuracy=summary.accuracy, areaUnderROC=summary.areaUnderROC)
    out["machines"].append(case)


machine("FMClassifier", factorSize=3, maxIter=20, stepSize=0.1, seed=1)
machine("FMClassifier", factorSize=2, maxIter=30, stepSize=0.5, seed=2, solver="gd", regParam=0.01)
machine("FMClassifier", factorSize=2, maxIter=10, stepSize=0.1, seed=2, fitLinear=False, miniBatchFraction=0.5)
machine("FMRegressor", factorSize=3, maxIter=25, stepSize=0.2, seed=1, regParam=0.001)
machine("FMRegressor", factorSize=2, maxIter=15, stepSize=0.05, seed=4, solver="gd", fitIntercept=False)
machine("FMRegressor", factorSize=2, maxIter=15, stepSize=0.2, seed=4, miniBatchFraction=0.3, initStd=0.1)
machine("FMRegressor", factorSize=2, maxIter=200, stepSize=0.05, seed=4, solver="gd", tol=0.01)

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "networks.json"), "w") as file:
    json.dump(out, file, indent=1)
    file.write("\n")
