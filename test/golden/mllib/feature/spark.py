"""What PySpark answers for feature transformers, evaluators and statistics: expected.json, and small models in spark-models/.

    python spark.py            (with PySpark 4.2 and a JVM)
"""
import glob
import json
import math
import os
import shutil

from pyspark.ml import evaluation as ev, feature as fe
from pyspark.ml.linalg import DenseVector, SparseVector, Vectors, VectorUDT
from pyspark.ml.stat import ChiSquareTest, Correlation, KolmogorovSmirnovTest, Summarizer
from pyspark.ml.wrapper import JavaModel
from pyspark.sql import DataFrame, SparkSession, functions as F, types as T

HERE = os.path.dirname(os.path.abspath(__file__))
MODELS = os.path.join(HERE, "spark-models")
spark = (
    SparkSession.builder.master("local[2]")
    .config("spark.ui.enabled", "false")
    .config("spark.sql.shuffle.partitions", "2")
    .config("spark.sql.parquet.compression.codec", "uncompressed")
    .getOrCreate()
)
spark.sparkContext.setLogLevel("ERROR")

TYPES = {
    "int": T.IntegerType(),
    "double": T.DoubleType(),
    "string": T.StringType(),
    "boolean": T.BooleanType(),
    "vector": VectorUDT(),
    "array<string>": T.ArrayType(T.StringType()),
    "array<double>": T.ArrayType(T.DoubleType()),
}


class Random:
    """The generator of the test's own rows."""

    def __init__(self, seed):
        self.state = seed

    def next(self):
        self.state = (1664525 * self.state + 1013904223) % 2**32
        return self.state / 2**32


def plain(value):
    if isinstance(value, DenseVector):
        return {"dense": [plain(float(x)) for x in value.values]}
    if isinstance(value, SparseVector):
        return {"size": value.size, "indices": [int(i) for i in value.indices], "values": [plain(float(x)) for x in value.values]}
    if isinstance(value, float):
        return value if math.isfinite(value) else "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, (list, tuple)):
        return [plain(x) for x in value]
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    return value


datasets = {}
frames = {}


def dataset(name, fields, rows):
    datasets[name] = {"fields": fields, "rows": [plain(list(row)) for row in rows]}
    schema = T.StructType([T.StructField(n, TYPES[t]) for n, t in fields])
    frames[name] = spark.createDataFrame(rows, schema).coalesce(1).cache()


r = Random(7)
u = r.next
NAN = float("nan")
dense = []
for i in range(40):
    x = [round(u() * 4 - 2, 3), round(u() * 10, 2), float(int(u() * 3)), 0.0 if u() < 0.5 else round(u(), 3), round(u() * 100 - 300, 1)]
    dense.append((i, Vectors.dense(x), float(x[0] + x[2] > 0.5), round(3 * x[0] + x[1] + u(), 3), float(int(u() * 3)), round(u() + 0.5, 2)))
dataset("dense", [["id", "int"], ["features", "vector"], ["label", "double"], ["target", "double"], ["cls", "double"], ["w", "double"]], dense)
dataset("mixedVectors", [["id", "int"], ["features", "vector"]], [(i, Vectors.sparse(v.size, [(j, float(x)) for j, x in enumerate(v) if x != 0]) if i % 3 == 0 else v) for i, v, *_ in dense[:12]])
dataset("counts", [["id", "int"], ["features", "vector"], ["label", "double"]], [(i, Vectors.sparse(6, [(j, float(int(u() * 4))) for j in range(6) if u() < 0.5]), float(int(u() * 2))) for i in range(30)])
words = ["red", "green", "blue", "red", "red", "green", "violet", "blue"]
mixed = []
for i in range(30):
    mixed.append((i, None if i == 7 else NAN if i == 9 else round(u() * 10 - 5, 2), round(u() * 100, 1), words[int(u() * 8)], ["x", "y", "y", "z"][int(u() * 4)], int(u() * 4), u() < 0.4, float(u() < 0.5), round(u() * 20, 2)))
