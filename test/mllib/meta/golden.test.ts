/** Estimators that are made of others, against scikit-learn: test/golden/mllib/scikit_learn.py made the answers. Predictions to 1e-5. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type DataFrame, mllib, testSession } from "../../support/built-session";

type Rows = readonly (readonly number[])[];
interface Answer {
  readonly out: readonly number[] & Rows;
  readonly coef: Rows;
  readonly intercept: readonly number[];
}
const golden = JSON.parse(readFileSync(join(__dirname, "../../golden/mllib/scikit_learn.json"), "utf8")) as {
  readonly data: { readonly X: Rows } & Readonly<Record<"cls" | "target" | "size", readonly number[]>> & {
      readonly batch: number;
    };
  readonly found: Readonly<Record<string, Answer>>;
};
const { data, found } = golden;
const { Vectors } = mllib;
const spark = testSession();

const NAMES = ["id", "features", "cls", "target", "size", "two", "large"] as const;
const two = data.cls.map((value, i) => (value > 0 !== (i % 7 === 0) ? 1 : 0));

function table(): DataFrame {
  const rows = data.X.map((row, i) => [i, Vectors.dense([...row]), data.cls[i], data.target[i], data.size[i], two[i], data.size[i]! > 0 ? 1 : 0]); // prettier-ignore
  const fields = NAMES.map((name) => ({
    name,
    type: name === "features" ? mllib.VectorUDT : { kind: "double" },
    nullable: true,
  }));
  return spark().createDataFrame(rows as never, { kind: "struct", fields } as never);
}

/** With the partitions that scikit-learn took for blocks. */
function inBlocks(): DataFrame {
  const { batch } = data;
  const block = (from: number) =>
    table()
      .where(`id >= ${from} AND id < ${from + batch}`)
      .coalesce(1);
  return Array.from({ length: data.X.length / batch }, (_, b) => block(b * batch)).reduce((all, each) => all.union(each));
}

async function columns(df: DataFrame, ...names: string[]): Promise<number[][]> {
  const rows = await df
    .orderBy("id")
    .select(...names)
    .collect();
  return rows.map((row) => names.map((name) => row.get(name) as number));
}

function near(got: readonly number[], wanted: readonly number[]): void {
  expect(got).toHaveLength(wanted.length);
  wanted.forEach((value, i) => expect(got[i]).toBeCloseTo(value, 5));
}

/** scikit-learn's `LogisticRegression(C=1)`. */
const logistic = (labelCol: string) =>
  new mllib.LogisticRegression({ labelCol, regParam: 1 / data.X.length, standardization: false, maxIter: 1000, tol: 1e-13 });
const bayes = (labelCol: string) => new mllib.NaiveBayes({ labelCol, modelType: "gaussian" });
const linear = (fitIntercept = true) => new mllib.LinearRegression({ labelCol: "target", fitIntercept });

test.each(["hard", "soft"] as const)("VotingClassifier, %s", async (voting) => {
  const vote = new mllib.VotingClassifier({ estimators: [bayes("cls"), logistic("cls")], voting, weights: [1, 2] });
  const got = await columns((await vote.fit(table())).transform(table()), "prediction");
  expect(got.flat()).toEqual(found[`VotingClassifier ${voting}`]!.out);
});

test("VotingRegressor", async () => {
  const vote = new mllib.VotingRegressor({ estimators: [linear(), linear(false)], weights: [3, 1] });
  near((await columns((await vote.fit(table())).transform(table()), "prediction")).flat(), found["VotingRegressor"]!.out);
});

test("BlockwiseVotingClassifier, BlockwiseVotingRegressor", async () => {
  for (const voting of ["hard", "soft"] as const) {
    const vote = new mllib.BlockwiseVotingClassifier({ estimator: bayes("cls"), voting });
    const got = await columns((await vote.fit(inBlocks())).transform(table()), "prediction");
    expect(got.flat()).toEqual(found[`BlockwiseVotingClassifier ${voting}`]!.out);
  }
  const mean = await new mllib.BlockwiseVotingRegressor({ estimator: linear() }).fit(inBlocks());
  near((await columns(mean.transform(table()), "prediction")).flat(), found["BlockwiseVotingRegressor"]!.out);
});

test("MultiOutputRegressor, MultiOutputClassifier, ClassifierChain", async () => {
  const regressor = new mllib.MultiOutputRegressor({ estimator: linear(), labelCols: ["target", "size"] });
  const numbers = await columns((await regressor.fit(table())).transform(table()), "target_prediction", "size_prediction");
  numbers.forEach((row, i) => near(row, found["MultiOutputRegressor"]!.out[i] as unknown as number[]));
  const classifier = new mllib.MultiOutputClassifier({ estimator: bayes("cls"), labelCols: ["two", "cls"] });
  const classes = await columns((await classifier.fit(table())).transform(table()), "two_prediction", "cls_prediction");
  expect(classes).toEqual(found["MultiOutputClassifier"]!.out);
  const chain = new mllib.ClassifierChain({ estimator: logistic("cls"), labelCols: ["two", "large"] });
  const chained = await columns((await chain.fit(table())).transform(table()), "two_prediction", "large_prediction");
  expect(chained).toEqual(found["ClassifierChain"]!.out);
});

test("OneVsRest", async () => {
  const model = await new mllib.OneVsRest({ classifier: logistic("cls"), labelCol: "cls" }).fit(table());
  const { out, coef } = found["OneVsRest"]!;
  coef.forEach((row, k) =>
    near([...(model.models[k] as InstanceType<typeof mllib.LogisticRegressionModel>).coefficients.toArray()], row),
  );
  expect((await columns(model.transform(table()), "prediction")).flat()).toEqual(out);
});

describe("passive-aggressive learners, batch by batch", () => {
  const parts = (label: readonly number[]) =>
    Array.from({ length: data.X.length / data.batch }, (_, b) => {
      const [from, to] = [b * data.batch, (b + 1) * data.batch];
      return { features: data.X.slice(from, to), label: label.slice(from, to) };
    });

  test("PassiveAggressiveClassifier", async () => {
    const learner = new mllib.PassiveAggressiveClassifier({ C: 0.5, shuffle: false });
    let model: InstanceType<typeof mllib.SGDClassificationModel> | undefined;
    for (const batch of parts(data.cls)) model = await learner.partialFit(batch, model === undefined ? { classes: [0, 1, 2] } : { model }); // prettier-ignore
    const { coef, intercept } = found["PassiveAggressiveClassifier"]!;
    model!.coefficientMatrix.rows().forEach((row, k) => near([...row.toArray()], coef[k]!));
    near([...model!.interceptVector.toArray()], intercept);
  });

  test("PassiveAggressiveRegressor", async () => {
    const learner = new mllib.PassiveAggressiveRegressor({ C: 0.5, epsilon: 0.05, shuffle: false });
    let model: InstanceType<typeof mllib.SGDRegressionModel> | undefined;
    for (const batch of parts(data.target)) model = await learner.partialFit(batch, model === undefined ? {} : { model });
    near([...model!.coefficients.toArray()], found["PassiveAggressiveRegressor"]!.coef[0]!);
    near([model!.intercept], found["PassiveAggressiveRegressor"]!.intercept);
  });
});
