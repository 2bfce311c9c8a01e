/** What programs written for PySpark call: expected answers are PySpark's. */
import type { Row, VariantVal } from "../../../src";
import { firesteel, mllib, testSession } from "../../support/built-session";

const { functions: F } = firesteel;
const spark = testSession();
const rowsOf = async (df: { collect(): Promise<Row[]> }): Promise<unknown[][]> =>
  (await df.collect()).map((row) => row.toArray());
const byText = (rows: unknown[][]): unknown[][] => rows.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));

test("JSON and CSV text of an RDD without a schema", async () => {
  const json = spark().sparkContext.parallelize(['{"q":1}', '{"q":2,"r":[{"z":1}]}', "{no"], 2);
  expect(await spark().read.json(json).dtypes()).toEqual([
    ["_corrupt_record", "string"],
    ["q", "bigint"],
    ["r", "array<struct<z:bigint>>"],
  ]);
  expect(await rowsOf(spark().read.json(json).select("q", "r.z"))).toEqual([
    [1, null],
    [2, [1]],
    [null, null],
  ]);
  const csv = spark().sparkContext.parallelize(["a,b", "1,x", "", "2,y"], 2);
  expect(await rowsOf(spark().read.csv(csv, { header: true, inferSchema: true }))).toEqual([
    [1, "x"],
    [2, "y"],
  ]);
  expect(await spark().read.csv(csv, { header: true, inferSchema: true }).dtypes()).toEqual([
    ["a", "int"],
    ["b", "string"],
  ]);
  expect(await rowsOf(spark().read.csv(csv))).toEqual([
    ["a", "b"],
    ["1", "x"],
    ["2", "y"],
  ]);
});

test("errors of bad records have their own class, also in tasks", async () => {
  await expect(spark().sql("SELECT parse_json('{x')").collect()).rejects.toMatchObject({
    errorClass: "MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION",
  });
});

test("groups take sums of columns of numbers by name", async () => {
  const df = spark().createDataFrame([["a", 1]], "k STRING, n INT");
  await expect(df.groupBy().sum("k").collect()).rejects.toMatchObject({ errorClass: "_LEGACY_ERROR_TEMP_1323" });
  await expect(df.summary("nonsense").collect()).rejects.toMatchObject({ errorClass: "UNRECOGNIZED_STATISTIC" });
  await expect(df.corr("k", "n")).rejects.toThrow(/corr takes columns of numbers; k is of the type string/);
  expect(() => spark().createDataFrame([[300]], "a TINYINT")).toThrow(/VALUE_OUT_OF_BOUNDS/);
});

test("table functions by their methods", async () => {
  const one = F.array(F.lit(1), F.lit(2));
  expect(await rowsOf(spark().tvf.explode(one))).toEqual([[1], [2]]);
  expect(await rowsOf(spark().tvf.range(2, 8, 3))).toEqual([[2], [5]]);
  expect(await rowsOf(spark().tvf("posexplode", one))).toEqual([
    [0, 1],
    [1, 2],
  ]);
  const df = spark().createDataFrame([[1, ["a", "b"]]], "i INT, xs ARRAY<STRING>");
  expect(await rowsOf(df.lateralJoin(spark().tvf.explode(F.col("xs").outer())).select("i", "col"))).toEqual([
    [1, "a"],
    [1, "b"],
  ]);
});

test("DataFrames, columns and values in braces in SQL text", async () => {
  const df = spark().range(5);
  expect(await rowsOf(spark().sql("SELECT {c} + :n AS x FROM {df} WHERE id > {least}", { n: 10 }, { df, c: F.col("id"), least: 2 }))).toEqual([[13], [14]]); // prettier-ignore
  expect(() => spark().sql("SELECT * FROM {other}", {}, { df })).toThrow(/\{other\}, which is not among what was given: df/);
  expect(() => spark().sql("SELECT ?", [df])).toThrow(/sql: a DataFrame is no value/);
  expect(await rowsOf(spark().sql("SELECT regexp_replace('aa', 'a{2}', 'b') AS r"))).toEqual([["b"]]);
});