dataset("mixed", [["id", "int"], ["a", "double"], ["b", "double"], ["c", "string"], ["d", "string"], ["n", "int"], ["flag", "boolean"], ["label", "double"], ["target", "double"]], mixed)
dataset("clean", datasets["mixed"]["fields"], [m for m in mixed if m[1] is not None and m[1] == m[1]])
dataset("unseen", datasets["mixed"]["fields"], mixed[:3] + [(90, 1.0, 2.0, "mauve", "q", 7, True, 0.0, 1.0), (91, 1.0, 2.0, None, None, None, False, 0.0, 1.0)])
dataset("text", [["id", "int"], ["text", "string"], ["words", "array<string>"]], [
    (0, "The quick brown Fox jumps over the lazy dog", ["The", "quick", "brown", "Fox", "jumps", "over", "the", "lazy", "dog"]),
    (1, "  spaces,  and\tTabs; and commas, ", ["a", "b", "a", "c", "a", "", "I", "will"]),
    (2, "", []),
    (3, "élan vital — naïve ÉTÉ 日本語", ["élan", "naïve", "日本語", "b", "b"]),
    (4, "one", ["one"]),
])
dataset("indexed", [["id", "int"], ["i", "double"], ["j", "double"]], [(0, 0.0, 1.0), (1, 1.0, 0.0), (2, 2.0, 3.0), (3, 0.0, 2.0), (4, 2.0, 1.0)])
dataset("indexedMore", [["id", "int"], ["i", "double"], ["j", "double"]], [(0, 0.0, 1.0), (1, 3.0, 0.0), (2, 2.0, 5.0)])

cases = []


def meta(df, columns):
    return {f.name: f.metadata["ml_attr"] for f in df.schema.fields if f.name in columns and "ml_attr" in f.metadata}


def case(id, *args, **kw):
    try:
        run(id, *args, **kw)
    except Exception as error:
        print('FAILED', id, str(error)[:300], flush=True)


def run(id, stage, fit="dense", on=None, out=None, model=None, keep=True):
    """A transformer, or an estimator with the names of its model's fields to compare."""
    on = on or fit
    entry = {"id": id, "class": type(stage).__name__, "on": on}
    params = {p.name: v for p, v in stage._paramMap.items()}
    entry["params"] = {k: plain(v) for k, v in params.items()}
    transformer = stage
    if hasattr(stage, "fit"):
        entry["fit"] = fit
        transformer = stage.fit(frames[fit])
        entry["model"] = {name: plain(value_of(getattr(transformer, name))) for name in model or []}
    if keep:
        path = os.path.join(MODELS, id)
        (transformer if hasattr(stage, "fit") else stage).write().overwrite().save(path)
    result = transformer.transform(frames[on])
    added = out or [c for c in result.columns if c not in frames[on].columns]
    entry["out"] = added
    entry["types"] = [result.schema[c].dataType.simpleString() for c in added]
    entry["rows"] = [plain(list(row)) for row in result.select(*added).collect()]
    entry["meta"] = meta(result, added)
    entry["text"] = text(transformer)
    cases.append(entry)
    print(id, flush=True)


def text(stage):
    """Its toString, with UID for what differs from run to run."""
    java = stage._java_obj if isinstance(stage, JavaModel) else stage._to_java()
    return java.toString().replace(stage.uid, "UID")


def value_of(x):
    x = x() if callable(x) else x
    if hasattr(x, "toArray") and not isinstance(x, (DenseVector, SparseVector)):
        return [[float(v) for v in row] for row in x.toArray()]
    return x


