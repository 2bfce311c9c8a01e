"""What Spark's linear models learn from the rows of test/mllib/linear/rows.ts: writes linear.json.

Run with a Python that has PySpark 4.2 and numpy: python test/golden/mllib/linear.py
"""
import json, math, os
from pyspark.ml.linalg import DenseMatrix, Vectors
from pyspark.ml.classification import LinearSVC, LogisticRegression, NaiveBayes
from pyspark.ml.regression import GeneralizedLinearRegression, LinearRegression
from golden import spark_session, uniform

N, SEED = 400, 7


def table(seed, n):
    u = uniform(seed)
    for _ in range(n):
        a = [u() * 4 - 2 for _ in range(5)]
        z = 1.5 * a[0] - 2 * a[1] + 0.5 * a[2] * a[2] + 0.25
        label = 1.0 if u() < 1 / (1 + math.exp(-z)) else 0.0
        target = 3 * a[0] - 1.5 * a[1] + 0.7 * a[3] + 2 + (u() - 0.5)
        cls = float(min(2, max(0, math.floor(a[0] + a[4] + 1.5))))
        weight = float(1 + math.floor(u() * 3))
        yield a, label, target, cls, weight


spark = spark_session(cores=1, shuffle_partitions=1)
rows = list(table(SEED, N))


def frame(width=5, sparse=False, constant=False):
    def vector(a):
        a = a[:width] + ([3.0] if constant else [])
        return Vectors.sparse(len(a), list(range(len(a))), a) if sparse else Vectors.dense(a)

    # Counts for Poisson, positive values for gamma, both with a log link behind them.
    data = [
        (vector(a), label, target, cls, weight, float(math.floor(math.exp(0.4 * a[0] - 0.3 * a[1] + 0.5) + 0.5)),
         math.exp(0.3 * a[0] + 0.2 * a[3] + 1) * (1 + 0.2 * a[4]), 0.1 * a[2],
         Vectors.dense([float(math.floor(abs(v) * 3)) for v in a]), Vectors.dense([1.0 if v > 0 else 0.0 for v in a]))
        for a, label, target, cls, weight in rows
    ]
    return spark.createDataFrame(data, ["features", "label", "target", "cls", "weight", "number", "size", "offset", "counts", "bits"]).coalesce(1).cache()


d = frame()
with_constant = frame(constant=True)
out = {"seed": SEED, "n": N, "logistic": [], "svc": [], "linear": [], "glr": [], "bayes": []}


def finite(v):
    return v if math.isfinite(v) else repr(v)


def floats(values):
    return [finite(float(v)) for v in values]


def curve(df, stride):
    return [floats(r) for r in df.collect()[::stride]]


def logistic(data="plain", **params):
    df = with_constant if data == "constant" else d
    m = LogisticRegression(**params).fit(df)
    s = m.summary
    case = {
        "data": data,
        "params": {k: (v.toArray().tolist() if hasattr(v, "toArray") else v) for k, v in params.items()},
        "coefficients": [floats(r) for r in m.coefficientMatrix.toArray()],
        "intercepts": floats(m.interceptVector.toArray()),
        "objectiveHistory": floats(s.objectiveHistory),
        "accuracy": s.accuracy,
        "precisionByLabel": floats(s.precisionByLabel),
        "recallByLabel": floats(s.recallByLabel),
        "fMeasureByLabel": floats(s.fMeasureByLabel()),
        "weightedFalsePositiveRate": s.weightedFalsePositiveRate,
        "weightedPrecision": s.weightedPrecision,
        "prediction": [
            [floats(r.rawPrediction), floats(r.probability), r.prediction] for r in m.transform(df).take(3)
        ],
    }
    if m.numClasses == 2:
        case["areaUnderROC"] = s.areaUnderROC
        case["roc"] = curve(s.roc, 37)
        case["pr"] = curve(s.pr, 37)
        case["fMeasureByThreshold"] = curve(s.fMeasureByThreshold, 37)
    out["logistic"].append(case)


