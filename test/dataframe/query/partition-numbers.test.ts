/** Rows numbered and placed by their partitions: expected answers are PySpark's. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Row } from "../../../src";
import { firesteel, testSession } from "../../support/built-session";

const { functions: F } = firesteel;
const spark = testSession();
const numbered = () =>
  spark()
    .range(0, 6, 1, 2)
    .select("id", F.spark_partition_id().as("p"), F.monotonically_increasing_id().as("m"), F.rand(7).as("r"));
const values = (rows: readonly Row[]): unknown[][] => rows.map((row) => row.toArray());
const BESIDE = 2 ** 33;
const expected = [
  [0, 0, 0, 0.28188121484885875],
  [1, 0, 1, 0.45998819035056326],
  [2, 0, 2, 0.7690971666031955],
  [3, 1, BESIDE, 0.4836508543933039],
  [4, 1, BESIDE + 1, 0.734216416644485],
  [5, 1, BESIDE + 2, 0.25330679322428096],
];

test("a partition keeps its number, however many of the query's tasks run at a time", async () => {
  expect(values(await numbered().collect())).toEqual(expected);
  expect(values(await numbered().take(5))).toEqual(expected.slice(0, 5));
  const one: Row[] = [];
  for await (const row of numbered().toLocalIterator()) one.push(row);
  expect(values(one)).toEqual(expected);
  const sampled = () => spark().range(0, 1000, 1, 4).sample(0.2, 3);
  expect(values(await sampled().take(150))).toEqual(values(await sampled().collect()).slice(0, 150));
});

test("sides of a union number their own partitions", async () => {
  expect(values(await numbered().union(numbered()).collect())).toEqual([...expected, ...expected]);
});

test("a union of files in fewer partitions has all rows", async () => {
  const dir = mkdtempSync(join(tmpdir(), "firesteel-union-"));
  try {
    await spark().range(0, 100, 1, 4).write.parquet(join(dir, "a"));
    await spark().range(100, 150, 1, 2).write.parquet(join(dir, "b"));
    const own = spark().newSession();
    own.conf.set("spark.sql.files.maxPartitionBytes", 600);
    own.conf.set("spark.sql.files.openCostInBytes", 1);
    const union = own.read.parquet(join(dir, "a")).union(own.read.parquet(join(dir, "b")));
    const ids = Array.from({ length: 150 }, (_, id) => id);
    for (const count of [1, 2, 3]) {
      const rows = await union.coalesce(count).collect();
      expect(rows.map((row) => row.get("id") as number).sort((a, b) => a - b)).toEqual(ids);
    }
    await union.coalesce(1).write.parquet(join(dir, "c"));
    expect(await own.read.parquet(join(dir, "c")).count()).toBe(150);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});

test("zipWithIndex counts from 0 in the order of the rows", async () => {
  const df = spark().range(0, 10, 1, 3).selectExpr("id", "id % 3 AS k");
  const zipped = df.zipWithIndex("i");
  expect((await zipped.schema()).simpleString()).toBe("struct<id:bigint,k:bigint,i:bigint>");
  const rows = Array.from({ length: 10 }, (_, i) => [i, i % 3, i]);
  expect(values(await zipped.collect())).toEqual(rows);
  expect(values(await zipped.take(7))).toEqual(rows.slice(0, 7));
  expect(values(await zipped.union(zipped).collect())).toEqual([...rows, ...rows]);
  expect(values(await df.orderBy(F.col("id").desc()).zipWithIndex().filter("index < 2").collect())).toEqual([
    [9, 0, 0],
    [8, 2, 1],
  ]);
  expect(await df.where("false").zipWithIndex().collect()).toEqual([]);
  await expect(df.zipWithIndex("k").select("k").collect()).rejects.toMatchObject({ errorClass: "AMBIGUOUS_REFERENCE" });
});

test("repartitionById puts rows where a column says", async () => {
  const df = spark().range(0, 6, 1, 2);
  const placed = (id: ReturnType<typeof F.col>) =>
    df.repartitionById(4, id).select("id", F.spark_partition_id().as("p")).orderBy("id").collect();
  expect(values(await placed(F.col("id").cast("int").minus(5)))).toEqual([[0, 3], [1, 0], [2, 1], [3, 2], [4, 3], [5, 0]]); // prettier-ignore
  expect(values(await placed(F.expr("CAST(nullif(id, 1) AS INT)")))).toEqual([[0, 0], [1, 0], [2, 2], [3, 3], [4, 0], [5, 1]]); // prettier-ignore
  await expect(placed(F.col("id"))).rejects.toMatchObject({ errorClass: "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE" });
  expect(() => df.repartitionById(0, "id")).toThrow(/an integer from 1/);
});
