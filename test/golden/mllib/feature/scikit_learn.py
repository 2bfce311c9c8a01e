"""What scikit-learn and SciPy answer on the rows of expected.json: scikit-learn.json.

    python scikit_learn.py         (after spark.py; with scikit-learn 1.9)
"""
import json
import os



import numpy as np
from scipy import stats
from sklearn import metrics
from sklearn.decomposition import PCA
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.feature_selection import VarianceThreshold, f_classif, f_regression
from sklearn.impute import SimpleImputer
from sklearn.preprocessing import Binarizer, MaxAbsScaler, MinMaxScaler, Normalizer, OneHotEncoder, OrdinalEncoder, StandardScaler

here = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(here, "expected.json")) as file:
    datasets = json.load(file)["datasets"]


def column(name, field):
    at = [f for f, _ in datasets[name]["fields"]].index(field)
    return [row[at] for row in datasets[name]["rows"]]


def matrix(name, field="features"):
    out = []
    for v in column(name, field):
        if "dense" in v:
            out.append(v["dense"])
        else:
            row = [0.0] * v["size"]
            for i, x in zip(v["indices"], v["values"]):
                row[i] = x
            out.append(row)
    return np.array(out)


X = matrix("dense")
n = len(X)
found = {}
found["standardScaler"] = StandardScaler().fit_transform(X) * np.sqrt((n - 1) / n)  # Spark divides by the deviation of the sample
found["minMaxScaler"] = MinMaxScaler((-1, 2)).fit_transform(X)
found["maxAbsScaler"] = MaxAbsScaler().fit_transform(X)
found["normalizer"] = Normalizer("l1").fit_transform(X)
found["binarizer"] = Binarizer(threshold=0.5).fit_transform(X)
pca = PCA(3).fit(X)
found["pca"] = pca.components_.T
found["pcaVariance"] = pca.explained_variance_ratio_
found["varianceThreshold"] = VarianceThreshold((n - 1) / n).fit_transform(X)
colors = [[c] for c in column("clean", "c")]
found["ordinal"] = OrdinalEncoder().fit_transform(colors)
found["oneHot"] = OneHotEncoder(sparse_output=False).fit_transform(colors)
a = [[np.nan if v in (None, "NaN") else v] for v in column("mixed", "a")]
found["imputer"] = SimpleImputer().fit_transform(a)
words = column("text", "words")
counter = CountVectorizer(analyzer=lambda doc: doc).fit(words)
found["vocabulary"] = sorted(counter.vocabulary_)
f, p = f_classif(X, column("dense", "cls"))
found["fClassif"] = [f, p]
f, p = f_regression(X, np.array(column("dense", "target")))
found["fRegression"] = [f, p]
found["pearson"] = np.corrcoef(X.T)
found["spearman"] = stats.spearmanr(X).statistic
found["ks"] = stats.kstest(column("clean", "a"), "norm", (0, 3), method="exact").pvalue

scored = {f: column("scored", f) for f, _ in datasets["scored"]["fields"]}
y, pred, w = scored["cls"], scored["prediction"], scored["w"]
proba = matrix("scored", "probability")
found["metrics"] = {
    "areaUnderROC": metrics.roc_auc_score(scored["label"], scored["score"]),
    "areaUnderROCWeighted": metrics.roc_auc_score(scored["label"], scored["score"], sample_weight=w),
    "f1": metrics.f1_score(y, pred, average="weighted"),
    "accuracy": metrics.accuracy_score(y, pred),
    "accuracyWeighted": metrics.accuracy_score(y, pred, sample_weight=w),
    "weightedPrecision": metrics.precision_score(y, pred, average="weighted", zero_division=0),
    "weightedRecall": metrics.recall_score(y, pred, average="weighted"),
    "hammingLoss": metrics.hamming_loss(y, pred),
    "logLoss": metrics.log_loss(y, proba),
    "logLossWeighted": metrics.log_loss(y, proba, sample_weight=w),
    "mse": metrics.mean_squared_error(scored["y"], scored["p"]),
    "mae": metrics.mean_absolute_error(scored["y"], scored["p"]),
    "r2": metrics.r2_score(scored["y"], scored["p"]),
    "silhouette": metrics.silhouette_score(matrix("clustered"), column("clustered", "prediction"), metric="sqeuclidean"),
    "silhouetteCosine": metrics.silhouette_score(matrix("clustered"), column("clustered", "prediction"), metric="cosine"),
}


def plain(value):
    if isinstance(value, np.ndarray):
        return [plain(x) for x in value]
    if isinstance(value, (list, tuple)):
        return [plain(x) for x in value]
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    return value if isinstance(value, str) else float(value)


with open(os.path.join(here, "scikit-learn.json"), "w") as out:
    json.dump(plain(found), out, separators=(",", ":"), sort_keys=True)