exact = {"maxIter": 200, "tol": 1e-10}
logistic()
logistic(**exact)
logistic(**exact, regParam=0.1)
logistic(**exact, regParam=0.1, standardization=False)
logistic(**exact, regParam=0.1, fitIntercept=False)
logistic(**exact, regParam=0.05, elasticNetParam=1.0)
logistic(**exact, regParam=0.05, elasticNetParam=0.4, standardization=False)
logistic(**exact, regParam=0.1, weightCol="weight")
logistic(**exact, threshold=0.3)
logistic(**exact, thresholds=[0.4, 0.6])
logistic(data="constant", **exact, regParam=0.01)
logistic(**exact, labelCol="cls", regParam=0.01)
logistic(**exact, labelCol="cls", regParam=0.02, elasticNetParam=0.5)
logistic(**exact, labelCol="cls", regParam=0.01, fitIntercept=False, weightCol="weight", thresholds=[0.2, 0.5, 0.3])
logistic(maxIter=40, labelCol="cls")
logistic(**exact, family="multinomial", regParam=0.02)
logistic(**exact, lowerBoundsOnCoefficients=DenseMatrix(1, 5, [0.0] * 5), upperBoundsOnCoefficients=DenseMatrix(1, 5, [0.5] * 5))
logistic(**exact, regParam=0.01, upperBoundsOnIntercepts=Vectors.dense([0.1]))
logistic(**exact, labelCol="cls", regParam=0.05, lowerBoundsOnCoefficients=DenseMatrix(3, 5, [-0.5] * 15))


def svc(**params):
    m = LinearSVC(**params).fit(d)
    s = m.summary()
    out["svc"].append({
        "params": params, "coefficients": floats(m.coefficients), "intercept": m.intercept,
        "objectiveHistory": floats(s.objectiveHistory), "accuracy": s.accuracy, "areaUnderROC": s.areaUnderROC,
        "prediction": [[floats(r.rawPrediction), r.prediction] for r in m.transform(d).take(3)],
    })


svc(maxIter=50, regParam=0.01)
svc(maxIter=50, regParam=0.1, standardization=False, weightCol="weight", threshold=0.2)
svc(maxIter=50, regParam=0.1, fitIntercept=False)


def linear(data="plain", **params):
    df = with_constant if data == "constant" else d
    m = LinearRegression(labelCol="target", **params).fit(df)
    s = m.summary
    case = {
        "data": data, "params": params, "coefficients": floats(m.coefficients), "intercept": m.intercept, "scale": m.scale,
        "objectiveHistory": floats(s.objectiveHistory), "totalIterations": s.totalIterations,
        **{k: finite(getattr(s, k)) for k in
           ["r2", "r2adj", "rootMeanSquaredError", "meanSquaredError", "meanAbsoluteError", "explainedVariance",
            "degreesOfFreedom", "numInstances"]},
        "devianceResiduals": floats(s.devianceResiduals),
        "residuals": floats(r[0] for r in s.residuals.take(3)),
    }
    try:
        case.update({k: floats(getattr(s, k)) for k in ["coefficientStandardErrors", "tValues", "pValues"]})
    except Exception as e:
        case["noErrors"] = str(e).split("\n")[0]
    out["linear"].append(case)


linear(solver="normal")
linear(solver="normal", weightCol="weight")
linear(solver="normal", fitIntercept=False)
linear(solver="normal", regParam=0.1)
linear(solver="normal", regParam=0.1, standardization=False, weightCol="weight")
linear(solver="auto", data="constant")
linear(solver="normal", regParam=0.1, elasticNetParam=0.5)
linear(solver="l-bfgs", **exact)
linear(solver="l-bfgs", **exact, weightCol="weight", fitIntercept=False)
linear(solver="l-bfgs", **exact, regParam=0.1, standardization=False)
linear(solver="l-bfgs", **exact, regParam=0.1, elasticNetParam=0.7)
linear(solver="l-bfgs", **exact, data="constant", regParam=0.01)
linear(loss="huber", **exact)
linear(loss="huber", **exact, epsilon=2.0, regParam=0.1, weightCol="weight")
linear(loss="huber", **exact, fitIntercept=False, standardization=False, regParam=0.05)


