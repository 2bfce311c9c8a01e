import { setFlagsFromString } from "node:v8";
import type { StructType } from "../../../src/columnar/types";
import { functions as F, Row, Window } from "../../../src/index";
import { bare, fakeSession } from "./fake-session";

const { col, lit } = F;

const people: StructType = {
  kind: "struct",
  fields: [
    { name: "name", type: { kind: "string" }, nullable: true },
    { name: "age", type: { kind: "int" }, nullable: true },
    { name: "pay", type: { kind: "double" }, nullable: true },
  ],
};

const session = (): ReturnType<typeof fakeSession> => fakeSession(people, [["Ann", 34, 10.5], ["Bob", null, 7]]); // prettier-ignore
const table = { kind: "table", name: ["t"] };
const name = (...parts: string[]): object => ({ kind: "name", parts });

test("rows of a result are objects of their columns", async () => {
  const rows = await session().spark.table("t").collect();
  expect(rows).toHaveLength(2);
  expect({ ...rows[0] }).toEqual({ name: "Ann", age: 34, pay: 10.5 });
  expect(rows[0]!.get(1)).toBe(34);
  expect([rows[0]![0], rows[0]![2], rows[0]![3]]).toEqual(["Ann", 10.5, undefined]);
  expect(rows[1]!.toArray()).toEqual(["Bob", null, 7]);
  expect(String(rows[1])).toBe("[Bob,null,7]");
});

test("rows: values of a known type, nulls and positions by the names of Spark's rows, and text that people can read", () => {
  const row = new Row(["a", "when", "getAs"], [null, new Date(0), 3]);
  expect([row.getAs<number>("getAs"), row.getAs<Date>(1)]).toEqual([3, new Date(0)]);
  expect([row.isNullAt(0), row.isNullAt("when"), row.fieldIndex("when")]).toEqual([true, false, 1]);
  expect(() => row.getAs("b")).toThrow("[FIELD_NOT_FOUND] No such column `b` in the row: it has `a`, `when`, `getAs`.");
  expect(() => row.fieldIndex("A")).toThrow("FIELD_NOT_FOUND");
  expect(() => row.isNullAt(3)).toThrow("The row has 3 columns, and none at position 3.");
  const nested = new Row(["x"], [["p", null]]);
  expect(String(new Row(["t", "m", "r", "b"], [new Date(0), new Map([["k", [1, 2]]]), nested, Uint8Array.of(1, 255)]))).toBe(
    "[1970-01-01T00:00:00.000Z,{k -> [1, 2]},[[p, null]],[01 FF]]",
  );
});

test("names of columns that rows cannot have as properties are read by get", () => {
  const row = new Row(["get", "a", "a", "1"], [1, 2, 3, 4]);
  expect({ ...row }).toEqual({ a: 2 });
  expect(row.get(0)).toBe(1);
  expect(row[0]).toBe(1);
  expect(() => row[1] as unknown).toThrow(/AMBIGUOUS_POSITION/);
  expect(Row.get(row, "get")).toBe(1);
  expect(row.toArray()).toEqual([1, 2, 3, 4]);
  expect(row.toObject()).toEqual({ get: 1, a: 3, 1: 4 });
});

test.each([[true], [false]])("the hundredth row is as the first, whatever its columns are called; odd names: %s", async (odd) => {
  const names = Array.from({ length: 40 }, (_, i) => `c${i}`);
  if (odd) names.push("get", "c0", "7", "__proto__", 'it\'s "quoted"; `here`', "line\nend \u2028", "größe");
  const fields = names.map((name) => ({ name, type: { kind: "int" } as const, nullable: true }));
  const data = Array.from({ length: 100 }, (_, row) => names.map((_name, i) => (i === 3 ? null : row * 100 + i)));
  const rows = await fakeSession({ kind: "struct", fields }, data).spark.table("t").collect();
  expect(rows.map((row) => row.toArray() as unknown)).toEqual(data);
  expect(Object.keys(rows[99]!)).toEqual(Object.keys(rows[0]!));
  expect({ ...rows[99] }).toMatchObject({ c0: 9900, c3: null, c39: 9939, ...(odd && { größe: 9946 }) });
});