def extras():
    io = dict(inputCol="features", outputCol="o")
    case("standardScaler", fe.StandardScaler(withMean=True, **io), model=["mean", "std"])
    case("standardScalerDefault", fe.StandardScaler(**io), on="mixedVectors", model=["mean", "std"])
    case("minMaxScaler", fe.MinMaxScaler(min=-1.0, max=2.0, **io), model=["originalMin", "originalMax"])
    case("maxAbsScaler", fe.MaxAbsScaler(**io), on="mixedVectors", model=["maxAbs"])
    case("robustScaler", fe.RobustScaler(withCentering=True, relativeError=0.0, **io), model=["median", "range"])
    case("normalizer", fe.Normalizer(p=1.0, **io), on="mixedVectors")
    case("normalizer2", fe.Normalizer(**io), on="mixedVectors", keep=False)
    case("normalizerInf", fe.Normalizer(p=float("inf"), **io), on="mixedVectors", keep=False)
    case("pca", fe.PCA(k=3, **io), on="mixedVectors", model=["pc", "explainedVariance"])
    case("polynomialExpansion", fe.PolynomialExpansion(degree=3, **io), on="mixedVectors")
    case("dct", fe.DCT(**io))
    case("dctInverse", fe.DCT(inverse=True, **io), keep=False)
    case("elementwiseProduct", fe.ElementwiseProduct(scalingVec=Vectors.dense([1.0, 0.0, -2.0, 3.0, 0.5]), **io), on="mixedVectors")
    case("vectorSlicer", fe.VectorSlicer(indices=[4, 1], **io), on="mixedVectors")
    case("vectorSizeHint", fe.VectorSizeHint(inputCol="features", size=5), out=["features"])
    case("vectorIndexer", fe.VectorIndexer(maxCategories=4, **io), on="mixedVectors", model=["numFeatures", "categoryMaps"])
    case("vectorIndexerKeep", fe.VectorIndexer(maxCategories=4, handleInvalid="keep", **io), fit="counts", keep=False)
    case("idf", fe.IDF(minDocFreq=2, **io), fit="counts", model=["idf", "docFreq", "numDocs"])
    case("varianceThreshold", fe.VarianceThresholdSelector(featuresCol="features", outputCol="o", varianceThreshold=1.0), model=["selectedFeatures"])
    case("chiSqSelector", fe.ChiSqSelector(numTopFeatures=2, featuresCol="features", outputCol="o"), fit="counts", model=["selectedFeatures"])
    for ft, lt, data, label in [("categorical", "categorical", "counts", "label"), ("continuous", "categorical", "dense", "cls"), ("continuous", "continuous", "dense", "target")]:
        for mode, threshold in [("numTopFeatures", 2), ("percentile", 0.5), ("fpr", 0.2), ("fdr", 0.3), ("fwe", 0.3)]:
            s = fe.UnivariateFeatureSelector(featuresCol="features", outputCol="o", labelCol=label, selectionMode=mode)
            s.setFeatureType(ft).setLabelType(lt).setSelectionThreshold(threshold)
            case(f"univariate-{ft}-{lt}-{mode}", s, fit=data, model=["selectedFeatures"], keep=mode == "fpr" and ft == "categorical")
    case("stringIndexer", fe.StringIndexer(inputCol="c", outputCol="o"), fit="clean", model=["labels"])
    for order in ["frequencyAsc", "alphabetDesc", "alphabetAsc", "frequencyDesc"]:
        case(f"stringIndexer-{order}", fe.StringIndexer(inputCols=["c", "d", "n", "b"], outputCols=["o1", "o2", "o3", "o4"], stringOrderType=order), fit="clean", model=["labelsArray"], keep=order == "alphabetAsc")
    case("stringIndexerKeep", fe.StringIndexer(inputCols=["c", "d"], outputCols=["o1", "o2"], handleInvalid="keep"), fit="clean", on="unseen")
    case("stringIndexerSkip", fe.StringIndexer(inputCols=["c", "d"], outputCols=["o1", "o2"], handleInvalid="skip"), fit="clean", on="unseen", keep=False)
    case("indexToString", fe.IndexToString(inputCol="i", outputCol="o", labels=["p", "q", "r"]), fit="indexed")
    ohe = dict(inputCols=["i", "j"], outputCols=["o1", "o2"])
    case("oneHotEncoder", fe.OneHotEncoder(**ohe), fit="indexed", model=["categorySizes"])
    case("oneHotEncoderAll", fe.OneHotEncoder(dropLast=False, inputCol="i", outputCol="o"), fit="indexed", model=["categorySizes"], keep=False)
    case("oneHotEncoderKeep", fe.OneHotEncoder(handleInvalid="keep", **ohe), fit="indexed", on="indexedMore")
    case("oneHotEncoderKeepAll", fe.OneHotEncoder(handleInvalid="keep", dropLast=False, **ohe), fit="indexed", on="indexedMore", keep=False)
    case("assembler", fe.VectorAssembler(inputCols=["b", "n", "flag"], outputCol="o"), fit="clean")
    case("assemblerVectors", fe.VectorAssembler(inputCols=["id", "features"], outputCol="o"), fit="mixedVectors", keep=False)
    case("assemblerCounts", fe.VectorAssembler(inputCols=["features", "label"], outputCol="o"), fit="counts", keep=False)
    case("assemblerKeep", fe.VectorAssembler(inputCols=["a", "b", "flag"], outputCol="o", handleInvalid="keep"), fit="mixed", keep=False)
    case("assemblerSkip", fe.VectorAssembler(inputCols=["a", "b"], outputCol="o", handleInvalid="skip"), fit="mixed", keep=False)
    inf = float("inf")
    case("bucketizer", fe.Bucketizer(splits=[-inf, -1.5, 0.0, 2.5, inf], inputCol="a", outputCol="o", handleInvalid="keep"), fit="mixed")
    case("bucketizerSkip", fe.Bucketizer(splits=[-inf, -1.5, 0.0, 2.5, inf], inputCol="a", outputCol="o", handleInvalid="skip"), fit="mixed", keep=False)
    case("bucketizers", fe.Bucketizer(splitsArray=[[-inf, 0.0, inf], [0.0, 25.0, 50.0, 100.0]], inputCols=["a", "b"], outputCols=["o1", "o2"]), fit="clean", keep=False)
    case("quantileDiscretizer", fe.QuantileDiscretizer(numBuckets=4, inputCol="b", outputCol="o", relativeError=0.0), fit="clean", model=["getSplits"])
    case("quantileDiscretizers", fe.QuantileDiscretizer(numBucketsArray=[3, 5], inputCols=["a", "b"], outputCols=["o1", "o2"], relativeError=0.0), fit="clean", model=["getSplitsArray"], keep=False)
    case("binarizer", fe.Binarizer(threshold=1.0, inputCol="b", outputCol="o"), fit="clean")
    case("binarizers", fe.Binarizer(thresholds=[0.0, 50.0], inputCols=["a", "b"], outputCols=["o1", "o2"]), fit="clean", keep=False)
    case("binarizerVector", fe.Binarizer(threshold=0.5, inputCol="features", outputCol="o"), fit="mixedVectors", keep=False)
    for strategy in ["mean", "median", "mode"]:
        case(f"imputer-{strategy}", fe.Imputer(strategy=strategy, relativeError=0.0, inputCols=["a", "n"], outputCols=["o1", "o2"]), fit="mixed", on="mixed", keep=strategy == "mean")
    case("imputerValue", fe.Imputer(strategy="mean", missingValue=2.0, inputCol="n", outputCol="o"), fit="clean", keep=False)
    case("tokenizer", fe.Tokenizer(inputCol="text", outputCol="o"), fit="text")
    case("regexTokenizer", fe.RegexTokenizer(inputCol="text", outputCol="o", pattern="[\\s,;]+"), fit="text")
    case("regexTokenizerMatch", fe.RegexTokenizer(inputCol="text", outputCol="o", pattern="\\w+", gaps=False, minTokenLength=3, toLowercase=False), fit="text", keep=False)
    case("stopWords", fe.StopWordsRemover(inputCol="words", outputCol="o"), fit="text")
    case("stopWordsOwn", fe.StopWordsRemover(inputCols=["words"], outputCols=["o"], stopWords=["b", "The", "I"], caseSensitive=True), fit="text", keep=False)
    case("nGram", fe.NGram(n=3, inputCol="words", outputCol="o"), fit="text")
    case("hashingTF", fe.HashingTF(numFeatures=50, inputCol="words", outputCol="o"), fit="text")
    case("hashingTFBinary", fe.HashingTF(binary=True, inputCol="words", outputCol="o"), fit="text", keep=False)
    case("countVectorizer", fe.CountVectorizer(inputCol="words", outputCol="o", vocabSize=2), fit="text", model=["vocabulary"])
    case("countVectorizerMin", fe.CountVectorizer(inputCol="words", outputCol="o", minDF=2.0, minTF=0.2, binary=True), fit="text", model=["vocabulary"], keep=False)
    case("featureHasher", fe.FeatureHasher(inputCols=["b", "n", "flag", "c"], outputCol="o", numFeatures=100, categoricalCols=["n"]), fit="clean")
    for target, label, smoothing in [("binary", "label", 0.0), ("continuous", "target", 2.5)]:
        case(f"targetEncoder-{target}", fe.TargetEncoder(inputCols=["n"], outputCols=["o"], labelCol=label, targetType=target, smoothing=smoothing), fit="clean")
    case("targetEncoderKeep", fe.TargetEncoder(inputCols=["n"], outputCols=["o"], labelCol="label", handleInvalid="keep"), fit="clean", on="unseen", keep=False)
    case("interaction", fe.Interaction(inputCols=["n", "b"], outputCol="o"), fit="clean")
    case("sqlTransformer", fe.SQLTransformer(statement="SELECT *, b * 2 AS twice FROM __THIS__ WHERE n > 1"), fit="clean", out=["id", "twice"])
    for id, formula in [("plain", "target ~ a + c"), ("all", "label ~ ."), ("minus", "label ~ . - c - id"), ("interact", "target ~ a:b + c:d"), ("noIntercept", "target ~ c + b - 1"), ("star", "target ~ a*c"), ("power", "target ~ (a + b + c)^2"), ("string", "d ~ b + c"), ("vec", "target ~ n:c + b")]:
        case(f"rFormula-{id}", fe.RFormula(formula=formula, labelCol="y"), fit="clean", out=["features", "y"], keep=id in ("interact", "string"))
    case("rFormulaKeep", fe.RFormula(formula="target ~ c + b", labelCol="y", handleInvalid="keep"), fit="clean", on="unseen", out=["features", "y"], keep=False)


