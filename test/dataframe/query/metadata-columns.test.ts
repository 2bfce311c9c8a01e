/** `_metadata` and input_file_name(): which file, and where in it, rows come from. What passes, and what does not, is as in PySpark 4.2. */
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DataFrame, firesteel, testSession } from "../../support/built-session";

const spark = testSession();
const { functions: F } = firesteel;
let directory: string;
let table: string;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "metadata-"));
  table = join(directory, "t");
  await spark().range(0, 6, 1, 1).selectExpr("id AS a", "id % 2 AS b").write.partitionBy("b").parquet(table);
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const read = (): DataFrame => spark().read.parquet(table);
const rows = async (df: DataFrame): Promise<unknown[][]> => (await df.collect()).map((row) => row.toArray());

test("fields, and the whole struct", async () => {
  const file = join(directory, "a b%é#.txt");
  writeFileSync(file, "x\ny\n");
  const text = spark().read.text(file);
  const [first] = await text.select("_metadata.*", F.input_file_name()).collect();
  const { size, mtimeMs } = statSync(file);
  const encoded = `${directory}/a%20b%25é%23.txt`;
  const facts = [`file:${encoded}`, "a%20b%25é%23.txt", size, 0, size, new Date(Math.floor(mtimeMs)), `file://${encoded}`];
  expect(first!.toArray()).toEqual(facts);
  expect((await text.select("_metadata").schema()).simpleString()).toBe(
    "struct<_metadata:struct<file_path:string,file_name:string,file_size:bigint,file_block_start:bigint,file_block_length:bigint,file_modification_time:timestamp>>",
  );
  await expect(text.select("_metadata.row_index").collect()).rejects.toThrow("FIELD_NOT_FOUND");
  expect(await text.columns()).toEqual(["value"]);
});

test("rows are numbered in their file, also where pages and row groups are passed over", async () => {
  const many = join(directory, "many");
  await spark().range(0, 60_000, 1, 1).write.option("parquet.block.size", 40_000).parquet(many);
  const odd = spark().read.parquet(many).where("id > 50000 AND id % 3 = 0");
  expect(await odd.where("id <> _metadata.row_index").count()).toBe(0);
  expect(await rows(odd.agg(F.sum("_metadata.row_index")))).toEqual(await rows(odd.agg(F.sum("id"))));
});

test("it can be named above the scan, until rows are grouped, united or selected in a subquery", async () => {
  const df = read();
  expect(await rows(df.selectExpr("a AS x").where("_metadata.row_index = 1").orderBy("x"))).toEqual([[2], [3]]);
  expect(await rows(df.select("a").orderBy("_metadata.row_index", "a"))).toEqual([[0], [1], [2], [3], [4], [5]]);
  expect(await df.limit(2).select("_metadata.row_index").columns()).toEqual(["row_index"]);
  expect(await df.withColumn("m", F.col("_metadata.row_index")).columns()).toEqual(["a", "b", "m"]);
  expect(await rows(df.groupBy("b").agg(F.max("_metadata.row_index")).orderBy("b"))).toEqual([
    [0, 2],
    [1, 2],
  ]);
  for (const above of [df.groupBy("b").count(), df.union(df), df.intersect(df), spark().range(3)])
    await expect(above.select("_metadata").collect()).rejects.toThrow("UNRESOLVED_COLUMN");
  await expect(
    spark().sql(`SELECT * FROM (SELECT a FROM parquet.\`${table}\`) WHERE _metadata.row_index = 0`).collect(),
  ).rejects.toThrow("UNRESOLVED_COLUMN");
});

test("joins: each side has its own", async () => {
  const [x, y] = [read().alias("x"), read().alias("y")];
  const joined = x.join(y, F.expr("x.a = y.a"));
  expect(await rows(joined.selectExpr("x._metadata.row_index = y._metadata.row_index").distinct())).toEqual([[true]]);
  await expect(joined.select("_metadata").collect()).rejects.toThrow("AMBIGUOUS_REFERENCE");
  expect(await x.join(y, F.expr("x.a = y.a"), "semi").select("_metadata.row_index").columns()).toEqual(["row_index"]);
  const correlated = `SELECT a FROM parquet.\`${table}\` t WHERE EXISTS (SELECT 1 FROM range(1) WHERE id = t._metadata.row_index)`;
  expect(await rows(spark().sql(correlated).orderBy("a"))).toEqual([[0], [1]]);
});

test("a column of its name hides it", async () => {
  const path = join(directory, "shadow");
  await spark().range(1).selectExpr("id AS `_metadata`").write.parquet(path);
  const df = spark().read.parquet(path);
  expect(await rows(df.select("_metadata"))).toEqual([[0]]);
  expect(await rows(df.select(df.metadataColumn("_metadata").getField("row_index")))).toEqual([[0]]);
});

test("filters on facts about files choose the files", async () => {
  const some = read().where("_metadata.file_path LIKE '%b=1%' AND a > 1").select("a");
  expect(await rows(some.orderBy("a"))).toEqual([[3], [5]]);
  const plan = await some.explainString("simple");
  expect(plan).toContain("PartitionFilters: [contains(_metadata");
  expect(await read().where("_metadata.file_size > 1000000").count()).toBe(0);
});

test("input_file_name() tells of one source", async () => {
  const df = read();
  expect(await df.union(df).select(F.input_file_name()).distinct().count()).toBe(2);
  expect(await rows(spark().range(1).selectExpr("input_file_name()", "input_file_block_start()"))).toEqual([["", -1]]);
  await expect(df.crossJoin(df.select("a")).select(F.input_file_name()).collect()).rejects.toThrow(
    "MULTI_SOURCES_UNSUPPORTED_FOR_EXPRESSION",
  );
});
