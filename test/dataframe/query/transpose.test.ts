/** transpose against PySpark's answers, and the writer that forgets. */
import { firesteel, testSession } from "../../support/built-session";

const { functions: F } = firesteel;
const spark = testSession();
const table = () =>
  spark().createDataFrame([["A", 1, 2], ["C", 5, 6], ["B", 3, 4]], "id STRING, val1 BIGINT, val2 BIGINT"); // prettier-ignore

const shown = async (df: ReturnType<typeof table>): Promise<unknown> => [
  (await df.schema()).simpleString(),
  (await df.collect()).map((row) => row.toArray()),
];

test("rows become columns in the order of their names", async () => {
  expect(await shown(table().transpose())).toEqual([
    "struct<key:string,A:bigint,B:bigint,C:bigint>",
    [["val1", 1, 3, 5], ["val2", 2, 4, 6]], // prettier-ignore
  ]);
  expect(await shown(table().withColumn("val2", F.col("val2").cast("double")).transpose())).toEqual([
    "struct<key:string,A:double,B:double,C:double>",
    [["val1", 1, 3, 5], ["val2", 2, 4, 6]], // prettier-ignore
  ]);
  expect(await shown(table().select("id").transpose())).toEqual(["struct<key:string,A:string,B:string,C:string>", []]);
  expect(await shown(table().where("id = 'z'").transpose())).toEqual(["struct<key:string>", [["val1"], ["val2"]]]);
  expect(await shown(spark().sql("SELECT 1.5 d, 1 a UNION ALL SELECT 10, 2").transpose())).toEqual([
    "struct<key:string,1.5:int,10.0:int>",
    [["a", 1, 2]],
  ]);
});

test("what cannot be transposed says so", async () => {
  await expect(table().transpose("val1").collect()).rejects.toMatchObject({ errorClass: "TRANSPOSE_NO_LEAST_COMMON_TYPE" });
  await expect(table().withColumn("id", F.array("val1")).transpose().collect()).rejects.toMatchObject({
    errorClass: "TRANSPOSE_INVALID_INDEX_COLUMN",
  });
  await expect(spark().range(501).withColumn("x", F.lit(1)).transpose().collect()).rejects.toMatchObject({
    errorClass: "TRANSPOSE_EXCEED_ROW_LIMIT",
  });
});

test("noop computes every row", async () => {
  const seen = spark().sparkContext.longAccumulator("seen");
  const counting = F.udf((x: number) => {
    seen.add(1);
    return x;
  }, "bigint").asNondeterministic();
  await spark().range(10).select(counting("id")).write.format("noop").mode("overwrite").save();
  expect(Number(seen.value)).toBe(10);
  await expect(spark().read.format("noop").load().collect()).rejects.toThrow("noop");
});