def glr(**params):
    m = GeneralizedLinearRegression(**params).fit(d)
    s = m.summary
    case = {
        "params": params, "coefficients": floats(m.coefficients), "intercept": m.intercept,
        "numIterations": s.numIterations, "rank": s.rank, "degreesOfFreedom": s.degreesOfFreedom,
        "residualDegreeOfFreedomNull": s.residualDegreeOfFreedomNull,
        "deviance": s.deviance, "nullDeviance": s.nullDeviance, "dispersion": s.dispersion,
        "prediction": floats(r.prediction for r in m.transform(d).take(3)),
        **{kind: floats(r[0] for r in s.residuals(kind).take(3)) for kind in ["deviance", "pearson", "working", "response"]},
    }
    case["residuals"] = {kind: case.pop(kind) for kind in ["pearson", "working", "response"]}
    case["residuals"]["deviance"] = case.pop("deviance")
    case["deviance"] = s.deviance
    try:
        case["aic"] = s.aic
    except Exception:
        case["aic"] = None
    try:
        case.update({k: floats(getattr(s, k)) for k in ["coefficientStandardErrors", "tValues", "pValues"]})
        case["text"] = s._call_java("toString")
    except Exception as e:
        case["noErrors"] = str(e).split("\n")[0]
    out["glr"].append(case)


glr(family="gaussian", labelCol="target")
glr(family="gaussian", labelCol="target", regParam=0.3, weightCol="weight", offsetCol="offset")
glr(family="gaussian", link="log", labelCol="size")
glr(family="binomial", labelCol="label")
glr(family="binomial", link="probit", labelCol="label", regParam=0.01)
glr(family="binomial", link="cloglog", labelCol="label", weightCol="weight", fitIntercept=False)
glr(family="poisson", labelCol="number")
glr(family="poisson", link="sqrt", labelCol="number", weightCol="weight")
glr(family="poisson", labelCol="number", offsetCol="offset")
glr(family="gamma", link="log", labelCol="size")
glr(family="gamma", labelCol="size")
glr(family="tweedie", variancePower=1.5, linkPower=0.0, labelCol="size")
glr(family="tweedie", variancePower=1.6, labelCol="size")
glr(family="tweedie", variancePower=1.0, linkPower=0.5, labelCol="number")


def bayes(**params):
    m = NaiveBayes(**params).fit(d)
    out["bayes"].append({
        "params": params, "pi": floats(m.pi), "theta": [floats(r) for r in m.theta.toArray()],
        "sigma": [floats(r) for r in m.sigma.toArray()],
        "prediction": [[floats(r.rawPrediction), floats(r.probability), r.prediction] for r in m.transform(d).take(3)],
    })


bayes(labelCol="cls", featuresCol="counts")
bayes(labelCol="cls", featuresCol="counts", smoothing=0.2, weightCol="weight")
bayes(labelCol="cls", featuresCol="bits", modelType="bernoulli")
bayes(labelCol="cls", featuresCol="counts", modelType="complement")
bayes(labelCol="cls", modelType="gaussian")
bayes(labelCol="label", modelType="gaussian", weightCol="weight", thresholds=[0.7, 0.3])

here = os.path.dirname(os.path.abspath(__file__))
models = {
    "logistic": LogisticRegression(maxIter=20, regParam=0.01, elasticNetParam=0.5, threshold=0.4).fit(d),
    "multinomial": LogisticRegression(maxIter=20, labelCol="cls", regParam=0.1, thresholds=[0.2, 0.5, 0.3]).fit(d),
    "svc": LinearSVC(maxIter=5, regParam=0.1, threshold=0.1).fit(d),
    "linear": LinearRegression(labelCol="target", solver="normal").fit(d),
    "huber": LinearRegression(labelCol="target", loss="huber").fit(d),
    "glr": GeneralizedLinearRegression(family="poisson", labelCol="number", offsetCol="offset", linkPredictionCol="eta").fit(d),
    "bayes": NaiveBayes(labelCol="cls", modelType="gaussian").fit(d),
    "estimator": LogisticRegression(
        maxIter=7, lowerBoundsOnCoefficients=DenseMatrix(1, 5, [0.0] * 5), upperBoundsOnIntercepts=Vectors.dense([0.5])
    ),
}
out["models"] = {}
for name, model in models.items():
    model.write().overwrite().save(os.path.join(here, "linear-models", name))
    if name != "estimator":
        out["models"][name] = floats(r.prediction for r in model.transform(d).take(5))

for folder, _, files in os.walk(os.path.join(here, "linear-models")):
    for file in files:
        if file.endswith(".crc"):
            os.remove(os.path.join(folder, file))

path = os.path.join(here, "linear.json")
with open(path, "w") as f:
    json.dump(out, f, indent=1)
    f.write("\n")
spark.stop()