metrics = []


def metric(evaluator, data, name):
    entry = {"class": type(evaluator).__name__, "params": {p.name: plain(v) for p, v in evaluator._paramMap.items()}, "on": name, "value": plain(evaluator.evaluate(data)), "larger": evaluator.isLargerBetter(), "text": text(evaluator)}
    metrics.append(entry)


def evaluators():
    rows = []
    r = Random(3)
    for i in range(60):
        raw = round(r.next() * 2 - 1, 1)
        p = [r.next() + 0.01 for _ in range(3)]
        s = sum(p)
        label = float(int(r.next() * 3))
        rows.append((raw, Vectors.dense([-raw, raw]), float(r.next() < (raw + 1) / 2), label, label if r.next() < 0.6 else float(int(r.next() * 3)), Vectors.dense([x / s for x in p]), round(r.next() * 10, 2), round(r.next() * 10, 2), round(r.next() + 0.2, 2)))
    dataset("scored", [["score", "double"], ["rawPrediction", "vector"], ["label", "double"], ["cls", "double"], ["prediction", "double"], ["probability", "vector"], ["y", "double"], ["p", "double"], ["w", "double"]], rows)
    df = frames["scored"]
    for weight in [{}, {"weightCol": "w"}]:
        for name in ["areaUnderROC", "areaUnderPR"]:
            for bins in [0, 7, 1000]:
                metric(ev.BinaryClassificationEvaluator(metricName=name, numBins=bins, **weight), df, "scored")
            metric(ev.BinaryClassificationEvaluator(metricName=name, rawPredictionCol="score", **weight), df, "scored")
        for name in ["f1", "accuracy", "weightedPrecision", "weightedRecall", "weightedTruePositiveRate", "weightedFalsePositiveRate", "weightedFMeasure", "truePositiveRateByLabel", "falsePositiveRateByLabel", "precisionByLabel", "recallByLabel", "fMeasureByLabel", "logLoss", "hammingLoss"]:
            metric(ev.MulticlassClassificationEvaluator(metricName=name, labelCol="cls", metricLabel=1.0, beta=0.5, **weight), df, "scored")
        for name in ["rmse", "mse", "r2", "mae", "var"]:
            metric(ev.RegressionEvaluator(metricName=name, labelCol="y", predictionCol="p", **weight), df, "scored")
        metric(ev.RegressionEvaluator(metricName="r2", labelCol="y", predictionCol="p", throughOrigin=True, **weight), df, "scored")
    dataset("clustered", [["features", "vector"], ["prediction", "double"], ["w", "double"]], [(Vectors.dense([r.next() + 3 * (i % 3), r.next() + (i % 3)]), float(i % 3), round(r.next() + 0.5, 2)) for i in range(24)])
    for weight in [{}, {"weightCol": "w"}]:
        for distance in ["squaredEuclidean", "cosine"]:
            metric(ev.ClusteringEvaluator(distanceMeasure=distance, **weight), frames["clustered"], "clustered")
    dataset("sets", [["prediction", "array<double>"], ["label", "array<double>"]], [([0.0, 1.0], [0.0, 2.0]), ([0.0, 2.0], [0.0, 1.0]), ([], [0.0]), ([2.0], [2.0]), ([2.0, 0.0], [2.0, 0.0]), ([0.0, 1.0, 2.0], [0.0, 1.0]), ([1.0], [1.0, 2.0])])
    for name in ["subsetAccuracy", "accuracy", "hammingLoss", "precision", "recall", "f1Measure", "precisionByLabel", "recallByLabel", "f1MeasureByLabel", "microPrecision", "microRecall", "microF1Measure"]:
        metric(ev.MultilabelClassificationEvaluator(metricName=name, metricLabel=1.0), frames["sets"], "sets")
    dataset("ranked", [["prediction", "array<double>"], ["label", "array<double>"]], [([1.0, 6.0, 2.0, 7.0, 8.0, 3.0, 9.0, 10.0, 4.0, 5.0], [1.0, 2.0, 3.0, 4.0, 5.0]), ([4.0, 1.0, 5.0, 6.0, 2.0, 7.0, 3.0, 8.0, 9.0, 10.0], [1.0, 2.0, 3.0]), ([1.0, 2.0, 3.0, 4.0, 5.0], [])])
    for name in ["meanAveragePrecision", "meanAveragePrecisionAtK", "precisionAtK", "ndcgAtK", "recallAtK"]:
        for k in [2, 5, 15]:
            metric(ev.RankingEvaluator(metricName=name, k=k), frames["ranked"], "ranked")