test("DataFrames, columns and values in braces come with the values of markers, too", async () => {
  const df = spark().range(5).withColumn("k", F.col("id").mod(2));
  const texts = "SELECT {df.id} + {df[k]} + :n AS x FROM {df} WHERE {c} > {least} ORDER BY x";
  expect(await rowsOf(spark().sql(texts, { df, c: F.col("id"), least: 2, n: 10 }))).toEqual([[14], [14]]);
  expect(() => spark().sql("SELECT {n.x} FROM {df}", { df, n: 1 })).toThrow(/\{n\.x\} names a column, but n is no DataFrame/);
  expect(() => spark().sql("SELECT {m} FROM {df}", { df })).toThrow(/\{m\}, which is not among what was given: df/);
  expect(await rowsOf(spark().sql("SELECT '{m}' AS r", { n: 1 }))).toEqual([["{m}"]]);
});

test.each([{ a: 1 }, [1]])("markers with and without names in one text are refused: %j", async (args) => {
  await expect(spark().sql("SELECT :a, ?", args).collect()).rejects.toThrow(/INVALID_QUERY_MIXED_QUERY_PARAMETERS/);
});

test("JSON and CSV of a DataFrame's only column", async () => {
  const read = () => spark().read;
  const json = spark().sql("SELECT explode(array('{\"a\":1}', '{\"b\":[2]}', NULL)) AS x");
  expect((await rowsOf(read().json(json))).slice(0, 2)).toEqual([[1, null], [null, [2]]]); // prettier-ignore
  expect((await rowsOf(read().schema("b ARRAY<INT>").json(json))).slice(0, 2)).toEqual([[null], [[2]]]);
  const csv = spark().sql("SELECT explode(array('a,b', '1,x', '2,y')) AS x");
  expect(await rowsOf(read().csv(csv, { header: true, inferSchema: true }))).toEqual([[1, "x"], [2, "y"]]); // prettier-ignore
  await expect(read().json(spark().range(1)).collect()).rejects.toThrow(/DATAFRAME_INPUT_NOT_STRING_TYPE.*BIGINT/);
  await expect(read().csv(csv.select("x", "x")).collect()).rejects.toThrow(/DATAFRAME_INPUT_NOT_SINGLE_COLUMN.*2/);
});

test("a function of columns gives rows whose type is that of a table", async () => {
  const pair = F.udf((i: number) => [i, String(i)], "a INT, b STRING");
  expect(await rowsOf(spark().range(1).select(pair("id").as("s")).select("s.a", "s.b"))).toEqual([[0, "0"]]);
});

test("handlers of tables: a partition each, rows in order, and what is left at the end", async () => {
  class Total {
    readonly seen: string[] = [];
    eval(row: Row, factor: number): void {
      this.seen.push(`${String(row["k"])}${(row["n"] as number) * factor}`);
    }
    *terminate(): Iterable<unknown> {
      yield [this.seen.join(" "), this.seen.length];
    }
  }
  spark().udtf.register("total_of", F.udtf(Total, "seen STRING, n INT"));
  await spark().createDataFrame([["a", 2], ["b", 3], ["a", 1]], "k STRING, n INT").createOrReplaceTempView("handled"); // prettier-ignore
  const by = spark().sql("SELECT * FROM total_of(TABLE(handled) PARTITION BY k ORDER BY n, 10)");
  expect(byText(await rowsOf(by))).toEqual([
    ["a10 a20", 2],
    ["b30", 1],
  ]);
  const all = spark().sql("SELECT n FROM total_of(TABLE(SELECT * FROM handled) WITH SINGLE PARTITION, 1)");
  expect(await rowsOf(all)).toEqual([[3]]);
  await expect(spark().sql("SELECT * FROM total_of(TABLE(handled), TABLE(handled))").collect()).rejects.toMatchObject({
    errorClass: "TABLE_VALUED_FUNCTION_TOO_MANY_TABLE_ARGUMENTS",
  });
});

test("rows are distributed by columns that are not in the list", async () => {
  await spark().createDataFrame([[1, "a"], [2, "b"]], "id INT, k STRING").createOrReplaceTempView("listed"); // prettier-ignore
  for (const query of [
    "SELECT id FROM listed DISTRIBUTE BY k SORT BY k",
    "SELECT id FROM listed CLUSTER BY k",
    "SELECT sum(id) FROM listed GROUP BY k DISTRIBUTE BY k",
    "SELECT /*+ REPARTITION(2, k) */ id FROM listed",
  ]) {
    expect(byText(await rowsOf(spark().sql(query)))).toEqual([[1], [2]]);
  }
  expect(byText(await rowsOf(spark().table("listed").select("id").repartition(2, "k")))).toEqual([[1], [2]]);
  await expect(spark().sql("SELECT DISTINCT id FROM listed DISTRIBUTE BY k").collect()).rejects.toMatchObject({
    errorClass: "UNRESOLVED_COLUMN.WITH_SUGGESTION",
  });
  await expect(spark().sql("SELECT id FROM listed DISTRIBUTE BY sum(id)").collect()).rejects.toMatchObject({
    errorClass: "UNSUPPORTED_EXPR_FOR_OPERATOR",
  });
});

