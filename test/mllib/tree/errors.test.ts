/** What trees say of data that they cannot learn from, and the edges of those they can. */
import { mllib, testSession } from "../../support/built-session";

const spark = testSession();
type Values = readonly (readonly [features: readonly number[] | null, label: number | null, weight?: number])[];
const table = (rows: Values) =>
  spark().createDataFrame(
    rows.map(([features, label, weight]) => [features === null ? null : mllib.Vectors.dense([...features]), label, weight ?? 1]),
    {
      kind: "struct",
      fields: [
        { name: "features", type: mllib.VectorUDT, nullable: true },
        { name: "label", type: { kind: "double" }, nullable: true },
        { name: "weight", type: { kind: "double" }, nullable: true },
      ],
    } as never,
  );
const two: Values = [[[1, 2], 0], [[2, 3], 1]]; // prettier-ignore

test("columns and parameters are looked at before any job", async () => {
  const df = table(two);
  await expect(new mllib.RandomForestClassifier({ featuresCol: "feature" }).fit(df)).rejects.toThrow(/feature.*features/s);
  await expect(new mllib.GBTRegressor({ labelCol: "features" }).fit(df)).rejects.toThrow(/features must be numeric/);
  await expect(new mllib.DecisionTreeRegressor({ predictionCol: "label" }).fit(df)).rejects.toThrow(/label already exists/);
  await expect(new mllib.GBTClassifier({ validationIndicatorCol: "held" }).fit(df)).rejects.toThrow(/held/);
  expect(() => new mllib.RandomForestClassifier({ maxDepth: 31 })).toThrow(/maxDepth must be in \[0, 30\]/);
  expect(() => new mllib.RandomForestClassifier({ featureSubsetStrategy: "most" })).toThrow(/featureSubsetStrategy must be auto/);
  expect(() => new mllib.GBTRegressor({ stepSize: 0 })).toThrow(/stepSize must be in \(0, 1\]/);
});

test("labels, features and weights that cannot be are refused in words", async () => {
  const fit = (rows: Values, more = {}): Promise<unknown> => new mllib.DecisionTreeClassifier(more).fit(table(rows));
  await expect(fit([])).rejects.toThrow(/empty/);
  await expect(fit([[[1], 0.5]])).rejects.toThrow(/not whole numbers/);
  await expect(fit([[[1], -1]])).rejects.toThrow(/classes 0, 1, 2/);
  await expect(fit([[[1], 200]])).rejects.toThrow(/100 classes/);
  await expect(fit([[[1], null]])).rejects.toThrow(/MUST NOT be Null or NaN/);
  await expect(fit([[null, 1]])).rejects.toThrow(/MUST NOT be null/);
  await expect(fit([[[NaN], 1]])).rejects.toThrow(/NaN or Infinity/);
  await expect(fit([[[Infinity], 1]])).rejects.toThrow(/NaN or Infinity/);
  await expect(fit([[[1], 1], [[1, 2], 0]])).rejects.toThrow(/of 1 and of 2 entries/); // prettier-ignore
  await expect(fit([[[1], 1, -2]], { weightCol: "weight" })).rejects.toThrow(/Negative/);
  await expect(fit([[[], 1]])).rejects.toThrow(/empty vectors/);
  await expect(new mllib.GBTClassifier().fit(table([[[1], 2]]))).rejects.toThrow(/only two classes/);
});

test("one row, one class, constant features", async () => {
  for (const estimator of [
    new mllib.DecisionTreeClassifier(),
    new mllib.RandomForestClassifier({ numTrees: 3 }),
    new mllib.GBTClassifier({ maxIter: 2 }),
    new mllib.DecisionTreeRegressor(),
    new mllib.RandomForestRegressor({ numTrees: 3 }),
    new mllib.GBTRegressor({ maxIter: 2 }),
  ])
    for (const [rows, wanted] of [
      [[[[1, 2], 1]], 1],
      [
        [
          [[1, 2], 1],
          [[3, 4], 1],
        ],
        1,
      ],
      [
        [
          [[5, 5], 0],
          [[5, 5], 0],
          [[5, 5], 0],
        ],
        0,
      ],
    ] as readonly (readonly [Values, number])[]) {
      const model = await estimator.fit(table(rows));
      const [first] = await model.transform(table(rows)).collect();
      expect([estimator.className, first!["prediction"]]).toEqual([estimator.className, wanted]);
    }
});

test("categorical features: unknown values in training are refused, and have a side in prediction", async () => {
  const metadata = { ml_attr: { attrs: { nominal: [{ idx: 0, num_vals: 3 }] }, num_attrs: 2 } };
  const rows: Values = [[[0, 1], 0], [[1, 1], 1], [[2, 1], 0], [[1, 2], 1]]; // prettier-ignore
  const df = table(rows).withMetadata("features", metadata);
  const model = await new mllib.DecisionTreeClassifier().fit(df);
  expect(model.toDebugString).toMatch(/If \(feature 0 in \{0\.0,2\.0\}\)/);
  expect([model.predict([2, 0]), model.predict([1, 0]), model.predict([7, 0])]).toEqual([0, 1, 0]);
  await expect(new mllib.DecisionTreeClassifier({ maxBins: 2 }).fit(df)).rejects.toThrow(/maxBins \(= 2\).*feature 0 has 3/);
  await expect(new mllib.DecisionTreeClassifier().fit(table([...rows, [[3, 1], 0]]).withMetadata("features", metadata))).rejects.toThrow(/categorical with values in \{0, …, 2\}/); // prettier-ignore
  expect(() => model.predict([1])).toThrow(/2 features/);
});

test("models say what they are, go to disk and come back", async () => {
  const df = table(two);
  const model = await new mllib.RandomForestRegressor({ numTrees: 2, maxDepth: 1, seed: 3, leafCol: "leaf" }).fit(df);
  expect([model.getNumTrees(), model.trees.length, model.treeWeights, model.numFeatures, model.totalNumNodes > 1]).toEqual([2, 2, [1, 1], 2, true]); // prettier-ignore
  expect(await model.transform(df).columns()).toEqual(["features", "label", "weight", "prediction", "leaf"]);
  expect(model.toDebugString).toMatch(
    /^RandomForestRegressionModel: uid=RandomForestRegressor_\w+, numTrees=2, numFeatures=2\n {2}Tree 0 \(weight 1\.0\):\n/,
  );
  // Leaves are categories: so an encoder knows how many there are.
  const leaves = async (each: typeof model | InstanceType<typeof mllib.DecisionTreeRegressionModel>): Promise<unknown> => (await each.transform(df).schema()).fields.at(-1)!.metadata; // prettier-ignore
  const [one, other] = model.trees.map((tree) => (tree.numNodes + 1) / 2);
  expect(await leaves(model)).toEqual({ ml_attr: { attrs: { nominal: [{ idx: 0, num_vals: one }, { idx: 1, num_vals: other }] }, num_attrs: 2 } }); // prettier-ignore
  const tree = await new mllib.DecisionTreeRegressor({ maxDepth: 1, leafCol: "leaf" }).fit(df);
  expect(await leaves(tree)).toEqual({ ml_attr: { type: "nominal", num_vals: (tree.numNodes + 1) / 2 } });
  const copy = model.copy({ leafCol: "" });
  expect([copy.uid, (await copy.transform(df).columns()).length]).toEqual([model.uid, 4]);
});
