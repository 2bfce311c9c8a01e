/** Functions over batches inside of expressions, models, and functions whose result follows their arguments. */
import { firesteel, testSession } from "../../support/built-session";

const { functions: F } = firesteel;
const spark = testSession();
const numbers = () => spark().range(0, 10, 1, 1).withColumn("x", F.col("id").cast("double"));

interface Numbers {
  readonly length: number;
  get(row: number): number;
}

/** x + the rows of the batch / 1000: says whether it was called once a batch. */
const counted = F.arrow_udf(
  (x: Numbers) => Float64Array.from({ length: x.length }, (_, i) => x.get(i) + x.length / 1000),
  "double",
);

const firsts = async (df: ReturnType<typeof numbers>): Promise<unknown[]> => (await df.collect()).map((row) => row.get(0));

test("a batch function is called once a batch wherever it stands", async () => {
  const df = numbers();
  expect((await firsts(df.select(counted("x").plus(0.0)))).slice(0, 2)).toEqual([0.01, 1.01]);
  expect((await firsts(df.select(counted(counted("x")))))[3]).toBeCloseTo(3.02);
  expect(await firsts(df.where(counted("x").gt(8)).select("id"))).toEqual([8, 9]);
  expect(
    await firsts(
      df
        .groupBy(counted("x").gt(5))
        .agg(F.max(counted("x")).as("m"))
        .orderBy("m")
        .select("m"),
    ),
  ).toEqual([4.01, 9.01]);
  expect(await firsts(df.orderBy(counted("x").desc()).limit(1).select("id"))).toEqual([9]);
  expect(await df.select(counted("x")).explainString("simple")).toContain("AppendColumns");
});

test("in a lambda it is called with one row", async () => {
  expect(
    await firsts(
      numbers()
        .select(F.transform(F.array("x"), (x: import("../../../src/index").Column) => counted(x)))
        .limit(1),
    ),
  ).toEqual([[0.001]]);
});

test("the type of a function's results may follow its arguments", async () => {
  const same = F.udf(
    (x: unknown) => x,
    ([type]) => type!,
  );
  spark().udf.register("same", same);
  const df = spark().sql("SELECT same(1) AS i, same('x') AS s, same(DATE'2020-01-01') AS d, same(same(1.5)) AS n");
  expect((await df.schema()).simpleString()).toBe("struct<i:int,s:string,d:date,n:decimal(2,1)>");
  expect((await df.collect())[0]!.get(1)).toBe("x");
});

describe("predictBatchUdf", () => {
  test("calls the model with so many rows at most; numbers are typed arrays", async () => {
    const model = F.predictBatchUdf(
      () =>
        ({ data, shape }) =>
          Float64Array.from(data as Float64Array, (x) => 10 * x + shape[0]!),
      { returnType: "double", batchSize: 4 },
    );
    expect(await firsts(numbers().select(model("x")))).toEqual([4, 14, 24, 34, 44, 54, 64, 74, 82, 92]);
  });

  test("tensors in and out, and structs", async () => {
    const negative = F.predictBatchUdf(
      () =>
        ({ data, shape }) => ({ data: (data as Float64Array).map((x) => -x), shape }),
      { returnType: "array<double>", batchSize: 3, inputTensorShapes: [[2]] },
    );
    expect((await firsts(numbers().select(negative(F.array("x", F.lit(1.5))))))[2]).toEqual([-2, -1.5]);
    const both = F.predictBatchUdf(
      () =>
        ({ data }) => ({ a: data, b: Array.from(data, String) }),
      {
        returnType: "struct<a:double,b:string>",
        batchSize: 3,
      },
    );
    const rows = await numbers().select(both("x").as("p")).select("p.*").collect();
    expect(rows[4]!.toArray()).toEqual([4, "4"]);
  });

  test("says when the model gives too few results", async () => {
    const short = F.predictBatchUdf(() => () => [1], { returnType: "double", batchSize: 5 });
    await expect(numbers().select(short("x")).collect()).rejects.toThrow("1 results for 5 rows");
    expect(() => F.predictBatchUdf(() => () => [], { returnType: "double", batchSize: 0 })).toThrow("batchSize");
  });
});

test("cogroup needs as many keys on both sides", async () => {
  const df = spark().sql("SELECT 1 AS a, 2 AS b");
  const both = df.groupBy("a").cogroup(df.groupBy("a", "b"));
  await expect(both.applyInArrow((left) => left, "a INT, b INT").collect()).rejects.toThrow(
    /both sides need as many keys; the left has 1, the right 2/,
  );
});

test("functions of batches and groups give no null where their schema has NOT NULL", async () => {
  const df = spark().sql("SELECT * FROM VALUES (1, 'a'), (2, NULL) AS t(x, s)");
  const failure = /FIELD_NOT_NULLABLE_WITH_NAME\] s has a null/;
  const same = (schema: string) => df.mapInArrow((batches) => batches, schema);
  expect(await same("x INT NOT NULL, s STRING").where("s IS NULL").count()).toBe(1);
  await expect(same("x INT, s STRING NOT NULL").collect()).rejects.toThrow(failure);
  const grouped = (s: string | null) => df.groupBy("x").applyInArrow(() => ({ s: [s] }), "s STRING NOT NULL");
  expect(await grouped("z").count()).toBe(2);
  await expect(grouped(null).collect()).rejects.toThrow(failure);
});
