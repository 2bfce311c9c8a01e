/** Defaults of columns that are added to tables, where Spark has none that can be compared: the rest is in test/golden/queries. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testSession } from "../../support/built-session";

const warehouse = mkdtempSync(join(tmpdir(), "existence-defaults-"));
afterAll(() => rmSync(warehouse, { recursive: true, force: true }));
const spark = testSession({
  "firesteel.local.inProcess": "true",
  "spark.ui.enabled": "false",
  "spark.sql.session.timeZone": "America/Los_Angeles",
  "spark.sql.warehouse.dir": warehouse,
});

const rows = async (query: string): Promise<unknown[][]> => (await spark().sql(query).collect()).map((row) => [...row]);

test.each([
  ["TIMESTAMP", "TIMESTAMP'2024-02-03 04:05:06'", "2024-02-03 04:05:06"],
  ["DECIMAL(25, 3)", "12345678901234567890.125", "12345678901234567890.125"],
  ["BINARY", "X'4142'", "AB"],
  ["DOUBLE", "double('NaN')", "NaN"],
  ["INTERVAL DAY TO SECOND", "INTERVAL '1 02:03:04' DAY TO SECOND", "INTERVAL '1 02:03:04' DAY TO SECOND"],
  // Their values have no text that SQL reads back.
  ["VARIANT", `parse_json('{"k":1}')`, '{"k":1}'],
  ["ARRAY<DOUBLE>", "array(double('NaN'), 1.5D)", "[NaN, 1.5]"],
])("%s: old rows, and those that are inserted without a value or with DEFAULT, have the same", async (type, written, text) => {
  await rows("CREATE TABLE t (a INT) USING parquet");
  await rows("INSERT INTO t VALUES (1)");
  await rows(`ALTER TABLE t ADD COLUMNS (c ${type} DEFAULT ${written})`);
  await rows("INSERT INTO t (a) VALUES (2)");
  await rows("INSERT INTO t VALUES (3, DEFAULT)");
  expect(await rows("SELECT a, string(c) FROM t ORDER BY a")).toEqual([
    [1, text],
    [2, text],
    [3, text],
  ]);
  await rows("DROP TABLE t");
});

test("a struct's fields alone are those of its default", async () => {
  await rows("CREATE TABLE n (a INT) USING parquet");
  await rows("INSERT INTO n VALUES (1)");
  await rows("ALTER TABLE n ADD COLUMNS (st STRUCT<x: INT, y: STRING> DEFAULT named_struct('x', 1, 'y', 'q'))");
  expect(await rows("SELECT st.y FROM n WHERE st.x = 1")).toEqual([["q"]]);
  await rows("DROP TABLE n");
});

test.each(["parquet", "json", "csv"])(
  "%s: a column without a default may be called as something that every object has",
  async (format) => {
    await rows(`CREATE TABLE o (a INT) USING ${format}`);
    await rows("INSERT INTO o VALUES (1)");
    await rows("ALTER TABLE o ADD COLUMNS (c INT DEFAULT 5, constructor STRING)");
    expect(await rows("SELECT a, c, constructor FROM o")).toEqual([[1, 5, null]]);
    await rows("DROP TABLE o");
  },
);
