/** Queries that are rare, with the answers of PySpark 4.2. */
import { answersOf } from "../../support/answers";
import { firesteel, testSession } from "../../support/built-session";

const { functions: F } = firesteel;

const spark = testSession();
const { answer, refusal } = answersOf(spark);

test("text is read as a double where whole numbers are made of it", async () => {
  expect(await answer("SELECT ceil('1.5'), floor('-1.5'), ceiling('2.0')")).toEqual([[2, -2, 2]]);
});

test("try_ functions give null for text that is no number", async () => {
  expect(await answer("SELECT try_add(1, 'a'), try_add(1, '2'), try_divide('x', 2), try_mod('y', 2)")).toEqual([
    [null, 3, null, null],
  ]);
  expect(await refusal("SELECT try_add(cast('a' AS INT), 1)")).toBe("CAST_INVALID_INPUT");
});

test("empty maps take the types of the others", async () => {
  expect(await answer("SELECT map('a', 1) UNION ALL SELECT map()")).toEqual([[new Map([["a", 1]])], [new Map()]]);
  expect(await answer("SELECT coalesce(map(), map('a', array(1))), map(1, array(2)) FROM range(1)")).toEqual([
    [new Map(), new Map([[1, [2]]])],
  ]);
});

test("structs are compared by place, whatever their fields are called", async () => {
  expect(
    await answer(
      "SELECT struct(x) = struct(y), struct(x) < struct(y), array(struct(x)) = array(struct(y)) FROM VALUES (1, 1), (1, 2) AS t(x, y)",
    ),
  ).toEqual([
    [true, false, true],
    [false, true, false],
  ]);
  expect(await refusal("SELECT named_struct('a', 1) = named_struct('b', 1L)")).toBe("DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES");
});

test("keys of maps are looked for as the type that holds both", async () => {
  expect(await answer("SELECT map_contains_key(map(1, 'a'), 1.0), map_contains_key(map(1.5, 1), 1L)")).toEqual([[true, false]]);
  expect(await refusal("SELECT map_contains_key(map(1, 'a'), '1')")).toBe("DATATYPE_MISMATCH.MAP_FUNCTION_DIFF_TYPES");
});

test.each([
  ["SELECT get(null, 0)", "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE"],
  ["SELECT array_distinct(array(map(1, 2)))", "DATATYPE_MISMATCH.INVALID_ORDERING_TYPE"],
  ["SELECT transform_keys(map('a', 1), (k, v) -> map(k, v))", "DATATYPE_MISMATCH.INVALID_MAP_KEY_TYPE"],
  ["SELECT id AS x, x + 1 AS y FROM range(2) GROUP BY id, y", "UNSUPPORTED_FEATURE.LATERAL_COLUMN_ALIAS_IN_GROUP_BY"],
  ["SELECT id AS x, x + 1 AS y FROM range(2) GROUP BY 1, 2", "UNSUPPORTED_FEATURE.LATERAL_COLUMN_ALIAS_IN_GROUP_BY"],
  ["SELECT id AS x, x + 1, count(*) FROM range(2) GROUP BY ALL", "UNSUPPORTED_FEATURE.LATERAL_COLUMN_ALIAS_IN_GROUP_BY"],
  ["SELECT id AS x, row_number() OVER (ORDER BY x) FROM range(2)", "UNSUPPORTED_FEATURE.LATERAL_COLUMN_ALIAS_IN_WINDOW"],
  [
    "SELECT a FROM VALUES (1, 2) t(a, b) ORDER BY (SELECT max(id) FROM range(3) WHERE id = t.b)",
    "UNRESOLVED_COLUMN.WITH_SUGGESTION",
  ],
])("%s is refused", async (query, errorClass) => {
  expect(await refusal(query)).toBe(errorClass);
});

