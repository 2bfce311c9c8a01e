/** Columns of vectors through queries: what all transformers and models stand on. */
import { firesteel, mllib, testSession } from "../../support/built-session";

const { functions: F } = firesteel;
const { VectorAssembler, Vectors } = mllib;
const spark = testSession();
const table = () => spark().createDataFrame([[1, 2.5, true], [3, -0.5, false], [5, 0, true]], "a INT, b DOUBLE, c BOOLEAN"); // prettier-ignore
const assembled = () => new VectorAssembler({ inputCols: ["a", "b", "c"], outputCol: "v" }).transform(table());

test("vectors are shown, collected, and given back to DataFrames", async () => {
  const rows = await assembled().select("v").collect();
  expect(rows.map((row) => String(row.get(0)))).toEqual(["[1.0,2.5,1.0]", "[3.0,-0.5,0.0]", "[5.0,0.0,1.0]"]);
  const again = spark().createDataFrame([...rows.map((row) => [row.get(0)]), [Vectors.sparse(2, [1], [7])], [null]], ["v"]);
  expect((await again.collect()).map((row) => String(row.get(0)))).toEqual([
    "[1.0,2.5,1.0]",
    "[3.0,-0.5,0.0]",
    "[5.0,0.0,1.0]",
    "(2,[1],[7.0])",
    "null",
  ]);
});

test("filters and unused columns pass below the appended columns; columns that nobody needs are not computed", async () => {
  const plan = async (df: ReturnType<typeof table>) => df.explainString("simple");
  const filtered = await plan(assembled().where("a > 1").select("v"));
  expect(filtered.indexOf("AppendColumns")).toBeLessThan(filtered.indexOf("Filter (a"));
  expect(await plan(assembled().select("a"))).not.toContain("AppendColumns");
  expect((await assembled().where(F.col("c")).select("v").collect()).map((row) => String(row.get(0)))).toEqual([
    "[1.0,2.5,1.0]",
    "[5.0,0.0,1.0]",
  ]);
});

test("vectors go through exchanges, groups, sorts, caches and unions", async () => {
  const twice = assembled().union(assembled()).repartition(3, F.col("a"));
  expect((await twice.groupBy("v").count().orderBy("count").collect()).map((row) => row.get(1))).toEqual([2, 2, 2]);
  expect(await twice.distinct().count()).toBe(3);
  const kept = assembled().cache();
  expect([await kept.count(), await kept.orderBy(F.col("a").desc()).exceptAll(assembled()).count()]).toEqual([3, 0]);
});

test("what is missing is said before any job", async () => {
  const wrong = new VectorAssembler({ inputCols: ["a", "bb"], outputCol: "v" });
  await expect(wrong.transform(table()).columns()).rejects.toThrow(/`bb` \(asked for by VectorAssembler\).*`b`/s);
  const text = spark().createDataFrame([["x"]], "s STRING");
  await expect(new VectorAssembler({ inputCols: ["s"], outputCol: "v" }).transform(text).columns()).rejects.toThrow(
    "VectorAssembler: column s must be numeric, boolean or a vector, but is string.",
  );
  await expect(new VectorAssembler({ inputCols: ["a"], outputCol: "b" }).transform(table()).columns()).rejects.toThrow(
    "output column b already exists",
  );
});

test("nulls in a row are an error of the data, with the column", async () => {
  const holes = spark().createDataFrame([[1], [null]], "a INT");
  await expect(new VectorAssembler({ inputCols: ["a"], outputCol: "v" }).transform(holes).collect()).rejects.toThrow(
    /column a /i,
  );
});
