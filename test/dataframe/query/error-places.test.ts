/** Errors of queries say what of the program they are about. */
import { firesteel, testSession } from "../../support/built-session";

const { functions: F, types: T } = firesteel;
const spark = testSession();

test("a file that is not there: the call that reads it", async () => {
  await expect(spark().read.csv("/no/such/file.csv").count()).rejects.toMatchObject({
    errorClass: "PATH_NOT_FOUND",
    message: expect.stringMatching(/file:\/no\/such\/file\.csv\.\n {2}in csv at error-places\.test\.ts:\d+:\d+/),
  });
  await expect(spark().sql("SELECT * FROM csv.`/no/such/file.csv`").count()).rejects.toMatchObject({
    errorClass: "PATH_NOT_FOUND",
  });
});

test("a function that gives a value of another type: the function, and the action that called it", async () => {
  const half = F.udf((x: number) => x / 2, T.StringType);
  const failure: unknown = await spark().range(1).select(half(F.col("id"))).collect().catch((error: unknown) => error); // prettier-ignore
  expect(failure).toMatchObject({
    errorClass: "FIELD_DATA_TYPE_UNACCEPTABLE_WITH_NAME",
    message: expect.stringMatching(/the result of .*: 0 is no value of "STRING"/),
    stack: expect.stringMatching(/at collect \(error-places\.test\.ts:\d+:\d+\)$/),
  });
});

test("records without a schema that have no type in common: the column", () => {
  expect(() =>
    spark().createDataFrame([
      { name: "Ann", at: { age: 3 } },
      { name: "Bob", at: { age: "4" } },
    ]),
  ).toThrow(/Values of `age` are "BIGINT" and "STRING"/);
});

test("sides of a union with unequal columns", async () => {
  const [one, two] = [spark().range(1), spark().range(1).withColumn("b", F.lit(1))];
  await expect(two.union(one).collect()).rejects.toThrow(/the first table has 2 columns, the second has 1\./);
});

test("a sum that overflows: its place, and what gives NULL instead", async () => {
  const sum = spark().sql("SELECT sum(x) FROM VALUES (CAST(9e37 AS DECIMAL(38,0))), (CAST(9e37 AS DECIMAL(38,0))) t(x)");
  await expect(sum.collect()).rejects.toThrow(
    /operands of a wider one have room\. try_sum gives NULL instead\.\n {2}line 1, column 8/,
  );
});