test.each([
  ["SELECT mode(DISTINCT id) FROM range(2)", "INVALID_WITHIN_GROUP_EXPRESSION.DISTINCT_UNSUPPORTED"],
  ["SELECT mode() FROM range(2)", "INVALID_WITHIN_GROUP_EXPRESSION.WITHIN_GROUP_MISSING"],
  ["SELECT mode(id) WITHIN GROUP (ORDER BY id) FROM range(2)", "INVALID_WITHIN_GROUP_EXPRESSION.WRONG_NUM_ORDERINGS"],
  ["SELECT mode(id, true, false) FROM range(2)", "WRONG_NUM_ARGS.WITHOUT_SUGGESTION"],
  ["SELECT percentile_cont(0.5, 1) WITHIN GROUP (ORDER BY id) FROM range(2)", "WRONG_NUM_ARGS.WITHOUT_SUGGESTION"],
  ["SELECT listagg(array('a')) FROM range(2)", "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE"],
  ["SELECT IDENTIFIER('count')(*) FROM range(2)", "INVALID_USAGE_OF_STAR_OR_REGEX"],
  ["SELECT * FROM range(2) (x)", "PARSE_SYNTAX_ERROR"],
  ["SELECT INTERVAL '1-2' YEAR TO MONTH + 1", "DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES"],
  ["SELECT X'39' - INTERVAL '1-2' YEAR TO MONTH", "DATATYPE_MISMATCH.BINARY_OP_DIFF_TYPES"],
  ["SELECT INTERVAL '1' DAY + 1", "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE"],
  ["SELECT '8' % NULL", "DATATYPE_MISMATCH.BINARY_OP_WRONG_TYPE"],
  ["SELECT '8' + parse_json('10')", "DATATYPE_MISMATCH.BINARY_OP_WRONG_TYPE"],
  ["SELECT parse_json('10') < '8'", "DATATYPE_MISMATCH.INVALID_ORDERING_TYPE"],
  [`SELECT from_json('{"a":"b"}', 'a CHAR(3)')`, "UNSUPPORTED_CHAR_OR_VARCHAR_AS_STRING"],
  ["SELECT 'abc' COLLATE unicode LIKE 'abc'", "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE"],
  ["SELECT 'abc' COLLATE unicode_ci RLIKE 'ab.'", "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE"],
  ["SELECT 'abc' COLLATE utf8_lcase_rtrim LIKE ANY ('abc')", "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE"],
  ["SELECT regexp_replace('aBc' COLLATE unicode, 'b', 'x')", "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE"],
  ["SELECT split('aBc' COLLATE unicode, 'b')", "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE"],
  ["SELECT count(*) FROM range(2) GROUP BY rank() OVER (ORDER BY id)", "UNSUPPORTED_EXPR_FOR_OPERATOR"],
  ["SELECT mode(id, 'true') FROM range(2)", "UNEXPECTED_INPUT_TYPE"],
  ["SELECT mode(id, id > 0) FROM range(2)", "NON_FOLDABLE_ARGUMENT"],
  [
    "SELECT round(id, 0) WITHIN GROUP (ORDER BY id) OVER (PARTITION BY id) FROM range(2)",
    "INVALID_SQL_SYNTAX.FUNCTION_WITH_UNSUPPORTED_SYNTAX",
  ],
  ["SELECT listagg(id) WITHIN GROUP (ORDER BY id) OVER (ORDER BY id) FROM range(2)", "INVALID_WINDOW_SPEC_FOR_AGGREGATION_FUNC"],
  ["SELECT abs(INTERVAL '-178956970-8' YEAR TO MONTH)", "ARITHMETIC_OVERFLOW"],
  ["SELECT -INTERVAL '-178956970-8' YEAR TO MONTH", "INTERVAL_ARITHMETIC_OVERFLOW.WITHOUT_SUGGESTION"],
  ["SELECT INTERVAL '' YEAR", "INVALID_INTERVAL_FORMAT.UNRECOGNIZED_NUMBER"],
  ["SELECT INTERVAL '*' DAY", "INVALID_INTERVAL_FORMAT.UNRECOGNIZED_NUMBER"],
  ["SELECT INTERVAL '1 2' DAY", "INVALID_INTERVAL_FORMAT.INVALID_UNIT"],
  ["SELECT INTERVAL '1:2' HOUR", "INVALID_INTERVAL_FORMAT.INVALID_VALUE"],
  ["SELECT INTERVAL - ' -1 ' YEAR", "INVALID_INTERVAL_FORMAT.INVALID_VALUE"],
  ["SELECT INTERVAL 'x' YEAR", "_LEGACY_ERROR_TEMP_0026"],
])("%s is an error", async (query, errorClass) => {
  expect(await refusal(query)).toBe(errorClass);
});

