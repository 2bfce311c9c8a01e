/** Windows, sessions, recursion and special days in queries that are rare, with the answers of PySpark 4.2. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { answersOf } from "../../support/answers";
import { testSession } from "../../support/built-session";

const warehouse = mkdtempSync(join(tmpdir(), "rare-queries-"));
const spark = testSession({ "spark.sql.warehouse.dir": warehouse });
afterAll(() => rmSync(warehouse, { recursive: true, force: true }));
const { answer, refusal } = answersOf(spark);
const columns = async (query: string): Promise<readonly string[]> => {
  const frame = spark().sql(query);
  return (await frame.schema()).fields.map((field) => field.name);
};

const TIMES =
  "VALUES (1, timestamp'2024-03-10 01:30:00'), (2, timestamp'2024-03-10 03:30:00'), (3, timestamp'2024-03-12') t(i, at)";

test.each([
  ["1", "session_window(at, '5 hours')"],
  ["w", "session_window(at, '5 hours') AS w"],
  ["ALL", "session_window(at, '5 hours')"],
])("sessions that touch are one where GROUP BY %s means the session", async (key, span) => {
  const rows = await answer(`SELECT i FROM (SELECT ${span}, sum(i) AS i FROM ${TIMES} GROUP BY ${key})`);
  expect(rows.map(([sum]) => sum).sort()).toEqual([3, 3]);
});

test.each([
  ["window(at, '5 hours')", false],
  ["window(at, '5 hours', '2 hours')", true],
  ["session_window(at, '5 hours')", false],
])("start and end of %s may be null by their type, though no time is", async (span, nullable) => {
  const schema = await spark().sql(`SELECT ${span} AS w, count(*) FROM ${TIMES} GROUP BY w`).schema();
  const w = schema.fields[0]!;
  const { fields } = w.dataType as unknown as { readonly fields: readonly { readonly nullable: boolean }[] };
  expect([w.nullable, ...fields.map((field) => field.nullable)]).toEqual([nullable, true, true]);
});

test("windows that overlap, grouped and read by their fields", async () => {
  const windows = `SELECT window(at, '4 hours', '2 hours') AS w, count(*) AS n, sum(i) AS i FROM ${TIMES} GROUP BY w`;
  expect(await answer(`SELECT hour(w.start), hour(w.end), n, i FROM (${windows}) ORDER BY w`)).toEqual([
    [22, 2, 1, 1],
    [0, 4, 2, 3],
    [2, 6, 1, 2],
    [22, 2, 1, 3],
    [0, 4, 1, 3],
  ]);
});

test("what lag and lead give where there is no row is of the type of the values", async () => {
  expect(await answer("SELECT lag(id, 1, 2.5) OVER (ORDER BY id) FROM range(2)")).toEqual([[2], [0]]);
  expect(await refusal("SELECT lead(id, 1, 'x') OVER (ORDER BY id) FROM range(2)")).toBe("CAST_INVALID_INPUT");
  expect(await refusal("SELECT lag(id, 1, array(1)) OVER (ORDER BY id) FROM range(2)")).toBe(
    "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE",
  );
});

test("bounds of frames are named as they were written, or as what they are cast to", async () => {
  const over = (frame: string): string => `SELECT sum(1) OVER (ORDER BY id ${frame}) FROM range(2)`;
  const name = (frame: string): string => `sum(1) OVER (ORDER BY id ASC NULLS FIRST ${frame})`;
  expect([
    ...(await columns(over("RANGE BETWEEN 1 PRECEDING AND CURRENT ROW"))),
    ...(await columns(over("RANGE BETWEEN 1L PRECEDING AND 1.5 FOLLOWING"))),
    ...(await columns(over("ROWS BETWEEN 1 + 1 PRECEDING AND CURRENT ROW"))),
  ]).toEqual([
    name("RANGE BETWEEN (- 1) FOLLOWING AND CURRENT ROW"),
    name("RANGE BETWEEN 1 PRECEDING AND 1.5 FOLLOWING"),
    name("ROWS BETWEEN (1 + 1) PRECEDING AND CURRENT ROW"),
  ]);
});

const DATES = "VALUES (date'2024-01-01') t(d)";
const NUMBERS = "range(2)";

test.each([
  [`SELECT sum(1) OVER (ORDER BY id ROWS BETWEEN id PRECEDING AND CURRENT ROW) FROM ${NUMBERS}`, "_LEGACY_ERROR_TEMP_0064"],
  [`SELECT sum(1) OVER (ORDER BY id ROWS BETWEEN abs(1) PRECEDING AND CURRENT ROW) FROM ${NUMBERS}`, "_LEGACY_ERROR_TEMP_0064"],
  [
    `SELECT sum(1) OVER (ORDER BY d RANGE BETWEEN 1 PRECEDING AND 1.5 FOLLOWING) FROM ${DATES}`,
    "DATATYPE_MISMATCH.SPECIFIED_WINDOW_FRAME_DIFF_TYPES",
  ],
  [`SELECT sum(1) OVER (ORDER BY map(1, id)) FROM ${NUMBERS}`, "DATATYPE_MISMATCH.INVALID_ORDERING_TYPE"],
  [`SELECT sum(1) OVER a FROM ${NUMBERS} WINDOW a AS (ORDER BY id), a AS ()`, "INVALID_SQL_SYNTAX.REPETITIVE_WINDOW_DEFINITION"],
  [`SELECT explode(array(1)) OVER () FROM ${NUMBERS}`, "UNSUPPORTED_GENERATOR.NESTED_IN_EXPRESSIONS"],
  ["SELECT explode(explode(array(array(1))))", "UNSUPPORTED_GENERATOR.NESTED_IN_EXPRESSIONS"],
  [`SELECT id FROM ${NUMBERS} WHERE explode(array(true))`, "UNSUPPORTED_GENERATOR.OUTSIDE_SELECT"],
  [`SELECT first(id, 1) FROM ${NUMBERS}`, "_LEGACY_ERROR_TEMP_1210"],
  ["SELECT transform(array(1), x -> (SELECT x))", "UNSUPPORTED_SUBQUERY_EXPRESSION_CATEGORY.HIGHER_ORDER_FUNCTION"],
  ["SELECT map_from_arrays(array(1, 2), array(1))", "_LEGACY_ERROR_TEMP_2128"],
  ["SELECT sequence(date'2024-01-01', date'2024-01-02', INTERVAL 12 HOURS)", "_LEGACY_ERROR_TEMP_3242"],
  ["SELECT to_char(12, 'x')", "INVALID_FORMAT.WRONG_NUM_DIGIT"],
  ["SELECT to_char(12, '9x')", "INVALID_FORMAT.UNEXPECTED_TOKEN"],
  [`SELECT * FROM ${NUMBERS} TABLESAMPLE (x PERCENT)`, "PARSE_SYNTAX_ERROR"],
  ["EXECUTE IMMEDIATE NULL", "INVALID_EXPR_TYPE_FOR_QUERY_EXECUTE_IMMEDIATE"],
  ["SELECT * FROM a.b.c", "REQUIRES_SINGLE_PART_NAMESPACE"],
  ["DROP TABLE a.b.c", "REQUIRES_SINGLE_PART_NAMESPACE"],
  ["SELECT a.b.c(1)", "REQUIRES_SINGLE_PART_NAMESPACE"],
  ["SELECT spark_catalog.b.c(1)", "UNRESOLVED_ROUTINE"],
])("%s is refused", async (query, errorClass) => {
  expect(await refusal(query)).toBe(errorClass);
});

const recursive = (anchor: string, step: string): string =>
  `WITH RECURSIVE r(n) AS (SELECT ${anchor} UNION ALL SELECT ${step} FROM r WHERE n < 3) SELECT * FROM r`;

test("steps of recursive queries have the types of their anchor, or narrower ones", async () => {
  expect(await answer(recursive("1D", "CAST(n + 1 AS INT)"))).toEqual([[1], [2], [3]]);
  expect(await answer(recursive("1", "NULL"))).toEqual([[1], [null]]);
  for (const [anchor, step] of [
    ["1", "n + 1L"],
    ["1.5", "n + 1"],
    ["'1'", "2"],
    ["1", "count(*)"],
  ] as const) {
    expect(await refusal(recursive(anchor, step))).toBe("CANNOT_MERGE_INCOMPATIBLE_DATA_TYPE");
  }
});

test("constants may name special days in casts", async () => {
  expect(
    await answer(
      `SELECT CAST('epoch' AS DATE) = date'1970-01-01', CAST(concat('to', 'day UTC') AS DATE) = current_date(), abs(unix_seconds(CAST('now' AS TIMESTAMP)) - unix_seconds(now())) < 60,
        TRY_CAST('yesterday ' AS DATE) < current_date(), current_date() < 'tomorrow', CAST('epoch' AS TIMESTAMP) = timestamp_seconds(0),
        CAST('tomorrow' AS TIMESTAMP_NTZ) > CAST('today' AS TIMESTAMP_NTZ), TRY_CAST('now UTC' AS DATE)`,
    ),
  ).toEqual([[true, true, true, true, true, true, true, null]]);
  expect(await columns("SELECT CAST('now' AS TIMESTAMP)")).toEqual(["CAST(now AS TIMESTAMP)"]);
  expect(await refusal("SELECT CAST(x AS DATE) FROM VALUES ('epoch') t(x)")).toBe("CAST_INVALID_INPUT");
});

test("hashes are of the bytes of strings, with the legacy setting of the keys of their collations", async () => {
  const query = "SELECT hash('a' COLLATE UTF8_LCASE) = hash('A' COLLATE UTF8_LCASE)";
  expect(await answer(query)).toEqual([[false]]);
  await spark().sql("SET spark.sql.legacy.collationAwareHashFunctions = true").collect();
  expect(await answer(query)).toEqual([[true]]);
  await spark().sql("RESET spark.sql.legacy.collationAwareHashFunctions").collect();
});

test("outside ANSI mode text is neither a timestamp beside one nor a number of days that is not whole", async () => {
  await spark().sql("SET spark.sql.ansi.enabled = false").collect();
  try {
    expect(await answer("SELECT date_add('2024-01-01', ' 2 ') = date'2024-01-03'")).toEqual([[true]]);
    expect(await refusal("SELECT date_add('2024-01-01', '1.5')")).toBe("SECOND_FUNCTION_ARGUMENT_NOT_INTEGER");
    expect(await refusal("SELECT date_add('2024-01-01', id || '') FROM range(1)")).toBe(
      "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE",
    );
    expect(await refusal("SELECT timestamp'2024-01-01' - '2023-12-31'")).toBe("DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE");
  } finally {
    await spark().sql("RESET spark.sql.ansi.enabled").collect();
  }
});

const done = async (statement: string): Promise<unknown> => {
  const error = await refusal(statement);
  return Array.isArray(error) ? null : error;
};

test("columns have defaults of their types", async () => {
  expect(await done("CREATE TABLE rare_defaults (a INT DEFAULT 'x') USING parquet")).toBe("INVALID_DEFAULT_VALUE.DATA_TYPE");
  expect(await done("CREATE TABLE rare_defaults (a INT DEFAULT (SELECT 1)) USING parquet")).toBe(
    "INVALID_DEFAULT_VALUE.SUBQUERY_EXPRESSION",
  );
  expect(await done("CREATE TABLE rare_defaults (a INT DEFAULT 1 + 1) USING parquet")).toBeNull();
  try {
    expect(await done("ALTER TABLE rare_defaults ADD COLUMNS (b DATE DEFAULT 'x')")).toBe("INVALID_DEFAULT_VALUE.DATA_TYPE");
    expect(await done("INSERT INTO rare_defaults VALUES (DEFAULT, DEFAULT)")).toBe(
      "INSERT_COLUMN_ARITY_MISMATCH.TOO_MANY_DATA_COLUMNS",
    );
  } finally {
    await answer("DROP TABLE rare_defaults");
  }
});

test("columns of views of the catalog are named by their author", async () => {
  expect(await done("CREATE VIEW rare_view AS SELECT 1 + 1")).toBe("CREATE_PERMANENT_VIEW_WITHOUT_ALIAS");
  expect(await done("CREATE VIEW rare_view AS SELECT 1, CAST(id AS INT), explode(array(1)) FROM range(1)")).toBeNull();
  expect(await done("CREATE OR REPLACE VIEW rare_view AS SELECT decimal(id) FROM range(1)")).toBeNull();
  expect(await done("CREATE OR REPLACE VIEW rare_view (two) AS SELECT 1 + 1")).toBeNull();
  expect(await answer("SELECT two FROM rare_view")).toEqual([[2]]);
  await answer("DROP VIEW rare_view");
});

test("functions are looked at before their names", async () => {
  await answer("CREATE FUNCTION rare_function(x INT) RETURNS INT RETURN x");
  try {
    expect(await done("CREATE FUNCTION rare_function(x INT) RETURNS INT RETURN rare_function(x)")).toBe(
      "CYCLIC_FUNCTION_REFERENCE",
    );
    expect(await done("CREATE FUNCTION rare_function(x INT) RETURNS INT RETURN x")).toBe("ROUTINE_ALREADY_EXISTS");
  } finally {
    await answer("DROP FUNCTION rare_function");
  }
  await answer("CREATE TEMPORARY FUNCTION rare_function() RETURNS INT RETURN 7");
  expect(await done("DROP FUNCTION rare_function")).toBe("_LEGACY_ERROR_TEMP_1017");
  expect(await done("DROP TEMPORARY FUNCTION rare_function")).toBeNull();
});

test("schemas of columns that are no types are errors of syntax, words alone are unknown types", async () => {
  expect(await refusal("SELECT from_json('{}', 'a NOPE')")).toBe("PARSE_SYNTAX_ERROR");
  expect(await refusal("SELECT from_json('{}', 'NOPE')")).toBe("UNSUPPORTED_DATATYPE");
  expect(await answer("SELECT from_json('{\"a\":1}', 'a INT').a, '${rare.setting}'")).toEqual([[1, ""]]);
});

test("results of functions written in SQL are as nullable as their bodies with the arguments put in", async () => {
  await spark().sql("CREATE TEMPORARY FUNCTION plus(x INT, y INT DEFAULT 1) RETURNS INT RETURN x + y").collect();
  await spark()
    .sql("CREATE TEMPORARY FUNCTION found(x INT) RETURNS INT RETURN (SELECT max(id) FROM range(9) WHERE id < x)")
    .collect();
  const { fields } = await spark()
    .sql("SELECT plus(1), plus(1, NULL), plus(id, 2), plus(n, 2), found(3) FROM VALUES (1, NULL), (2, 3) t(id, n)")
    .schema();
  expect(fields.map((field) => field.nullable)).toEqual([false, true, false, true, true]);
  expect(await answer("SELECT found(CAST(max(id) AS INT)) FROM range(3)")).toEqual([[1]]);
});

test("EXPLAIN of a query that cannot be analysed tells what is wrong with it in lines", async () => {
  const plan = await answer("EXPLAIN SELECT nowhere FROM range(1)");
  expect(plan[0]).toEqual(["Error occurred during query planning: "]);
  expect(plan[1]?.[0]).toMatch(/^\[UNRESOLVED_COLUMN\.WITH_SUGGESTION\]/);
  const [extended] = await answer("EXPLAIN EXTENDED SELECT nowhere FROM range(1)");
  expect(extended?.[0]).toMatch(
    /^== Parsed Logical Plan ==\n'Project \['nowhere\]\n[^]*\n\n== Analyzed Logical Plan ==\n\[UNRESOLVED_COLUMN/,
  );
  expect(await refusal("EXPLAIN SELEC 1")).toMatch(/PARSE_SYNTAX_ERROR/);
});

test("columns that are made of a script's variables are named after the loop or block", async () => {
  expect(await columns("BEGIN FOR r AS SELECT 1 AS a DO SELECT a + 1, r.a * 2; END FOR; END")).toEqual([
    "(variablereference(local.r.a=1) + 1)",
    "(variablereference(local.r.a=1) * 2)",
  ]);
  expect(await columns("BEGIN b: BEGIN DECLARE x INT DEFAULT 3; SELECT -x; END; END")).toEqual([
    "(- variablereference(local.b.x=3))",
  ]);
});