test("a DataFrame as the argument of a table function", async () => {
  class Count {
    n = 0;
    eval(_row: Row): void {
      this.n++;
    }
    *terminate(): Iterable<unknown> {
      yield { n: this.n };
    }
  }
  const count = F.udtf(Count, "n INT");
  const df = spark().range(0, 10, 1, 3).withColumn("k", F.col("id").mod(3));
  expect(byText(await rowsOf(count(df.asTable().partitionBy("k"))))).toEqual([[3], [3], [4]]);
  expect(await rowsOf(count(df.asTable().withSinglePartition()))).toEqual([[10]]);
  const twice = F.udtf((row: Row, by: number) => [[(row["id"] as number) * by]], "x INT");
  expect(await rowsOf(twice(spark().range(3).asTable(), F.lit(2)))).toEqual([[0], [2], [4]]);
  expect(() => df.asTable().orderBy("id")).toThrow(/orderBy comes after partitionBy/);
});

test("table functions of the program without a name: as DataFrames, and beside the rows of another", async () => {
  const words = F.udtf(
    (text: string | null) => (text === null ? [] : text.split(" ").map((w) => [w, w.length])),
    "word STRING, n INT",
  );
  expect(await rowsOf(spark().tvf(words, F.lit("a bb")))).toEqual([
    ["a", 1],
    ["bb", 2],
  ]);
  const texts = spark().createDataFrame(
    [
      [1, "to be"],
      [2, null],
    ],
    "id INT, text STRING",
  );
  const beside = texts.lateralJoin(words(F.col("text").outer())).select("id", "word");
  expect(byText(await rowsOf(beside))).toEqual([
    [1, "be"],
    [1, "to"],
  ]);
  const left = texts.lateralJoin(spark().tvf(words, F.col("text").outer()).as("w"), null, "left").select("id", "w.n");
  expect(byText(await rowsOf(left))).toEqual([
    [1, 2],
    [1, 2],
    [2, null],
  ]);
  expect(() => spark().tvf(F.udf((x: number) => x, "int") as never)).toThrow(/what functions.udtf made/);
  expect(() => texts.lateralJoin(F.col("id"))).toThrow(/lateralJoin/);
});

test("table functions and functions of groups get values as programs have them", async () => {
  const days = F.udtf((day: { toString(): string }) => [[String(day)]], "d STRING");
  spark().udtf.register("days_of", days);
  expect(await rowsOf(spark().sql("SELECT * FROM days_of(DATE'2024-02-29')"))).toEqual([["2024-02-29"]]);
  const keyed = spark()
    .sql("SELECT DATE'2024-02-29' AS d, 1.50BD AS x")
    .groupBy("d", "x")
    .applyInArrow(([d, x]: unknown[], _rows) => ({ d: [String(d)], x: [String(x)] }), "d STRING, x STRING");
  expect(await rowsOf(keyed)).toEqual([["2024-02-29", "1.50"]]);
});

test("variants as values of programs", async () => {
  const [row] = await spark().sql(`SELECT parse_json('{"a":[1,2.5,"x",null,true],"b":{"c":1e10}}') AS v`).collect();
  const variant = row!.get("v") as VariantVal;
  expect(variant.toJson()).toBe('{"a":[1,2.5,"x",null,true],"b":{"c":1.0E10}}');
  expect(JSON.stringify(variant)).toBe('{"a":[1,2.5,"x",null,true],"b":{"c":10000000000}}');
  const js = variant.toJs() as { a: unknown[]; b: unknown };
  expect([js.a[0], String(js.a[1]), ...js.a.slice(2), js.b]).toEqual([1, "2.5", "x", null, true, { c: 1e10 }]);
  const back = spark().createDataFrame([[firesteel.VariantVal.parseJson('{"k": 7}')]], "v VARIANT");
  expect(await rowsOf(back.selectExpr("variant_get(v, '$.k', 'int') AS k"))).toEqual([[7]]);
  const read = F.udf((v: VariantVal) => (v.toJs() as { k: number }).k, "int");
  expect(await rowsOf(back.select(read("v")))).toEqual([[7]]);
});