test("regular expressions under UTF8_LCASE are told by the text's collation", async () => {
  expect(
    await answer(`SELECT 'abc' COLLATE utf8_lcase RLIKE 'AB.', 'abc' RLIKE ('AB' COLLATE utf8_lcase),
      regexp_replace('aBc' COLLATE utf8_lcase, 'b', 'x'), regexp_extract('aBc' COLLATE utf8_lcase, '(b)', 1),
      regexp_count('aBb' COLLATE utf8_lcase, 'b'), regexp_extract_all('aBb' COLLATE utf8_lcase, '(b)', 1),
      regexp_instr('aBb' COLLATE utf8_lcase, 'b'), regexp_substr('aBb' COLLATE utf8_lcase, 'b'),
      split('aXb' COLLATE utf8_lcase, 'x'), str_to_map('aX1yBx2' COLLATE utf8_lcase, 'Y', 'x')`),
  ).toEqual([[true, false, "axc", "B", 2, ["B", "b"], 2, "B", ["a", "b"], new Map([["a", "1"], ["B", "2"]])]]); // prettier-ignore
});

test("results that have the collation of the first argument", async () => {
  const frame = spark().sql(`SELECT split('aXb' COLLATE utf8_lcase, 'x') a, format_string('%s' COLLATE unicode, 'a') b,
    format_string('%s', 'a' COLLATE unicode) c, json_tuple('{"a":"b"}' COLLATE utf8_lcase, 'a') AS (d)`);
  expect((await frame.schema()).simpleString()).toBe(
    "struct<a:array<string collate UTF8_LCASE>,b:string collate UNICODE,c:string,d:string collate UTF8_LCASE>",
  );
});

test("columns of a relation without a name of its own", async () => {
  expect(await answer("SELECT * FROM stack(2, 1, 'a', 2, 'b') AS (x, y)")).toEqual([
    [1, "a"],
    [2, "b"],
  ]);
  expect(await answer("SELECT x, y FROM explode(array(1, 2)) AS (x) JOIN (SELECT 2L) AS (y) ON x = y")).toEqual([[2, 2]]);
});

test("casts to CHAR and VARCHAR are casts to STRING", async () => {
  expect(
    await answer("SELECT cast('abc' AS CHAR(2)), typeof(cast('a' AS VARCHAR(3))), typeof(cast(array('a') AS ARRAY<CHAR(3)>))"),
  ).toEqual([["abc", "string", "array<string>"]]);
});

test("to_json of an untyped null is null", async () => {
  expect(await answer("SELECT to_json(NULL), typeof(to_json(NULL))")).toEqual([[null, "string"]]);
});

test("FROM alone is a query", async () => {
  expect(await answer("FROM range(2)")).toEqual([[0], [1]]);
  expect(await answer("SELECT sum(id) FROM (FROM range(3))")).toEqual([[3]]);
});

test("positional parameters in IDENTIFIER", async () => {
  await spark().sql("CREATE OR REPLACE TEMP VIEW named_by_text AS SELECT 2 a").collect();
  expect(await answer("EXECUTE IMMEDIATE 'SELECT * FROM IDENTIFIER(?) WHERE a = ?' USING 'named_by_text', 1")).toEqual([]);
});

test("under the LEGACY policy names around a CTE or a subquery win", async () => {
  const session = spark().newSession();
  const one = async (query: string): Promise<unknown> => (await session.sql(query).collect())[0]?.get(0);
  const inDefinition = "WITH t AS (SELECT 1), t2 AS (WITH t AS (SELECT 2) SELECT * FROM t) SELECT * FROM t2";
  const inSubquery = "WITH t(c) AS (SELECT 1) SELECT (WITH t(c) AS (SELECT 2) SELECT * FROM t)";
  const inFrom = "WITH t(c) AS (SELECT 1) SELECT max(c) FROM (WITH t(c) AS (SELECT 2) SELECT * FROM t)";
  expect([await one(inDefinition), await one(inSubquery), await one(inFrom)]).toEqual([2, 2, 2]);
  session.conf.set("spark.sql.legacy.ctePrecedencePolicy", "LEGACY");
  expect([await one(inDefinition), await one(inSubquery), await one(inFrom)]).toEqual([1, 1, 2]);
});

