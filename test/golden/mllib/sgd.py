"""Weights of scikit-learn's SGD estimators after batches in order: writes sgd.json beside this file. Needs scikit-learn 1.9."""
import json, pathlib, warnings
import numpy as np
from sklearn.linear_model import SGDClassifier, SGDRegressor, Perceptron
from golden import uniform

warnings.filterwarnings("ignore")
u = uniform(7)


ROWS, WIDTH = 90, 4
X = np.array([[u() * 2 - 1 for _ in range(WIDTH)] for _ in range(ROWS)])
noise = np.array([u() - 0.5 for _ in range(ROWS)])
target = X @ np.array([1.5, -2.0, 0.5, 0.0]) + 0.3 + 0.2 * noise
binary = (target > 0.2).astype(float)
three = np.digitize(target, [-0.8, 1.0]).astype(float)
weight = np.array([0.5 + u() for _ in range(ROWS)])

cases = []


def add(name, estimator, y, classes=None, weighted=False, fit=False):
    w = weight if weighted else None
    steps = []
    if fit:
        estimator.fit(X, y, sample_weight=w)
    for start in range(0, ROWS, 30) if not fit else []:
        rows = slice(start, start + 30)
        extra = {} if classes is None else {"classes": classes}
        estimator.partial_fit(X[rows], y[rows], sample_weight=None if w is None else w[rows], **extra)
    params = {k: v for k, v in estimator.get_params().items()}
    cases.append({"name": name, "class": type(estimator).__name__, "params": {k: v for k, v in params.items() if isinstance(v, (int, float, str, bool)) and k != "verbose"}, "penalty": params.get("penalty"),
                  "target": "target" if y is target else "binary" if y is binary else "three", "weighted": weighted, "fit": fit,
                  "coef": np.atleast_2d(estimator.coef_).tolist(), "intercept": np.atleast_1d(estimator.intercept_).tolist(), "epochs": int(getattr(estimator, "n_iter_", 1))})


for loss in ["hinge", "squared_hinge", "perceptron", "log_loss", "modified_huber", "squared_error", "huber", "epsilon_insensitive", "squared_epsilon_insensitive"]:
    add(f"classifier {loss}", SGDClassifier(loss=loss, shuffle=False, learning_rate="invscaling", eta0=0.1), binary, [0, 1])
for penalty in ["l2", "l1", "elasticnet", None]:
    add(f"classifier {penalty}", SGDClassifier(loss="log_loss", penalty=penalty, alpha=0.01, shuffle=False), three, [0, 1, 2])
for rate in ["constant", "optimal", "invscaling", "adaptive", "pa1", "pa2"]:
    add(f"classifier {rate}", SGDClassifier(loss="hinge", learning_rate=rate, eta0=0.05, shuffle=False), binary, [0, 1], weighted=True)
for loss in ["squared_error", "huber", "epsilon_insensitive", "squared_epsilon_insensitive"]:
    add(f"regressor {loss}", SGDRegressor(loss=loss, shuffle=False), target)
add("regressor pa2", SGDRegressor(loss="epsilon_insensitive", penalty=None, learning_rate="pa2", eta0=0.7, shuffle=False), target)
add("perceptron", Perceptron(shuffle=False), binary, [0, 1])
add("fit log_loss", SGDClassifier(loss="log_loss", shuffle=False), three, fit=True)
add("fit l1", SGDClassifier(loss="log_loss", penalty="l1", alpha=0.003, shuffle=False), binary, fit=True)
add("fit adaptive", SGDRegressor(learning_rate="adaptive", shuffle=False, eta0=0.05), target, fit=True)

data = {"X": X.tolist(), "target": target.tolist(), "binary": binary.tolist(), "three": three.tolist(), "weight": weight.tolist()}
pathlib.Path(__file__).with_name("sgd.json").write_text(json.dumps({"data": data, "cases": cases}))
