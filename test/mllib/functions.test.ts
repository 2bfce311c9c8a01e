/** vector_to_array and array_to_vector. */
import { mllib, testSession } from "../support/built-session";

const { array_to_vector, vector_to_array, Vectors } = mllib;
const spark = testSession();

test("vectors become arrays and come back", async () => {
  const df = spark().createDataFrame([[Vectors.dense(1, 2.5)], [Vectors.sparse(3, [1], [4])], [null]], ["v"]);
  const arrays = df.select(vector_to_array("v").as("a"), vector_to_array(df.col("v"), "float32").as("f"));
  expect((await arrays.schema()).simpleString()).toBe("struct<a:array<double>,f:array<float>>");
  expect((await arrays.collect()).map((row) => row.get(0))).toEqual([[1, 2.5], [0, 4, 0], null]);
  const back = await arrays.select(array_to_vector("a")).collect();
  expect(back.map((row) => String(row.get(0)))).toEqual(["[1.0,2.5]", "[0.0,4.0,0.0]", "null"]);
  const ints = await spark().sql("SELECT array(1, 2) AS a").select(array_to_vector("a")).first();
  expect(String(ints!.get(0))).toBe("[1.0,2.0]");
});

test("arrays of any numbers become vectors, and evaluators take them for probabilities", async () => {
  const df = spark().createDataFrame([[1, 1, [0.25, 0.5, 0.25]], [0, 2, [1, 0, 0]]], "label double, prediction double, probability array<float>"); // prettier-ignore
  expect(String((await df.select(array_to_vector("probability")).first())!.get(0))).toBe("[0.25,0.5,0.25]");
  const nulls = spark().sql("SELECT array(1.0D, NULL) AS a").select(array_to_vector("a"));
  await expect(nulls.collect()).rejects.toThrow("NULL_VALUE");
  const loss = new mllib.MulticlassClassificationEvaluator({ metricName: "logLoss" });
  expect(await loss.evaluate(df)).toBeCloseTo(Math.log(2) / 2, 12);
});

test("an entry that fewer rows than minDocFreq have counts 0 in docFreq, as in Spark", async () => {
  const df = spark().createDataFrame([[Vectors.dense(1, 0)], [Vectors.dense(1, 1)]], ["v"]);
  const model = await new mllib.IDF({ inputCol: "v", outputCol: "w", minDocFreq: 2 }).fit(df);
  expect([model.docFreq, [...model.idf]]).toEqual([[2, 0], [0, 0]]); // prettier-ignore
});

test("other types are refused", async () => {
  await expect(spark().range(1).select(vector_to_array("id")).columns()).rejects.toThrow(/VECTOR|vector/);
  expect(() => vector_to_array("v", "int8" as never)).toThrow(/float64/);
});
