/** Default collations of tables and views, names of collations, and where types of unlike collations may not meet. */
import { testSession } from "../../support/built-session";

const spark = testSession();
const rows = async (query: string): Promise<unknown[][]> => (await spark().sql(query).collect()).map((row) => row.toArray());
const refusal = async (query: string): Promise<unknown> => {
  try {
    return await rows(query);
  } catch (error) {
    return (error as { errorClass?: string }).errorClass;
  }
};

test("strings of a table have its default collation, those of later columns too", async () => {
  await rows(
    "CREATE TABLE collated (a STRING, b STRING COLLATE UNICODE, c ARRAY<STRING>) USING parquet DEFAULT COLLATION utf8_lcase",
  );
  await rows("ALTER TABLE collated ADD COLUMNS (d STRING)");
  expect((await rows("DESCRIBE collated")).map((row) => row[1])).toEqual([
    "string collate UTF8_LCASE",
    "string collate UNICODE",
    "array<string collate UTF8_LCASE>",
    "string collate UTF8_LCASE",
  ]);
  expect(await refusal("CREATE TABLE other (a STRING) DEFAULT COLLATION utf8_lcase USING parquet")).toBe("PARSE_SYNTAX_ERROR");
  await rows("DROP TABLE collated");
});

test("literals and casts of a view have its default collation", async () => {
  const query = "SELECT 'a' AS a, 'A' = 'a' AS same, CAST(1 AS STRING) AS c";
  await rows(`CREATE VIEW collated_view DEFAULT COLLATION utf8_lcase AS ${query}`);
  await rows(`CREATE TEMP VIEW collated_temporary DEFAULT COLLATION unicode_ci AS ${query}`);
  expect(await rows("SELECT collation(a), same, collation(c), 'A' = 'a' FROM collated_view")).toEqual([
    ["SYSTEM.BUILTIN.UTF8_LCASE", true, "SYSTEM.BUILTIN.UTF8_LCASE", false],
  ]);
  expect(await rows("SELECT collation(a), same FROM collated_temporary")).toEqual([["SYSTEM.BUILTIN.UNICODE_CI", true]]);
  await rows("DROP VIEW collated_view");
  await rows("DROP VIEW collated_temporary");
});

test("names of collations", async () => {
  expect(
    await rows("SELECT typeof('a' COLLATE unicode_rtrim_ci), typeof('a' COLLATE DE_ci), typeof('a' COLLATE unicode_cs_as)"),
  ).toEqual([["string collate UNICODE_CI_RTRIM", "string collate de_CI", "string collate UNICODE"]]);
  expect(await refusal("SELECT 'a' COLLATE unicode_ci_cs")).toBe("COLLATION_INVALID_NAME");
  expect(await refusal("SELECT CAST('a' AS STRING COLLATE nope)")).toBe("COLLATION_INVALID_NAME");
});

test.each([
  ["SELECT 'a' COLLATE utf8_lcase UNION SELECT 'b'", "INCOMPATIBLE_COLUMN_TYPE"],
  ["SELECT 'a' COLLATE utf8_lcase EXCEPT SELECT 'b'", "INCOMPATIBLE_COLUMN_TYPE"],
  ["VALUES ('a' COLLATE utf8_lcase), ('b')", "INVALID_INLINE_TABLE.INCOMPATIBLE_TYPES_IN_INLINE_TABLE"],
  ["CREATE TABLE p (a STRING COLLATE utf8_lcase, b INT) USING parquet PARTITIONED BY (a)", "INVALID_PARTITION_COLUMN_DATA_TYPE"],
  [
    "CREATE TABLE p (a STRING COLLATE utf8_lcase, b INT) USING parquet CLUSTERED BY (a) INTO 2 BUCKETS",
    "INVALID_BUCKET_COLUMN_DATA_TYPE",
  ],
  ["CREATE SCHEMA s DEFAULT COLLATION utf8_lcase", "UNSUPPORTED_FEATURE.SCHEMA_LEVEL_COLLATIONS"],
  ["ALTER SCHEMA default DEFAULT COLLATION unicode", "UNSUPPORTED_FEATURE.SCHEMA_LEVEL_COLLATIONS"],
  ["SET COLLATION utf8_lcase", "INVALID_SET_SYNTAX"],
])("%s is refused", async (query, errorClass) => {
  expect(await refusal(query)).toBe(errorClass);
});
