"""Estimators that scikit-learn has and Spark has not, and those with partial_fit: writes scikit_learn.json beside this file. Needs scikit-learn 1.9."""
import json, pathlib, warnings
import numpy as np
from scipy import sparse
from sklearn.base import clone
from sklearn.cluster import MiniBatchKMeans
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import IncrementalPCA, TruncatedSVD
from sklearn.ensemble import StackingClassifier, StackingRegressor, VotingClassifier, VotingRegressor
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LinearRegression, LogisticRegression, PassiveAggressiveClassifier, PassiveAggressiveRegressor, SGDClassifier, SGDRegressor
from sklearn.model_selection import PredefinedSplit
from sklearn.multiclass import OneVsRestClassifier
from sklearn.multioutput import ClassifierChain, MultiOutputClassifier, MultiOutputRegressor
from sklearn.naive_bayes import BernoulliNB, ComplementNB, GaussianNB, MultinomialNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MaxAbsScaler, MinMaxScaler, OneHotEncoder, OrdinalEncoder, QuantileTransformer, StandardScaler
from golden import uniform

warnings.filterwarnings("ignore")
u = uniform(11)


ROWS, WIDTH, BATCH = 120, 5, 40
X = np.array([[(u() - 0.5) * (j + 1) + j * u() for j in range(WIDTH)] for _ in range(ROWS)])
X[:, 4] += 0.7 * X[:, 0]
X[X[:, 2] < 0, 2] = 0
counts = np.array([[int(u() * 4) for _ in range(WIDTH)] for _ in range(ROWS)], dtype=float)
bits = (counts > 1).astype(float)
cls = np.digitize(X @ np.array([1.0, -0.5, 0.4, 0.0, 0.3]), [0.3, 1.6]).astype(float)
target = X @ np.array([0.5, -1.0, 0.2, 0.4, 0.0]) + 0.2 * np.array([u() for _ in range(ROWS)])
weight = np.array([0.5 + u() for _ in range(ROWS)])
color = [["red", "green", "blue", "amber"][int(u() * 4)] for _ in range(ROWS)]
size = [float(int(u() * 3) * 10) for _ in range(ROWS)]
batches = [slice(start, start + BATCH) for start in range(0, ROWS, BATCH)]
found = {}

for scaler in [StandardScaler(), MinMaxScaler(), MaxAbsScaler()]:
    for rows in batches:
        scaler.partial_fit(X[rows])
    found[type(scaler).__name__] = {"out": scaler.transform(X), **({"mean": scaler.mean_, "var": scaler.var_} if isinstance(scaler, StandardScaler) else {})}

for bayes, data in [(MultinomialNB(), counts), (ComplementNB(), counts), (BernoulliNB(), bits), (GaussianNB(), X)]:
    for rows in batches:
        bayes.partial_fit(data[rows], cls[rows], classes=[0, 1, 2], sample_weight=weight[rows])
    found[type(bayes).__name__] = {"theta": bayes.theta_ if isinstance(bayes, GaussianNB) else bayes.feature_log_prob_, "sigma": getattr(bayes, "var_", []), "prior": np.exp(getattr(bayes, "class_log_prior_", np.log(getattr(bayes, "class_prior_", 1))))}

pca = IncrementalPCA(n_components=3)
for rows in batches:
    pca.partial_fit(X[rows])
found["IncrementalPCA"] = {"components": pca.components_, "mean": pca.mean_, "singular": pca.singular_values_, "ratio": pca.explained_variance_ratio_, "variance": pca.explained_variance_}
whole = IncrementalPCA(n_components=2, batch_size=ROWS, whiten=True).fit(X)
found["IncrementalPCA whiten"] = {"out": np.abs(whole.transform(X))}

init = X[[3, 40, 77]]
kmeans = MiniBatchKMeans(3, init=init, n_init=1, reassignment_ratio=0)
for rows in batches:
    kmeans.partial_fit(X[rows], sample_weight=weight[rows])
found["MiniBatchKMeans"] = {"init": init, "centers": kmeans.cluster_centers_, "labels": kmeans.predict(X)}

# A second partial_fit of scikit-learn's classifier goes on from averaged intercepts as if they were the current ones: one batch.
for average in [True, 50]:
    for name, sgd, y, parts in [
        ("classifier", SGDClassifier(loss="log_loss", average=average, alpha=0.01, shuffle=False), cls, [slice(0, ROWS)]),
        ("binary", SGDClassifier(loss="log_loss", average=average, alpha=0.01, shuffle=False), (cls > 0).astype(float), [slice(0, ROWS)]),
        ("regressor", SGDRegressor(average=average, penalty="l2", alpha=0.01, shuffle=False, eta0=0.05), target, batches),
    ]:
        for rows in parts:
            sgd.partial_fit(X[rows], y[rows], **({} if name == "regressor" else {"classes": sorted(set(y))}))
        found[f"average {name} {average}"] = {"coef": np.atleast_2d(sgd.coef_), "intercept": np.atleast_1d(sgd.intercept_)}

mixed = np.array([[c, s] for c, s in zip(color, size)], dtype=object)
found["OrdinalEncoder"] = {"out": OrdinalEncoder().fit_transform(mixed).astype(float)}
unseen = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1).fit(mixed)
found["OrdinalEncoder unknown"] = {"out": unseen.transform(np.array([["red", 99.0], ["mauve", 10.0]], dtype=object)).astype(float)}

