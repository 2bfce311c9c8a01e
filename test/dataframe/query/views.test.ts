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
