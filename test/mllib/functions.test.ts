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

test("other types are refused", async () => {
  await expect(spark().range(1).select(vector_to_array("id")).columns()).rejects.toThrow(/VECTOR|vector/);
  expect(() => vector_to_array("v", "int8" as never)).toThrow(/float64/);
});
