/** CHAR(n) and VARCHAR(n), as Spark 4.2 answers. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testSession } from "../../support/built-session";

const directory = mkdtempSync(join(tmpdir(), "firesteel-chars-"));
afterAll(() => rmSync(directory, { recursive: true }));
const spark = testSession({ "spark.sql.warehouse.dir": join(directory, "warehouse") });
const values = async (sql: string): Promise<unknown[][]> => (await spark().sql(sql).collect()).map((row) => row.toArray());

test("CHAR is padded where it is written and read, and compared as if constants were", async () => {
  await values("CREATE TABLE c (a CHAR(4), b VARCHAR(4), s STRING) USING parquet");
  await values("INSERT INTO c VALUES ('ab', 'ab', 'ab')");
  expect(
    await values(
      "SELECT a, length(a), b, a = 'ab', a = 'ab  ', s = 'ab  ', a = b, a = s, a IN ('ab', 'x'), 'ab     ' = a, concat(a, '|') FROM c",
    ),
  ).toEqual([["ab  ", 4, "ab", true, true, false, false, false, true, true, "ab  |"]]);
  expect(await spark().sql("SELECT a = 'ab', a IN ('ab') FROM c").columns()).toEqual(["(a = ab)", "(a IN (ab))"]);
  expect(await values("SELECT count(*) FROM c x JOIN c y ON x.a = y.a WHERE x.a = 'ab'")).toEqual([[1]]);
});

test("values that others wrote without blanks are padded when they are read", async () => {
  await values("CREATE TABLE other (a CHAR(3)) USING parquet");
  await spark().sql("SELECT 'x' AS a").write.mode("append").parquet(join(directory, "warehouse/other"));
  await values("REFRESH TABLE other");
  expect(await values("SELECT concat(a, '|'), a = 'x' FROM other")).toEqual([["x  |", true]]);
  spark().conf.set("spark.sql.readSideCharPadding", false);
  expect(await values("SELECT concat(a, '|') FROM other")).toEqual([["x|"]]);
  spark().conf.unset("spark.sql.readSideCharPadding");
});

test("what is too long is refused, blanks at the end aside", async () => {
  await values("CREATE TABLE short (v VARCHAR(2), c CHAR(2)) USING parquet");
  await expect(values("INSERT INTO short VALUES ('ab   ', 'Ünï'), (NULL, NULL)")).rejects.toThrow(/EXCEED_LIMIT_LENGTH.* 2 /);
  await values("INSERT INTO short VALUES ('ab   ', 'Ü   '), (NULL, NULL)");
  expect(await values("SELECT v, c FROM short ORDER BY v NULLS LAST")).toEqual([
    ["ab", "Ü "],
    [null, null],
  ]);
  await expect(values("INSERT INTO short VALUES ('abc', 'a')")).rejects.toThrow("EXCEED_LIMIT_LENGTH");
});