test("count_min_sketch gives the bytes of Spark", async () => {
  const hex = async (query: string): Promise<unknown> => (await rowsOf(spark().sql(query)))[0]![0];
  expect(await hex("SELECT hex(count_min_sketch(id, 0.5D, 0.5D, 1)) FROM range(4)")).toBe(
    "0000000100000000000000040000000100000004000000005D8D6AB90000000000000002000000000000000100000000000000010000000000000000",
  );
  expect(await hex("SELECT hex(count_min_sketch(CAST(id AS STRING), 0.5D, 0.5D, 1)) FROM range(4)")).toBe(
    "0000000100000000000000040000000100000004000000005D8D6AB90000000000000000000000000000000100000000000000030000000000000000",
  );
  expect(await hex("SELECT hex(count_min_sketch(x, 0.5D, 0.5D, 1)) FROM VALUES (X'0102ff'), (NULL), (X'') AS t(x)")).toBe(
    "0000000100000000000000020000000100000004000000005D8D6AB90000000000000001000000000000000000000000000000000000000000000001",
  );
  const deep = "SELECT hex(count_min_sketch(CAST(-id AS TINYINT), 0.5D, 0.99D, 7)) FROM range(0, 4, 1, 2)";
  expect(await hex(deep)).toBe(
    "0000000100000000000000040000000700000004000000005D878BCC0000000051BB9A0C000000005FE4CA2D00000000013B859C000000002C956984000000003ECC252E0000000072D9FA20" +
      "0000000000000001000000000000000000000000000000010000000000000002000000000000000100000000000000000000000000000000000000000000000300000000000000010000000000000001000000000000000100000000000000010000000000000001000000000000000000000000000000000000000000000003000000000000000100000000000000000000000000000000000000000000000300000000000000010000000000000002000000000000000000000000000000010000000000000001000000000000000000000000000000010000000000000002",
  );
  await expect(spark().sql("SELECT count_min_sketch(id, -0.5D, 0.5D, 1) FROM range(4)").collect()).rejects.toMatchObject({
    errorClass: "DATATYPE_MISMATCH.VALUE_OUT_OF_RANGE",
  });
});

test("lists of values are arrays of them: without NULL where none is in them, as functions of several fractions need", async () => {
  const schema = await spark()
    .range(1)
    .select(F.lit([0.25, 0.5]).as("a"), F.lit([[1], [2]]).as("b"), F.lit([1, null]).as("c"))
    .schema();
  expect(schema.fields.map(({ dataType }) => JSON.stringify(dataType.jsonValue()))).toEqual([
    '{"type":"array","elementType":"double","containsNull":false}',
    '{"type":"array","elementType":{"type":"array","elementType":"integer","containsNull":false},"containsNull":false}',
    '{"type":"array","elementType":"integer","containsNull":true}',
  ]);
  const fractions = spark()
    .range(11)
    .select(F.percentile_approx("id", [0.2, 0.5], 10000), F.percentile("id", [0.25, 0.5]));
  expect(await rowsOf(fractions)).toEqual([
    [
      [2, 5],
      [2.5, 5],
    ],
  ]);
});

test("schemas with colons, as PySpark's, where programs give them; not in files' schemas or SQL", async () => {
  const df = spark().createDataFrame([[1, "a"]], "a: int not null, b string");
  expect(String(await df.schema())).toBe("struct<a:int,b:string>");
  const pair = F.udf((id: number) => [id, "x"], "a: int, b: string");
  expect(await rowsOf(spark().range(1).select(pair("id").as("p")).select("p.*"))).toEqual([[0, "x"]]);
  expect(String(firesteel.types.DataType.fromDDL("a: int"))).toBe("struct<a:int>");
  await expect(spark().sql("SELECT from_json('{}', 'a: int')").collect()).rejects.toThrow("PARSE_SYNTAX_ERROR");
  expect(() => spark().createDataFrame([], "a: itn")).toThrow("PARSE_SYNTAX_ERROR");
});