test("many rows of a hundred columns are no hash tables to V8", async () => {
  const fields = Array.from({ length: 100 }, (_, i) => ({ name: `f${i}`, type: { kind: "int" } as const, nullable: true }));
  const data = Array.from({ length: 200 }, () => fields.map((_field, i) => i));
  const rows = await fakeSession({ kind: "struct", fields }, data).spark.table("t").collect();
  setFlagsFromString("--allow-natives-syntax");
  try {
    const isFast = new Function("row", "return %HasFastProperties(row);") as (row: Row) => boolean;
    expect(isFast(rows[199]!)).toBe(true);
  } finally {
    setFlagsFromString("--no-allow-natives-syntax");
  }
});

test("plans of the usual methods", () => {
  const df = session().spark.table("t");
  const call = (fn: string, ...args: object[]): object => ({ kind: "call", name: [fn], args, operator: true });
  const int = (value: number): object => ({ kind: "literal", value, type: { kind: "int" } });
  expect(bare(df.select("a.b", col("c").as("d"), "*").plan)).toEqual({
    kind: "project",
    child: table,
    expressions: [name("a", "b"), { kind: "alias", child: name("c"), names: ["d"] }, { kind: "star", qualifier: [], except: [] }],
  });
  expect(col("m").as(["k", "v"]).expression).toMatchObject({ kind: "alias", names: ["k", "v"] });
  expect(() => col("m").as([])).toThrow("NOT_EXPECTED_TYPE");
  expect(bare(df.filter(col("age").gt(30).and(col("name").eq("Ann"))).plan)).toMatchObject({
    kind: "filter",
    condition: call(
      "and",
      call(">", name("age"), int(30)),
      call("=", name("name"), { kind: "literal", value: "Ann", type: { kind: "string" } }),
    ),
  });
  expect(bare(df.where("age IS NULL").plan)).toMatchObject({ kind: "filter", condition: call("isnull", name("age")) });
  expect(bare(df.orderBy(col("age").desc(), "name").plan)).toMatchObject({
    kind: "sort",
    global: true,
    order: [
      { kind: "sortOrder", child: name("age"), ascending: false, nullsFirst: null },
      { kind: "sortOrder", child: name("name"), ascending: true, nullsFirst: null },
    ],
  });
  expect(bare(df.sort("a", "b", { ascending: [true, false] }).plan)).toMatchObject({
    order: [{ ascending: true }, { ascending: false }],
  });
  expect(bare(df.groupBy("a").agg(F.count("*").as("n"), { pay: "max" }).plan)).toMatchObject({
    kind: "aggregate",
    keyed: true,
    grouping: { kind: "by", expressions: [name("a")] },
    aggregates: [
      { names: ["n"], child: { name: ["count"], args: [int(1)] } },
      { name: ["max"], args: [name("pay")] },
    ],
  });
  expect(bare(df.cube("a", "b").count().plan)).toMatchObject({ grouping: { kind: "sets", sets: [[0, 1], [0], [1], []] } });
  expect(bare(df.rollup("a", "b").count().plan)).toMatchObject({ grouping: { sets: [[0, 1], [0], []] } });
  expect(bare(df.groupBy("a").pivot("b", [1, 2]).count().plan)).toMatchObject({ kind: "pivot", values: [int(1), int(2)] });
  expect(bare(df.join(df, "a", "left_outer").plan)).toMatchObject({ kind: "join", type: "left", using: ["a"] });
  expect(bare(df.join(df, df.col("a").eq(col("b"))).plan)).toMatchObject({
    kind: "join",
    type: "inner",
    condition: call("=", name("a"), name("b")),
  });
  expect(bare(df.unionByName(df, true).plan)).toMatchObject({
    kind: "setOperation",
    all: true,
    byName: true,
    allowMissingColumns: true,
  });
  expect(bare(df.drop("a.b").plan)).toMatchObject({ kind: "drop", names: ["a.b"], columns: [] });
  expect(bare(df.repartition(3, "a").plan)).toMatchObject({ kind: "repartition", how: "hash", numPartitions: 3 });
  expect(bare(df.unpivot("a", ["b", "c"], "n", "v").plan)).toMatchObject({
    kind: "unpivot",
    ids: [name("a")],
    valueNames: ["v"],
  });
});

