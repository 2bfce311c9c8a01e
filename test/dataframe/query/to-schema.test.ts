/** `to(schema)`: by name at every depth, with the casts of stored values; answers and refusals of PySpark 4.2. */
import { testSession } from "../../support/built-session";

const spark = testSession();

test("fields of structs are found by their names", async () => {
  const wanted = spark().sql("SELECT struct(1 AS x, 'q' AS y) AS s, 2 AS n").to("n BIGINT, s STRUCT<y: STRING, x: DOUBLE>");
  expect((await wanted.schema()).simpleString()).toBe("struct<n:bigint,s:struct<y:string,x:double>>");
  expect(await wanted.toJSON().collect()).toEqual(['{"n":2,"s":{"y":"q","x":1.0}}']);
  const none = spark().sql("SELECT CAST(NULL AS STRUCT<x: INT>) AS s").to("s STRUCT<x: BIGINT>");
  expect((await none.first())?.get(0)).toBeNull();
});

test.each([
  ["INT", "STRING"],
  ["BIGINT", "INT"],
  ["TIMESTAMP", "DATE"],
  ["ARRAY<INT>", "ARRAY<STRING>"],
  ["ARRAY<STRUCT<x: INT>>", "ARRAY<STRUCT<x: BIGINT>>"],
  ["MAP<STRING, INT>", "MAP<STRING, BIGINT>"],
  ["VOID", "INT"],
])("%s is stored as %s", async (from, to) => {
  const given = spark().sql(`SELECT CAST(NULL AS ${from}) AS a`).to(`a ${to}`);
  expect((await given.first())?.toArray()).toEqual([null]);
});

test.each([
  ["INT", "BOOLEAN", /INVALID_COLUMN_OR_FIELD_DATA_TYPE.*`a` is "INT".*"BOOLEAN"/],
  ["STRING", "DATE", /INVALID_COLUMN_OR_FIELD_DATA_TYPE/],
  ["ARRAY<STRING>", "ARRAY<INT>", /INVALID_COLUMN_OR_FIELD_DATA_TYPE.*`a`\.`element`/],
  ["MAP<STRING, INT>", "MAP<INT, INT>", /INVALID_COLUMN_OR_FIELD_DATA_TYPE.*`a`\.`key`/],
  ["STRUCT<x: INT>", "STRUCT<x: BOOLEAN>", /INVALID_COLUMN_OR_FIELD_DATA_TYPE.*`a`\.`x`/],
  ["STRUCT<x: INT>", "STRUCT<z: INT>", /UNRESOLVED_FIELD.*`z`.*`x`/],
  ["INT", "INT NOT NULL", /NULLABLE_COLUMN_OR_FIELD.*`a`/],
])("%s is not stored as %s", async (from, to, message) => {
  await expect(spark().sql(`SELECT CAST(NULL AS ${from}) AS a`).to(`a ${to}`).collect()).rejects.toThrow(message);
});
