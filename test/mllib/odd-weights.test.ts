/** Rows of weight 0, and null categories: what PySpark says of them. */
import { mllib, testSession } from "../support/built-session";

const spark = testSession();
const FIELDS = [
  { name: "features", type: mllib.VectorUDT, nullable: true },
  { name: "label", type: { kind: "double" }, nullable: true },
  { name: "weight", type: { kind: "double" }, nullable: true },
];
const table = (rows: readonly (readonly [readonly number[], label: number, weight: number])[], partitions = 1) =>
  spark()
    .createDataFrame(
      rows.map(([features, ...rest]) => [mllib.Vectors.dense([...features]), ...rest]) as never,
      { kind: "struct", fields: FIELDS } as never,
    ) // prettier-ignore
    .repartition(partitions);
const ROWS = Array.from({ length: 12 }, (_, i) => [[i % 3, (i * 7) % 5], i % 2] as const);

test.each([
  ["LogisticRegression", {}],
  ["LogisticRegression", { family: "multinomial" }],
  ["LinearSVC", {}],
  ["LinearRegression", { solver: "l-bfgs" }],
  ["LinearRegression", { solver: "normal" }],
  ["DecisionTreeClassifier", {}],
  ["RandomForestClassifier", { seed: 1 }],
  ["GeneralizedLinearRegression", {}],
] as const)("%s %o: without any weight there is nothing to learn", async (name, params) => {
  const df = table(ROWS.map((row) => [...row, 0] as const));
  await expect(new mllib[name]({ weightCol: "weight" }).setAll(params).fit(df)).rejects.toThrow(
    /INVALID_TRAINING_DATA.*sum of the weights of the training dataset is zero/,
  );
});

test("gaussian naive Bayes: a class without weight is refused, a batch of a partition without weight is not", async () => {
  const bayes = new mllib.NaiveBayes({ modelType: "gaussian", weightCol: "weight" });
  const none = table(ROWS.map(([features, label]) => [features, label, label] as const));
  await expect(bayes.fit(none)).rejects.toThrow("all rows of label 0 have weight 0");
  const weighted = ROWS.map(([features, label]) => [features, label, 1] as const);
  const nothing = ROWS.map(([features, label]) => [features.map((x) => x + 50), label, 0] as const);
  const model = await bayes.fit(table(nothing).union(table(weighted)));
  const expected = await bayes.fit(table(weighted));
  expect(model.sigma.toArray()).toEqual(expected.sigma.toArray());
  expect(model.theta.toArray()).toEqual(expected.theta.toArray());
});

test("a null category is a null vector", async () => {
  const df = spark().createDataFrame([[0], [1], [2]], "c DOUBLE");
  for (const handleInvalid of ["error", "keep"] as const) {
    const model = await new mllib.OneHotEncoder({ inputCol: "c", outputCol: "v", handleInvalid }).fit(df);
    const rows = await model.transform(spark().createDataFrame([[1], [null]], "c DOUBLE")).collect();
    expect(rows.map((row) => (row.get("v") === null ? null : String(row.get("v"))))).toEqual([
      handleInvalid === "keep" ? "(3,[1],[1.0])" : "(2,[1],[1.0])",
      null,
    ]);
  }
});
