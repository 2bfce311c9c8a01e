/** What is cached of files that change: writes of the application are seen, others' after REFRESH, as in Spark. */
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testSession, type DataFrame } from "../../support/built-session";

const folder = mkdtempSync(join(tmpdir(), "cached-files-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const spark = testSession({
  "firesteel.local.inProcess": "true",
  "spark.ui.enabled": "false",
  "spark.sql.warehouse.dir": join(folder, "warehouse"),
});

const run = (text: string): Promise<unknown> => spark().sql(text).collect();
const numbers = async (df: DataFrame): Promise<readonly unknown[]> =>
  (await df.collect()).map((row) => row.get(0)).sort((a, b) => Number(a) - Number(b));
const isCached = async (df: DataFrame): Promise<boolean> => (await df.explainString()).includes("InMemoryTableScan");

test("inserted rows are seen in a cached table and in what is cached of it; both stay cached", async () => {
  await run("CREATE TABLE inserted (a INT) USING parquet");
  await run("INSERT INTO inserted VALUES (1)");
  await run("CACHE TABLE inserted");
  const large = spark().table("inserted").where("a > 1").cache();
  expect(await numbers(large)).toEqual([]);
  await run("INSERT INTO inserted VALUES (2)");
  expect(await numbers(spark().table("inserted"))).toEqual([1, 2]);
  expect(await numbers(large)).toEqual([2]);
  expect(await spark().catalog.isCached("inserted")).toBe(true);
  expect(await isCached(large)).toBe(true);
  await run("INSERT OVERWRITE inserted VALUES (9)");
  expect(await numbers(large)).toEqual([9]);
  await run("TRUNCATE TABLE inserted");
  expect(await numbers(large)).toEqual([]);
});

test("a path that is written to, a directory below it, and a subquery over it", async () => {
  const path = join(folder, "written");
  const write = (from: number, to: number, mode: "append" | "overwrite", at = path): Promise<void> =>
    spark().range(from, to).coalesce(1).write.mode(mode).parquet(at);
  await write(0, 2, "overwrite", join(path, "k=1"));
  const cached = spark().read.parquet(path).cache();
  await cached.createOrReplaceTempView("written");
  const largest = spark().sql("SELECT (SELECT max(id) FROM written) AS m").cache();
  expect(await numbers(cached)).toEqual([0, 1]);
  expect(await numbers(largest)).toEqual([1]);
  await write(2, 3, "append", join(path, "k=1"));
  expect(await numbers(cached)).toEqual([0, 1, 2]);
  await write(3, 4, "append", join(path, "k=2"));
  expect(await numbers(cached)).toEqual([0, 1, 2, 3]);
  expect(await numbers(largest)).toEqual([3]);
  expect(await isCached(cached)).toBe(true);
  await cached.where("id = 2").write.mode("overwrite").parquet(path);
  expect(await numbers(cached)).toEqual([2]);
});

test("files that others add are seen after REFRESH", async () => {
  const [path, other] = [join(folder, "theirs"), join(folder, "other")];
  await spark().range(1).coalesce(1).write.parquet(path);
  await spark().range(5, 6).coalesce(1).write.parquet(other);
  const cached = spark().read.parquet(path).cache();
  expect(await numbers(cached)).toEqual([0]);
  cpSync(other, path, { recursive: true });
  expect(await numbers(cached)).toEqual([0]);
  await spark().catalog.refreshByPath(path);
  expect(await numbers(cached)).toEqual([0, 5]);
});

test("a table that was dropped and made again is not cached", async () => {
  await run("CREATE TABLE remade USING parquet AS SELECT 1 AS a");
  await run("CACHE TABLE remade");
  await run("DROP TABLE remade");
  await run("CREATE TABLE remade USING parquet AS SELECT 2 AS a");
  expect(await numbers(spark().table("remade"))).toEqual([2]);
  expect(await spark().catalog.isCached("remade")).toBe(false);
});

test("other paths' writes leave a cached result as it is", async () => {
  await spark().range(1).write.parquet(join(folder, "kept"));
  const cached = spark().read.parquet(join(folder, "kept")).selectExpr("rand() AS r").cache();
  const rows = await numbers(cached);
  await spark().range(1).write.parquet(join(folder, "kept-not"));
  expect(await numbers(cached)).toEqual(rows);
});

test("the DataFrame of a view that CACHE TABLE names is read from there", async () => {
  const df = spark().range(3);
  await df.createOrReplaceTempView("named");
  await run("CACHE TABLE named");
  expect(await isCached(df)).toBe(true);
  expect(String(await df.storageLevel())).toContain("Memory");
  df.unpersist();
  expect(await spark().catalog.isCached("named")).toBe(false);
});

test("a storage level that there is not leaves no view", async () => {
  await expect(run("CACHE TABLE unmade OPTIONS ('storageLevel' 'NOPE') AS SELECT 1")).rejects.toThrow(/NOPE/);
  expect(await spark().catalog.tableExists("unmade")).toBe(false);
});
