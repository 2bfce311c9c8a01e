import { analyzePlan, schemaOf } from "../../../src/dataframe/catalog/analysis-context";
import { detachedPlan } from "../../../src/dataframe/catalog/detached";
import { parseQuery } from "../../../src/dataframe/sql/parse";
import { CommandHarness } from "./session";

test("tables, views and functions outlive their session", async () => {
  const first = new CommandHarness();
  await first.run("CREATE DATABASE d");
  await first.run("CREATE TABLE d.t (a INT, b ARRAY<STRUCT<x: DECIMAL(10,2)>>) USING parquet PARTITIONED BY (a)");
  await first.run("CREATE VIEW d.v AS SELECT b[0].x AS x FROM d.t");
  await first.run("CREATE FUNCTION d.f(x INT) RETURNS INT RETURN x + 1");
  const second = new CommandHarness(first.warehouse);
  expect(await second.schema("SELECT * FROM d.t")).toBe("struct<b:array<struct<x:decimal(10,2)>>,a:int>");
  expect(await second.schema("SELECT x, d.f(1) FROM d.v")).toBe("struct<x:decimal(10,2),spark_catalog.d.f(1):int>");
  expect(await second.rows("SHOW TABLES IN d")).toEqual([
    ["d", "t", false],
    ["d", "v", false],
  ]);
});

test("names of a view mean what they meant to its author", async () => {
  const harness = new CommandHarness();
  await harness.run("CREATE TABLE t (a INT) USING parquet");
  await harness.run("CREATE VIEW v AS SELECT * FROM t");
  await harness.run("CREATE DATABASE d");
  await harness.run("CREATE TEMPORARY VIEW t AS SELECT 'x' AS other");
  await harness.run("USE d");
  expect(await harness.schema("SELECT * FROM default.v")).toBe("struct<a:int>");
  expect(await harness.schema("SELECT * FROM t")).toBe("struct<other:string>");
});

test("a view keeps its columns where its table gets more", async () => {
  const harness = new CommandHarness();
  await harness.run("CREATE TABLE t (a INT) USING parquet");
  await harness.run("CREATE VIEW v AS SELECT * FROM t");
  await harness.run("ALTER TABLE t ADD COLUMNS (b INT)");
  expect(await harness.schema("SELECT * FROM v")).toBe("struct<a:int>");
  await harness.run("ALTER VIEW v WITH SCHEMA EVOLUTION");
});

test("what outlives the session may not use what does not", async () => {
  const harness = new CommandHarness();
  await harness.run("CREATE TEMPORARY VIEW tv AS SELECT 1 AS a");
  await harness.run("CREATE TEMPORARY FUNCTION tf() RETURNS INT RETURN 1");
  await harness.run("DECLARE x INT DEFAULT 1");
  for (const query of ["SELECT * FROM tv", "SELECT tf()", "SELECT x AS y"]) {
    await expect(harness.run(`CREATE VIEW v AS ${query}`)).rejects.toThrow("INVALID_TEMP_OBJ_REFERENCE");
  }
});

test("views may not go in circles", async () => {
  const harness = new CommandHarness();
  await harness.run("CREATE TEMPORARY VIEW a AS SELECT 1 AS x");
  await harness.run("CREATE TEMPORARY VIEW b AS SELECT * FROM a");
  await expect(harness.run("CREATE OR REPLACE TEMPORARY VIEW a AS SELECT * FROM b")).rejects.toThrow("RECURSIVE_VIEW");
});

test("a DataFrame's view may replace one that it is made of", async () => {
  const harness = new CommandHarness();
  await harness.run("CREATE TEMPORARY VIEW a (x) AS SELECT 1");
  const plan = detachedPlan(parseQuery("WITH c AS (SELECT x + 1L AS y FROM a) SELECT * FROM c"), harness.catalog);
  const columns = schemaOf(await analyzePlan(plan, harness.session));
  harness.catalog.setTempView({ name: "a", global: false, plan, schema: null, columns, scope: null, properties: {} }, true);
  expect(await harness.schema("SELECT * FROM a")).toBe("struct<y:bigint>");
});
