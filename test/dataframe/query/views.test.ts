/** Bodies of views and functions mean what they meant when they were created, as in Spark. */
import { testSession } from "../../support/built-session";

const spark = testSession();
const values = async (sql: string): Promise<unknown[][]> => (await spark().sql(sql).collect()).map((row) => row.toArray());

test("the ANSI mode of a view's creation holds for its body, that of its reader around it", async () => {
  const session = spark();
  session.conf.set("spark.sql.ansi.enabled", false);
  await session.sql("CREATE TEMP VIEW legacy AS SELECT CAST('x' AS INT) AS a, 2147483647 + CAST(1 AS INT) AS b").collect();
  await session.sql("CREATE VIEW kept AS SELECT CAST('x' AS INT) AS a").collect();
  await session.sql("CREATE TEMP FUNCTION lenient(x STRING) RETURNS INT RETURN CAST(x AS INT)").collect();
  session.conf.set("spark.sql.ansi.enabled", true);
  expect(await values("SELECT * FROM legacy")).toEqual([[null, -2147483648]]);
  expect(await values("SELECT * FROM kept")).toEqual([[null]]);
  expect(await values("SELECT lenient('y')")).toEqual([[null]]);
  await expect(values("SELECT b + CAST('x' AS INT) FROM legacy")).rejects.toThrow("CAST_INVALID_INPUT");
  await session.sql("CREATE TEMP VIEW strict AS SELECT CAST('x' AS INT) AS a").collect();
  session.conf.set("spark.sql.ansi.enabled", false);
  await expect(values("SELECT * FROM strict")).rejects.toThrow("CAST_INVALID_INPUT");
  session.conf.unset("spark.sql.ansi.enabled");
  await session.sql("DROP VIEW kept").collect();
});

test("a cached query is read from the cache wherever it stands, also where its rows are in the text", async () => {
  const cached = spark().sql("SELECT * FROM VALUES (1, 'x'), (2, NULL) t(a, b)").cache();
  await cached.createOrReplaceTempView("few");
  expect(await spark().sql("SELECT count(*) FROM few WHERE a > 0").explainString("simple")).toContain("InMemoryTableScan");
  expect(await cached.where("a > 1").explainString("simple")).toContain("InMemoryTableScan");
  const other = spark().sql("SELECT * FROM VALUES (1, 'x'), (3, NULL) t(a, b)");
  expect(await other.explainString("simple")).not.toContain("InMemoryTableScan");
  expect((await other.collect()).map((row) => row.get(0))).toEqual([1, 3]);
});

test("names of views are one name, in backticks where it is no word", async () => {
  const one = spark().sql("SELECT 1 AS a");
  await expect(one.createTempView("a b")).rejects.toMatchObject({ errorClass: "_LEGACY_ERROR_TEMP_1321" });
  await expect(one.createOrReplaceTempView("")).rejects.toMatchObject({ errorClass: "_LEGACY_ERROR_TEMP_1321" });
  await expect(one.createTempView("a.b")).rejects.toMatchObject({ errorClass: "TEMP_VIEW_NAME_TOO_MANY_NAME_PARTS" });
  await one.createTempView("`a b`");
  expect(await values("SELECT a FROM `a b`")).toEqual([[1]]);
});
