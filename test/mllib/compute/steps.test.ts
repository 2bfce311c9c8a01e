/** Fits whose steps are rounds of an executor's threads: the same models as by jobs. */
import { type DataFrame, mllib, testSession } from "../../support/built-session";

const spark = testSession();

interface Port {
  executorCores?(): readonly number[];
}

/** The session's port; what it says of executors decides. */
const port = (): Port => (spark() as unknown as { core: { port: { context: Port } } }).core.port.context;

let df: DataFrame;
beforeAll(async () => {
  const { Vectors } = mllib;
  const data = Array.from({ length: 400 }, (_, i) => [
    Vectors.dense(Math.sin(i) * 3, (i % 7) - 2, Math.cos(i * 0.3)),
    Number(Math.sin(i) + Math.cos(i * 1.7) > 0.2),
    1 + (i % 3),
  ]);
  df = spark().createDataFrame(data, ["features", "label", "weight"]).repartition(5).cache();
  await df.count();
});

/** What is counted are jobs from the fit's beginning to its end. */
async function fitted(estimator: { fit(df: DataFrame): Promise<unknown> }): Promise<{ model: unknown; jobs: number }> {
  const context = spark().sparkContext;
  let jobs = 0;
  const listener = { onJobStart: () => void jobs++ };
  context.addSparkListener(listener);
  try {
    const model = await estimator.fit(df);
    await context.flushListeners();
    return { model, jobs };
  } finally {
    context.removeSparkListener(listener);
  }
}

const values = (model: unknown, names: readonly string[]): unknown =>
  names.map((name) => {
    const value = (model as Record<string, unknown>)[name];
    return typeof value === "function" ? String((value as () => unknown).call(model)) : JSON.stringify(value);
  });

const cases: readonly [string, () => { fit(df: DataFrame): Promise<unknown> }, readonly string[]][] = [
  ["logistic regression", () => new mllib.LogisticRegression({ weightCol: "weight" }), ["coefficients", "intercept"]],
  ["linear support vectors", () => new mllib.LinearSVC({ regParam: 0.01 }), ["coefficients", "intercept"]],
  ["a Poisson regression", () => new mllib.GeneralizedLinearRegression({ family: "poisson" }), ["coefficients", "intercept"]],
  ["Huber's loss", () => new mllib.LinearRegression({ loss: "huber" }), ["coefficients", "intercept", "scale"]],
  ["k-means", () => new mllib.KMeans({ k: 4, seed: 3 }), ["clusterCenters"]],
  ["bisecting k-means", () => new mllib.BisectingKMeans({ k: 4, seed: 3 }), ["clusterCenters"]],
  ["a mixture", () => new mllib.GaussianMixture({ k: 2, seed: 3 }), ["weights", "gaussians"]],
];

test.each(cases)("%s", async (_, estimator, names) => {
  const together = await fitted(estimator());
  const known = port().executorCores;
  try {
    // As long as no executor is known, steps are jobs.
    port().executorCores = () => [];
    const byJobs = await fitted(estimator());
    expect(values(byJobs.model, names)).toEqual(values(together.model, names));
    expect(byJobs.jobs).toBeGreaterThan(together.jobs);
    port().executorCores = () => [1, 1];
    const byOneTask = await fitted(estimator());
    expect(values(byOneTask.model, names)).toEqual(values(together.model, names));
    expect(byOneTask.jobs).toBe(together.jobs);
  } finally {
    port().executorCores = known!;
  }
});

test("what is too long to ask threads that work together is asked by jobs from the beginning", async () => {
  const { Vectors } = mllib;
  const width = 1 << 18;
  const data = Array.from({ length: 40 }, (_, i) => [Vectors.sparse(width, [i, 1000 + (i % 3)], [1, 2]), i % 2]);
  const wide = spark().createDataFrame(data, ["features", "label"]).repartition(2).cache();
  await wide.count();
  const estimator = () => new mllib.LinearSVC({ regParam: 0.01, maxIter: 2 });
  const small = df;
  const known = port().executorCores;
  try {
    df = wide;
    const asked = await fitted(estimator());
    port().executorCores = () => [];
    const byJobs = await fitted(estimator());
    expect(asked.jobs).toBe(byJobs.jobs);
  } finally {
    df = small;
    port().executorCores = known!;
  }
});
