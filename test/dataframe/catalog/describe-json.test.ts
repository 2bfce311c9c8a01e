/** DESCRIBE … AS JSON, and what DESCRIBE and SHOW tell of partitions, clusters and secrets; expected values are PySpark 4.2's. */
import { CommandHarness } from "./session";

const harness = new CommandHarness();
const json = async (statement: string): Promise<Record<string, unknown>> => {
  const { rows } = await harness.run(statement);
  return JSON.parse(String(rows[0]?.[0])) as Record<string, unknown>;
};
const errorClass = async (statement: string): Promise<unknown> => {
  try {
    await harness.run(statement);
    return null;
  } catch (error) {
    return (error as { errorClass?: string }).errorClass;
  }
};

beforeAll(async () => {
  await harness.run(
    `CREATE TABLE d1 (a STRING, b INT COMMENT 'the b', c STRING DEFAULT 'x', d DECIMAL(10,2) NOT NULL) USING parquet
     OPTIONS (o '1') PARTITIONED BY (c) CLUSTERED BY (a) SORTED BY (b) INTO 2 BUCKETS COMMENT 'my table'
     TBLPROPERTIES (t 'test', password 'x')`,
  );
  await harness.run("ALTER TABLE d1 ADD PARTITION (c='Us')");
});

test("a table as JSON, with Spark's keys in Spark's order", async () => {
  const told = await json("DESC EXTENDED d1 AS JSON");
  expect(Object.keys(told)).toEqual(
    `table_name catalog_name namespace schema_name columns num_buckets bucket_columns sort_columns location storage_properties
     created_time last_access created_by type provider comment table_properties partition_provider partition_columns collation`.split(
      /\s+/,
    ),
  );
  expect(told["columns"]).toEqual([
    { name: "a", type: { name: "string", collation: "UTF8_BINARY" }, nullable: true },
    { name: "b", type: { name: "int" }, nullable: true, comment: "the b" },
    { name: "d", type: { name: "decimal", precision: 10, scale: 2 }, nullable: true },
    { name: "c", type: { name: "string", collation: "UTF8_BINARY" }, nullable: true, default: "'x'" },
  ]);
  expect(told["table_properties"]).toEqual({ password: "*********(redacted)", t: "test" });
  expect(told["created_time"]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
});

test("a partition, a view and a temporary view as JSON", async () => {
  const partition = await json("DESC EXTENDED d1 PARTITION (c='Us') AS JSON");
  expect(partition["partition_values"]).toEqual({ c: "Us" });
  expect(partition["location"]).toMatch(/\/d1\/c=Us$/);
  await harness.run("CREATE VIEW jv AS SELECT b FROM d1");
  expect(await json("DESC EXTENDED jv AS JSON")).toMatchObject({
    type: "VIEW",
    view_text: "SELECT b FROM d1",
    view_schema_mode: "COMPENSATION",
    view_catalog_and_namespace: "spark_catalog.default",
    view_query_output_columns: ["b"],
    collation: "UTF8_BINARY",
  });
  await harness.run("CREATE TEMP VIEW jt AS SELECT 1 AS one");
  expect(await json("DESC EXTENDED jt AS JSON")).toMatchObject({
    table_name: "jt",
    catalog_name: "system",
    namespace: ["session"],
    columns: [{ name: "one", type: { name: "int" }, nullable: false }],
    view_schema_mode: "BINDING",
  });
});

test("types as JSON", async () => {
  await harness.run(
    `CREATE TABLE jtypes (i TIMESTAMP, k INTERVAL DAY TO SECOND, s INTERVAL HOUR, m MAP<STRING, INT>,
     n ARRAY<STRUCT<q: INT NOT NULL COMMENT 'c'>>, r STRING COLLATE UNICODE_CI) USING parquet`,
  );
  const { columns } = (await json("DESC EXTENDED jtypes AS JSON")) as unknown as { columns: { type: unknown }[] };
  expect(columns.map(({ type }) => type)).toEqual([
    { name: "timestamp_ltz" },
    { name: "interval", start_unit: "day", end_unit: "second" },
    { name: "interval", start_unit: "hour", end_unit: "hour" },
    { name: "map", key_type: { name: "string", collation: "UTF8_BINARY" }, value_type: { name: "int" }, value_nullable: true },
    {
      name: "array",
      element_type: { name: "struct", fields: [{ name: "q", type: { name: "int" }, nullable: true, comment: "c" }] },
      element_nullable: true,
    },
    { name: "string", collation: "UNICODE_CI" },
  ]);
  const [[created]] = (await harness.run("SHOW CREATE TABLE jtypes")).rows as [[string]];
  expect(created).toContain("m MAP<STRING COLLATE UTF8_BINARY, INT>,\n  n ARRAY<STRUCT<q: INT COMMENT 'c'>>,");
});

test("secrets are masked wherever properties are told", async () => {
  const told = async (statement: string): Promise<string> => JSON.stringify((await harness.run(statement)).rows);
  expect(await told("SHOW TBLPROPERTIES d1")).toContain('["password","*********(redacted)"]');
  expect(await told("SHOW CREATE TABLE d1")).toContain("'password' = '*********(redacted)'");
  expect(await told("DESC EXTENDED d1")).toContain("[password=*********(redacted), t=test]");
});

test("storage of partitions, and what a table is clustered by", async () => {
  const partition = (await harness.run("DESC EXTENDED d1 PARTITION (c='Us')")).rows.map((row) => row.slice(0, 2).join("="));
  expect(partition.filter((line) => line === "Storage Properties=[o=1]")).toHaveLength(2);
  expect(partition.slice(partition.indexOf("# Storage Information=")).slice(1, 4)).toEqual([
    "Num Buckets=2",
    "Bucket Columns=[`a`]",
    "Sort Columns=[`b`]",
  ]);
  await harness.run("CREATE TABLE cl (a INT, b STRUCT<x:INT, y:STRING>) USING parquet CLUSTER BY (a, b.x)");
  const clustered = (await harness.run("DESC EXTENDED cl")).rows;
  expect(clustered.slice(2, 6).map((row) => row.slice(0, 2))).toEqual([
    ["# Clustering Information", ""],
    ["# col_name", "data_type"],
    ["a", "int"],
    ["b.x", "int"],
  ]);
});

test.each([
  ["DESC d1 AS JSON", "DESCRIBE_JSON_NOT_EXTENDED"],
  ["DESC nowhere AS JSON", "DESCRIBE_JSON_NOT_EXTENDED"],
  ["DESC EXTENDED d1 b AS JSON", "UNSUPPORTED_FEATURE.DESC_TABLE_COLUMN_JSON"],
  ["DESC d1 PARTITION (c)", "INVALID_SQL_SYNTAX.EMPTY_PARTITION_VALUE"],
  ["CREATE TABLE g (a INT, b INT GENERATED ALWAYS AS (a + 1)) USING parquet", "UNSUPPORTED_FEATURE.TABLE_OPERATION"],
  ["CREATE TABLE g (a BIGINT GENERATED BY DEFAULT AS IDENTITY) USING parquet", "UNSUPPORTED_FEATURE.TABLE_OPERATION"],
])("%s is refused", async (statement, expected) => {
  expect(await errorClass(statement)).toBe(expected);
});
