/** Statements on tables and generators that Spark refuses, or takes, with the answers of PySpark 4.2. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { answersOf } from "../../support/answers";
import { testSession } from "../../support/built-session";

const warehouse = mkdtempSync(join(tmpdir(), "refused-statements-"));
const spark = testSession({ "spark.sql.warehouse.dir": warehouse });
afterAll(() => rmSync(warehouse, { recursive: true, force: true }));
const { answer, refusal } = answersOf(spark);

test.each([
  ["CREATE TEMPORARY VIEW t WITH SCHEMA BINDING AS SELECT 1", "UNSUPPORTED_FEATURE.TEMPORARY_VIEW_WITH_SCHEMA_BINDING_MODE"],
  ["CREATE TABLE t (a INT CHECK (a > 0)) USING parquet", "UNSUPPORTED_FEATURE.TABLE_OPERATION"],
  ["CREATE TABLE t (a INT, CONSTRAINT k PRIMARY KEY (a)) USING parquet", "UNSUPPORTED_FEATURE.TABLE_OPERATION"],
  ["CREATE TABLE t (a INT, PRIMARY KEY (a), PRIMARY KEY (a)) USING parquet", "MULTIPLE_PRIMARY_KEYS"],
  ["CREATE TABLE t (m MAP<STRING COLLATE unicode, INT>) USING parquet", "UNSUPPORTED_FEATURE.COLLATIONS_IN_MAP_KEYS"],
  ["MERGE INTO nope USING (SELECT 1 AS a) s ON true", "MERGE_WITHOUT_WHEN"],
  ["SELECT * FROM explode(array(1, 2)) t(a, b)", "NUM_TABLE_VALUE_ALIASES_MISMATCH"],
  ["SELECT * FROM explode(explode(array(1)))", "UNSUPPORTED_GENERATOR.NESTED_IN_EXPRESSIONS"],
  ["SELECT count(*) FROM range(2) GROUP BY explode(array(id))", "UNSUPPORTED_EXPR_FOR_OPERATOR"],
  ["SELECT variant_explode(parse_json('[1]'))", "NOT_A_SCALAR_FUNCTION"],
  ["SELECT * FROM explode()", "REQUIRED_PARAMETER_NOT_FOUND"],
  ["SELECT inline()", "REQUIRED_PARAMETER_NOT_FOUND"],
  ["SELECT 1 FROM range(1) LATERAL VIEW nope(id) e AS x", "ROUTINE_NOT_FOUND"],
  ["SELECT 1 FROM range(1) LATERAL VIEW range(1) e AS x", "ROUTINE_NOT_FOUND"],
  ["SELECT 1 FROM range(1) LATERAL VIEW explode(nope(id)) e AS x", "UNRESOLVED_ROUTINE"],
  ["SELECT named_struct('a', 1) = named_struct('b', 'x', 'c', 1)", "DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES"],
  ["SELECT collate('a', 1)", "UNEXPECTED_INPUT_TYPE"],
  ["SELECT collate('a', null)", "UNEXPECTED_INPUT_TYPE"],
])("%s is refused", async (statement, errorClass) => {
  expect(await refusal(statement)).toBe(errorClass);
});

test("columns of text take another collation; a column is described by the name that was asked for", async () => {
  await answer("CREATE TABLE base (s STRING) USING parquet");
  await answer("ALTER TABLE base ALTER COLUMN s TYPE STRING COLLATE unicode_ci");
  expect(await answer("DESCRIBE base S")).toContainEqual(["data_type", "string collate UNICODE_CI"]);
  expect(await answer("DESCRIBE base S")).toContainEqual(["col_name", "S"]);
  await answer("CREATE TABLE far (a INT) USING parquet LOCATION 'file:///nowhere/far'");
  expect(String((await answer("SHOW CREATE TABLE far"))[0])).toContain("LOCATION 'file:/nowhere/far'");
});

test("structs are compared field by field, whatever the names", async () => {
  expect(
    await answer(
      `SELECT named_struct('a', 1) = named_struct('b', 1), named_struct('a', 1) < named_struct('b', 2),
        array(named_struct('a', 1)) = array(named_struct('b', 2)), s = t FROM VALUES (named_struct('a', 1), named_struct('b', 1)) v(s, t)`,
    ),
  ).toEqual([[true, true, false, true]]);
  expect(
    await answer("SELECT s.a FROM VALUES (named_struct('a', 1)) v(s) JOIN VALUES (named_struct('b', 1)) w(t) ON s = t"),
  ).toEqual([[1]]);
});

test("partitions are named whole, those of the query last, and their columns stay as they are", async () => {
  await answer("CREATE TABLE parts (a INT, p INT, q STRING) USING parquet PARTITIONED BY (p, q)");
  expect(await refusal("INSERT INTO parts PARTITION (p = 1) VALUES (1, 'a')")).toBe("_LEGACY_ERROR_TEMP_1169");
  expect(await refusal("INSERT INTO parts PARTITION (p, q = 'b') SELECT 1, 8")).toBe("_LEGACY_ERROR_TEMP_1147");
  await answer("INSERT INTO parts PARTITION (p = 1, q) VALUES (1, 'a')");
  expect(await answer("SELECT * FROM parts")).toEqual([[1, 1, "a"]]);
  expect(await refusal("TRUNCATE TABLE parts PARTITION (p = 77, q = 'z')")).toBe("PARTITIONS_NOT_FOUND");
  expect(await refusal("ALTER TABLE parts ALTER COLUMN p COMMENT 'x'")).toBe("CANNOT_ALTER_PARTITION_COLUMN");
  expect(await refusal("ALTER TABLE parts SET SERDE 'x'")).toBe("UNSUPPORTED_FEATURE.ALTER_TABLE_SERDE_FOR_DATASOURCE_TABLE");
});