test("the letter whose lower case has two characters, under UTF8_LCASE", async () => {
  expect(
    await answer(`SELECT contains('İx' COLLATE utf8_lcase, 'i̇'), contains('İx' COLLATE utf8_lcase, 'i'),
      replace('aİb' COLLATE utf8_lcase, 'i̇', '-'), instr('xİ' COLLATE utf8_lcase, 'i̇'), split_part('aİb' COLLATE utf8_lcase, 'i̇', 2)`),
  ).toEqual([[true, false, "a-b", 2, "b"]]);
});

test("binary values in CSV", async () => {
  expect(await answer("SELECT to_csv(named_struct('n', 1, 'b', X'4561'))")).toEqual([["1,[45 61]"]]);
});

test("what scripts print is read as the types of its columns; fields too many are dropped", async () => {
  expect(
    await answer(`SELECT a, CAST(b AS STRING), c, d FROM (SELECT TRANSFORM(x, y, z, w) USING 'cat' AS (a INT, b DATE, c ARRAY<INT>, d DOUBLE)
      FROM VALUES (1, '2020-01-02', '[1,2]', 'no') t(x, y, z, w))`),
  ).toEqual([[1, "2020-01-02", [1, 2], null]]);
  expect(await answer("SELECT TRANSFORM(x, y, z) USING 'cat' FROM VALUES (1, 2, 3) t(x, y, z)")).toEqual([["1", "2"]]);
});

test("listagg without an order of its own, and mode, run over frames", async () => {
  expect(
    await answer("SELECT listagg(id) OVER (ORDER BY id), mode() WITHIN GROUP (ORDER BY id) OVER (ORDER BY id) FROM range(2)"),
  ).toEqual([
    ["0", 0],
    ["01", 0],
  ]);
  expect(await answer("SELECT percentile(id, array()) FROM range(2)")).toEqual([[null]]);
});

test("subqueries of an outer join's condition may look at both of its sides", async () => {
  const sides = ["(SELECT 'x' k) a", "(SELECT 1 i) b"];
  const on = (type: string, condition: string): string => `SELECT * FROM ${sides.join(` ${type} JOIN `)} ON ${condition}`;
  expect(await answer(on("FULL", "(b.i, k) IN (SELECT 1, 'x' FROM range(1))"))).toEqual([["x", 1]]);
  expect(await answer(on("RIGHT", "(b.i, k) NOT IN (SELECT 1, 'x' FROM range(1))"))).toEqual([[null, 1]]);
  expect(await answer(on("LEFT SEMI", "(b.i, k) NOT IN (SELECT 1, 'x' FROM range(1))"))).toEqual([]);
  expect(await answer(on("LEFT", "b.i IN (SELECT 1 FROM range(1) WHERE a.k = 'x')"))).toEqual([["x", 1]]);
});

test("frames whose end comes before the current row, or whose start comes after it, have no rows", async () => {
  const over = (call: string, frame: string): string => `${call} OVER (ORDER BY i ${frame})`;
  const calls = [
    over("count(*)", "ROWS BETWEEN CURRENT ROW AND 1 PRECEDING"),
    over("sum(i)", "ROWS BETWEEN CURRENT ROW AND 2 PRECEDING"),
    over("min(i)", "ROWS BETWEEN 1 FOLLOWING AND CURRENT ROW"),
    over("collect_list(i)", "RANGE BETWEEN CURRENT ROW AND 1 PRECEDING"),
    over("avg(i)", "RANGE BETWEEN 2 FOLLOWING AND CURRENT ROW"),
    over("first_value(i)", "ROWS BETWEEN CURRENT ROW AND 1 PRECEDING"),
  ];
  const none = [0, null, null, [], null, null];
  expect(await answer(`SELECT ${calls.join(", ")} FROM VALUES (1), (2), (5) t(i)`)).toEqual([none, none, none]);
  const refused = `SELECT ${over("sum(i)", "ROWS BETWEEN 2 FOLLOWING AND 1 PRECEDING")} FROM VALUES (1) t(i)`;
  expect(await refusal(refused)).toBe("DATATYPE_MISMATCH.SPECIFIED_WINDOW_FRAME_WRONG_COMPARISON");
});

