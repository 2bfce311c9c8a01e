/** Statements about tables, views and functions that are rarely written, with the answers of PySpark 4.2. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { answersOf } from "../../support/answers";
import { testSession } from "../../support/built-session";

const warehouse = mkdtempSync(join(tmpdir(), "table-statements-"));
const spark = testSession({ "spark.sql.warehouse.dir": warehouse });
afterAll(() => rmSync(warehouse, { recursive: true, force: true }));
const { answer, refusal } = answersOf(spark);

beforeAll(async () => {
  await answer("CREATE TABLE t (c CHAR(5), v VARCHAR(3), i INT) USING parquet");
  await answer("CREATE VIEW w AS SELECT 1 AS a");
  await answer("CREATE TEMPORARY VIEW x AS SELECT 1 AS a");
  await answer("CREATE TEMPORARY FUNCTION upper(y INT) RETURNS INT RETURN y");
});

test.each([
  ["ALTER TABLE t ALTER COLUMN v TYPE VARCHAR(5)", "NOT_SUPPORTED_CHANGE_COLUMN"],
  ["ALTER TABLE t CHANGE COLUMN v v STRING", "NOT_SUPPORTED_CHANGE_COLUMN"],
  ["ALTER TABLE t SET TBLPROPERTIES ('provider' = 'x')", "UNSUPPORTED_FEATURE.SET_TABLE_PROPERTY"],
  ["ALTER TABLE t UNSET TBLPROPERTIES ('owner')", "UNSUPPORTED_FEATURE.SET_TABLE_PROPERTY"],
  ["CREATE TABLE n (a INT) USING parquet TBLPROPERTIES ('external' = 'x')", "UNSUPPORTED_FEATURE.SET_TABLE_PROPERTY"],
  ["CREATE TABLE n (a INT) USING parquet OPTIONS ('location' = 'x')", "UNSUPPORTED_FEATURE.SET_TABLE_PROPERTY"],
  ["CREATE DATABASE n WITH DBPROPERTIES ('owner' = 'x')", "UNSUPPORTED_FEATURE.SET_NAMESPACE_PROPERTY"],
  ["ALTER DATABASE default SET DBPROPERTIES ('location' = 'x')", "UNSUPPORTED_FEATURE.SET_NAMESPACE_PROPERTY"],
  ["CREATE TABLE n (a INT, b INT) USING parquet PARTITIONED BY (years(b))", "UNSUPPORTED_PARTITION_TRANSFORM"],
  [
    "CREATE TABLE n (a INT, b INT) USING parquet PARTITIONED BY (bucket(2, a), bucket(2, b))",
    "UNSUPPORTED_FEATURE.MULTIPLE_BUCKET_TRANSFORMS",
  ],
  [
    "CREATE TABLE n (a INT) USING parquet CLUSTERED BY (a) INTO 2 BUCKETS CLUSTER BY (a)",
    "SPECIFY_CLUSTER_BY_WITH_BUCKETING_IS_NOT_ALLOWED",
  ],
  [
    "CREATE TABLE n (a INT, b INT) USING parquet PARTITIONED BY (a) CLUSTER BY (b)",
    "SPECIFY_CLUSTER_BY_WITH_PARTITIONED_BY_IS_NOT_ALLOWED",
  ],
  ["CREATE EXTERNAL TABLE n (a INT) USING csv", "_LEGACY_ERROR_TEMP_1069"],
  ["CREATE TEMPORARY TABLE IF NOT EXISTS n (a INT) USING csv", "INVALID_STATEMENT_OR_CLAUSE"],
  ["ALTER TABLE t CLUSTER BY (nope)", "_LEGACY_ERROR_TEMP_3060"],
  ["ALTER TABLE t TOUCH", "INVALID_STATEMENT_OR_CLAUSE"],
  ["ALTER VIEW w ADD PARTITION (a = 1)", "INVALID_STATEMENT_OR_CLAUSE"],
  ["SHOW LOCKS t", "INVALID_STATEMENT_OR_CLAUSE"],
  ["ALTER TABLE w SET TBLPROPERTIES ('a' = 'b')", "EXPECT_TABLE_NOT_VIEW.USE_ALTER_VIEW"],
  ["ALTER TABLE w RENAME TO z", "EXPECT_TABLE_NOT_VIEW.USE_ALTER_VIEW"],
  ["ALTER TABLE w ADD COLUMNS (z INT)", "EXPECT_TABLE_NOT_VIEW.NO_ALTERNATIVE"],
  ["ALTER VIEW t RENAME TO z", "EXPECT_VIEW_NOT_TABLE.USE_ALTER_TABLE"],
  ["ALTER VIEW x SET TBLPROPERTIES ('a' = 'b')", "EXPECT_PERMANENT_VIEW_NOT_TEMP"],
  ["ANALYZE TABLE w COMPUTE STATISTICS", "UNSUPPORTED_FEATURE.ANALYZE_VIEW"],
  ["ANALYZE TABLE x COMPUTE STATISTICS", "EXPECT_PERMANENT_VIEW_NOT_TEMP"],
  ["DROP FUNCTION upper", "FORBIDDEN_OPERATION"],
  ["DROP TEMPORARY FUNCTION abs", "FORBIDDEN_OPERATION"],
  ["REFRESH FUNCTION upper", "_LEGACY_ERROR_TEMP_1256"],
  ["SHOW FUNCTIONS FROM nope", "SCHEMA_NOT_FOUND"],
  ["SHOW PROCEDURES", "MISSING_CATALOG_ABILITY.PROCEDURES"],
  ["CALL nope()", "UNRESOLVED_ROUTINE"],
  ["CALL spark_catalog.default.nope()", "MISSING_CATALOG_ABILITY.PROCEDURES"],
  ["DESCRIBE PROCEDURE nope", "UNRESOLVED_ROUTINE"],
  ["LOAD DATA INPATH '/x' INTO TABLE nope", "TABLE_OR_VIEW_NOT_FOUND"],
  ["LOAD DATA INPATH '/x' INTO TABLE t", "_LEGACY_ERROR_TEMP_1261"],
  ["CREATE INDEX n ON TABLE nope (a)", "TABLE_OR_VIEW_NOT_FOUND"],
  ["DROP INDEX n ON TABLE t", "_LEGACY_ERROR_TEMP_1332"],
  ["SELECT count(*) FROM t TABLESAMPLE (100)", "_LEGACY_ERROR_TEMP_0016"],
  ["SELECT rank() IGNORE NULLS OVER (ORDER BY i) FROM t", "INVALID_SQL_SYNTAX.FUNCTION_WITH_UNSUPPORTED_SYNTAX"],
  ["SELECT json_tuple('{}', NULL)", "DATATYPE_MISMATCH.NON_STRING_TYPE"],
  ["SELECT abs('x', 1)", "WRONG_NUM_ARGS.WITHOUT_SUGGESTION"],
  [
    "SELECT sum(i) OVER (ORDER BY d RANGE BETWEEN CURRENT ROW AND DATE'2024-01-01' FOLLOWING) FROM (SELECT i, current_date() AS d FROM t)",
    "DATATYPE_MISMATCH.SPECIFIED_WINDOW_FRAME_UNACCEPTED_TYPE",
  ],
])("%s is refused", async (statement, errorClass) => {
  expect(await refusal(statement)).toBe(errorClass);
});

test("bucket and identity are transforms of tables of files", async () => {
  await answer("CREATE TABLE b (a INT, b INT) USING parquet PARTITIONED BY (identity(a), bucket(4, b))");
  const text = String((await answer("SHOW CREATE TABLE b"))[0]);
  expect(text).toContain("PARTITIONED BY (a)\nCLUSTERED BY (b)\nINTO 4 BUCKETS");
});

test("columns that rows lie together by can change", async () => {
  await answer("CREATE TABLE cl (a INT, b INT) USING parquet CLUSTER BY (a)");
  await answer("ALTER TABLE cl CLUSTER BY (b)");
  const text = String((await answer("SHOW CREATE TABLE cl"))[0]);
  expect(text).toContain("PARTITIONED BY (cluster_by(b))");
  expect(text).toContain(`'clusteringColumns' = '[["b"]]'`);
  await answer("ALTER TABLE cl CLUSTER BY NONE");
  expect(JSON.stringify(await answer("SHOW TBLPROPERTIES cl"))).toContain("clusteringColumns");
  expect(JSON.stringify(await answer("DESCRIBE cl"))).not.toContain("# Clustering");
});

test("a comment is a property that can be unset, without the others", async () => {
  await answer("CREATE TABLE pc (a INT) USING parquet COMMENT 'said' TBLPROPERTIES ('x' = '1', 'y' = '2')");
  const shown = async (): Promise<string> => String((await answer("SHOW CREATE TABLE pc"))[0]);
  expect(await shown()).toContain("COMMENT 'said'");
  await answer("ALTER TABLE pc UNSET TBLPROPERTIES ('comment', 'y')");
  const text = await shown();
  expect(text).not.toContain("COMMENT");
  expect(text).toContain("'x' = '1'");
  expect(text).not.toContain("'y'");
  await answer("ALTER TABLE pc SET TBLPROPERTIES ('comment' = 'again')");
  expect(await shown()).toContain("COMMENT 'again'");
});

test("a temporary table is a view of its source; collations and CHAR are shown as Spark shows them", async () => {
  await answer("CREATE TEMPORARY TABLE tt (a INT) USING csv");
  expect(await answer("DESCRIBE tt")).toHaveLength(1);
  await answer("CREATE TABLE dc (a STRING) USING parquet DEFAULT COLLATION UNICODE_CI");
  expect(String((await answer("SHOW CREATE TABLE dc"))[0])).toContain("DEFAULT COLLATION UNICODE_CI");
  const shown = JSON.stringify(await answer("SHOW TABLE EXTENDED LIKE 't'"));
  expect(shown).toContain("-- c: string (nullable = true)");
});

test("names and nulls of columns are those of Spark", async () => {
  await answer("DECLARE VARIABLE five INT DEFAULT 5");
  const query = "SELECT struct(1 AS `a b`, 2 AS c), five, next_day(DATE'2024-02-29', 'MO') AS d";
  const { fields } = await spark().sql(query).schema();
  expect(fields.map(({ name, nullable }) => [name, nullable])).toEqual([
    ["struct(1 AS `a b`, 2 AS c)", false],
    ["five", false],
    ["d", true],
  ]);
});
