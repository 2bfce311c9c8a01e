/** Bucketed tables: files as Spark names them, no exchange where buckets fit, files of other buckets not read. */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testSession } from "../../support/built-session";

const warehouse = mkdtempSync(join(tmpdir(), "buckets-"));
const spark = testSession({ "spark.sql.warehouse.dir": warehouse, "spark.sql.autoBroadcastJoinThreshold": "-1" });
afterAll(() => rmSync(warehouse, { recursive: true, force: true }));

const rows = async (sql: string): Promise<unknown[][]> => (await spark().sql(sql).collect()).map((row) => row.toArray());
const plan = (sql: string): Promise<string> => spark().sql(sql).explainString("simple");
const files = (table: string): string[] => readdirSync(join(warehouse, table)).filter((name) => name.endsWith(".parquet"));

beforeAll(async () => {
  const df = spark().range(40).selectExpr("id AS a", "id % 3 AS b", "CAST(id AS STRING) AS s");
  await df.repartition(2).write.bucketBy(4, "a").sortBy("s").saveAsTable("t");
  await spark().sql("CREATE TABLE u (a BIGINT, s STRING) USING parquet CLUSTERED BY (A) SORTED BY (s) INTO 4 BUCKETS").collect();
  await spark().sql("INSERT INTO u SELECT a + 10, s FROM t").collect();
  await spark().sql("CREATE TABLE eight USING parquet CLUSTERED BY (a) INTO 8 BUCKETS AS SELECT a, s FROM t").collect();
});

test("a file has the rows of one bucket, sorted, and its number in its name", async () => {
  const names = files("t");
  expect(names.length).toBeGreaterThan(4);
  for (const name of names) {
    const bucket = Number(/^part-\d{5}-.*_(\d{5})\.c000\.snappy\.parquet$/.exec(name)?.[1]);
    const path = join(warehouse, "t", name);
    expect(await rows(`SELECT DISTINCT pmod(hash(a), 4) FROM parquet.\`${path}\``)).toEqual([[bucket]]);
    const texts = (await rows(`SELECT s FROM parquet.\`${path}\``)).flat() as string[];
    expect(texts).toEqual([...texts].sort());
  }
});

test("the catalog knows", async () => {
  const facts = new Map((await rows("DESCRIBE EXTENDED u")).map(([name, value]) => [name, value]));
  expect([facts.get("Num Buckets"), facts.get("Bucket Columns"), facts.get("Sort Columns")]).toEqual(["4", "[\`a\`]", "[\`s\`]"]);
  expect((await spark().catalog.listColumns("t")).map((column) => column.isBucket)).toEqual([true, false, false]);
  expect(String(await rows("SHOW CREATE TABLE t"))).toContain("CLUSTERED BY (a)\nSORTED BY (s)\nINTO 4 BUCKETS");
});

describe("what stands above and needs no exchange", () => {
  test.each([
    ["SELECT * FROM t JOIN u USING (a)", 0],
    ["SELECT a, count(*) FROM t GROUP BY a", 0],
    ["SELECT DISTINCT a, s FROM u", 0],
    ["SELECT s, row_number() OVER (PARTITION BY a ORDER BY s) FROM t", 0],
    ["SELECT t.a, u.s FROM t FULL JOIN (SELECT a AS k, s FROM u WHERE s > '1') u ON a = k", 0],
    ["SELECT a FROM t LEFT ANTI JOIN u USING (a)", 0],
    ["SELECT * FROM t JOIN eight USING (a)", 1],
    ["SELECT s, count(*) FROM t GROUP BY s", 1],
    ["SELECT a, count(*) FROM t GROUP BY a + 0, a", 0],
  ])("%s: %d", async (sql, exchanges) => {
    const text = await plan(sql);
    expect(text.split("Exchange hashpartitioning").length - 1).toBe(exchanges);
    if (exchanges === 0) expect(text).toContain("Bucketed: true");
    const found = await rows(sql);
    spark().conf.set("spark.sql.sources.bucketing.enabled", false);
    const expected = await rows(sql);
    expect(await plan(sql)).not.toContain("Bucketed");
    spark().conf.unset("spark.sql.sources.bucketing.enabled");
    expect(found.map(String).sort()).toEqual(expected.map(String).sort());
  });
});

