/** Transformers behind estimators of one pipeline: what they read is not there before these are fitted. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mllib, testSession } from "../../support/built-session";

const spark = testSession();

test("interactions of what an encoder has still to learn", async () => {
  const df = spark().createDataFrame([["a", 2], ["b", 3], ["a", 5]] as never, "c string, x double"); // prettier-ignore
  const stages = [
    new mllib.StringIndexer({ inputCol: "c", outputCol: "i" }),
    new mllib.OneHotEncoder({ inputCol: "i", outputCol: "o", dropLast: false }),
    new mllib.Interaction({ inputCols: ["x", "o"], outputCol: "products" }),
    new mllib.VectorAssembler({ inputCols: ["x", "products"], outputCol: "features" }),
  ];
  const model = await new mllib.Pipeline({ stages }).fit(df);
  const rows = await model.transform(df).select("features").collect();
  expect(rows.map((row) => [...(row.get(0) as InstanceType<typeof mllib.DenseVector>).toArray()])).toEqual([
    [2, 2, 0],
    [3, 0, 3],
    [5, 5, 0],
  ]);
});

test("an interaction of one column, and of vectors of which nothing is known", async () => {
  const { Vectors, VectorUDT } = mllib;
  const schema = { kind: "struct", fields: [{ name: "v", type: VectorUDT, nullable: true }, { name: "x", type: { kind: "double" }, nullable: true }] }; // prettier-ignore
  const df = spark().createDataFrame([[Vectors.dense(1, 2), 3]] as never, schema as never);
  const one = new mllib.Interaction({ inputCols: ["x"], outputCol: "o" }).transform(df);
  expect(String((await one.select("o").first())!.get(0))).toBe("[3.0]");
  const unknown = new mllib.Interaction({ inputCols: ["x", "v"], outputCol: "o" }).transform(df);
  await expect(unknown.collect()).rejects.toThrow(/UNKNOWN_ATTRIBUTES/);
});

test("an indexer of several columns from arrays of labels", async () => {
  const columns = { inputCols: ["c", "d"], outputCols: ["i", "j"], handleInvalid: "keep" } as const;
  const model = mllib.StringIndexerModel.fromArraysOfLabels([["a", "b"], ["x", "y"]], columns); // prettier-ignore
  const rows = await model.transform(spark().createDataFrame([["a", "y"], ["z", "x"]] as never, "c string, d string")).collect(); // prettier-ignore
  expect(rows.map((row) => row.toArray().slice(2))).toEqual([[0, 1], [2, 0]]); // prettier-ignore
  expect(() => mllib.StringIndexerModel.fromArraysOfLabels([["a"]], columns)).toThrow("2 columns have 1 arrays of labels");
});

test("what is a category stays one beside vectors of which only the rows say the size", async () => {
  const { SparseVector, Vectors, VectorUDT } = mllib;
  const schema = { kind: "struct", fields: [{ name: "c", type: { kind: "string" }, nullable: true }, { name: "v", type: VectorUDT, nullable: true }] }; // prettier-ignore
  const df = spark().createDataFrame([["a", null], ["b", Vectors.dense(1, 2)], ["a", new SparseVector(2, [], [])]] as never, schema as never); // prettier-ignore
  const indexed = (await new mllib.StringIndexer({ inputCol: "c", outputCol: "i" }).fit(df)).transform(df);
  const assembler = new mllib.VectorAssembler({ inputCols: ["v", "i"], outputCol: "features", handleInvalid: "skip" });
  const known = (await assembler.transform(indexed).schema()).fields.at(-1)!.metadata;
  // As Spark's, which reads a row as well.
  expect(known).toEqual({
    ml_attr: {
      attrs: { numeric: [{ idx: 0, name: "v_0" }, { idx: 1, name: "v_1" }], nominal: [{ idx: 2, name: "i", vals: ["a", "b"] }] }, // prettier-ignore
      num_attrs: 3,
    },
  });
  const none = assembler.transform(indexed.where("v IS NULL"));
  expect([(await none.schema()).fields.at(-1)!.metadata, await none.count()]).toEqual([undefined, 0]);
});

test("what scalers and a linear SVC have learned takes the form of the least memory, as Spark's", async () => {
  const { Vectors, VectorUDT } = mllib;
  const schema = { kind: "struct", fields: [{ name: "v", type: VectorUDT, nullable: true }, { name: "label", type: { kind: "double" }, nullable: true }] }; // prettier-ignore
  const df = spark().createDataFrame([1, 3, 3].map((x, i) => [Vectors.dense(0, 0, 0, 0, x), i % 2]) as never, schema as never);
  const columns = { inputCol: "v", outputCol: "o" };
  const standard = await new mllib.StandardScaler(columns).fit(df);
  expect(String(standard.std)).toBe("(5,[4],[1.1547005383792515])");
  expect(String(standard.mean)).toMatch(/^\(5,\[4\],\[2\.33333333333333\d+\]\)$/);
  const limits = await new mllib.MinMaxScaler(columns).fit(df);
  expect([String(limits.originalMin), String(limits.originalMax)]).toEqual(["(5,[4],[1.0])", "(5,[4],[3.0])"]);
  expect(String((await new mllib.MaxAbsScaler(columns).fit(df)).maxAbs)).toBe("(5,[4],[3.0])");
  const robust = await new mllib.RobustScaler(columns).fit(df);
  expect([String(robust.median), String(robust.range)]).toEqual(["(5,[4],[3.0])", "(5,[4],[2.0])"]);
  const svc = await new mllib.LinearSVC({ featuresCol: "v", regParam: 0.1 }).fit(df);
  expect(svc.coefficients).toBeInstanceOf(mllib.SparseVector);
});

test("a formula says what it is", () => {
  expect(String(new mllib.RFormula({ formula: "y ~ a + b" }, "f"))).toBe("RFormula: uid=f, formula = y ~ a + b");
  expect(String(new mllib.RFormula({}, "f"))).toBe("RFormula: uid=f");
});

test("binarized columns have a number in every row: null and NaN are not above a threshold", async () => {
  const df = spark().createDataFrame([[1, null], [null, 2], [NaN, 0]] as never, "x double, y double"); // prettier-ignore
  const columns = { inputCols: ["x", "y"], outputCols: ["a", "b"], thresholds: [0.5, -1] };
  const rows = await new mllib.Binarizer(columns).transform(df).select("a", "b").collect();
  expect(rows.map((row) => row.toArray())).toEqual([[1, 0], [0, 1], [0, 1]]); // prettier-ignore
});

test.each(["MinMaxScaler", "MaxAbsScaler", "StandardScaler"] as const)(
  "%s learns from no batch of another width",
  async (name) => {
    const df = spark().createDataFrame([[1, 4], [2, 3]] as never, "x double, y double"); // prettier-ignore
    const batch = (...inputCols: string[]) => new mllib.VectorAssembler({ inputCols, outputCol: "v" }).transform(df);
    const scaler = new mllib[name]({ inputCol: "v", outputCol: "o" });
    const model = (await scaler.partialFit(batch("x", "y"))) as never;
    await expect(scaler.partialFit(batch("x"), { model })).rejects.toThrow("VECTOR_SIZES_DIFFER");
    await expect(scaler.partialFit(batch("x", "y", "x"), { model })).rejects.toThrow("VECTOR_SIZES_DIFFER");
  },
);

test("words of which none is in enough rows leave an empty vocabulary, as in Spark, that is saved and loaded", async () => {
  const df = spark().createDataFrame([[["a"]], [["b"]]] as never, "w array<string>");
  const model = await new mllib.CountVectorizer({ inputCol: "w", outputCol: "o", minDF: 2 }).fit(df);
  const directory = mkdtempSync(join(tmpdir(), "firesteel-vocabulary-"));
  try {
    await model.save(join(directory, "model"));
    for (const one of [model, await mllib.CountVectorizerModel.load(join(directory, "model"))]) {
      expect(one.vocabulary).toEqual([]);
      expect((await one.transform(df).select("o").collect()).map(String)).toEqual(["[(0,[],[])]", "[(0,[],[])]"]);
    }
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});
