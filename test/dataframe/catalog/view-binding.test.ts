/** Views that follow changes of what they read, with the answers of PySpark 4.2. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { answersOf } from "../../support/answers";
import { testSession } from "../../support/built-session";

const warehouse = mkdtempSync(join(tmpdir(), "view-binding-"));
const spark = testSession({ "spark.sql.warehouse.dir": warehouse });
afterAll(() => rmSync(warehouse, { recursive: true, force: true }));
const { answer, refusal } = answersOf(spark);

async function remade(columns: string): Promise<void> {
  await answer("DROP TABLE IF EXISTS base");
  await answer(`CREATE TABLE base (${columns}) USING parquet`);
}
const about = async (name: string): Promise<unknown> =>
  (await answer("DESCRIBE EXTENDED v")).find(([line]) => line === name)?.[1];
const columns = async (): Promise<unknown> => (await answer("DESCRIBE v")).map((row) => row.join(" "));

test("TYPE EVOLUTION: types follow, names and comments stay", async () => {
  await remade("c1 INT, c2 INT");
  await answer("CREATE OR REPLACE VIEW v(a COMMENT 'x', b) WITH SCHEMA TYPE EVOLUTION AS SELECT * FROM base");
  await remade("c1 DATE, c2 STRING, c3 INT");
  expect(await columns()).toEqual(["a int x", "b int "]);
  expect(await answer("SELECT * FROM v")).toEqual([]);
  expect(await columns()).toEqual(["a date x", "b string "]);
  await remade("c1 DATE");
  expect(await refusal("SELECT * FROM v")).toBe("INCOMPATIBLE_VIEW_SCHEMA_CHANGE");
});

test("EVOLUTION: columns are those of the query; named columns make it one of types", async () => {
  await remade("c1 INT, c2 INT");
  await answer("CREATE OR REPLACE VIEW v WITH SCHEMA EVOLUTION AS SELECT * FROM base");
  await remade("c4 STRING COMMENT 'hi', c5 DOUBLE, c6 INT");
  expect(await answer("SELECT * FROM v")).toEqual([]);
  expect(await columns()).toEqual(["c4 string hi", "c5 double ", "c6 int "]);
  expect(await about("View Query Output Columns")).toBe("[`c4`, `c5`, `c6`]");
  await answer("ALTER VIEW v WITH SCHEMA BINDING");
  expect(await about("View Schema Mode")).toBe("BINDING");
  expect(await about("View Query Output Columns")).toBeUndefined();
  await answer("CREATE OR REPLACE VIEW v(a, b, c) WITH SCHEMA EVOLUTION AS SELECT * FROM base");
  expect(await about("View Schema Mode")).toBe("TYPE EVOLUTION");
});

test("settings turn modes off, and say what a view is that names none", async () => {
  await remade("c1 INT");
  await answer("SET spark.sql.legacy.viewSchemaCompensation = false");
  await answer("CREATE OR REPLACE VIEW v AS SELECT * FROM base");
  expect(await about("View Schema Mode")).toBe("BINDING");
  await answer("SET spark.sql.legacy.viewSchemaBindingMode = false");
  expect(await about("View Schema Mode")).toBeUndefined();
  expect(await refusal("CREATE OR REPLACE VIEW v WITH SCHEMA BINDING AS SELECT * FROM base")).toBe("FEATURE_NOT_ENABLED");
  expect(await refusal("ALTER VIEW v WITH SCHEMA BINDING")).toBe("FEATURE_NOT_ENABLED");
  await answer("RESET spark.sql.legacy.viewSchemaBindingMode");
  await answer("RESET spark.sql.legacy.viewSchemaCompensation");
});