test("buckets that values cannot be in are not read", async () => {
  expect(await rows("SELECT a FROM t WHERE a = 7")).toEqual([[7]]);
  const text = await plan("SELECT a, count(*) FROM t WHERE a IN (5, 6) GROUP BY a");
  expect(text).toContain("SelectedBucketsCount: 2 out of 4");
  expect(await plan("SELECT * FROM t WHERE a = 7")).toContain("Bucketed: false (disabled by query planner)");
  spark().conf.set("spark.sql.sources.bucketing.autoBucketedScan.enabled", false);
  expect(await plan("SELECT * FROM t WHERE a = 7")).toContain("SelectedBucketsCount: 1 out of 4");
  spark().conf.unset("spark.sql.sources.bucketing.autoBucketedScan.enabled");
});

test("partitions with buckets", async () => {
  await spark().table("t").write.partitionBy("b").bucketBy(2, "a", "s").saveAsTable("parts");
  expect(await plan("SELECT * FROM parts x JOIN parts y ON x.a = y.a AND x.s = y.s")).not.toContain("Exchange");
  expect(await rows("SELECT count(*) FROM parts x JOIN parts y ON x.a = y.a AND x.s = y.s AND x.b = 1")).toEqual([[13]]);
  expect(await plan("SELECT * FROM parts x JOIN parts y ON x.a = y.a")).toContain("Exchange hashpartitioning");
});

test("what is refused", async () => {
  const writer = () => spark().table("t").write;
  await expect(writer().bucketBy(4, "q").saveAsTable("x")).rejects.toThrow("COLUMN_NOT_DEFINED_IN_TABLE");
  await expect(writer().bucketBy(0, "a").saveAsTable("x")).rejects.toThrow("INVALID_BUCKET_COUNT");
  await expect(writer().bucketBy(4, "a", "a").saveAsTable("x")).rejects.toThrow("COLUMN_ALREADY_EXISTS");
  await expect(writer().partitionBy("b").bucketBy(4, "b").saveAsTable("x")).rejects.toThrow("_LEGACY_ERROR_TEMP_1166");
  await expect(writer().bucketBy(4, "a").save("/nowhere")).rejects.toThrow("_LEGACY_ERROR_TEMP_1312");
  await expect(writer().mode("append").bucketBy(8, "a").saveAsTable("u")).rejects.toThrow("_LEGACY_ERROR_TEMP_1164");
  await expect(writer().mode("overwrite").saveAsTable("t")).rejects.toThrow("UNSUPPORTED_OVERWRITE.TABLE");
});

test("appending keeps the buckets; overwriting with another form makes another table", async () => {
  await spark().range(2).selectExpr("'new' AS s", "id AS a").write.mode("append").bucketBy(4, "a").sortBy("s").saveAsTable("u");
  expect(await rows("SELECT a FROM u WHERE s = 'new' ORDER BY a")).toEqual([[0], [1]]);
  await spark().range(2).write.mode("overwrite").saveAsTable("u");
  expect(await spark().table("u").columns()).toEqual(["id"]);
});

test("appending by saveAsTable takes as many columns as the table has", async () => {
  await spark().range(2).selectExpr("id AS a", "id AS b").write.saveAsTable("two");
  await expect(spark().range(2).selectExpr("id AS a").write.mode("append").saveAsTable("two")).rejects.toThrow(
    "_LEGACY_ERROR_TEMP_1161",
  );
  expect(await rows("SELECT count(*) FROM two")).toEqual([[2]]);
});