test.each([
  ["SELECT approx_percentile(id, 0.5, 1.5BD) FROM range(2)"],
  ["SELECT approx_percentile(id, 0.5, '100') FROM range(2)"],
  ["SELECT approx_percentile(id, false, 100) FROM range(2)"],
  ["SELECT bitmap_and_agg('a')"],
])("%s: arguments of aggregates are not cast to what they are not", async (query) => {
  expect(await refusal(query)).toBe("DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE");
});

describe("outside of ANSI mode", () => {
  beforeAll(() => spark().conf.set("spark.sql.ansi.enabled", "false"));
  afterAll(() => spark().conf.unset("spark.sql.ansi.enabled"));

  test("sums, differences and products of decimals may be null", async () => {
    const schema = await spark().sql("SELECT 1.0BD * 2BD, 1.0BD + 2BD, 1.0BD - 2BD, -(1.0BD), 1 + 2").schema();
    expect(schema.fields.map((field) => field.nullable)).toEqual([true, true, true, false, false]);
  });

  test("variants become strings beside strings, and keys of maps do", async () => {
    expect(await answer("SELECT array('a', parse_json('1')), parse_json('1') IN ('1')")).toEqual([[["a", "1"], true]]);
    expect(await answer("SELECT map_zip_with(map('a', 1), map(1, 'x'), (k, v1, v2) -> concat(k, '!'))")).toEqual([
      [
        new Map([
          ["a", "a!"],
          ["1", "1!"],
        ]),
      ],
    ]);
  });
});

test("functions of the API name their columns as PySpark does", async () => {
  const df = spark().sql("SELECT id AS x FROM range(3)");
  const named = df.select(F.mean("x"), F.percentile("x", [0.25, 0.5]), F.percentile_approx("x", [0.5]));
  expect(await named.columns()).toEqual([
    "avg(x)",
    "percentile(x, array(0.25, 0.5), 1)",
    "percentile_approx(x, array(0.5), 10000)",
  ]);
  expect(await df.select(F.make_interval(), F.make_dt_interval(F.col("x"))).columns()).toEqual([
    "make_interval(0, 0, 0, 0, 0, 0, 0)",
    "make_dt_interval(x, 0, 0, 0)",
  ]);
});

test("ignoreNulls may be a literal column, and no other", async () => {
  const df = spark().sql("SELECT * FROM VALUES (NULL, true), (7, false) AS t(x, y)").coalesce(1);
  const [row] = await df
    .select(F.any_value("x", F.lit(true)), F.first("x", F.lit(false)), F.last_value("x", F.lit(true)))
    .collect();
  expect(row?.toArray()).toEqual([7, null, 7]);
  await expect(df.select(F.first_value("x", F.col("y"))).collect()).rejects.toMatchObject({
    errorClass: "_LEGACY_ERROR_TEMP_1210",
  });
});

test.each([
  ["REPARTITION(3.5)", "_LEGACY_ERROR_TEMP_1047"],
  ["REPARTITION(3L)", "_LEGACY_ERROR_TEMP_1047"],
  ["REPARTITION(3, 4)", "_LEGACY_ERROR_TEMP_1047"],
  ["REPARTITION(id, 3)", "_LEGACY_ERROR_TEMP_1047"],
  ["REPARTITION(true)", "_LEGACY_ERROR_TEMP_1047"],
  ["REPARTITION_BY_RANGE(3.5)", "_LEGACY_ERROR_TEMP_1047"],
  ["REBALANCE(3.5)", "_LEGACY_ERROR_TEMP_1047"],
  ["COALESCE(3.5)", "_LEGACY_ERROR_TEMP_1048"],
  ["COALESCE(3, id)", "_LEGACY_ERROR_TEMP_1048"],
  ["COALESCE", "_LEGACY_ERROR_TEMP_1048"],
  ["BROADCAST(3.5)", "_LEGACY_ERROR_TEMP_1046"],
  ["MERGE(true)", "_LEGACY_ERROR_TEMP_1046"],
  // Spark fails with an error that has no class.
  ["REPARTITION(0)", "INVALID_HINT_PARAMETER"],
  ["REPARTITION(-1)", "INVALID_HINT_PARAMETER"],
  ["COALESCE(0)", "INVALID_HINT_PARAMETER"],
])("the hint %s is refused", async (hint, errorClass) => {
  expect(await refusal(`SELECT /*+ ${hint} */ * FROM range(3)`)).toBe(errorClass);
});

