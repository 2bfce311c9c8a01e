"""The airline table on the peers, with TRAIN, TEST, REPEAT, THREADS and CASES in the environment. usage: peers.py ENGINE"""
import json, os, sys, time

engine = sys.argv[1]
env = os.environ
threads, repeat = int(env.get("THREADS", 2)), int(env.get("REPEAT", 5))
wanted = {c for c in env.get("CASES", "").split(",") if c}


def cpu_ms():
    """Of this process and all below it."""
    ticks = os.sysconf("SC_CLK_TCK")

    def of(pid):
        try:
            fields = open(f"/proc/{pid}/stat").read().rsplit(") ", 1)[1].split()
            children = [c for t in os.listdir(f"/proc/{pid}/task") for c in open(f"/proc/{pid}/task/{t}/children").read().split()]
        except OSError:
            return 0
        return (int(fields[11]) + int(fields[12])) * 1000 / ticks + sum(of(c) for c in children)

    return of(os.getpid())


def measure(case, fit, auc, runs=repeat):
    if wanted and case not in wanted:
        return None
    times, costs, model = [], [], None
    for _ in range(runs):
        begin, cpu = time.time(), cpu_ms()
        model = fit()
        times.append((time.time() - begin) * 1000)
        costs.append(cpu_ms() - cpu)
    times_sorted = sorted(times)
    scores = auc(model) if auc else {}
    print(json.dumps(dict(engine=engine, case=case, first_ms=round(times[0]), best_ms=round(times_sorted[0]), med_ms=round(times_sorted[len(times) // 2]), cpu_ms=round(min(costs)), **scores)), flush=True)
    return model


def python_peers():
    import numpy as np, pandas as pd
    from sklearn.metrics import roc_auc_score

    def read(path):
        d = pd.read_csv(path)
        return d.drop(columns=["Delayed"]).to_numpy(dtype=np.float32), d["Delayed"].to_numpy()

    X, y = read(env["TRAIN"])
    T, t = read(env["TEST"])
    score = lambda m: dict(auc=round(roc_auc_score(t, m.predict_proba(T)[:, 1]), 4), auc_train=round(roc_auc_score(y, m.predict_proba(X)[:, 1]), 4))

    def forest(n):
        if engine == "sklearn":
            from sklearn.ensemble import RandomForestClassifier
            return RandomForestClassifier(n_estimators=n, max_depth=10, n_jobs=threads, random_state=1)
        if engine == "sklearnex":
            from sklearnex.ensemble import RandomForestClassifier
            return RandomForestClassifier(n_estimators=n, max_depth=10, n_jobs=threads, random_state=1)
        if engine == "lightgbm":
            import lightgbm
            return lightgbm.LGBMClassifier(boosting_type="rf", n_estimators=n, max_depth=10, num_leaves=1024, bagging_fraction=0.632, bagging_freq=1, feature_fraction_bynode=0.33, n_jobs=threads, verbose=-1, force_col_wise=True)
        import xgboost
        return xgboost.XGBRFClassifier(n_estimators=n, max_depth=10, subsample=0.632, colsample_bynode=0.33, n_jobs=threads, tree_method="hist")

    def boosting():
        if engine == "sklearn":
            from sklearn.ensemble import HistGradientBoostingClassifier
            return HistGradientBoostingClassifier(max_iter=20, max_depth=5, early_stopping=False)
        if engine == "lightgbm":
            import lightgbm
            return lightgbm.LGBMClassifier(n_estimators=20, max_depth=5, num_leaves=31, n_jobs=threads, verbose=-1, force_col_wise=True)
        import xgboost
        return xgboost.XGBClassifier(n_estimators=20, max_depth=5, n_jobs=threads, tree_method="hist")

    def grid_search():
        from sklearn.ensemble import RandomForestClassifier
        from sklearn.model_selection import GridSearchCV

        sizes = [2, 4, 6, 8, 10]
        grid = dict(n_estimators=sizes, max_depth=sizes)
        return GridSearchCV(RandomForestClassifier(random_state=1), grid, cv=3, scoring="roc_auc", n_jobs=threads).fit(X, y)

    if engine == "dask":
        import joblib
        from dask.distributed import Client

        # Its models are scikit-learn's: what it adds is who runs the fits.
        with Client(n_workers=threads, threads_per_worker=1, dashboard_address=None), joblib.parallel_backend("dask"):
            measure("grid search", grid_search, score, runs=1)
        return
    small = measure("forest 10 x 10", lambda: forest(10).fit(X, y), score)
    measure("forest 100 x 10", lambda: forest(100).fit(X, y), score, runs=min(repeat, 2))
    if engine != "sklearnex":
        measure("boosting 20 x 5", lambda: boosting().fit(X, y), score)
    if engine in ("sklearn", "sklearnex"):
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler
        if engine == "sklearn":
            from sklearn.linear_model import LinearRegression, LogisticRegression
        else:
            from sklearnex.linear_model import LinearRegression, LogisticRegression
        D, labels = X.astype(np.float64), y.astype(np.float64)
        logistic = lambda: make_pipeline(StandardScaler(), LogisticRegression(C=np.inf, tol=1e-6, max_iter=200)).fit(D, y)
        measure("logistic regression", logistic, score)
        measure("linear regression", lambda: LinearRegression().fit(D, labels), lambda m: dict(r2=round(m.score(D, labels), 6)))
    if engine == "sklearn":
        measure("grid search", grid_search, score, runs=1)
    case = "predict 10 M rows"
    if not wanted or case in wanted:
        model = small or forest(10).fit(X, y)
        many = np.tile(T, (50, 1))
        measure(case, lambda: model.predict(many).sum(), None, runs=min(repeat, 2))


def spark_peer():
    from pyspark.sql import SparkSession
    from pyspark.ml.classification import GBTClassifier, LogisticRegression, RandomForestClassifier
    from pyspark.ml.evaluation import BinaryClassificationEvaluator
    from pyspark.ml.feature import VectorAssembler
    from pyspark.ml.regression import LinearRegression

    spark = SparkSession.builder.master(f"local[{threads}]").config("spark.driver.memory", "8g").config("spark.ui.enabled", "false").getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")

    def read(path):
        d = spark.read.csv(path, header=True, inferSchema=True)
        inputs = [c for c in d.columns if c != "Delayed"]
        d = VectorAssembler(inputCols=inputs, outputCol="features").transform(d).select("features", d["Delayed"].cast("double").alias("label")).repartition(threads * 2).cache()
        d.count()
        return d

    train, test = read(env["TRAIN"]), read(env["TEST"])
    evaluator = BinaryClassificationEvaluator()
    score = lambda m: dict(auc=round(evaluator.evaluate(m.transform(test)), 4), auc_train=round(evaluator.evaluate(m.transform(train)), 4))
    measure("forest 10 x 10", lambda: RandomForestClassifier(numTrees=10, maxDepth=10, seed=1).fit(train), score, runs=2)
    measure("forest 100 x 10", lambda: RandomForestClassifier(numTrees=100, maxDepth=10, seed=1).fit(train), score, runs=1)
    measure("boosting 20 x 5", lambda: GBTClassifier(maxIter=20, maxDepth=5, seed=1).fit(train), score, runs=2)
    measure("logistic regression", lambda: LogisticRegression(maxIter=200, tol=1e-6).fit(train), score, runs=3)
    measure("linear regression", lambda: LinearRegression().fit(train), lambda m: dict(r2=round(m.summary.r2, 6)), runs=3)


spark_peer() if engine == "spark" else python_peers()
