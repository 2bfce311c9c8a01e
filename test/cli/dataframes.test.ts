/** DataFrames and SQL in programs, on executors of their own: what one process's tests cannot show. */
import { Workplace } from "./support/command";

const place = new Workplace();
afterAll(() => place.remove());
afterEach(async () => expect(await place.leftoversAtLast()).toEqual([]));

const PROGRAM = `
import { functions as F, SparkSession, types as T, Window } from "firesteel";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const spark = SparkSession.builder.appName("rows").config("spark.sql.shuffle.partitions", 3).getOrCreate();
const said: Record<string, unknown> = {};
const values = async (df: { collect(): Promise<{ toArray(): unknown[] }[]> }) => (await df.collect()).map((row) => row.toArray());

const people = spark.createDataFrame([["Ann", 34, "Oslo"], ["Bob", null, "Rome"], ["Cid", 25, "Oslo"], ["Dee", 41, null]], "name STRING, age INT, city STRING");
people.createOrReplaceTempView("people");
said.grouped = await values(spark.sql("SELECT city, count(*), max(age) FROM people GROUP BY city ORDER BY city"));
said.joined = await values(people.as("a").join(people.as("b"), F.expr("a.city = b.city AND a.name < b.name")).select("a.name", "b.name"));
said.ranked = await values(people.withColumn("r", F.row_number().over(Window.partitionBy("city").orderBy(F.col("age").desc()))).where("r = 1").orderBy("name").select("name"));

const suffix = "!";
const shout = F.udf((s: string | null) => (s === null ? null : s.toUpperCase() + suffix), T.StringType);
said.udf = await values(people.orderBy("name").select(shout("city")));
const longest = F.udaf({ zero: () => "", reduce: (a: string, b: string) => (b.length > a.length ? b : a), merge: (a: string, b: string) => (b.length > a.length ? b : a), finish: (a: string) => a }, "string");
said.udaf = await values(people.agg(longest("name")));
said.batches = await values(people.select("age").mapInArrow(function* (batches) { for (const b of batches) yield b; }, "age INT").agg(F.sum("age")));
said.groups = await values(people.groupBy("city").applyInArrow((table: { numRows: number }) => ({ n: [table.numRows] }), "n BIGINT").orderBy("n"));

said.rdd = (await people.rdd.map((row) => row.name as string).collect()).sort();
said.toDF = await values(spark.sparkContext.parallelize([{ a: 1, b: "x" }, { a: 2, b: "y" }], 2).toDF().where("a = 2"));
const big = spark.range(0, 200_000, 1, 5).select(F.col("id"), F.col("id").mod(1000).as("k"));
said.shuffled = await values(big.groupBy("k").agg(F.sum("id").as("s")).agg(F.count("*"), F.sum("s"), F.max("s")));
said.sorted = (await values(big.repartition(4).orderBy(F.col("id").desc()).limit(3))).map(([id]) => id);

const cached = big.where("k < 3").cache();
said.cached = [await cached.count(), await cached.count(), /InMemory|cached/i.test(await cached.explainString("simple"))];
const folder = mkdtempSync(join(tmpdir(), "rows-"));
const path = join(folder, "t");
await big.where("k < 4").write.partitionBy("k").mode("overwrite").parquet(path);
said.parquet = await values(spark.read.parquet(path).where("k = 3").agg(F.count("*"), F.min("id"), F.max("id")));
said.recursive = await values(spark.sql("WITH RECURSIVE t(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM t WHERE n < 5) SELECT sum(n) FROM t"));
said.subquery = await values(spark.sql("SELECT name FROM people p WHERE age > (SELECT avg(age) FROM people q WHERE q.city = p.city)"));
said.errors = [];
for (const text of ["SELECT 1/0", "SELECT int('a')", "SELECT nmae FROM people", "SELEC 1", "SELECT * FROM nowhere"])
  await spark.sql(text).collect().catch((e: { errorClass: string }) => (said.errors as string[]).push(e.errorClass));
await people.select(F.udf((x: number) => { throw new RangeError("no " + x); }, T.IntegerType)("age")).collect().catch((e: Error) => { said.thrown = e.message.includes("no 34") || String(e.cause).includes("no "); });
await spark.stop();
rmSync(folder, { recursive: true });
console.log(JSON.stringify(said));
`;

test.each(["local[2]", "local-cluster[2,1,512]"])("queries on %s", async (master) => {
  const file = place.write({ "rows.ts": PROGRAM });
  const { code, stdout, stderr } = await place.submit(["--master", master, "--conf", "spark.ui.showConsoleProgress=false", file]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(JSON.parse(stdout)).toEqual({
    grouped: [[null, 1, 41], ["Oslo", 2, 34], ["Rome", 1, null]], // prettier-ignore
    joined: [["Ann", "Cid"]],
    ranked: [["Ann"], ["Bob"], ["Dee"]],
    udf: [["OSLO!"], ["ROME!"], ["OSLO!"], [null]],
    udaf: [["Ann"]],
    batches: [[100]],
    groups: [[1], [1], [2]],
    rdd: ["Ann", "Bob", "Cid", "Dee"],
    toDF: [[2, "y"]],
    shuffled: [[1000, 19999900000, 20099800]],
    sorted: [199999, 199998, 199997],
    cached: [600, 600, true],
    parquet: [[200, 3, 199003]],
    recursive: [[15]],
    subquery: [["Ann"]],
    errors: [
      "DIVIDE_BY_ZERO",
      "CAST_INVALID_INPUT",
      "UNRESOLVED_COLUMN.WITH_SUGGESTION",
      "PARSE_SYNTAX_ERROR",
      "TABLE_OR_VIEW_NOT_FOUND",
    ],
    thrown: true,
  });
});

test("bad records of cached rows are told, whatever was collected since the plan was made", async () => {
  const program = place.write({
    "cached/app.ts": `
      import { writeFileSync } from "node:fs";
      import { setFlagsFromString } from "node:v8";
      import { runInNewContext } from "node:vm";
      import { SparkSession } from "firesteel";
      setFlagsFromString("--expose-gc");
      const collect = runInNewContext("gc") as () => void;
      writeFileSync("people.csv", "1,2024-01-01\\n2,yesterday\\n");
      const spark = SparkSession.builder.getOrCreate();
      const people = spark.read.schema("id INT, day DATE").csv("people.csv").cache();
      await people.rdd.getNumPartitions();
      for (let i = 0; i < 3; i++) {
        await new Promise((resolve) => setImmediate(resolve));
        collect();
      }
      console.log(await people.count());
      await spark.stop();
    `,
  });
  const { stdout, stderr } = await place.run(["submit", "--master", "local[2]", program]);
  expect(stdout).toBe("2\n");
  expect(stderr).toContain("1 record is not of the schema of csv");
});