test.each([
  "REPARTITION(3, 'id')",
  "REPARTITION('id')",
  "REPARTITION_BY_RANGE(3)",
  "REPARTITION_BY_RANGE(3, 'id')",
  "COALESCE(1)",
])("the hint %s is taken", async (hint) => {
  const rows = await answer(`SELECT /*+ ${hint} */ * FROM range(3)`);
  expect(rows.flat().sort()).toEqual([0, 1, 2]);
  expect(await refusal("SELECT /*+ REPARTITION('nope') */ * FROM range(3)")).toBe("UNRESOLVED_COLUMN.WITH_SUGGESTION");
});

test("hints of the API are checked as those of SQL", async () => {
  const df = spark().range(3);
  for (const [name, errorClass] of [
    ["repartition", "_LEGACY_ERROR_TEMP_1047"],
    ["coalesce", "_LEGACY_ERROR_TEMP_1048"],
    ["broadcast", "_LEGACY_ERROR_TEMP_1046"],
  ] as const) {
    await expect(df.hint(name, 3.5).collect()).rejects.toMatchObject({ errorClass });
  }
  expect(await df.hint("repartition", 2, "id").count()).toBe(3);
});

test("na.replace takes values of one kind and nulls", async () => {
  const df = spark().sql("SELECT * FROM VALUES (1, 'a', true), (2, 'b', false) AS t(i, s, b)").coalesce(1);
  expect(() => df.na.replace("a", 7)).toThrow(/MIXED_TYPE_REPLACEMENT/);
  expect(() => df.na.replace([1, "a"], [2, "b"])).toThrow(/MIXED_TYPE_REPLACEMENT/);
  expect(() => df.na.replace(true, 1)).toThrow(/MIXED_TYPE_REPLACEMENT/);
  const rows = await df.na.replace({ a: "X", b: null }).na.replace(1, 9).collect();
  expect(rows.map((row) => row.toArray())).toEqual([
    [9, "X", true],
    [2, null, false],
  ]);
});

test("summary prints percentiles of decimals as doubles", async () => {
  const df = spark().sql("SELECT * FROM VALUES (1.50BD), (7.00BD), (100.00BD) AS t(d)");
  const rows = await df.summary("min", "25%", "50%", "max").collect();
  expect(rows.map((row) => row.get(1))).toEqual(["1.50", "1.5", "7.0", "100.00"]);
});

test("a column of a frame that is compared with itself is that of each side, where both sides come of the frame", async () => {
  const people = spark().sql(
    "SELECT * FROM VALUES ('Ann', 34, 'Oslo'), ('Bob', NULL, 'Rome'), ('Cid', 25, 'Oslo'), ('Dee', 41, NULL) AS t(name, age, city)",
  );
  const name = people.col("name");
  const [age, city] = [people.col("age"), people.col("city")];
  const old = people.filter(F.col("age").gt(30));
  expect(await people.join(old, name.eq(name)).count()).toBe(2);
  expect(await people.join(people, name.eq(name)).count()).toBe(4);
  expect(await people.join(people.withColumn("z", F.lit(1)), name.eq(name).and(city.eqNullSafe(city))).count()).toBe(4);
  expect(await people.join(people.withColumn("name", F.lower("name")), name.eq(name)).count()).toBe(0);
  expect(await old.join(people, age.eq(age).or(city.eq(city))).count()).toBe(3);
  // In SQL text it stays what it says.
  expect(await answer("SELECT count(*) FROM range(3) a JOIN range(4) b ON a.id = a.id")).toEqual([[12]]);
});