for distribution in ["uniform", "normal"]:
    for count in [120, 17]:
        found[f"QuantileTransformer {distribution} {count}"] = {"out": QuantileTransformer(n_quantiles=count, output_distribution=distribution).fit_transform(X)}

svd = TruncatedSVD(3, algorithm="arpack").fit(X)
found["TruncatedSVD"] = {"out": svd.transform(X), "singular": svd.singular_values_, "variance": svd.explained_variance_, "ratio": svd.explained_variance_ratio_}

steps = ColumnTransformer([("scale", StandardScaler(), [0, 1]), ("color", make_pipeline(OrdinalEncoder(), OneHotEncoder(sparse_output=False)), [2]), ("keep", "passthrough", [3])], remainder="drop")
table = np.array([[X[i, 0], X[i, 1], color[i], X[i, 3], size[i]] for i in range(ROWS)], dtype=object)
found["ColumnTransformer"] = {"out": np.array(steps.fit_transform(table), dtype=float)}

for increasing in [True, False]:
    iso = IsotonicRegression(increasing=increasing, out_of_bounds="clip").fit(np.round(X[:, 0], 1), target, sample_weight=weight)
    at = np.linspace(-1, 1, 41)
    found[f"IsotonicRegression {increasing}"] = {"at": at, "out": iso.predict(at)}

folds = PredefinedSplit([i % 3 for i in range(ROWS)])
free = LogisticRegression(C=np.inf, tol=1e-12, max_iter=10000)
for passthrough in [True, False]:
    stack = StackingRegressor([("one", LinearRegression()), ("other", LinearRegression(fit_intercept=False))], LinearRegression(), cv=folds, passthrough=passthrough).fit(X, target)
    found[f"StackingRegressor {passthrough}"] = {"out": stack.predict(X)}
stack = StackingClassifier([("bayes", GaussianNB(var_smoothing=0)), ("logistic", free)], free, cv=folds).fit(X, np.array([float((c > 0) != (i % 7 == 0)) for i, c in enumerate(cls)]))
found["StackingClassifier 2"] = {"out": stack.predict_proba(X)}

two = np.array([float((c > 0) != (i % 7 == 0)) for i, c in enumerate(cls)])
large = np.array([float(x > 0) for x in size])
gauss = GaussianNB(var_smoothing=0)
penal = LogisticRegression(C=1, tol=1e-12, max_iter=10000)
for voting in ["hard", "soft"]:
    vote = VotingClassifier([("bayes", gauss), ("logistic", penal)], voting=voting, weights=[1, 2]).fit(X, cls)
    found[f"VotingClassifier {voting}"] = {"out": vote.predict(X)}
vote = VotingRegressor([("one", LinearRegression()), ("other", LinearRegression(fit_intercept=False))], weights=[3, 1]).fit(X, target)
found["VotingRegressor"] = {"out": vote.predict(X)}
# dask-ml's blockwise ensembles: a model for each block, of which the majority, or the mean, predicts.
of_blocks = [clone(gauss).fit(X[rows], cls[rows]) for rows in batches]
found["BlockwiseVotingClassifier hard"] = {"out": [np.bincount(votes.astype(int)).argmax() for votes in np.column_stack([each.predict(X) for each in of_blocks])]}
found["BlockwiseVotingClassifier soft"] = {"out": np.mean([each.predict_proba(X) for each in of_blocks], axis=0).argmax(axis=1)}
found["BlockwiseVotingRegressor"] = {"out": np.mean([LinearRegression().fit(X[rows], target[rows]).predict(X) for rows in batches], axis=0)}
found["MultiOutputRegressor"] = {"out": MultiOutputRegressor(LinearRegression()).fit(X, np.column_stack([target, size])).predict(X)}
found["MultiOutputClassifier"] = {"out": MultiOutputClassifier(gauss).fit(X, np.column_stack([two, cls])).predict(X)}
found["ClassifierChain"] = {"out": ClassifierChain(penal).fit(X, np.column_stack([two, large])).predict(X)}
ovr = OneVsRestClassifier(penal).fit(X, cls)
found["OneVsRest"] = {"out": ovr.predict(X), "coef": np.array([each.coef_[0] for each in ovr.estimators_])}
for name, passive, y in [
    ("PassiveAggressiveClassifier", PassiveAggressiveClassifier(C=0.5, shuffle=False), cls),
    ("PassiveAggressiveRegressor", PassiveAggressiveRegressor(C=0.5, epsilon=0.05, shuffle=False), target),
]:
    for rows in batches:
        passive.partial_fit(X[rows], y[rows], **({"classes": [0, 1, 2]} if y is cls else {}))
    found[name] = {"coef": np.atleast_2d(passive.coef_), "intercept": np.atleast_1d(passive.intercept_)}


def plain(value):
    if sparse.issparse(value):
        value = value.toarray()
    if isinstance(value, np.ndarray) or isinstance(value, (list, tuple)):
        return [plain(x) for x in value]
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    return value if isinstance(value, str) else float(value)


data = {"X": X, "counts": counts, "bits": bits, "cls": cls, "target": target, "weight": weight, "color": color, "size": size, "batch": BATCH}
pathlib.Path(__file__).with_suffix(".json").write_text(json.dumps({"data": plain(data), "found": plain(found)}, separators=(",", ":")))
