/** What console.log shows of the objects that programs hold: what they are, nothing of their insides. */
import { inspect } from "node:util";
import { functions as F, Window, type Column } from "../../../src/dataframe/api";
import * as types from "../../../src/dataframe/types";
import { testSession } from "../../support/built-session";

const spark = testSession();

test("sessions, contexts, DataFrames, RDDs, broadcasts and accumulators are shown in a line", () => {
  const sc = spark().sparkContext;
  const df = spark().range(3);
  const shown = [spark(), sc, df, df.groupBy("id"), sc.broadcast([1])].map((value) => inspect(value));
  expect(shown).toEqual([
    "SparkSession of SparkContext (test on local[2])",
    "SparkContext (test on local[2])",
    "DataFrame (range)",
    "GroupedData (of DataFrame (range))",
    expect.stringMatching(/^Broadcast\(\d+\)$/),
  ]);
  expect([String(df.groupBy("id")), inspect(sc.longAccumulator("rows"))]).toEqual([
    "GroupedData (of DataFrame (range))",
    expect.stringMatching(/^LongAccumulator\(id: \d+, name: rows, value: 0\)$/),
  ]);
  expect(inspect(sc.range(0, 3).map((x) => x + 1))).toMatch(/^MapPartitionsRDD\[\d+\] at map at /);
});

const a = F.col("a");
const window = Window.partitionBy("s").orderBy(F.desc("k"), "a");

test.each<[Column, string]>([
  [a.gt(1).and(F.col("t.b").like("x%")), "((a > 1) AND (t.b LIKE 'x%'))"],
  [F.not(a.isin(1, 2)).or(a.isNull()), "((NOT (a IN (1, 2))) OR (a IS NULL))"],
  [
    F.when(a.gt(1), "x").when(a.lt(0), F.lit(null)).otherwise(1.5),
    "CASE WHEN (a > 1) THEN 'x' WHEN (a < 0) THEN NULL ELSE 1.5 END",
  ],
  [a.cast("decimal(10,2)"), "CAST(a AS DECIMAL(10,2))"],
  [a.getItem(0).alias("first"), "a[0] AS first"],
  [F.explode("a").alias("k", "v"), "explode(a) AS (k, v)"],
  [a.desc(), "a DESC NULLS LAST"],
  [F.transform("a", (x) => x.plus(1)), "transform(a, x_1 -> (x_1 + 1))"],
  [F.countDistinct("a", "b"), "count(DISTINCT a, b)"],
  [F.expr("sum(a) FILTER (WHERE a IS NOT NULL)"), "sum(a) FILTER (WHERE (a IS NOT NULL))"],
  [F.sum("a").over(window), "sum(a) OVER (PARTITION BY s ORDER BY k DESC NULLS LAST, a ASC NULLS FIRST)"],
  [
    F.sum("a").over(window.rowsBetween(-1, Window.unboundedFollowing)),
    "sum(a) OVER (PARTITION BY s ORDER BY k DESC NULLS LAST, a ASC NULLS FIRST ROWS BETWEEN -1 FOLLOWING AND UNBOUNDED FOLLOWING)",
  ],
  [a.withField("x.y", F.lit(1)), "update_field(a, x.y, 1)"],
  [F.expr("-a BETWEEN 1 AND 2"), "((- a) BETWEEN 1 AND 2)"],
])("a column is shown as in SQL: %s", (column, text) => {
  expect([String(column), inspect(column)]).toEqual([text, `Column<'${text}'>`]);
});

test("schemas, types and windows are shown as in SQL", () => {
  const schema = types.StructType([
    types.StructField("a", types.LongType, false),
    types.StructField("b c", types.ArrayType(types.DecimalType(5, 2))),
  ]);
  expect([schema, schema.fields[0], types.LongType, window, Window.rowsBetween(0, 1)].map((value) => inspect(value))).toEqual([
    "STRUCT<a: BIGINT NOT NULL, `b c`: ARRAY<DECIMAL(5,2)>>",
    "a: BIGINT NOT NULL",
    "BIGINT",
    "WindowSpec (PARTITION BY s ORDER BY k DESC NULLS LAST, a ASC NULLS FIRST)",
    "WindowSpec (ROWS BETWEEN CURRENT ROW AND 1 FOLLOWING)",
  ]);
});
