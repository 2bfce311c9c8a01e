/** Jobs of the fault run that fit models; see jobs.mjs. The rows are made so that the right model is known. */
import assert from "node:assert/strict";
import { mix, numbers } from "./data.mjs";

const SCHEMA = "x0 DOUBLE, x1 DOUBLE, label DOUBLE";
const N = 8000;

const unit = (i, salt) => mix(i, salt) / 2 ** 32;
const point = (i, salt) => [unit(i, salt) * 4 - 2, unit(i, salt + 1) * 4 - 2];

/** Features and labels; `label` gets the features of a row and its number. */
function table({ sc, spark, size, mllib, salt }, label) {
  const rows = numbers(sc, N, size.maps, size.nap).map((i) => {
    const x = point(i, salt);
    return [...x, label(x, i)];
  });
  return new mllib.VectorAssembler({ inputCols: ["x0", "x1"], outputCol: "features" })
    .transform(spark.createDataFrame(rows, SCHEMA))
    .cache();
}

const here = (salt, label) =>
  Array.from({ length: N }, (_, i) => {
    const x = point(i, salt);
    return { x, y: label(x, i) };
  });

function near(found, wanted, tolerance, what) {
  assert.ok(Math.abs(found - wanted) <= tolerance, `${what}: ${found} is not ${wanted}`);
}

export const fits = {
  async linearRegression(context) {
    const { mllib, salt } = context;
    const [a, b, c] = [(salt % 17) - 8, ((salt >> 5) % 13) + 0.5, (salt >> 9) % 5];
    const rows = table(context, ([x0, x1]) => a * x0 + b * x1 + c);
    const model = await new mllib.LinearRegression({ solver: context.random.pick(["normal", "l-bfgs"]), tol: 1e-12 }).fit(rows);
    const [found0, found1] = model.coefficients.toArray();
    near(found0, a, 1e-3, "first coefficient");
    near(found1, b, 1e-3, "second coefficient");
    near(model.intercept, c, 1e-3, "intercept");
    await rows.unpersist();
  },

  /** At the right coefficients the loss has no slope. */
  async logisticRegression(context) {
    const { mllib, salt } = context;
    const label = ([x0, x1], i) => (unit(i, salt + 2) < 1 / (1 + Math.exp(-(1.5 * x0 - 2 * x1 + 0.5))) ? 1 : 0);
    const rows = table(context, label);
    const model = await new mllib.LogisticRegression({ maxIter: 100, tol: 1e-9 }).fit(rows);
    const [w0, w1] = model.coefficients.toArray();
    const slope = [0, 0, 0];
    for (const { x, y } of here(salt, label)) {
      const error = 1 / (1 + Math.exp(-(w0 * x[0] + w1 * x[1] + model.intercept))) - y;
      slope[0] += (error * x[0]) / N;
      slope[1] += (error * x[1]) / N;
      slope[2] += error / N;
    }
    for (const one of slope) near(one, 0, 1e-5, "slope of the loss");
    assert.equal(await model.transform(rows).count(), N);
    await rows.unpersist();
  },

  async decisionTree(context) {
    const { mllib, salt, random } = context;
    const label = ([x0, x1]) => (x0 > 0.3 && x1 < 0.7 ? 1 : 0);
    const rows = table(context, label);
    const fit = random.pick([
      new mllib.DecisionTreeClassifier({ maxDepth: 3, maxBins: 128 }),
      new mllib.RandomForestClassifier({ numTrees: 5, maxDepth: 4, maxBins: 128, seed: 1, featureSubsetStrategy: "all" }),
    ]);
    const model = await fit.fit(rows);
    const wrong = await model.transform(rows).filter("prediction <> label").count();
    assert.ok(wrong <= N * 0.03, `${wrong} of ${N} are wrong`);
    const ones = here(salt, label).filter(({ y }) => y === 1).length;
    const predicted = await model.transform(rows).filter("prediction = 1").count();
    near(predicted, ones, N * 0.03, "predicted");
    await rows.unpersist();
  },

  /** The same blocks in the same order give the same bits, whatever was lost on the way. */
  async kMeans(context) {
    const { mllib, salt } = context;
    const rows = table(context, (_, i) => i % 2);
    const fit = () => new mllib.KMeans({ k: 4, seed: 7, maxIter: 8 }).fit(rows);
    const centers = (model) => model.clusterCenters.map((center) => center.toArray());
    const [one, other] = [centers(await fit()), centers(await fit())];
    assert.deepEqual(one, other);
    const cost = here(salt, () => 0).reduce(
      (all, { x }) => all + Math.min(...one.map((c) => (x[0] - c[0]) ** 2 + (x[1] - c[1]) ** 2)),
      0,
    );
    assert.ok(cost < N * 1, `cost ${cost}`); // a square of side 4 cut into four: 2/3 a row
    await rows.unpersist();
  },
};