def statistics():
    dense, counts = frames["dense"], frames["counts"]
    found = {}
    for method in ["pearson", "spearman"]:
        found[method] = Correlation.corr(dense, "features", method).head()[0].toArray().tolist()
    row = lambda df: {k: plain(v) for k, v in df.head().asDict().items()}
    found["chiSquare"] = row(ChiSquareTest.test(counts, "features", "label"))
    found["anova"] = row(DataFrame(spark._jvm.org.apache.spark.ml.stat.ANOVATest.test(dense._jdf, "features", "cls"), spark))
    found["fValue"] = row(DataFrame(spark._jvm.org.apache.spark.ml.stat.FValueTest.test(dense._jdf, "features", "target"), spark))
    found["ks"] = row(KolmogorovSmirnovTest.test(frames["clean"], "a", "norm", 0.0, 3.0))
    found["ksLarge"] = row(KolmogorovSmirnovTest.test(spark.range(500).selectExpr("(id + 0.3) / 250D - 1 AS x"), "x", "norm", 0.0, 1.0))
    names = ["mean", "sum", "variance", "std", "count", "numNonZeros", "max", "min", "normL1", "normL2"]
    s = Summarizer.metrics(*names)
    found["summary"] = plain(dense.select(s.summary(F.col("features")).alias("s")).head()[0].asDict())
    found["summaryWeighted"] = plain(dense.select(s.summary(F.col("features"), F.col("w")).alias("s")).head()[0].asDict())
    return found



def main():
    shutil.rmtree(MODELS, ignore_errors=True)
    extras()
    evaluators()
    found = statistics()
    for crc in glob.glob(os.path.join(MODELS, "**", ".*.crc"), recursive=True):
        os.remove(crc)
    with open(os.path.join(HERE, "expected.json"), "w") as out:
        json.dump({"datasets": datasets, "cases": cases, "metrics": metrics, "statistics": found}, out, separators=(",", ":"), sort_keys=True)
    spark.stop()


if __name__ == "__main__":
    main()