test("df.col names the DataFrame that it is of", () => {
  const df = session().spark.table("t");
  const column = df.col("a").expression as { planId?: number };
  expect(column.planId).toBe(df.plan.planId);
});

test("columns know the call that they were given to", () => {
  const df = session().spark.table("t").select(col("a").plus(1));
  expect(df.plan).toMatchObject({
    at: { fragment: "select", callSite: "app.ts:1:2" },
    expressions: [{ at: { fragment: "select" }, args: [{ at: { fragment: "select", startIndex: -1 } }, {}] }],
  });
});

test("windows", () => {
  const w = Window.partitionBy("a").orderBy(col("b").desc()).rowsBetween(-1, Window.currentRow);
  expect(bare(F.sum("c").over(w).expression)).toMatchObject({
    kind: "call",
    over: {
      partitionBy: [name("a")],
      orderBy: [{ ascending: false }],
      frame: { unit: "rows", start: { kind: "following", offset: { value: -1 } }, end: { kind: "currentRow" } },
    },
  });
  expect(bare(F.sum("c").over().expression)).toMatchObject({ over: { partitionBy: [], orderBy: [] } });
  expect(Window.rangeBetween(Window.unboundedPreceding, Window.unboundedFollowing).window.frame).toEqual({
    unit: "range",
    start: { kind: "unboundedPreceding" },
    end: { kind: "unboundedFollowing" },
  });
});

test("actions run in the order of the statements before them", async () => {
  const { spark, calls } = session();
  void spark.sql("CREATE TABLE x (a INT)");
  const view = spark.table("t").createOrReplaceTempView("v");
  const rows = spark.table("v").collect();
  await Promise.all([view, rows]);
  expect(calls).toEqual(["begin createTable", "end createTable", "view v", "collect at app.ts:1:2"]);
});

test("rows of a statement are its result", async () => {
  const { spark, collected } = session();
  await spark.sql("SHOW TABLES").where("a = 1").collect();
  expect(collected).toMatchObject([{ kind: "filter", child: { kind: "table", name: ["result_of", "showTables"] } }]);
});

test("errors of text and of statements come with the action", async () => {
  const { spark } = session();
  await expect(spark.sql("SELEC 1").collect()).rejects.toThrow("PARSE_SYNTAX_ERROR");
  await expect(spark.sql("DROP TABLE x").collect()).rejects.toThrow("no such table");
  await expect(spark.table("t").collect()).resolves.toHaveLength(2);
});

test("parameters of queries become values, whatever they contain", async () => {
  const { spark } = session();
  const df = spark.sql("SELECT :x, :y", { x: "' OR 1=1" });
  expect(bare(df.plan)).toMatchObject({
    expressions: [
      { kind: "literal", value: "' OR 1=1" },
      { kind: "parameter", name: "y" },
    ],
  });
  expect(bare(spark.sql("SELECT ? + ?", [1, lit(2)]).plan)).toMatchObject({
    expressions: [{ args: [{ value: 1 }, { value: 2 }] }],
  });
});

test("what depends on the schema is made when it is needed", async () => {
  const { spark, collected } = session();
  await spark.table("t").na.fill(0).collect();
  expect(collected[0]).toMatchObject({
    kind: "project",
    expressions: [
      name("name"),
      { kind: "alias", names: ["age"], child: { name: ["coalesce"] } },
      { kind: "alias", names: ["pay"], child: { name: ["coalesce"], args: [{ name: ["nanvl"] }, {}] } },
    ],
  });
  await spark.table("t").na.drop("any", "pay").collect();
  expect(collected[1]).toMatchObject({ kind: "filter", condition: { name: ["and"] } });
  await spark.table("t").describe().collect();
  expect(collected[2]).toMatchObject({ kind: "project", expressions: [{ name: ["inline"] }], child: { kind: "aggregate" } });
});