test("groups by the places of columns", async () => {
  const df = spark().createDataFrame([[14, "Tom"], [23, "Alice"], [23, "Bob"]], ["age", "name"]); // prettier-ignore
  expect(byText(await rowsOf(df.groupBy(1).count()))).toEqual([
    [14, 1],
    [23, 2],
  ]);
  expect(await df.groupBy([2, df.col("age")]).agg(F.max("age")).columns()).toEqual(["name", "age", "max(age)"]); // prettier-ignore
  expect(byText(await rowsOf(df.rollup(1).count()))).toEqual([
    [14, 1],
    [23, 2],
    [null, 3],
  ]);
  expect(await df.cube(1, 2).count().count()).toBe(3 + 2 + 3 + 1);
  await expect(df.groupBy(3).count().collect()).rejects.toThrow("GROUP_BY_POS_OUT_OF_RANGE");
  expect(() => df.groupBy(0)).toThrow("ZERO_INDEX");
});

test("a field by which a pivot groups is named as in a select list", async () => {
  const schema = "s struct<year: int, course: string, e: int>";
  const df = spark().createDataFrame([[[2012, "Java", 5]], [[2012, "C", 6]]], schema); // prettier-ignore
  expect(await df.groupBy("s.year").pivot("s.course").agg(F.sum("s.e")).columns()).toEqual(["year", "C", "Java"]); // prettier-ignore
  const cast = df.groupBy(F.col("s.year").cast("string"), F.col("s").getField("e")).pivot("s.course").count();
  expect(await cast.columns()).toEqual(["CAST(s.year AS STRING)", "s.e", "C", "Java"]);
});

test("drop by an expression that may be several columns is refused, by a name it takes all", async () => {
  const df = spark().range(1).crossJoin(spark().range(2));
  expect(await df.drop("id").columns()).toEqual([]);
  await expect(df.drop(F.col("id")).columns()).rejects.toThrow("AMBIGUOUS_REFERENCE");
  expect(await df.drop(F.col("nope")).columns()).toEqual(["id", "id"]);
});

test("the fields of a struct are looked for in the rows of a DataFrame", async () => {
  const df = spark().createDataFrame([[14, "Tom"], [23, "Alice"]], ["age", "name"]); // prettier-ignore
  const wanted = spark().createDataFrame([[23, "Alice"], [14, "Bob"]], ["a", "b"]); // prettier-ignore
  expect(await rowsOf(df.where(F.struct("age", "name").isin(wanted)))).toEqual([[23, "Alice"]]);
});

test("names of columns that functions make", async () => {
  const edges = [F.first_value("id", true), F.last_value("id", true), F.any_value("id", true), F.first("id", true)];
  const names = ["first_value(id)", "last_value(id)", "any_value(id)", "first(id)"];
  const df = spark().range(3);
  expect(await df.select(...edges).columns()).toEqual(names);
  expect(await rowsOf(df.select(...edges))).toEqual([[0, 2, 0, 0]]);
  expect(await df.select(F.pow("id", 2)).columns()).toEqual(["POWER(id, 2)"]);
  const sql = spark().sql("SELECT first_value(id) IGNORE NULLS, pow(min(id), 2) FROM range(1)");
  expect(await sql.columns()).toEqual(["first(id)", "pow(min(id), 2)"]);
});

test("a table is cached at a storage level", async () => {
  await spark().range(3).createOrReplaceTempView("kept");
  for (const level of [firesteel.StorageLevel.DISK_ONLY, firesteel.StorageLevel.OFF_HEAP]) {
    await spark().catalog.cacheTable("kept", level);
    expect(String(await spark().table("kept").storageLevel())).toBe(String(level));
    await spark().catalog.uncacheTable("kept");
  }
});

test("a row is taken apart by position", async () => {
  const [id, text] = (await spark().sql("SELECT 1 AS id, 'x' AS text, 2 AS id").first())!;
  expect([id, text]).toEqual([1, "x"]);
  const sums = spark().createDataFrame([[1, 2], [3, 4]], ["a", "b"]).rdd.map(([a, b]) => Number(a) + Number(b)); // prettier-ignore
  expect(await sums.collect()).toEqual([3, 7]);
});

test("vectors and matrices are named in the tree of a schema as Spark names them", async () => {
  const { Vectors } = mllib;
  const df = spark().createDataFrame([[Vectors.dense(1), [Vectors.dense(2)]]], ["v", "vs"]); // prettier-ignore
  const schema = await df.schema();
  expect(schema.treeString()).toBe("root\n |-- v: vector (nullable = true)\n |-- vs: array (nullable = true)\n |    |-- element: vector (containsNull = true)\n"); // prettier-ignore
});
