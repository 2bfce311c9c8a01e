/** Statistics and tests are Spark's, to 1e-9. */
import { mllib, testSession } from "../../support/built-session";
import { dataset, difference, golden, plain } from "../feature/golden";

const spark = testSession();
const { ANOVATest, ChiSquareTest, Correlation, FValueTest, KolmogorovSmirnovTest, Summarizer } = mllib;
const data = (name: string) => dataset(spark(), name).repartition(3);
const expectSame = (got: unknown, name: string, tolerance = 1e-9) =>
  expect(difference(plain(got), golden.statistics[name], tolerance)).toBeNull();
const row = async (df: Promise<import("../../support/built-session").DataFrame>) => (await (await df).first())!.toJSON();

test.each(["pearson", "spearman"] as const)("correlation: %s", async (method) => {
  expectSame((await (await Correlation.corr(data("dense"), "features", method)).first())!.get(0), method);
});

test("chi-squared, ANOVA, F", async () => {
  expectSame(await row(ChiSquareTest.test(data("counts"), "features", "label")), "chiSquare");
  expectSame(await row(ANOVATest.test(data("dense"), "features", "cls")), "anova");
  expectSame(await row(FValueTest.test(data("dense"), "features", "target")), "fValue");
  const flat = await (await ChiSquareTest.test(data("counts"), "features", "label", true)).collect();
  expect(flat.map((each) => each.get("featureIndex"))).toEqual([0, 1, 2, 3, 4, 5]);
});

test("Kolmogorov and Smirnov's test, of few and of many values", async () => {
  expectSame(await row(KolmogorovSmirnovTest.test(data("clean"), "a", "norm", 0, 3)), "ks");
  const many = spark().range(500).selectExpr("(id + 0.3) / 250D - 1 AS x");
  expectSame(await row(KolmogorovSmirnovTest.test(many, "x", "norm")), "ksLarge");
});

test("summaries, with weights", async () => {
  const all = Summarizer.metrics("mean", "sum", "variance", "std", "count", "numNonZeros", "max", "min", "normL1", "normL2");
  const of = async (...columns: [string, string?]) =>
    (await data("dense")
      .select(all.summary(...columns).alias("s"))
      .select("s.*")
      .first())!.toJSON();
  expectSame(await of("features"), "summary");
  expectSame(await of("features", "w"), "summaryWeighted");
});

test("normal distribution of vectors, of full rank and not", () => {
  const full = new mllib.MultivariateGaussian([0, 0], mllib.Matrices.dense(2, 2, [1, 0, 0, 1]));
  expect(full.pdf([0, 0])).toBeCloseTo(0.15915494309189535, 12);
  expect(full.pdf([1, 1])).toBeCloseTo(0.05854983152431917, 12);
  const flat = new mllib.MultivariateGaussian([0, 0], mllib.Matrices.dense(2, 2, [1, 1, 1, 1]));
  expect(flat.pdf([0, 0])).toBeCloseTo(0.11253953951963827, 12);
});