test("createDataFrame checks rows against the schema", () => {
  const { spark } = session();
  const df = spark.createDataFrame([{ a: 1, b: "x" }, ["2", null]].slice(0, 1), "a INT, b STRING");
  expect(df.plan).toMatchObject({ kind: "local", rows: [[1, "x"]] });
  expect(spark.createDataFrame([[1, 2.5], [3, null]], ["a", "b"]).plan).toMatchObject({
    schema: { fields: [{ name: "a", type: { kind: "long" } }, { name: "b", type: { kind: "double" } }] },
    rows: [[1, 2.5], [3, null]],
  }); // prettier-ignore
  expect(spark.createDataFrame([1, 2], "int").plan).toMatchObject({ schema: { fields: [{ name: "value" }] }, rows: [[1], [2]] });
  expect(() => spark.createDataFrame([{ a: "x" }], "a INT")).toThrow("row 0.a");
  expect(() => spark.createDataFrame([[1, 2]], "a INT")).toThrow("FIELD_STRUCT_LENGTH_MISMATCH");
});

test("writers say where rows go", async () => {
  const { spark, written, statements } = session();
  await spark.table("t").write.mode("overwrite").partitionBy("a").option("x", 1).parquet("/p");
  await spark.table("t").write.format("json").saveAsTable("d.t");
  await spark.table("t").write.insertInto("t", true);
  await spark.table("t").writeTo("t").append();
  expect(written).toEqual([
    { kind: "save", format: "parquet", path: "/p", mode: "overwrite", partitionBy: ["a"], options: { x: "1" } },
    {
      kind: "saveAsTable",
      table: ["d", "t"],
      format: "json",
      mode: "error",
      partitionBy: [],
      clusterBy: [],
      bucketBy: null,
      options: {},
    },
    { kind: "insertInto", table: ["t"], overwrite: true },
  ]);
  expect(statements).toMatchObject([{ kind: "insert", byName: true }]);
  await expect(spark.table("t").write.bucketBy(2, "a").parquet("/p")).rejects.toThrow("_LEGACY_ERROR_TEMP_1312");
});

test("functions of columns", () => {
  const shown = (column: { expression: unknown }): unknown => bare(column.expression);
  expect(shown(F.split(lit("a,b"), ","))).toMatchObject({ name: ["split"], args: [{ value: "a,b" }, { value: "," }] });
  expect(shown(F.date_add("d", 1))).toMatchObject({ name: ["date_add"], args: [name("d"), { value: 1 }] });
  expect(shown(F.countDistinct("a", "b"))).toMatchObject({ name: ["count"], distinct: true });
  expect(shown(F.trim("a", lit("x")))).toMatchObject({ name: ["trim"], args: [{ value: "x" }, name("a")] });
  expect(shown(F.when(col("a"), 1).when(col("b"), 2).otherwise(3))).toMatchObject({ name: ["case"], args: [{}, {}, {}, {}, {}] });
  expect(shown(F.transform("a", (x, i) => x.plus(i)))).toMatchObject({
    args: [name("a"), { kind: "lambda", body: { name: ["+"] } }],
  });
  expect(shown(F.from_json("a", "b INT", { mode: "FAILFAST" }))).toMatchObject({
    args: [{}, { value: "b INT" }, { name: ["map"] }],
  });
  expect(F.typeof("a").toString()).toBe("typeof(a)");
  const shout = F.udf((text: string) => text.toUpperCase(), "string").withName("shout");
  expect(shown(shout("a"))).toMatchObject({
    kind: "userFunction",
    fn: { name: "shout", form: "scalar", returnType: { kind: "string" } },
  });
});

test("members of Structured Streaming say that there is none", () => {
  const { spark } = session();
  const frame = spark.table("t");
  expect(() => spark.readStream).toThrow(
    "[UNSUPPORTED_FEATURE] readStream: there is no Structured Streaming here. spark.read reads",
  );
  expect(() => spark.streams).toThrow("streams: there is no Structured Streaming here.");
  expect(() => frame.writeStream).toThrow("writeStream: there is no Structured Streaming here. df.write writes");
  expect(() => frame.dropDuplicatesWithinWatermark()).toThrow("dropDuplicatesWithinWatermark: there is no Structured Streaming");
  expect(frame.isStreaming).toBe(false);
});

test("a watermark leaves a DataFrame as it is, and its delay is an interval", () => {
  const frame = session().spark.table("t");
  expect(frame.withWatermark("t", "10 minutes")).toBe(frame);
  expect(() => frame.withWatermark("t", "soon")).toThrow(/CANNOT_PARSE_INTERVAL/);
  expect(() => frame.withWatermark("t", "-1 hour")).toThrow("withWatermark: a delay is not below 0");
});
